// Package mediatest makes the sounds that tests of the media packages listen
// to: speech-like sound from a small formant synthesiser, noise, and ways to
// compare what went in with what came out. Tests only; the same seed gives
// the same sound for ever, and nobody's voice is in it.
package mediatest

import (
	"math"
	"math/rand/v2"
)

// Span is a stretch of speech, in samples.
type Span struct{ From, To int }

// Speech returns seconds of synthetic Mandarin-like speech, phrases of
// syllables with tones and pauses of 0.4 to 1.4 s between the phrases, and
// where the phrases are.
func Speech(rate int, seconds float64, seed uint64) ([]int16, []Span) {
	rng := rand.New(rand.NewPCG(seed, 12333))
	out := make([]float64, int(seconds*float64(rate)))
	m := mouth{rate: float64(rate), rng: rng, pitch: 100 + 130*rng.Float64()}
	var spans []Span
	at := int((0.4 + 0.4*rng.Float64()) * float64(rate))
	for {
		from := at
		for range 3 + rng.IntN(7) {
			n := int((0.13 + 0.16*rng.Float64()) * float64(rate))
			if at+n > len(out) {
				clear(out[min(from, len(out)):]) // a phrase without an end has no label
				return toPCM(out), spans
			}
			m.syllable(out[at : at+n])
			at += n
		}
		spans = append(spans, Span{from, at})
		at += int((0.4 + rng.Float64()) * float64(rate))
	}
}

func toPCM(x []float64) []int16 {
	top := 1e-9
	for _, v := range x {
		top = max(top, math.Abs(v))
	}
	pcm := make([]int16, len(x))
	for i, v := range x {
		pcm[i] = int16(v / top * 12000)
	}
	return pcm
}

type mouth struct {
	rate, pitch, phase float64
	rng                *rand.Rand
}

// The first three resonances of six vowels, in Hz.
var vowels = [...][3]float64{
	{800, 1200, 2600}, {300, 2300, 3000}, {350, 750, 2500},
	{500, 1100, 2500}, {550, 1900, 2600}, {320, 1900, 2300},
}

// Pitch at the start and the end of the four tones.
var contours = [...][2]float64{{1.2, 1.2}, {0.9, 1.25}, {0.85, 0.8}, {1.35, 0.75}}

// syllable adds a consonant of noise and a voiced vowel gliding to another.
func (m *mouth) syllable(out []float64) {
	a, b := vowels[m.rng.IntN(len(vowels))], vowels[m.rng.IntN(len(vowels))]
	tone := contours[m.rng.IntN(len(contours))]
	onset := int((0.02 + 0.04*m.rng.Float64()) * m.rate)
	hiss := 0.1 + 0.3*m.rng.Float64()
	loud := 0.5 + 0.5*m.rng.Float64()
	var poles [3]resonator
	last := 0.0
	for i := range out {
		t := float64(i) / float64(len(out))
		source := 0.02 * m.rng.NormFloat64()
		if i < onset {
			noise := m.rng.NormFloat64()
			source, last = hiss*(noise-last), noise
		} else {
			m.phase += m.pitch * (tone[0] + (tone[1]-tone[0])*t) * (1 + 0.01*m.rng.NormFloat64()) / m.rate
			if m.phase >= 1 {
				m.phase--
				source += 6
			}
		}
		v := 0.0
		for k := range poles {
			hz := a[k] + (b[k]-a[k])*t
			v += poles[k].step(source, hz, 60+40*float64(k), m.rate) / float64(k+1)
		}
		out[i] += v * loud * math.Min(1, 8*math.Min(t, 1-t)+0.05)
	}
}

type resonator struct{ y1, y2 float64 }

func (r *resonator) step(x, hz, width, rate float64) float64 {
	q := math.Exp(-math.Pi * width / rate)
	y := (1-q)*x + 2*q*math.Cos(2*math.Pi*hz/rate)*r.y1 - q*q*r.y2
	r.y1, r.y2 = y, r.y1
	return y
}

// AddNoise adds white noise so many dB below the speech in spans.
func AddNoise(pcm []int16, spans []Span, snrDB float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 99))
	sum, n := 0.0, 1.0
	for _, s := range spans {
		for _, v := range pcm[s.From:s.To] {
			sum += float64(v) * float64(v)
			n++
		}
	}
	sigma := math.Sqrt(sum/n) * math.Pow(10, -snrDB/20)
	for i, v := range pcm {
		pcm[i] = int16(max(-32768, min(32767, float64(v)+sigma*rng.NormFloat64())))
	}
}

// Noise returns white noise of the given RMS level.
func Noise(samples int, dbfs float64, seed uint64) []int16 {
	rng := rand.New(rand.NewPCG(seed, 98))
	sigma := 32768 * math.Pow(10, dbfs/20)
	out := make([]int16, samples)
	for i := range out {
		out[i] = int16(max(-32768, min(32767, sigma*rng.NormFloat64())))
	}
	return out
}

// SteepestStep returns the largest jump between neighbouring samples.
func SteepestStep(pcm []int16) int {
	top := 0
	for i := 1; i < len(pcm); i++ {
		d := int(pcm[i]) - int(pcm[i-1])
		top = max(top, d, -d)
	}
	return top
}
