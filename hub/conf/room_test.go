package conf

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/g711"
)

// ear keeps what a leg was sent.
type ear struct {
	mu   sync.Mutex
	pkts []rtp.Packet
}

func (e *ear) Send(p *rtp.Packet) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pkts = append(e.pkts, rtp.Packet{Header: p.Header, Payload: slices.Clone(p.Payload)})
	return nil
}

func (e *ear) heard() []rtp.Packet {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.pkts)
}

// cassette keeps what was recorded.
type cassette struct {
	ch   [2][]int16
	gaps [][2]int64
	why  []string
}

func (c *cassette) Write(at int64, caller, rest []int16) {
	if at != int64(len(c.ch[0])) {
		panic("recording out of order")
	}
	c.ch[0] = append(c.ch[0], caller...)
	c.ch[1] = append(c.ch[1], rest...)
}

func (c *cassette) Gap(from, to int64, who, why string) {
	c.gaps = append(c.gaps, [2]int64{from, to})
	c.why = append(c.why, who+":"+why)
}

// frame is 20 ms of one level.
func frame(level int16) []byte {
	pcm := make([]int16, FrameSamples)
	for i := range pcm {
		pcm[i] = level
	}
	out := make([]byte, FrameSamples)
	g711.EncodeALaw(out, pcm)
	return out
}

func packet(seq uint16, payload []byte) *rtp.Packet {
	return &rtp.Packet{Header: rtp.Header{SequenceNumber: seq, Timestamp: uint32(seq) * FrameSamples}, Payload: payload}
}

func speak(p *Port, from, n int, level int16) {
	for i := range n {
		p.Receive(packet(uint16(from+i), frame(level)), time.Now())
		wait(20 * time.Millisecond)
	}
}

func TestRelayIsByteForByteAndImmediate(t *testing.T) {
	r := NewRoom(Config{})
	defer r.Close()
	var agentEar, callerEar ear
	caller := r.Join("caller", Caller, &callerEar)
	r.Join("agent", Rest, &agentEar)
	r.Bridge("caller", "agent")
	for i := range 5 {
		caller.Receive(packet(uint16(1000+2*i), frame(int16(i*100))), time.Now()) // every second packet lost
	}
	got := agentEar.heard()
	if len(got) != 5 || len(callerEar.heard()) != 0 {
		t.Fatalf("agent heard %d packets, caller %d", len(got), len(callerEar.heard()))
	}
	for i, p := range got {
		if !bytes.Equal(p.Payload, frame(int16(i*100))) {
			t.Fatalf("packet %d changed on the way", i)
		}
		if i > 0 && (p.SequenceNumber-got[i-1].SequenceNumber != 2 || p.Timestamp-got[i-1].Timestamp != 320) {
			t.Fatalf("the loss before packet %d is hidden", i)
		}
	}
}

// TestListenerChangesNothingForTheOthers: whatever leads do, the citizen hears
// bit for bit what the agent sent, and the agent what the citizen sent, but for
// the time in which somebody whispers.
func TestListenerChangesNothingForTheOthers(t *testing.T) {
	run := func(listen bool) (citizen, agentHeard []rtp.Packet) {
		synctest.Test(t, func(t *testing.T) {
			r := NewRoom(Config{})
			var agentEar, callerEar, leadEar, secondEar ear
			caller := r.Join("caller", Caller, &callerEar)
			agent := r.Join("agent", Rest, &agentEar)
			r.Bridge("caller", "agent")
			talk := func(from, n int) {
				for i := from; i < from+n; i++ {
					caller.Receive(packet(uint16(i), frame(int16(100+i))), time.Now())
					agent.Receive(packet(uint16(500+i), frame(int16(2000+i))), time.Now())
					wait(20 * time.Millisecond)
				}
			}
			talk(1, 20)
			if listen {
				began := time.Now()
				lead := r.Join("lead", Unrecorded, &leadEar)
				r.Join("second", Unrecorded, &secondEar)
				for _, l := range []string{"lead", "second"} {
					r.Hear(l, "caller", true)
					r.Hear(l, "agent", true)
				}
				go speak(lead, 9000, 70, 5000) // the microphone of a lead is always sent
				talk(21, 20)
				if got := leadEar.heard(); len(got) < 15 || len(secondEar.heard()) < 15 {
					t.Errorf("after %s the listeners have heard %d and %d frames", time.Since(began), len(got), len(secondEar.heard()))
				}
				r.Hear("agent", "lead", true) // whispers
				talk(41, 20)
				r.Hear("agent", "lead", false)
				talk(61, 20)
				r.Leave("second")
				r.Leave("lead")
			} else {
				talk(21, 60)
			}
			talk(81, 20)
			citizen, agentHeard = callerEar.heard(), agentEar.heard()
			r.Close()
		})
		return citizen, agentHeard
	}
	citizen, agentHeard := run(false)
	citizenWith, agentWith := run(true)
	same := func(who string, a, b []rtp.Packet) {
		if len(a) != len(b) {
			t.Fatalf("%s: %d packets without a listener, %d with one", who, len(a), len(b))
		}
		for i := range a {
			if a[i].SequenceNumber != b[i].SequenceNumber || a[i].Timestamp != b[i].Timestamp || a[i].Marker != b[i].Marker || !bytes.Equal(a[i].Payload, b[i].Payload) {
				t.Fatalf("%s: packet %d differs with a listener", who, i)
			}
		}
	}
	same("the citizen", citizen, citizenWith)
	same("the agent until the whisper", agentHeard[:40], agentWith[:40])
	last := func(p []rtp.Packet) (out []byte) {
		for _, x := range p[len(p)-20:] {
			out = append(out, x.Payload...)
		}
		return out
	}
	if !bytes.Equal(last(agentHeard), last(agentWith)) {
		t.Error("after the whisper the agent hears something else")
	}
}

