package adapt

import (
	"math/rand/v2"
	"testing"
	"time"
)

const ms = time.Millisecond

func steps(c *Controller, n int, s Sample) (d Decision) {
	for range n {
		d = c.Step(s)
	}
	return d
}

func TestGoodLineKeepsALaw(t *testing.T) {
	d := steps(New(), 600, Sample{Up: 0.005, Down: 0.002, RTT: 20 * ms})
	if d.Send != Plain() || d.Ask != Plain() || d.Narrow != 0 {
		t.Fatalf("%+v", d)
	}
}

func TestLossIsAnsweredWhereItHappens(t *testing.T) {
	for _, k := range []struct {
		loss     float64
		opus     bool
		expected int
		within   int
	}{{0.005, false, 0, 20}, {0.05, true, 5, 3}, {0.1, true, 10, 5}, {0.2, true, 10, 3}} {
		c := New()
		d := steps(c, k.within, Sample{Up: k.loss, RTT: 30 * ms})
		if d.Send.Opus != k.opus || d.Send.FEC != k.opus || d.Send.Expected != k.expected || d.Ask != Plain() {
			t.Errorf("%.1f %% lost: %+v", 100*k.loss, d)
		}
		if d.Send.Opus && d.Send.Packet != 20*ms {
			t.Errorf("%.1f %% lost: a wide link gets packets of %v", 100*k.loss, d.Send.Packet)
		}
		if d = steps(c, 40, Sample{RTT: 30 * ms}); d.Send != Plain() {
			t.Errorf("%.1f %% lost, then none: %+v", 100*k.loss, d.Send)
		}
	}
}

func TestLevelsDoNotFlutter(t *testing.T) {
	c := New()
	last, changes := c.Step(Sample{}).Send, 0
	for i := range 600 {
		s := Sample{Up: 0.03, RTT: 30 * ms}
		if i%2 == 0 {
			s.Up = 0.13 // around the bound of heavy loss
		}
		if now := c.Step(s).Send; now != last {
			last = now
			changes++
		}
	}
	if changes > 6 {
		t.Fatalf("%d changes in ten minutes", changes)
	}
}

// link is a narrow link with a queue of half a second: what does not fit waits
// and then falls out.
type link struct{ rate, queued float64 }

func (l *link) second(c Coding) Sample {
	sent := float64(c.WireRate())
	l.queued += sent - l.rate
	lost := max(0, l.queued-l.rate/2)
	l.queued = min(l.rate/2, max(0, l.queued))
	return Sample{Up: lost / sent, Down: lost / sent, RTT: 40*ms + time.Duration(l.queued/l.rate*float64(time.Second))}
}

func TestNarrowLinkFindsItsRung(t *testing.T) {
	for _, k := range []struct {
		rate  float64
		most  int
		least int
	}{{200e3, 0, 0}, {64e3, 2, 0}, {32e3, 3, 1}, {20e3, 3, 2}} {
		c, l := New(), &link{rate: k.rate}
		now, over := Plain(), 0
		for i := range 300 {
			d := c.Step(l.second(now))
			now = d.Send
			if i > 30 && float64(now.WireRate()) > k.rate {
				over++
			}
			if i == 30 && (d.Narrow < k.least || d.Narrow > k.most) {
				t.Errorf("%.0f kbit/s: rung %d after 30 s", k.rate/1000, d.Narrow)
			}
		}
		if over > 60 {
			t.Errorf("%.0f kbit/s: %d s of 270 above what the link carries", k.rate/1000, over)
		}
	}
}

// TestChanceIsNoNarrowLink: a line that loses a fifth of 50 packets a second by
// chance loses a third of them in some seconds, and carries no more with fewer.
func TestChanceIsNoNarrowLink(t *testing.T) {
	narrowed := 0
	const lines, seconds = 200, 60
	for seed := range uint64(lines) {
		r := rand.New(rand.NewPCG(seed, 0))
		lost := func() float64 {
			n := 0
			for range 50 {
				if r.Float64() < 0.2 {
					n++
				}
			}
			return float64(n) / 50
		}
		c := New()
		for range seconds {
			if d := c.Step(Sample{Up: lost(), Down: lost(), RTT: 20 * ms}); d.Narrow > 0 {
				narrowed++
				break
			}
		}
	}
	if narrowed > lines/50 {
		t.Errorf("%d of %d lines were taken for narrow", narrowed, lines)
	}
}

