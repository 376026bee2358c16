package jitter

import (
	"errors"
	"go/parser"
	"go/token"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zuoxi/media/level"
	"zuoxi/media/mediatest"
	"zuoxi/media/opus"
	"zuoxi/media/tone"
)

func sine(rate int, hz, seconds float64) []int16 {
	pcm := make([]int16, int(seconds*float64(rate)))
	tone.New(rate, -10, hz).Fill(pcm)
	return pcm
}

// An hour of clocks that disagree by 200 ppm either way: 720 ms between them,
// and the depth does not move.
func TestDriftForAnHour(t *testing.T) {
	t.Parallel()
	pcm, _ := mediatest.Speech(8000, 60, 9)
	for _, c := range []struct{ send, play float64 }{{200, 0}, {-100, 100}} {
		jitter := uniform(4, 2*time.Millisecond)
		s := &sim{t: t, said: pcm, seconds: 3600, sendPPM: c.send, playPPM: c.play, delay: jitter}
		least, most := math.Inf(1), 0.0
		s.observe = func(at time.Duration, _ []int16) {
			if st := s.buffer.Stats(); at > 2*time.Minute {
				least, most = min(least, st.DepthMS), max(most, st.DepthMS)
			}
		}
		s.run()
		st := s.buffer.Stats()
		t.Logf("%+v ppm: depth %.1f to %.1f ms, drift measured %.1f ppm, concealed %.5f, stretched %d samples", c, least, most, st.DriftPPM, st.ConcealedShare(), st.Stretched)
		if most > 30 || most-least > 16 {
			t.Errorf("%+v ppm: depth wanders between %.1f and %.1f ms", c, least, most)
		}
		if math.Abs(st.DriftPPM-(c.send-c.play)) > 10 {
			t.Errorf("%+v ppm measured as %.1f", c, st.DriftPPM)
		}
		if st.ConcealedShare() > 0.0005 || st.Lost > 0 {
			t.Errorf("%+v ppm: %.5f concealed, %d lost", c, st.ConcealedShare(), st.Lost)
		}
	}
}

// Packets come 80 ms later for two seconds, then as before.
func TestGrowsAtOnceShrinksWithinSeconds(t *testing.T) {
	pcm, _ := mediatest.Speech(8000, 25, 2)
	late := func(_ int, at time.Duration) time.Duration {
		if at > 5*time.Second && at < 7*time.Second && at%(100*time.Millisecond) < 40*time.Millisecond {
			return 85 * time.Millisecond
		}
		return 5 * time.Millisecond
	}
	s := &sim{t: t, said: pcm, delay: late}
	depth := map[int]float64{}
	s.observe = func(at time.Duration, _ []int16) { depth[int(at/time.Second)] = s.buffer.Stats().DepthMS }
	s.run()
	st := s.buffer.Stats()
	t.Logf("depth after 4 s %.0f, 7 s %.0f, 13 s %.0f, 18 s %.0f ms; %+v", depth[4], depth[7], depth[13], depth[18], st)
	if depth[4] > 20 || depth[7] < 50 || depth[18] > 25 {
		t.Errorf("depth after 4 s %.0f, 7 s %.0f, 18 s %.0f ms", depth[4], depth[7], depth[18])
	}
	if st.Late > 8 || st.ConcealedShare() > 0.01 {
		t.Errorf("%d late, %.4f concealed", st.Late, st.ConcealedShare())
	}
}

func TestDoubledAndOvertaken(t *testing.T) {
	pcm := sine(8000, 440, 5)
	s := &sim{t: t, said: pcm}
	s.delay = func(i int, _ time.Duration) time.Duration {
		if i > 20 && i%2 == 0 {
			return 27 * time.Millisecond
		}
		return 5 * time.Millisecond
	}
	s.defaults()
	s.run()
	st := s.buffer.Stats()
	if st.Lost != 0 || st.Late > 3 {
		t.Errorf("overtaking: %+v", st)
	}
	b := s.buffer
	before := b.Stats()
	p := Packet{PT: 8, Seq: 7, TS: 1, SSRC: 77, Payload: make([]byte, 160)}
	out := make([]int16, 80)
	for range 5 {
		b.Push(p, s.now)
		b.Pull(out)
	}
	if st := b.Stats(); st.Duplicate-before.Duplicate != 4 {
		t.Errorf("doubles: %+v", st)
	}
}

