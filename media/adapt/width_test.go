package adapt

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

const clock = 8000

// travel sends packets of a coding for some seconds and says when each comes;
// what is found is returned with the time of it.
func travel(c Coding, seconds int, arrives func(n int, left time.Duration, bits int) time.Duration) (width int, when time.Duration) {
	var w Width
	every := int(c.Packet / ms)
	payload := 8 * every
	if c.Opus {
		payload = c.Bitrate * every / 8000
	}
	type packet struct {
		n  int
		at time.Duration
	}
	var sent []packet
	for n := range 1000 * seconds / every {
		sent = append(sent, packet{n, arrives(n, time.Duration(n)*c.Packet, 8*payload+headerBits)})
	}
	slices.SortStableFunc(sent, func(a, b packet) int { return cmp.Compare(a.at, b.at) })
	for _, p := range sent {
		w.Add(uint32(p.n*every*clock/1000)-500, clock, payload, p.at)
		if found := w.Found(); found > 0 {
			return found, p.at
		}
	}
	return 0, 0
}

// TestWidthOfANarrowLink: what a link carries is known before half a second is
// lost in it, whatever is sent.
func TestWidthOfANarrowLink(t *testing.T) {
	for _, k := range []struct {
		send Coding
		rate int
	}{{Plain(), 80_000}, {Plain(), 64_000}, {Plain(), 32_000}, {rung(0), 32_000}, {rung(1), 20_000}, {rung(2), 16_000}} {
		r := rand.New(rand.NewPCG(1, 2))
		free := time.Duration(0)
		found, when := travel(k.send, 10, func(_ int, left time.Duration, bits int) time.Duration {
			free = max(free, left) + time.Duration(bits)*time.Second/time.Duration(k.rate)
			return free + 20*ms + time.Duration(r.IntN(5))*ms
		})
		if found < k.rate*9/10 || found > k.rate*11/10 {
			t.Errorf("%+v over %d bit/s: found %d", k.send, k.rate, found)
		}
		if when > 1600*ms {
			t.Errorf("%+v over %d bit/s: found after %v", k.send, k.rate, when)
		}
	}
}

// TestNoWidthWhereNothingQueues: jitter, a stall, a slow clock and a longer way
// are not a narrow link.
func TestNoWidthWhereNothingQueues(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	last := time.Duration(0)
	for what, arrives := range map[string]func(n int, left time.Duration, bits int) time.Duration{
		"even":              func(_ int, left time.Duration, _ int) time.Duration { return left },
		"jitter to 60 ms":   func(_ int, left time.Duration, _ int) time.Duration { return left + time.Duration(r.IntN(60))*ms },
		"jitter to 200 ms":  func(_ int, left time.Duration, _ int) time.Duration { return left + time.Duration(r.IntN(200))*ms },
		"clock 300 ppm off": func(_ int, left time.Duration, _ int) time.Duration { return left + left*3/10000 },
		"jitter in order": func(_ int, left time.Duration, _ int) time.Duration {
			last = max(last, left+time.Duration(r.IntN(60))*ms)
			return last
		},
		"a stall each second": func(n int, left time.Duration, _ int) time.Duration {
			return max(left, (left/time.Second)*time.Second+300*ms)
		},
		"messages of the screen": func(n int, left time.Duration, _ int) time.Duration {
			last = max(last, left) + 10*ms
			if m := n % 24; m == 0 || m == 3 || m == 6 || m == 9 {
				last += 50 * ms
			}
			return last
		},
		"a longer way": func(n int, left time.Duration, _ int) time.Duration { return left + time.Duration(n/100)*150*ms },
	} {
		last = 0
		if found, when := travel(Plain(), 60, arrives); found != 0 {
			t.Errorf("%s: found %d bit/s after %v", what, found, when)
		}
	}
}

// TestWidthAfterAnotherStream: numbers that begin anew, earlier or later, are
// a new stream.
func TestWidthAfterAnotherStream(t *testing.T) {
	for _, from := range []uint32{5_000_000, 1 << 31, 1 << 20} {
		var w Width
		w.Add(1<<30, clock, 160, 0)
		at, found := time.Duration(0), 0
		for n := range uint32(50) {
			at += 40 * ms
			w.Add(from+160*n, clock, 160, at)
			found = max(found, w.Found())
		}
		if want := (160*8 + headerBits) * 25; found < want*9/10 || found > want*11/10 {
			t.Errorf("from %d: found %d, want %d", from, found, want)
		}
	}
}

func TestWidthBytes(t *testing.T) {
	b := WidthBytes(64_000)
	if w, ok := ParseWidth(b[:]); w != 64_000 || !ok {
		t.Errorf("%d %v", w, ok)
	}
	for _, b := range [][]byte{nil, {1, 2, 3}, {0, 0, 0, 0}, {0xFF, 0, 0, 0}, {0, 0, 0, 1, 0}} {
		if w, ok := ParseWidth(b); ok {
			t.Errorf("% x is taken for %d", b, w)
		}
	}
}