// TestNoRoomForALaw: a line with a short queue that drops what A-law takes too
// much, and nothing of Opus, is not tried with A-law again and again.
func TestNoRoomForALaw(t *testing.T) {
	c, tries, was := New(), 0, true
	const seconds = 600
	for range seconds {
		s := Sample{RTT: 20 * ms}
		if !was {
			s.Up, s.Down = 0.26, 0.26
		}
		d := c.Step(s)
		if was && !d.Send.Opus {
			tries++
		}
		was = d.Send.Opus
	}
	if tries < 2 || tries > 5 {
		t.Errorf("A-law was tried %d times in %d s", tries, seconds)
	}
}

// TestFoundIsKept: what was found is answered at once, kept, and tried again
// only after a while, and then later each time.
func TestFoundIsKept(t *testing.T) {
	for _, k := range []struct {
		width, narrow int
		opus          bool
	}{{200_000, 0, false}, {64_000, 0, true}, {40_000, 1, true}, {32_000, 2, true}, {20_000, 3, true}, {5_000, 3, true}} {
		c := New()
		steps(c, 3, Sample{RTT: 20 * ms})
		d := c.Found(k.width)
		if d.Narrow != k.narrow || d.Send.Opus != k.opus || d.Ask != d.Send {
			t.Errorf("%d bit/s: %+v", k.width, d)
		}
		if d.Narrow < len(rungs)-1 && d.Send.WireRate()+forScreen > k.width {
			t.Errorf("%d bit/s: %+v takes %d", k.width, d.Send, d.Send.WireRate())
		}
		if later := steps(c, retryAfter, Sample{RTT: 20 * ms}); later.Send != d.Send {
			t.Errorf("%d bit/s: %+v soon became %+v", k.width, d.Send, later.Send)
		}
	}
	c := New()
	c.Found(26_000) // beside other traffic
	c.Found(32_000)
	if d := c.Found(25_000); d.Narrow != 2 {
		t.Errorf("of what is found meanwhile the most counts: %+v", d)
	}
	if d := steps(c, staleSteps, Sample{Up: 0.5, Down: 0.5, RTT: 20 * ms}); d.Send.FEC || d.Up != Clean {
		t.Errorf("what the queue lost is taken for chance: %+v", d)
	}
	c, tries := New(), 0
	for range 1800 {
		if d := c.Step(Sample{RTT: 20 * ms}); !d.Send.Opus {
			tries++
			c.Found(64_000)
		}
	}
	if tries < 3 || tries > 7 {
		t.Errorf("A-law was tried %d times in half an hour", tries)
	}
}

// One call fits into 32 kbit/s beside the screen.
func TestThinRungsLeaveRoom(t *testing.T) {
	for _, r := range rungs[2:] {
		c := Coding{Opus: true, Packet: r.packet, Bitrate: r.bitrate}
		if got := c.WireRate(); got > 32000-forScreen {
			t.Errorf("%d bit/s of Opus take %d of the link", r.bitrate, got)
		}
	}
}

func TestMovedForgetsThePath(t *testing.T) {
	c := New()
	steps(c, 10, Sample{RTT: 10 * ms})
	c.Moved()
	if d := steps(c, 60, Sample{RTT: 400 * ms}); d.Narrow != 0 {
		t.Fatalf("a longer path is taken for a narrow one: %+v", d)
	}
}

func TestBytes(t *testing.T) {
	c := New()
	for i := range 200 {
		d := c.Step(Sample{Up: float64(i%40) / 100, RTT: time.Duration(i%50*10) * ms})
		if got, ok := Parse(sliced(d.Send.Bytes())); !ok || got != d.Send {
			t.Fatalf("%+v came back as %+v, %v", d.Send, got, ok)
		}
	}
	for _, b := range [][]byte{nil, {1, 20, 24}, {1, 30, 24, 0}, {1, 20, 5, 0}, {1, 20, 29, 0}, {4, 20, 24, 0}, {1, 20, 24, 101}} {
		if c, ok := Parse(b); ok {
			t.Errorf("% x is taken for %+v", b, c)
		}
	}
}

func sliced(b [4]byte) []byte { return b[:] }

func TestOnly(t *testing.T) {
	opus := Coding{Opus: true, Packet: 60 * time.Millisecond, Bitrate: 8000, FEC: true, Expected: 20}
	wide := Coding{Opus: true, Packet: 20 * time.Millisecond, Bitrate: 28000}
	for _, c := range []struct {
		only     Only
		in, want Coding
	}{
		{Any, Plain(), Plain()}, {Any, opus, opus},
		{OnlyALaw, Plain(), Plain()}, {OnlyALaw, opus, Plain()},
		{OnlyOpus, Plain(), wide}, {OnlyOpus, opus, opus},
	} {
		if got := c.only.Hold(c.in); got != c.want {
			t.Errorf("%d: %+v became %+v", c.only, c.in, got)
		}
	}
}
