package vad

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zuoxi/media/level"
	"zuoxi/media/mediatest"
	"zuoxi/media/wav"
)

// recording is speech with labels of where it is: synthetic, or the 8 kHz
// WAVs of the folder ZUOXI_CLIPS with pauses of 1.5 s, labelled by the energy
// of the clean clips.
func recording(t *testing.T, seed uint64) ([]int16, []mediatest.Span) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(os.Getenv("ZUOXI_CLIPS"), "*.wav"))
	if os.Getenv("ZUOXI_CLIPS") == "" || err != nil || len(paths) == 0 {
		return mediatest.Speech(8000, 40, seed)
	}
	out := make([]int16, 12000)
	var spans []mediatest.Span
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		pcm, _, err := wav.ReadAll(f, 1<<24)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		spans = append(spans, byEnergy(pcm, len(out))...)
		out = append(append(out, pcm...), make([]int16, 12000)...)
	}
	return out, spans
}

// byEnergy labels what is within 35 dB of the loudest 20 ms; pauses up to
// 350 ms belong to the utterance.
func byEnergy(pcm []int16, offset int) []mediatest.Span {
	const n = 160
	loudest := level.Floor
	for at := 0; at+n <= len(pcm); at += n {
		loudest = max(loudest, level.RMS(pcm[at:at+n]))
	}
	var spans []mediatest.Span
	for at := 0; at+n <= len(pcm); at += n {
		if level.RMS(pcm[at:at+n]) < loudest-35 {
			continue
		}
		if k := len(spans); k > 0 && offset+at-spans[k-1].To < 2800 {
			spans[k-1].To = offset + at + n
		} else {
			spans = append(spans, mediatest.Span{From: offset + at, To: offset + at + n})
		}
	}
	return spans
}

// marks is which samples lie in a span.
func marks(n int, each func(mark func(from, to int))) []bool {
	m := make([]bool, n)
	each(func(from, to int) {
		for i := max(0, from); i < min(n, to); i++ {
			m[i] = true
		}
	})
	return m
}

// compare counts samples, not caring about 200 ms around the edges of labels
// and pauses inside an utterance.
func compare(labels []mediatest.Span, found []Span, n int) (precision, recall float64) {
	const slack = 1600
	said := marks(n, func(mark func(int, int)) {
		for _, s := range labels {
			mark(s.From, s.To)
		}
	})
	edge := marks(n, func(mark func(int, int)) {
		for _, s := range labels {
			mark(s.From-slack, s.From+slack)
			mark(s.To-slack, s.To+slack)
		}
	})
	heard := marks(n, func(mark func(int, int)) {
		for _, s := range found {
			mark(s.From, s.To)
		}
	})
	var both, onlySaid, onlyHeard float64
	for i := range n {
		switch {
		case edge[i]:
		case said[i] && heard[i]:
			both++
		case said[i]:
			onlySaid++
		case heard[i]:
			onlyHeard++
		}
	}
	return both / max(1, both+onlyHeard), both / max(1, both+onlySaid)
}

func TestPrecisionAndRecall(t *testing.T) {
	for seed := range uint64(3) {
		for _, snr := range []float64{60, 20, 10} {
			pcm, labels := recording(t, seed)
			mediatest.AddNoise(pcm, labels, snr, seed+7)
			found := Spans(pcm, 8000, 350*time.Millisecond)
			precision, recall := compare(labels, found, len(pcm))
			name := fmt.Sprintf("seed %d, noise at %v dB: %d of %d utterances, precision %.3f, recall %.3f", seed, snr, len(found), len(labels), precision, recall)
			t.Log(name)
			if precision < 0.95 || recall < 0.95 {
				t.Error(name)
			}
		}
	}
}

func TestEdgesWithin200Milliseconds(t *testing.T) {
	pcm, labels := mediatest.Speech(8000, 40, 4)
	mediatest.AddNoise(pcm, labels, 15, 1)
	found := Spans(pcm, 8000, 350*time.Millisecond)
	if len(found) != len(labels) {
		t.Fatalf("%d of %d utterances", len(found), len(labels))
	}
	for i, s := range found {
		if a, b := s.From-labels[i].From, s.To-labels[i].To; a > 1600 || a < -1600 || b > 1600 || b < -1600 {
			t.Errorf("utterance %d off by %d and %d ms", i, a/8, b/8)
		}
	}
}

func TestBackgroundAloneIsNoSpeech(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		if s := Spans(make([]int16, rate*20), rate, 0); len(s) > 0 {
			t.Errorf("speech in digital silence: %v", s)
		}
		for _, dbfs := range []float64{-70, -50, -30} {
			if s := Spans(mediatest.Noise(rate*60, dbfs, 3), rate, 0); len(s) > 0 {
				t.Errorf("%d Hz: speech in noise of %v dBFS: %v", rate, dbfs, s)
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	d, pcm := New(8000), make([]int16, 160)
	if n := testing.AllocsPerRun(50, func() { d.Push(pcm) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

// TestPowerIsThatOfTheTransform compares with the sum that a transform is short for.
func TestPowerIsThatOfTheTransform(t *testing.T) {
	for _, size := range []int{256, 512} {
		var f fft
		f.init(size)
		x := make([]float64, size)
		for i, v := range mediatest.Noise(size, -20, 5) {
			x[i] = float64(v)
		}
		for k, got := range f.power(x, size/2) {
			var re, im float64
			for i, v := range x {
				s, c := math.Sincos(-2 * math.Pi * float64(k*i%size) / float64(size))
				re, im = re+v*f.window[i]*c, im+v*f.window[i]*s
			}
			if want := (re*re + im*im) * f.scale; math.Abs(got-want) > 1e-9*(want+1) {
				t.Fatalf("%d samples: frequency %d has %v, want %v", size, k, got, want)
			}
		}
	}
}

// TestRestForgetsWhatWasSaid: after it noise is no speech, not even for as long
// as an utterance is said to go on.
func TestRestForgetsWhatWasSaid(t *testing.T) {
	d := New(16000)
	noise := mediatest.Noise(4*16000, -56, 1)
	d.Push(noise[:32000])
	said := func(seed uint64) {
		t.Helper()
		speech, _ := mediatest.Speech(16000, 5, seed)
		for i, v := range mediatest.Noise(len(speech), -56, seed) {
			speech[i] += v
		}
		for ; len(speech) > 160; speech = speech[160:] {
			if d.Push(speech[:160]) {
				return
			}
		}
		t.Fatal("speech was not heard")
	}
	said(1)
	d.Rest()
	for i := 32000; i < len(noise); i += 160 {
		if d.Push(noise[i : i+160]) {
			t.Fatalf("speech in noise %d ms after a rest", (i-32000)/16)
		}
	}
	said(2)
}

func BenchmarkPush(b *testing.B) {
	d, pcm := New(16000), mediatest.Noise(160, -40, 1)
	for b.Loop() {
		d.Push(pcm)
	}
}