// A new source, a new sequence and a new timestamp each go on within a packet
// or two, without the old packets coming back.
func TestJumps(t *testing.T) {
	pcm := sine(8000, 440, 10)
	for name, tweak := range map[string]func(i int, p *Packet){
		"ssrc": func(i int, p *Packet) {
			if i >= 100 {
				p.SSRC, p.Seq, p.TS = 99, p.Seq+31000, p.TS+1<<30
			}
		},
		"sequence": func(i int, p *Packet) {
			if i >= 100 {
				p.Seq += 20000
			}
		},
		"timestamp forwards": func(i int, p *Packet) {
			if i >= 100 {
				p.TS += 1 << 28
			}
		},
		"timestamp backwards": func(i int, p *Packet) {
			if i >= 100 {
				p.TS -= 1 << 28
			}
		},
		"µ-law": func(i int, p *Packet) {
			if i >= 100 {
				p.PT = 0
				for k := range p.Payload {
					p.Payload[k] = 0xFF
				}
			}
		},
	} {
		s := &sim{t: t, said: pcm, tweak: tweak}
		s.run()
		st := s.buffer.Stats()
		if st.ConcealedShare() > 0.006 || st.DepthMS > 40 || st.Late > 0 {
			t.Errorf("%s: %+v", name, st)
		}
	}
}

// The codec changes packet by packet, its RTP clock with it.
func TestCodecSwitch(t *testing.T) {
	pcm, _ := mediatest.Speech(8000, 20, 3)
	codec := func(i int) uint8 { return [...]uint8{8, 111, 0}[i/50%3] }
	s := &sim{t: t, said: pcm, codec: codec, opus: opus.Settings{Bitrate: 24000, Complexity: 5}}
	heard := s.run()
	st := s.buffer.Stats()
	if _, estoi := align(pcm, heard); estoi < 0.85 {
		t.Errorf("ESTOI %.3f", estoi)
	}
	if st.Lost != 0 || st.Late != 0 || st.ConcealedShare() > 0.002 || st.DepthMS > 30 || st.Restarts != 0 {
		t.Errorf("%+v", st)
	}
}

func TestSixteenKilohertz(t *testing.T) {
	pcm, _ := mediatest.Speech(16000, 15, 3)
	for _, pt := range []uint8{8, 111} {
		s := &sim{t: t, rate: 16000, said: pcm, codec: always(pt), lose: random(5, 0.03)}
		heard := s.run()
		st := s.buffer.Stats()
		loudest := level.RMS(heard)
		if st.DepthMS > 40 || st.ConcealedShare() > 0.06 || loudest < level.RMS(pcm)-3 {
			t.Errorf("PT %d: %.1f dBFS, %+v", pt, loudest, st)
		}
	}
	// A-law at twice its rate stays a clean tone.
	s := &sim{t: t, rate: 16000, said: sine(16000, 400, 4)}
	heard := s.run()
	if l := tone.Level(heard[32000:48000], 16000, 400); math.Abs(l+10) > 0.5 {
		t.Errorf("400 Hz comes out at %.1f dBFS", l)
	}
	if jump := mediatest.SteepestStep(heard[32000:]); jump > 10400*2*400*22/7/16000*2 {
		t.Errorf("a step of %d", jump)
	}
}

// A sender that stops in pauses (or sends comfort noise) has lost nothing.
func TestSilenceSuppression(t *testing.T) {
	pcm, spans := mediatest.Speech(8000, 20, 6)
	speaks := func(i int) bool {
		return slices.ContainsFunc(spans, func(s mediatest.Span) bool { return s.From < (i+1)*160 && i*160 < s.To })
	}
	seq := uint16(0)
	s := &sim{t: t, said: pcm, delay: uniform(2, 15*time.Millisecond)}
	s.lose = func(i int, _ time.Duration) bool { return !speaks(i) && i > 0 && !speaks(i-1) }
	s.tweak = func(i int, p *Packet) {
		if speaks(i) || i == 0 {
			seq++
		} else if speaks(i - 1) {
			seq++
			p.PT, p.Payload = comfortNoise, []byte{60}
		}
		p.Seq = seq
	}
	heard := s.run()
	st := s.buffer.Stats()
	if st.Lost != 0 || st.ConcealedShare() > 0.02 {
		t.Errorf("%+v", st)
	}
	if _, estoi := align(pcm, heard); estoi < 0.85 {
		t.Errorf("ESTOI %.3f", estoi)
	}
	pause := heard[spans[1].To+2400 : spans[1].To+3000]
	if l := level.RMS(pause); l > -45 || l < -85 {
		t.Errorf("a pause is filled with %.1f dBFS", l)
	}
}

