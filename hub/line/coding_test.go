package line

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/g711"
	"zuoxi/media/jitter"
	"zuoxi/media/mediatest"
	"zuoxi/media/opus"
	"zuoxi/media/tone"
)

// out is a packet that left, and when.
type out struct {
	rtp.Packet
	at time.Time
}

type outs []out

// record keeps what left; timers add to it.
type record struct {
	mu  sync.Mutex
	out outs
}

func (r *record) add(p *rtp.Packet, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out = append(r.out, out{rtp.Packet{Header: p.Header, Payload: slices.Clone(p.Payload)}, at})
}

func (r *record) all() outs {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out[:len(r.out):len(r.out)]
}

func (o outs) pcm() []int16 {
	var all []int16
	for _, p := range o {
		pcm := make([]int16, len(p.Payload))
		g711.DecodeALaw(pcm, p.Payload)
		all = append(all, pcm...)
	}
	return all
}

// follow checks that numbers and timestamps run through without a hole.
func (o outs) follow(t *testing.T) {
	t.Helper()
	for i := 1; i < len(o); i++ {
		if o[i].SequenceNumber != o[i-1].SequenceNumber+1 || o[i].Timestamp != o[i-1].Timestamp+uint32(len(o[i-1].Payload)) {
			t.Fatalf("packet %d: number %d after %d, timestamp %d after %d", i, o[i].SequenceNumber, o[i-1].SequenceNumber, o[i].Timestamp, o[i-1].Timestamp)
		}
	}
}

// talker is a seat that speaks either coding.
type talker struct {
	t   *testing.T
	enc *opus.Encoder
	h   rtp.Header
	ts  uint32 // A-law's
}

func newTalker(t *testing.T, s opus.Settings) *talker {
	t.Helper()
	enc, err := opus.NewEncoder(s)
	if err != nil {
		t.Fatal(err)
	}
	return &talker{t: t, enc: enc, h: rtp.Header{Version: 2, SequenceNumber: 65500}}
}

// opus codes 16 kHz sound.
func (k *talker) opus(pcm []int16) *rtp.Packet {
	k.t.Helper()
	buf := make([]byte, opus.MaxPacket)
	n, err := k.enc.Encode(buf, pcm)
	if err != nil {
		k.t.Fatal(err)
	}
	p := &rtp.Packet{Header: k.h, Payload: buf[:n]}
	p.PayloadType, p.Timestamp = voiceline.PayloadOpus, k.ts*6
	k.h.SequenceNumber++
	k.ts += uint32(len(pcm) / 2)
	return p
}

func (k *talker) alaw(b []byte) *rtp.Packet {
	p := &rtp.Packet{Header: k.h, Payload: b}
	p.PayloadType, p.Timestamp = voiceline.PayloadALaw, k.ts
	k.h.SequenceNumber++
	k.ts += uint32(len(b))
	return p
}

// wait lets the bubble's clock run until all is done that was due by then.
func wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestOpusIsRelayedOnArrival(t *testing.T) {
	for _, ms := range []int{20, 40, 60} {
		synctest.Test(t, func(t *testing.T) {
			var kept record
			h := newHearing(time.Now, always, kept.add)
			defer h.close()
			k := newTalker(t, opus.Settings{Bitrate: 24000, Complexity: 5})
			g := tone.New(opus.Rate, -10, 700)
			pcm := make([]int16, opus.Rate*ms/1000)
			for range 1200 / ms {
				g.Fill(pcm)
				before := len(kept.all())
				h.take(k.opus(pcm), time.Now())
				if got := kept.all(); len(got) != before+1 || !got[before].at.Equal(time.Now()) {
					t.Fatalf("%d ms: a packet brought out %d frames", ms, len(got)-before)
				}
				wait(time.Duration(ms) * time.Millisecond)
			}
			got := kept.all()
			if len(got) != 60 {
				t.Fatalf("%d ms: %d frames in 1.2 s", ms, len(got))
			}
			got.follow(t)
			for i := 1; i < len(got); i++ {
				if d := got[i].at.Sub(got[i-1].at); d != frameTime {
					t.Fatalf("%d ms: frame %d after %v", ms, i, d)
				}
			}
			if l := tone.Level(got.pcm()[1600:], alawRate, 700); l < -12 || l > -8 {
				t.Fatalf("%d ms: the tone is at %.1f dBFS", ms, l)
			}
		})
	}
}