func TestClipReplacesWhatIsHeardAndThenGivesItBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRoom(Config{})
		defer r.Close()
		var callerEar ear
		r.Join("caller", Caller, &callerEar)
		agent := r.Join("agent", Rest, &ear{})
		r.Bridge("caller", "agent")
		speak(agent, 1, 3, 100)
		ended := make(chan bool, 1)
		r.Play("caller", Clip{ALaw: bytes.Repeat([]byte{0x11}, 3*FrameSamples)}, func(ok bool) { ended <- ok })
		synctest.Wait()
		if n := len(callerEar.heard()); n != 4 {
			t.Fatalf("the first frame did not leave at once: %d packets", n)
		}
		speak(agent, 4, 2, 100)
		if !<-ended {
			t.Fatal("clip reported as cut off")
		}
		speak(agent, 6, 2, 100)
		got := callerEar.heard()
		if len(got) != 8 {
			t.Fatalf("%d packets, want 3 speech + 3 clip + 2 speech", len(got))
		}
		for i := 1; i < len(got); i++ {
			if got[i].SequenceNumber != got[i-1].SequenceNumber+1 {
				t.Fatalf("sequence breaks at %d", i)
			}
		}
		if !got[3].Marker || got[3].Payload[0] != 0x11 || got[6].Payload[0] == 0x11 || !got[6].Marker {
			t.Fatal("talk spurts are not where clip and speech begin")
		}
	})
}

func TestMusicLoopsUntilStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRoom(Config{})
		defer r.Close()
		var callerEar ear
		r.Join("caller", Caller, &callerEar)
		ended := make(chan bool, 1)
		r.Play("caller", Clip{ALaw: frame(10), Loop: true}, func(ok bool) { ended <- ok })
		wait(breath*20*time.Millisecond - time.Millisecond)
		if n := len(callerEar.heard()); n != 0 {
			t.Fatalf("%d frames before a breath was taken", n)
		}
		wait(206 * time.Millisecond)
		r.Stop("caller")
		if <-ended {
			t.Fatal("stopped music reported as finished")
		}
		if n := len(callerEar.heard()); n != 11 {
			t.Fatalf("%d frames in 205 ms", n)
		}
	})
}

func TestRecordingPlacesVoicesAndMarksGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRoom(Config{})
		tape := &cassette{}
		caller := r.Join("caller", Caller, &ear{})
		agent := r.Join("agent", Rest, &ear{})
		r.Bridge("caller", "agent")
		r.StartRecording(tape)
		wait(100 * time.Millisecond)
		speak(caller, 1, 50, 1000) // 100..1100 ms
		r.PauseRecording("3027", "密码")
		speak(caller, 51, 25, 1000) // 1100..1600 ms, not kept
		r.ResumeRecording()
		speak(agent, 1, 25, 2000) // 1600..2100 ms
		r.Close()
		if len(tape.ch[0]) != len(tape.ch[1]) || len(tape.ch[0]) < 16000 {
			t.Fatalf("channels hold %d and %d samples", len(tape.ch[0]), len(tape.ch[1]))
		}
		at := func(ch, ms int) int16 { return tape.ch[ch][ms*8] }
		if at(0, 50) != 0 || at(0, 600) < 900 || at(0, 1300) != 0 || at(1, 1850) < 1900 || at(1, 600) != 0 {
			t.Fatalf("voices misplaced: %d %d %d %d", at(0, 50), at(0, 600), at(0, 1300), at(1, 1850))
		}
		if len(tape.gaps) != 1 || tape.why[0] != "3027:密码" || tape.gaps[0] != [2]int64{8800, 12800} {
			t.Fatalf("gaps: %v %v", tape.gaps, tape.why)
		}
	})
}

func TestReturningLegKeepsItsPlace(t *testing.T) {
	r := NewRoom(Config{})
	defer r.Close()
	var first, second ear
	caller := r.Join("caller", Caller, &ear{})
	old := r.Join("agent", Rest, &first)
	r.Bridge("caller", "agent")
	again := r.Join("agent", Rest, &second)
	caller.Receive(packet(1, frame(5)), time.Now())
	if again != old || len(first.heard()) != 0 || len(second.heard()) != 1 {
		t.Fatal("the returning leg does not hear the call")
	}
}

func TestThreePartyEverybodyHearsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRoom(Config{})
		defer r.Close()
		ears := map[string]*ear{}
		ports := map[string]*Port{}
		levels := map[string]int16{"caller": 1000, "agent": 2000, "target": 4000}
		for id := range levels {
			ears[id] = &ear{}
			ports[id] = r.Join(id, Rest, ears[id])
		}
		r.Bridge("caller", "agent", "target")
		for i := range 30 {
			for id, p := range ports {
				p.Receive(packet(uint16(i), frame(levels[id])), time.Now())
			}
			wait(20 * time.Millisecond)
		}
		for id, e := range ears {
			pcm := make([]int16, FrameSamples)
			got := e.heard()
			g711.DecodeALaw(pcm, got[len(got)-1].Payload)
			want := 7000 - int(levels[id])
			if v := int(pcm[7]); v < want*9/10 || v > want*11/10 {
				t.Errorf("%s hears %d, want about %d", id, v, want)
			}
		}
	})
}

// wait lets the bubble's clock run; it takes no real time.
func wait(d time.Duration) { <-time.After(d) }
