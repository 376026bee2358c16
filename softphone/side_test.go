package softphone

import (
	"testing"
)

// TestSideTone: the ear gets the microphone 20 dB down, a block late at most,
// and nothing of it when nobody else hears the agent or the rates differ.
func TestSideTone(t *testing.T) {
	live := true
	s := newSideTone(20, func() bool { return live })
	s.rate.Store(48000)
	say := func(v float32) {
		block := make([]float32, 480)
		for i := range block {
			block[i] = v
		}
		s.say(block)
	}
	hear := func(rate int) float32 {
		out := make([]float32, 480)
		out[479] = 0.99
		s.hear(out, rate)
		if out[479] > 1 {
			t.Fatalf("%v is beyond full scale", out[479])
		}
		return out[0]
	}
	say(0.5)
	if got := hear(48000); got < 0.049 || got > 0.051 {
		t.Fatalf("0.5 is heard as %v", got)
	}
	if got := hear(48000); got != 0 {
		t.Fatalf("%v is heard of nothing", got)
	}
	for _, v := range []float32{0.1, 0.2, 0.3, 0.4} {
		say(v)
	}
	if got := hear(48000); got < 0.029 {
		t.Fatalf("what waited for three blocks is heard: %v", got)
	}
	say(0.5)
	if got := hear(44100); got != 0 {
		t.Fatalf("at another rate %v is heard", got)
	}
	s.set(0)
	say(0.5)
	if got := hear(48000); got != 0 {
		t.Fatalf("switched off, %v is heard", got)
	}
	s.set(14)
	say(0.5)
	if got := hear(48000); got < 0.0995 || got > 0.1 {
		t.Fatalf("14 dB down, 0.5 is heard as %v", got)
	}
	live = false
	say(0.5)
	if got := hear(48000); got != 0 {
		t.Fatalf("a muted agent hears %v", got)
	}
	if off := newSideTone(0, func() bool { return true }); off.gain.Load() != 0 {
		t.Fatal("off is on")
	}
}