func TestCodingChangesPacketByPacket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept record
		h := newHearing(time.Now, always, kept.add)
		defer h.close()
		k := newTalker(t, opus.Settings{Bitrate: 16000, Complexity: 5})
		say := bytes.Repeat([]byte{0x2a}, frameSamples)
		pcm := make([]int16, opus.Rate/25)
		for range 3 {
			for range 5 {
				p := k.alaw(say)
				h.take(p, time.Now())
				if got := kept.all(); !bytes.Equal(got[len(got)-1].Payload, say) {
					t.Fatal("A-law was changed")
				}
				wait(frameTime)
			}
			for range 5 {
				h.take(k.opus(pcm), time.Now())
				wait(2 * frameTime)
			}
		}
		stray := k.alaw(say)
		stray.SequenceNumber -= 20
		h.take(stray, time.Now())
		got := kept.all()
		got.follow(t)
		if len(got) != 3*(5+10) {
			t.Fatalf("%d frames of 45", len(got))
		}
	})
}

// TestLossIsFilled: with every tenth packet lost the telephone network still
// gets a frame every 20 ms, and hears the repetition instead of a hole.
func TestLossIsFilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept record
		h := newHearing(time.Now, always, kept.add)
		defer h.close()
		k := newTalker(t, opus.Settings{Bitrate: 24000, Complexity: 5, FEC: true, ExpectedLoss: 20})
		sound, _ := mediatest.Speech(opus.Rate, 20, 3)
		chance := rand.New(rand.NewPCG(1, 2))
		n := len(sound) / 320
		for i := range n {
			p := k.opus(sound[i*320 : (i+1)*320])
			if i < 5 || chance.Float64() >= 0.1 {
				h.take(p, time.Now())
			}
			wait(frameTime)
		}
		got := kept.all()
		if d := len(got) - n; d < -5 || d > 5 {
			t.Fatalf("%d frames of %d", len(got), n)
		}
		got.follow(t)
		s := h.sound.Stats()
		t.Logf("%+v", s)
		if s.Repaired < int64(n)/20 || s.Late > 3 {
			t.Fatalf("%d packets repaired, %d late", s.Repaired, s.Late)
		}
		longest := time.Duration(0)
		for i := 1; i < len(got); i++ {
			longest = max(longest, got[i].at.Sub(got[i-1].at))
		}
		if longest > frameTime+grace {
			t.Fatalf("a frame came %v after the one before", longest)
		}
	})
}

