package gain

import (
	"math"
	"testing"

	"zuoxi/media/level"
	"zuoxi/media/mediatest"
	"zuoxi/media/tone"
)

func TestOffsetGoes(t *testing.T) {
	pcm := make([]int16, 16000)
	tone.New(8000, -20, 300).Fill(pcm)
	for i := range pcm {
		pcm[i] += 4000
	}
	New(8000).Process(pcm)
	sum := 0
	for _, v := range pcm[8000:] {
		sum += int(v)
	}
	if mean := sum / 8000; mean > 10 || mean < -10 {
		t.Errorf("an offset of %d is left", mean)
	}
	if l := tone.Level(pcm[8000:], 8000, 300); math.Abs(l+20) > 0.2 {
		t.Errorf("300 Hz comes out at %.2f dBFS", l)
	}
}

func TestQuietSpeechOnlyMoves(t *testing.T) {
	pcm, _ := mediatest.Speech(16000, 3, 1)
	got := append([]int16(nil), pcm...)
	s := New(16000)
	s.Process(got)
	if q := mediatest.ESTOI(pcm, got[s.Delay():], 16000); q < 0.995 {
		t.Errorf("ESTOI %.4f", q)
	}
}

func TestLimiterHoldsPeaks(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		pcm := make([]int16, rate)
		tone.New(rate, -6, 500).Fill(pcm)
		s := New(rate)
		s.SetGain(12)
		s.Process(pcm)
		steady := pcm[rate/2:]
		r := level.New(rate)
		r.Push(steady)
		if got := r.Read(); got.Clipped != 0 || got.Peak > -0.7 || got.Peak < -2.5 {
			t.Errorf("%d Hz: %+v", rate, got)
		}
		third := tone.Level(steady[:rate/10], rate, 1500)
		if fundamental := tone.Level(steady[:rate/10], rate, 500); third > fundamental-24 {
			t.Errorf("%d Hz: third harmonic at %.1f beside %.1f dBFS", rate, third, fundamental)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	s, pcm := New(8000), make([]int16, 160)
	if n := testing.AllocsPerRun(50, func() { s.Process(pcm) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
