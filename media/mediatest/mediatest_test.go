package mediatest

import (
	"slices"
	"testing"
)

func TestSpeechIsRepeatableAndLabelled(t *testing.T) {
	a, spans := Speech(8000, 10, 1)
	b, _ := Speech(8000, 10, 1)
	c, _ := Speech(8000, 10, 2)
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Fatal("the seed does not decide the sound")
	}
	if len(spans) < 2 {
		t.Fatalf("%d phrases in 10 s", len(spans))
	}
	for i, s := range spans {
		if loud(a[s.From:s.To]) < 500 {
			t.Errorf("phrase %d is silent", i)
		}
		if i > 0 && loud(a[spans[i-1].To:s.From]) > 1 {
			t.Errorf("the pause before phrase %d is not silent", i)
		}
	}
}

func TestESTOIFallsWithNoise(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		clean, spans := Speech(rate, 10, 1)
		if got := ESTOI(clean, clean, rate); got < 0.9999 {
			t.Errorf("a recording against itself: %.4f", got)
		}
		last := 1.0
		for _, snr := range []float64{20, 10, 0} {
			noisy := slices.Clone(clean)
			AddNoise(noisy, spans, snr, 1)
			got := ESTOI(clean, noisy, rate)
			if got > last-0.02 || got < 0.1 {
				t.Errorf("%d Hz, noise at %v dB: %.4f after %.4f", rate, snr, got, last)
			}
			last = got
		}
		if got := ESTOI(clean, clean[rate/2:], rate); got > 0.5 {
			t.Errorf("half a second off: %.4f", got)
		}
	}
}

func loud(pcm []int16) int {
	sum := 0
	for _, v := range pcm {
		sum += max(int(v), -int(v))
	}
	return sum / max(1, len(pcm))
}