// TestHolesOfALawAreFilled: A-law goes through untouched until a packet is lost.
// From then on the telephone network gets a frame every 20 ms, as late as the
// packets that come and no later, until nothing has been lost for a while.
func TestHolesOfALawAreFilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept record
		h := newHearing(time.Now, always, kept.add)
		defer h.close()
		k := newTalker(t, opus.Settings{Bitrate: 24000, Complexity: 5})
		sound, _ := mediatest.Speech(alawRate, 60, 3)
		chance := rand.New(rand.NewPCG(1, 2))
		at := 0
		var last []byte
		say := func(n int, loss float64) {
			for range n {
				last = make([]byte, frameSamples)
				g711.EncodeALaw(last, sound[at%len(sound):][:frameSamples])
				at += frameSamples
				p := k.alaw(last)
				if chance.Float64() >= loss {
					h.take(p, time.Now())
					if got := kept.all(); !got[len(got)-1].at.Equal(time.Now()) {
						t.Fatal("a packet was kept waiting")
					}
				}
				wait(frameTime)
			}
		}
		say(50, 0)
		if got := kept.all(); len(got) != 50 || !bytes.Equal(got[49].Payload, last) {
			t.Fatalf("%d of 50 packets of a clean line", len(got))
		}
		if f := h.figures(); f.Codec != "PCMA" || f.Loss != 0 || f.Missing != 0 || f.Depth != 0 || f.MOS(0) < 4.3 {
			t.Fatalf("a clean line: %+v", f)
		}
		const n = 1000
		say(n, 0.1)
		got := kept.all()[50:]
		first := slices.IndexFunc(got, func(o out) bool {
			return o.SequenceNumber != got[0].SequenceNumber && o.at.Sub(got[0].at)%frameTime != 0
		})
		got[first:].follow(t)
		longest := time.Duration(0)
		for i := first + 1; i < len(got); i++ {
			longest = max(longest, got[i].at.Sub(got[i-1].at))
		}
		if longest > frameTime+grace {
			t.Fatalf("a frame came %v after the one before", longest)
		}
		if d := n - len(got); d < 0 || d > 2 {
			t.Fatalf("%d frames of %d", len(got), n)
		}
		if from, to := got[0].Timestamp, got[len(got)-1].Timestamp; (to-from)/frameSamples != n-1 {
			t.Fatalf("%d frames take %d samples", len(got), to-from)
		}
		f := h.figures()
		if f.Loss < 0.07 || f.Loss > 0.13 || f.Missing < 0.07 || f.Missing > 0.13 || f.MOS(0) > 3.9 {
			t.Fatalf("of 10 %% loss: %+v, MOS %.2f", f, f.MOS(0))
		}
		say(int((smoothFor+time.Second)/frameTime), 0)
		if got := kept.all(); h.played || !bytes.Equal(got[len(got)-1].Payload, last) {
			t.Fatal("A-law is not handed on untouched again")
		}
	})
}

// TestFilledHolesAreHeardBetter: a telephone that conceals nothing understands
// more of a line whose holes were filled here, by as much as is asked for.
func TestFilledHolesAreHeardBetter(t *testing.T) {
	for loss, least := range map[float64]float64{0.1: 1.05, 0.2: 1.1} {
		synctest.Test(t, func(t *testing.T) {
			var kept record
			h := newHearing(time.Now, always, kept.add)
			defer h.close()
			k := newTalker(t, opus.Settings{Bitrate: 24000, Complexity: 5})
			sound, _ := mediatest.Speech(alawRate, 40, 3)
			sound = sound[:len(sound)/frameSamples*frameSamples]
			heard, holed := make([]int16, len(sound)), make([]int16, len(sound))
			chance := rand.New(rand.NewPCG(1, 2))
			for at := 0; at < len(sound); at += frameSamples {
				said := make([]byte, frameSamples)
				g711.EncodeALaw(said, sound[at:][:frameSamples])
				p := k.alaw(said)
				if at == 0 || chance.Float64() >= loss {
					g711.DecodeALaw(holed[at:], said)
					h.take(p, time.Now())
				}
				wait(frameTime)
			}
			got := kept.all()
			for _, o := range got {
				if at := int(o.Timestamp - got[0].Timestamp); at+len(o.Payload) <= len(heard) {
					g711.DecodeALaw(heard[at:], o.Payload)
				}
			}
			with, without := mediatest.ESTOI(sound, heard, alawRate), mediatest.ESTOI(sound, holed, alawRate)
			t.Logf("%.0f %% lost: ESTOI %.3f filled, %.3f with holes, %.2f times", 100*loss, with, without, with/without)
			if with < least*without {
				t.Errorf("%.0f %% lost: %.2f times, want %.2f", 100*loss, with/without, least)
			}
		})
	}
}

