package stretch

import (
	"math"
	"testing"

	"zuoxi/media/mediatest"
	"zuoxi/media/tone"
)

func play(s *Stretcher, src []int16) []int16 {
	var out []int16
	dst := make([]int16, 137)
	for {
		w, r := s.Process(dst, src[:min(len(src), 211)])
		out = append(out, dst[:w]...)
		src = src[r:]
		if w == 0 && len(src) == 0 {
			return out
		}
	}
}

func TestLengthAndPitch(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		pcm := make([]int16, rate*4)
		tone.New(rate, -6, 220).Fill(pcm)
		for _, speed := range []float64{0.8, 1, 1.25, 1.5, 2} {
			s := New(rate)
			s.SetSpeed(speed)
			out := play(s, pcm)
			if ratio := float64(len(pcm)) / float64(len(out)); math.Abs(ratio/speed-1) > 0.03 {
				t.Errorf("speed %v: %.3f times as fast", speed, ratio)
			}
			if l := tone.Level(out[rate/2:rate], rate, 220); math.Abs(l+6) > 1 {
				t.Errorf("speed %v at %d Hz: 220 Hz comes out at %.1f dBFS", speed, rate, l)
			}
			if got, natural := mediatest.SteepestStep(out), mediatest.SteepestStep(pcm); got > natural*3/2 {
				t.Errorf("speed %v: a step of %d where the tone has %d", speed, got, natural)
			}
		}
	}
}

func TestNormalSpeedKeepsSpeech(t *testing.T) {
	pcm, _ := mediatest.Speech(8000, 5, 1)
	if q := mediatest.ESTOI(pcm, play(New(8000), pcm), 8000); q < 0.99 {
		t.Errorf("ESTOI %.3f", q)
	}
}

// Faster and then slower by the same measure must give back the speech.
func TestThereAndBack(t *testing.T) {
	pcm, _ := mediatest.Speech(8000, 8, 4)
	fast, slow := New(8000), New(8000)
	fast.SetSpeed(1.25)
	slow.SetSpeed(0.8)
	if q := mediatest.ESTOI(pcm, play(slow, play(fast, pcm)), 8000); q < 0.6 {
		t.Errorf("ESTOI %.3f", q)
	}
}

func TestSpeedIsBounded(t *testing.T) {
	s := New(8000)
	s.SetSpeed(99)
	if s.speed != Fastest {
		t.Error(s.speed)
	}
	s.SetSpeed(0)
	if s.speed != Slowest {
		t.Error(s.speed)
	}
}

func TestNoAllocation(t *testing.T) {
	s := New(8000)
	s.SetSpeed(1.5)
	pcm, _ := mediatest.Speech(8000, 1, 1)
	dst := make([]int16, 160)
	if n := testing.AllocsPerRun(100, func() { s.Process(dst, pcm[:240]) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