// Key presses take sequence numbers; they are not lost sound.
func TestEventsAreNotLoss(t *testing.T) {
	s := &sim{t: t, said: sine(8000, 300, 6)}
	s.tweak = func(i int, p *Packet) {
		if i%100 > 50 && i%100 < 61 {
			p.PT, p.Payload = 101, []byte{5, 10, 0, 160}
		}
	}
	s.run()
	if st := s.buffer.Stats(); st.Lost != 0 || st.Unknown != 0 || st.Late != 0 {
		t.Errorf("%+v", st)
	}
}

// Nothing for 1, 5 and 30 s; afterwards the sound is there and no later than
// before, whether the packets of the gap were lost or come all at once.
func TestBlackout(t *testing.T) {
	for _, gap := range []time.Duration{time.Second, 5 * time.Second, 30 * time.Second} {
		for _, burst := range []bool{false, true} {
			const from = 4 * time.Second
			dark := func(at time.Duration) bool { return at > from && at < from+gap }
			s := &sim{t: t, said: sine(8000, 350, 4), seconds: (from + gap).Seconds() + 12}
			if burst {
				s.delay = func(_ int, at time.Duration) time.Duration {
					if dark(at) {
						return from + gap - at + 5*time.Millisecond
					}
					return 5 * time.Millisecond
				}
			} else {
				s.lose = func(_ int, at time.Duration) bool { return dark(at) }
			}
			back, end := []int16(nil), 0.0
			s.observe = func(at time.Duration, out []int16) {
				if at > from+gap+200*time.Millisecond && len(back) < 4000 {
					back = append(back, out...)
				}
				end = s.buffer.Stats().DepthMS
			}
			s.run()
			if l := tone.Level(back, 8000, 350); l < -11 {
				t.Errorf("%v, burst %v: 200 ms later the tone is at %.1f dBFS", gap, burst, l)
			}
			if end > 30 {
				t.Errorf("%v, burst %v: depth afterwards %.1f ms", gap, burst, end)
			}
		}
	}
}

func TestReset(t *testing.T) {
	s := &sim{t: t, said: sine(8000, 350, 2)}
	s.run()
	b := s.buffer
	for i := range uint16(20) {
		b.Push(Packet{PT: 8, Seq: i, TS: uint32(i) * 160, SSRC: 5, Payload: make([]byte, 160)}, s.now)
	}
	b.Reset()
	out := make([]int16, 160)
	b.Pull(out)
	if level.RMS(out[16:]) != level.Floor || len(b.player.fifo) != 0 {
		t.Error("there is still sound after Reset")
	}
	loud := make([]byte, 160)
	b.Push(Packet{PT: 8, Seq: 500, TS: 80000, SSRC: 5, Payload: loud}, s.now)
	b.Pull(out)
	if level.RMS(out) < -20 {
		t.Error("the first packet after Reset is not played")
	}
}

func TestPullOfAnyLength(t *testing.T) {
	for _, ms := range []float64{1, 2.5, 10, 20, 33, 100} {
		s := &sim{t: t, said: sine(8000, 350, 6), pullMS: ms}
		heard := s.run()
		tail := heard[len(heard)-8000:]
		if l := tone.Level(tail, 8000, 350); math.Abs(l+10) > 0.3 {
			t.Errorf("pulls of %v ms: %.1f dBFS, %+v", ms, l, s.buffer.Stats())
		}
	}
	s := &sim{t: t, said: sine(8000, 350, 1)}
	s.defaults()
	s.buffer.Pull(nil)
}

func TestConfig(t *testing.T) {
	for _, c := range []Config{
		{Rate: 44100},
		{Rate: 8000, Codecs: map[uint8]Codec{200: PCMA()}},
		{Rate: 8000, Codecs: map[uint8]Codec{8: {Name: "none"}}},
	} {
		if _, err := New(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	b, err := New(Config{Rate: 8000, Codecs: map[uint8]Codec{8: PCMA()}})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]int16, 80)
	for i := range uint16(200) {
		b.Push(Packet{PT: 8, Seq: i, Payload: make([]byte, 160)}, Now())
	}
	b.Push(Packet{PT: 8, Payload: make([]byte, 5000)}, Now())
	b.Push(Packet{PT: 50, Payload: make([]byte, 50)}, Now())
	b.Pull(out)
	if st := b.Stats(); st.Refused != 200-ringSize+2 || st.Codec != "PCMA" {
		t.Errorf("%+v", st)
	}
}