// TestRoughLineIsPlayedOutEvenly: packets that come up to 60 ms late, in any
// order, reach the telephone network every 20 ms with nothing missing, in either
// coding; and once they come evenly A-law is handed on untouched again.
func TestRoughLineIsPlayedOutEvenly(t *testing.T) {
	for _, k := range []struct {
		opus bool
		late time.Duration
	}{{false, 60 * time.Millisecond}, {true, 60 * time.Millisecond}, {true, 20 * time.Millisecond}} {
		synctest.Test(t, func(t *testing.T) {
			var kept record
			h := newHearing(time.Now, always, kept.add)
			defer h.close()
			s := &shaken{t: t, h: h, k: newTalker(t, opus.Settings{Bitrate: 24000, Complexity: 5}), opus: k.opus, dice: rand.New(rand.NewPCG(5, 1))}
			s.say(10*time.Second, k.late)
			got := kept.all()
			got = got[len(got)-400:] // the first seconds taught the depth
			got.follow(t)
			for i := 1; i < len(got); i++ {
				if d := got[i].at.Sub(got[i-1].at); d != frameTime {
					t.Fatalf("opus %v, %v: frame %d after %v", k.opus, k.late, i, d)
				}
			}
			if l := tone.Level(got.pcm(), alawRate, 700); l < -12 || l > -8 {
				t.Fatalf("opus %v, %v: the tone is at %.1f dBFS", k.opus, k.late, l)
			}
			if st := h.sound.Stats(); st.ConcealedShare() > 0.01 || st.DepthMS > 90 {
				t.Fatalf("opus %v, %v: %+v", k.opus, k.late, st)
			}
			s.say(smoothFor+3*time.Second, 0)
			if h.rough {
				t.Fatalf("opus %v: still played out after %v of evenness", k.opus, smoothFor)
			}
			before := len(kept.all())
			s.say(time.Second, 0)
			if n := len(kept.all()) - before; n < 49 || n > 51 {
				t.Fatalf("opus %v: %d frames of 50", k.opus, n)
			}
			if last := kept.all(); !k.opus && !bytes.Equal(last[len(last)-1].Payload, s.last) {
				t.Fatal("A-law is not handed on untouched")
			}
		})
	}
}

// shaken is a seat whose packets come late by chance.
type shaken struct {
	t    *testing.T
	h    *hearing
	k    *talker
	opus bool
	dice *rand.Rand
	tone *tone.Generator
	last []byte // the newest payload
	due  []out
}

// say sends for so long; at the end all has arrived.
func (s *shaken) say(long, late time.Duration) {
	if s.tone == nil {
		s.tone = tone.New(map[bool]int{true: opus.Rate, false: alawRate}[s.opus], -10, 700)
	}
	began := time.Now()
	for at := time.Duration(0); at < long || len(s.due) > 0; at += time.Millisecond {
		if at < long && at%frameTime == 0 {
			p := out{Packet: *s.packet(), at: time.Now()}
			if late > 0 {
				p.at = p.at.Add(time.Duration(s.dice.Int64N(int64(late))))
			}
			s.due = append(s.due, p)
		}
		slices.SortStableFunc(s.due, func(a, b out) int { return a.at.Compare(b.at) })
		for len(s.due) > 0 && !s.due[0].at.After(time.Now()) {
			s.h.take(&s.due[0].Packet, time.Now())
			s.due = s.due[1:]
		}
		wait(time.Until(began.Add(at + time.Millisecond)))
	}
}

func (s *shaken) packet() *rtp.Packet {
	if s.opus {
		pcm := make([]int16, opus.Rate/50)
		s.tone.Fill(pcm)
		return s.k.opus(pcm)
	}
	pcm := make([]int16, frameSamples)
	s.tone.Fill(pcm)
	s.last = make([]byte, frameSamples)
	g711.EncodeALaw(s.last, pcm)
	return s.k.alaw(s.last)
}

func TestSilenceStopsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept record
		h := newHearing(time.Now, always, kept.add)
		defer h.close()
		k := newTalker(t, opus.Settings{Bitrate: 24000, Complexity: 5})
		pcm := make([]int16, 320)
		for range 10 {
			h.take(k.opus(pcm), time.Now())
			wait(frameTime)
		}
		wait(3 * time.Second)
		n := len(kept.all())
		if n > 10+int((giveUp+2*frameTime)/frameTime) {
			t.Fatalf("%d frames made up", n-10)
		}
		k.ts += 3 * alawRate
		for range 10 {
			h.take(k.opus(pcm), time.Now())
			wait(frameTime)
		}
		got := kept.all()
		if len(got) < n+10 {
			t.Fatalf("%d frames of 10 after the pause", len(got)-n)
		}
		if gap := got[n].Timestamp - got[n-1].Timestamp; gap < 2*alawRate || gap > 4*alawRate {
			t.Fatalf("the pause of 3 s is %d samples long", gap)
		}
	})
}

