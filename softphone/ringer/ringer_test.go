package ringer

import (
	"testing"

	"zuoxi/media/tone"
)

const rate = 16000

func ms(n int) int { return rate * n / 1000 }

func TestCadence(t *testing.T) {
	t.Parallel()
	r := New(rate)
	r.Set(true)
	out := make([]int16, ms(3400))
	for at := 0; at < len(out); at += 333 {
		r.Mix(out[at:min(len(out), at+333)])
	}
	for _, c := range []struct {
		name     string
		from, to int
		hz       float64
		on       bool
	}{
		{"first tone", 50, 350, firstHz, true},
		{"not the second yet", 50, 350, secondHz, false},
		{"second tone", 450, 750, secondHz, true},
		{"pause", 850, 2950, firstHz, false},
		{"again", 3050, 3350, firstHz, true},
	} {
		if got := tone.Level(out[ms(c.from):ms(c.to)], rate, c.hz); (got > -30) != c.on {
			t.Errorf("%s: %.0f Hz at %.1f dBFS", c.name, c.hz, got)
		}
	}
}

func TestSwitch(t *testing.T) {
	t.Parallel()
	r := New(rate)
	silent := make([]int16, ms(400))
	r.Mix(silent)
	for _, v := range silent {
		if v != 0 {
			t.Fatal("rings without being switched on")
		}
	}
	// Switched off in the middle and on again, it begins at its beginning.
	r.Set(true)
	r.Mix(make([]int16, ms(1500)))
	r.Set(false)
	r.Mix(make([]int16, ms(10)))
	r.Set(true)
	out := make([]int16, ms(300))
	r.Mix(out)
	if got := tone.Level(out, rate, firstHz); got < -30 {
		t.Fatalf("the second ring starts at %.1f dBFS", got)
	}
}

func TestMixAddsAndLimits(t *testing.T) {
	t.Parallel()
	r := New(rate)
	r.Set(true)
	out := make([]int16, ms(400))
	for i := range out {
		out[i] = 32767
	}
	r.Mix(out)
	for _, v := range out {
		if v < 0 {
			t.Fatal("the sum ran over")
		}
	}
}

func TestNoAllocation(t *testing.T) {
	r := New(rate)
	r.Set(true)
	out := make([]int16, 160)
	if n := testing.AllocsPerRun(500, func() { r.Mix(out) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
