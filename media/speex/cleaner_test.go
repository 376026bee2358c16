//go:build cgo && !nospeex

package speex

import (
	"errors"
	"slices"
	"testing"

	"zuoxi/media/level"
	"zuoxi/media/mediatest"
)

const rate = 16000

// room is what the microphone hears of the loudspeaker: 25 ms late, with
// three reflections.
func room(speaker []int16) []int16 {
	out := make([]int16, len(speaker))
	for _, r := range []struct {
		ms   int
		gain float64
	}{{25, 0.22}, {31, -0.09}, {47, 0.06}, {60, 0.03}} {
		for i := r.ms * rate / 1000; i < len(out); i++ {
			out[i] += int16(r.gain * float64(speaker[i-r.ms*rate/1000]))
		}
	}
	return out
}

func run(t *testing.T, c *Cleaner, mic, speaker []int16) []int16 {
	t.Helper()
	out := slices.Clone(mic)
	for at := 0; at+c.Frame() <= len(out); at += c.Frame() {
		if err := c.Process(out[at:at+c.Frame()], speaker[at:at+c.Frame()]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func cleaner(t *testing.T, o Options) *Cleaner {
	t.Helper()
	c, err := New(rate, 0, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// The far end speaks alone for 8 s, then both speak: the echo must go and the
// near voice must stay.
func TestEchoAndDoubleTalk(t *testing.T) {
	const both = 8 * rate
	speaker, _ := mediatest.Speech(rate, 16, 1)
	near, _ := mediatest.Speech(rate, 16, 22)
	clear(near[:both])
	echo := room(speaker)
	mic := make([]int16, len(near))
	for i := range mic {
		mic[i] = near[i]/2 + echo[i]
		near[i] /= 2
	}
	out := run(t, cleaner(t, Options{Echo: true}), mic, speaker)
	before, after := level.RMS(mic[both/2:both]), level.RMS(out[both/2:both])
	t.Logf("far end alone: echo from %.1f to %.1f dBFS", before, after)
	if after > before-20 {
		t.Errorf("far end alone: echo from %.1f to %.1f dBFS", before, after)
	}
	with := mediatest.ESTOI(near[both:], out[both:], rate)
	without := mediatest.ESTOI(near[both:], mic[both:], rate)
	t.Logf("both: ESTOI of the near voice %.3f, without cancelling %.3f, level %.1f of %.1f dBFS",
		with, without, level.RMS(out[both:]), level.RMS(near[both:]))
	if with < without || with < 0.75 || level.RMS(out[both:]) < level.RMS(near[both:])-4 {
		t.Errorf("both: ESTOI %.3f, without cancelling %.3f", with, without)
	}
}

func TestNoiseGoesDown(t *testing.T) {
	mic := mediatest.Noise(6*rate, -40, 1)
	out := run(t, cleaner(t, Options{Noise: true}), mic, make([]int16, len(mic)))
	if before, after := level.RMS(mic[3*rate:]), level.RMS(out[3*rate:]); after > before-10 {
		t.Errorf("noise from %.1f to %.1f dBFS", before, after)
	}
}

func TestGainLiftsAQuietVoice(t *testing.T) {
	mic, _ := mediatest.Speech(rate, 10, 3)
	for i := range mic {
		mic[i] /= 8
	}
	out := run(t, cleaner(t, Options{Gain: true}), mic, make([]int16, len(mic)))
	if before, after := level.RMS(mic[5*rate:]), level.RMS(out[5*rate:]); after < before+6 {
		t.Errorf("voice from %.1f to %.1f dBFS", before, after)
	}
}

func TestSwitching(t *testing.T) {
	c := cleaner(t, Options{})
	mic, _ := mediatest.Speech(rate, 3, 1)
	out := run(t, c, mic, mic)
	if !slices.Equal(out, mic) {
		t.Error("all off, but the sound is changed")
	}
	for _, o := range []Options{{Echo: true}, {Noise: true}, {Gain: true}, {Echo: true, Noise: true, Gain: true}} {
		c.Set(o)
		if c.Options() != o || slices.Equal(run(t, c, mic, mic), mic) {
			t.Errorf("%+v does nothing", o)
		}
	}
	c.Set(Options{})
	if !slices.Equal(run(t, c, mic, mic), mic) {
		t.Error("off again, but the sound is changed")
	}
	if err := c.Process(mic[:100], nil); !errors.Is(err, ErrFrame) {
		t.Error(err)
	}
	c.Close()
	if err := c.Process(mic[:160], nil); !errors.Is(err, ErrFrame) {
		t.Error(err)
	}
}

func TestNoAllocation(t *testing.T) {
	c := cleaner(t, Options{Echo: true, Noise: true, Gain: true})
	mic, _ := mediatest.Speech(rate, 1, 1)
	if n := testing.AllocsPerRun(100, func() { _ = c.Process(mic[:160], mic[160:320]) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkProcess(b *testing.B) {
	c, err := New(rate, 0, Options{Echo: true, Noise: true, Gain: true})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	mic, _ := mediatest.Speech(rate, 1, 1)
	for b.Loop() {
		_ = c.Process(mic[:160], mic[160:320])
	}
}