// ear plays what a seat is sent, through the seat's own kind of buffer.
func play(t *testing.T, sent []rtp.Packet, each int) []int16 {
	t.Helper()
	codecs, err := jitter.Telephone(opus.Rate)
	if err != nil {
		t.Fatal(err)
	}
	var now time.Duration
	b, err := jitter.New(jitter.Config{Rate: opus.Rate, Codecs: codecs, Now: func() time.Duration { return now }})
	if err != nil {
		t.Fatal(err)
	}
	var heard []int16
	pcm := make([]int16, each*opus.Rate/1000)
	for _, p := range sent {
		now += time.Duration(each) * time.Millisecond
		b.Push(jitter.Packet{PT: p.PayloadType, Seq: p.SequenceNumber, TS: p.Timestamp, SSRC: 1, Payload: p.Payload}, now)
		b.Pull(pcm)
		heard = append(heard, pcm...)
	}
	return heard
}

func TestSeatGetsTheCodingItAskedFor(t *testing.T) {
	s := newSpeaking()
	var sent []rtp.Packet
	write := func(p *rtp.Packet) {
		sent = append(sent, rtp.Packet{Header: p.Header, Payload: slices.Clone(p.Payload)})
	}
	g := tone.New(alawRate, -10, 700)
	pcm, alaw := make([]int16, frameSamples), make([]byte, frameSamples)
	in := rtp.Header{Version: 2, PayloadType: voiceline.PayloadALaw, SequenceNumber: 40000}
	say := func(n int) {
		for range n {
			g.Fill(pcm)
			g711.EncodeALaw(alaw, pcm)
			h := in
			in.SequenceNumber++
			in.Timestamp += frameSamples
			s.take(&rtp.Packet{Header: h, Payload: alaw}, write)
		}
	}
	last := uint16(39999)
	check := func(pt uint8, packets int) {
		t.Helper()
		if len(sent) != packets {
			t.Fatalf("%d packets of %d", len(sent), packets)
		}
		for _, p := range sent {
			if last++; p.SequenceNumber != last || p.PayloadType != pt {
				t.Fatalf("number %d, type %d; want %d, %d", p.SequenceNumber, p.PayloadType, last, pt)
			}
		}
	}
	say(10)
	check(voiceline.PayloadALaw, 10)
	for _, each := range []int{20, 40, 60} {
		sent = nil
		s.ask(adapt.Coding{Opus: true, Packet: time.Duration(each) * time.Millisecond, Bitrate: 16000})
		say(60)
		check(voiceline.PayloadOpus, 60*20/each)
		if l := tone.Level(play(t, sent, each)[opus.Rate/4:], opus.Rate, 700); l < -12 || l > -8 {
			t.Fatalf("%d ms: the tone is at %.1f dBFS", each, l)
		}
		sent = nil
		s.ask(adapt.Plain())
		say(10)
		check(voiceline.PayloadALaw, 10)
	}
}

// TestHolesOfTheTrunkAreNoHolesOfTheSeatsLine: what the telephone network
// loses is filled before it is coded, so that the seat's reports tell of the
// seat's line only.
func TestHolesOfTheTrunkAreNoHolesOfTheSeatsLine(t *testing.T) {
	s := newSpeaking()
	s.ask(adapt.Coding{Opus: true, Packet: frameTime, Bitrate: 24000})
	var numbers []uint16
	var stamps []uint32
	write := func(p *rtp.Packet) {
		numbers, stamps = append(numbers, p.SequenceNumber), append(stamps, p.Timestamp)
	}
	alaw := bytes.Repeat([]byte{g711.SilenceALaw}, frameSamples)
	for i := range 100 {
		if i%7 == 3 || i == 50 || i == 51 {
			continue
		}
		s.take(&rtp.Packet{Header: rtp.Header{SequenceNumber: uint16(i), Timestamp: uint32(i * frameSamples)}, Payload: alaw}, write)
	}
	s.take(&rtp.Packet{Header: rtp.Header{SequenceNumber: 20, Timestamp: 20 * frameSamples}, Payload: alaw}, write)
	if len(numbers) != 100 {
		t.Fatalf("%d packets of 100", len(numbers))
	}
	for i := 1; i < len(numbers); i++ {
		if numbers[i] != numbers[i-1]+1 || stamps[i] != stamps[i-1]+960 {
			t.Fatalf("packet %d: %d after %d, %d after %d", i, numbers[i], numbers[i-1], stamps[i], stamps[i-1])
		}
	}
}