func TestNoAllocation(t *testing.T) {
	for _, pt := range []uint8{8, 111} {
		pcm, _ := mediatest.Speech(8000, 10, 1)
		s := &sim{t: t, said: pcm, codec: always(pt), opus: opus.Settings{Bitrate: 24000, FEC: true, ExpectedLoss: 20, Complexity: 5}}
		s.defaults()
		enc, err := opus.NewEncoder(s.opus)
		if err != nil {
			t.Fatal(err)
		}
		from := &sender{sim: s, enc: enc}
		var packets []Packet
		for range 400 {
			p, _ := from.next()
			packets = append(packets, p)
		}
		out, i := make([]int16, 80), 0
		allocs := testing.AllocsPerRun(700, func() {
			s.now += 10 * time.Millisecond
			if i%2 == 0 && i%14 != 0 {
				s.buffer.Push(packets[i/2], s.now)
			}
			s.buffer.Pull(out)
			s.buffer.Stats()
			i++
		})
		if st := s.buffer.Stats(); allocs != 0 || st.Concealed == 0 {
			t.Errorf("PT %d: %v allocations, %+v", pt, allocs, st)
		}
	}
}

// No lock and no channel anywhere in the package's own code: what blocks in
// an audio callback clicks in an ear.
func TestNothingBlocks(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range tree.Imports {
			if i.Path.Value == `"sync"` {
				t.Errorf("%s imports sync", f.Name())
			}
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"make(chan", "<-", "select {", "go func", "time.NewTicker", "time.Sleep"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s uses %q", f.Name(), word)
			}
		}
	}
}

// Push, Pull, Reset and Stats at once, for the race detector.
func TestConcurrentUse(t *testing.T) {
	codecs, err := Telephone(8000)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Config{Rate: 8000, Codecs: codecs})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for i := range uint16(3000) {
			b.Push(Packet{PT: 8, Seq: i, TS: uint32(i) * 160, Payload: make([]byte, 160)}, Now())
		}
	})
	all.Go(func() {
		for range 100 {
			b.Reset()
			b.Stats()
		}
	})
	out := make([]int16, 160)
	for range 3000 {
		b.Pull(out)
	}
	all.Wait()
}

func FuzzStream(f *testing.F) {
	f.Add([]byte{8, 0, 1, 0, 160, 20, 111, 0, 2, 1, 64, 9})
	f.Add([]byte{13, 0, 1, 0, 160, 20, 101, 0, 2, 1, 64, 9, 8, 255, 255, 255, 255, 3})
	f.Fuzz(func(t *testing.T, script []byte) {
		codecs, err := Telephone(8000)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Duration(0)
		b, err := New(Config{Rate: 8000, Codecs: codecs, Events: []uint8{101}, Now: func() time.Duration { return now }})
		if err != nil {
			t.Fatal(err)
		}
		out := make([]int16, 80)
		for len(script) >= 6 {
			c := script[:6]
			script = script[6:]
			n := min(int(c[5]), len(script))
			b.Push(Packet{
				PT: c[0], Seq: uint16(c[1])<<8 | uint16(c[2]), SSRC: uint32(c[3] >> 6),
				TS: uint32(c[3])<<16 | uint32(c[4])<<5, Payload: script[:n],
			}, now)
			now += time.Duration(c[5]) * time.Millisecond
			b.Pull(out)
		}
		if st := b.Stats(); st.Concealed > st.Played+maxFrame || st.Concealed < 0 {
			t.Fatalf("%+v", st)
		}
	})
}

func BenchmarkPull(b *testing.B) {
	codecs, err := Telephone(8000)
	if err != nil {
		b.Fatal(err)
	}
	buf, err := New(Config{Rate: 8000, Codecs: codecs})
	if err != nil {
		b.Fatal(err)
	}
	out, payload, i := make([]int16, 80), make([]byte, 160), uint16(0)
	b.ReportAllocs()
	for b.Loop() {
		if i%2 == 0 {
			buf.Push(Packet{PT: 8, Seq: i / 2, TS: uint32(i) * 80, Payload: payload}, time.Duration(i)*10*time.Millisecond)
		}
		i++
		buf.Pull(out)
	}
}
