package scene

import (
	"math"
	"slices"
	"testing"
)

// voice is a harmonic sound with syllables, as loud as the rendered voices.
func voice(hz float64, n int) []int16 {
	x := make([]float64, n)
	for i := range x {
		at := 2 * math.Pi * float64(i) / Rate
		for h := 1.0; h*hz < 3300; h++ {
			x[i] += math.Sin(h*hz*at) / h
		}
	}
	return leveled(x, voiceRMS)
}

func rms(pcm []int16) float64 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(pcm))/(32768*32768)+1e-12)
}

// power of a band, dB of full scale, by a plain transform of one second.
func power(pcm []int16, from, to int) float64 {
	sum := 0.0
	for hz := from; hz < to; hz += 10 {
		re, im := 0.0, 0.0
		for i, v := range pcm[:Rate] {
			s, c := math.Sincos(2 * math.Pi * float64(hz) * float64(i) / Rate)
			re, im = re+float64(v)*c, im+float64(v)*s
		}
		sum += (re*re + im*im) / (Rate * Rate / 2) / (32768 * 32768)
	}
	return 10 * math.Log10(sum+1e-12)
}

// fundamental finds the pitch by autocorrelation.
func fundamental(pcm []int16) float64 {
	best, at := 0.0, 0
	for lag := Rate / 400; lag < Rate/80; lag++ {
		sum := 0.0
		for i := Rate / 2; i < Rate; i++ {
			sum += float64(pcm[i]) * float64(pcm[i+lag])
		}
		if sum > best*1.1 {
			best, at = sum, lag
		}
	}
	return float64(Rate) / float64(at)
}

func TestMood(t *testing.T) {
	t.Parallel()
	in := voice(160, 3*Rate)
	for name, m := range map[string]Mood{"calm": {}, "angry": {1.15, 2, 4}, "tired": {0.9, -1, -3}, "quick": {Speed: 1.3}, "high": {Pitch: 3}} {
		out := m.Speak(slices.Clone(in))
		speed := max(m.Speed, 0)
		if speed == 0 {
			speed = 1
		}
		if got, want := float64(len(out)), float64(len(in))/speed; math.Abs(got/want-1) > 0.02 {
			t.Errorf("%s lasts %.2f s, want %.2f", name, got/Rate, want/Rate)
		}
		if got, want := fundamental(out), 160*math.Pow(2, m.Pitch/12); math.Abs(got/want-1) > 0.03 {
			t.Errorf("%s has a pitch of %.0f Hz, want %.0f", name, got, want)
		}
		if got, want := rms(out[Rate/2:2*Rate]), rms(in)+m.Level; math.Abs(got-want) > 1 {
			t.Errorf("%s is at %.1f dBFS, want %.1f", name, got, want)
		}
	}
}

// TestNoise: as loud as it says under the voice, of the colour of its kind, the same each time, and without a seam.
func TestNoise(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{Street, Babble} {
		s := New(Place{Noise: kind, SNR: 12, Seed: 7})
		quiet := make([]int16, 2*loop)
		s.Mix(quiet, 0)
		if got, want := rms(quiet[:loop]), 20*math.Log10(voiceRMS)-12; math.Abs(got-want) > 0.5 {
			t.Errorf("%s is at %.1f dBFS, want %.1f", kind, got, want)
		}
		low, mid, high := power(quiet, 50, 300), power(quiet, 300, 1500), power(quiet, 2500, 3900)
		switch kind {
		case Street:
			if low < mid || mid < high+10 {
				t.Errorf("a street has %.0f, %.0f, %.0f dB from low to high", low, mid, high)
			}
		case Babble:
			if mid < low || mid < high+6 {
				t.Errorf("voices have %.0f, %.0f, %.0f dB from low to high", low, mid, high)
			}
		}
		again := make([]int16, loop)
		New(Place{Noise: kind, SNR: 12, Seed: 7}).Mix(again, loop)
		if !slices.Equal(again, quiet[loop:]) {
			t.Errorf("%s sounds otherwise the second time", kind)
		}
		other := make([]int16, loop)
		if New(Place{Noise: kind, SNR: 12, Seed: 9}).Mix(other, loop); slices.Equal(again, other) {
			t.Errorf("%s is the same for another caller", kind)
		}
		steps, seam := 0.0, math.Abs(float64(quiet[loop])-float64(quiet[loop-1]))
		for i := 1; i < loop; i++ {
			steps = max(steps, math.Abs(float64(quiet[i])-float64(quiet[i-1])))
		}
		if seam > steps {
			t.Errorf("%s jumps by %.0f at its seam, elsewhere by %.0f at most", kind, seam, steps)
		}
	}
}

// TestBadLine: the share of packets that was asked for is gone, each whole, wherever one begins; above the band nothing is left.
func TestBadLine(t *testing.T) {
	t.Parallel()
	s := New(Place{Loss: 5, Band: 2000, Seed: 3})
	in := voice(160, 60*Rate)
	out := slices.Clone(in)
	s.Mix(out, 0)
	gone := 0
	for n := range len(out) / packet {
		if !slices.ContainsFunc(out[n*packet:(n+1)*packet], func(v int16) bool { return v != 0 }) {
			gone++
		}
	}
	if share := 100 * float64(gone) / float64(len(out)/packet); share < 4 || share > 6 {
		t.Errorf("%.1f %% of the packets are gone, want 5", share)
	}
	late := slices.Clone(in[3*Rate+77:])
	if s.Mix(late, 3*Rate+77); !slices.Equal(late, out[3*Rate+77:]) {
		t.Error("who begins to listen later hears another line")
	}
	narrow := s.Line(in)
	if got, was := power(narrow[Rate:], 2600, 3400), power(in[Rate:], 2600, 3400); got > was-15 {
		t.Errorf("above the band %.0f dB are left of %.0f", got, was)
	}
	if got, was := power(narrow[Rate:], 300, 1600), power(in[Rate:], 300, 1600); math.Abs(got-was) > 1 {
		t.Errorf("within the band %.1f dB are left of %.1f", got, was)
	}
	if plain := New(Place{}); plain.Noisy() || &plain.Line(in)[0] != &in[0] {
		t.Error("a quiet room and a good line change something")
	}
}
