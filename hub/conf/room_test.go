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

func TestListenerChangesNothingForTheOthers(t *testing.T) {
	run := func(listen bool) []rtp.Packet {
		var out []rtp.Packet
		synctest.Test(t, func(t *testing.T) {
			r := NewRoom(Config{})
			var agentEar, callerEar, leadEar ear
			caller := r.Join("caller", Caller, &callerEar)
			agent := r.Join("agent", Rest, &agentEar)
			r.Bridge("caller", "agent")
			speak(caller, 1, 10, 500)
			if listen {
				r.Join("lead", Unrecorded, &leadEar)
				r.Hear("lead", "caller", true)
				r.Hear("lead", "agent", true)
			}
			for i := range 20 {
				caller.Receive(packet(uint16(11+i), frame(700)), time.Now())
				agent.Receive(packet(uint16(50+i), frame(300)), time.Now())
				wait(20 * time.Millisecond)
			}
			out = agentEar.heard()
			if listen {
				sum := make([]int16, FrameSamples)
				last := leadEar.heard()
				g711.DecodeALaw(sum, last[len(last)-3].Payload)
				if sum[0] < 900 || sum[0] > 1100 {
					t.Errorf("the listener hears %d, want about 1000", sum[0])
				}
			}
			r.Close()
		})
		return out
	}
	without, with := run(false), run(true)
	if len(without) != len(with) {
		t.Fatalf("%d packets without a listener, %d with one", len(without), len(with))
	}
	for i := range with {
		if with[i].Header.SequenceNumber != without[i].Header.SequenceNumber || with[i].Timestamp != without[i].Timestamp ||
			!bytes.Equal(with[i].Payload, without[i].Payload) {
			t.Fatalf("packet %d differs with a listener", i)
		}
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
		wait(205 * time.Millisecond)
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