func TestAskingIsParsed(t *testing.T) {
	l := &Line{speaking: newSpeaking()}
	want := adapt.Coding{Opus: true, Packet: 60 * time.Millisecond, Bitrate: 12000, FEC: true, Expected: 20}
	b := want.Bytes()
	l.asked(&rtcp.ApplicationDefined{Name: "OTHR", Data: b[:]})
	l.asked(&rtcp.ApplicationDefined{Name: voiceline.AskName, Data: []byte{9, 9, 9, 9}})
	l.asked(&rtcp.ReceiverReport{})
	if got := *l.speaking.want.Load(); got != adapt.Plain() {
		t.Fatalf("asked for nothing, got %+v", got)
	}
	l.asked(&rtcp.ApplicationDefined{Name: voiceline.AskName, Data: b[:]})
	if got := *l.speaking.want.Load(); got != want {
		t.Fatalf("asked for %+v, got %+v", want, got)
	}
}

// TestASeatIsToldThatItsVoiceQueues: and what comes of it a second, with all
// headers; of an even line nothing is said.
func TestASeatIsToldThatItsVoiceQueues(t *testing.T) {
	const packetBits = 8 * (160 + 20 + 8 + 12 + 16)
	for _, apart := range []time.Duration{20 * time.Millisecond, 27 * time.Millisecond, 54 * time.Millisecond} {
		told := 0
		l := &Line{wire: wire{tell: func(p *rtcp.ApplicationDefined) {
			if w, ok := adapt.ParseWidth(p.Data); ok && p.Name == voiceline.WidthName && told == 0 {
				told = w
			}
		}}}
		p := rtp.Packet{Header: rtp.Header{PayloadType: voiceline.PayloadALaw}, Payload: make([]byte, 160)}
		for n := range 50 {
			p.Timestamp = uint32(160 * n)
			l.measure(&p, time.Duration(n)*apart)
		}
		want := int(packetBits * time.Second / apart)
		switch {
		case apart == frameTime && told != 0:
			t.Errorf("told %d of an even line", told)
		case apart > frameTime && (told < want*95/100 || told > want*105/100):
			t.Errorf("a packet each %v: told %d bit/s, want %d", apart, told, want)
		}
	}
}

func always() bool { return true }

// TestNobodyListens: a line that waits for a call is counted and keeps no
// buffer; whoever comes hears it from there, and again after a while without.
func TestNobodyListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept record
		wanted := false
		h := newHearing(time.Now, func() bool { return wanted }, kept.add)
		defer h.close()
		k := newTalker(t, opus.Settings{Bitrate: 16000, Complexity: 5})
		pcm := make([]int16, opus.Rate/50)
		say := func(frames int) {
			for range frames {
				h.take(k.opus(pcm), time.Now())
				wait(frameTime)
			}
		}
		say(20)
		if len(kept.all()) > 0 || h.sound != nil {
			t.Fatal("what nobody wanted was handed on, or kept a buffer")
		}
		if f := h.figures(); f.Codec != "Opus" || f.Loss != 0 || f.Missing != 0 {
			t.Fatalf("the line is not counted: %+v", f)
		}
		for range 2 {
			before := len(kept.all())
			wanted = true
			say(10)
			wanted = false
			wait(time.Second)
			kept.all()[before:].follow(t)
			if n := len(kept.all()) - before; n < 10 {
				t.Fatalf("%d frames of 10", n)
			}
			say(10)
		}
	})
}
