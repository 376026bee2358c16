// Package tone makes sounds that can be recognised again and recognises them:
// steady tones by the Goertzel algorithm, chirps by correlation. Prompts,
// checks before duty and end-to-end tests use it to say "this sound arrived,
// then" in numbers. Generators never allocate; recognisers work on whole
// recordings.
package tone

import "math"

// Generator produces the sum of some sines without a break between calls.
type Generator struct {
	step  []float64
	phase []float64
	amp   float64
}

// New returns a generator whose sum peaks at dbfs (0 is the largest 16-bit
// sample).
func New(rate int, dbfs float64, hz ...float64) *Generator {
	g := &Generator{phase: make([]float64, len(hz)), amp: 32767 * math.Pow(10, dbfs/20) / float64(max(1, len(hz)))}
	for _, f := range hz {
		g.step = append(g.step, 2*math.Pi*f/float64(rate))
	}
	return g
}

// Fill writes the next len(dst) samples.
func (g *Generator) Fill(dst []int16) {
	for i := range dst {
		sum := 0.0
		for k := range g.step {
			sum += math.Sin(g.phase[k])
			if g.phase[k] += g.step[k]; g.phase[k] > math.Pi {
				g.phase[k] -= 2 * math.Pi
			}
		}
		dst[i] = int16(math.Round(sum * g.amp))
	}
}

// Level returns how strong one frequency is, as dBFS of a sine's peak; a
// frequency that is not there gives -120 or the leakage of its neighbours.
// A piece of 20 ms tells tones 100 Hz apart.
func Level(pcm []int16, rate int, hz float64) float64 {
	if len(pcm) == 0 {
		return -120
	}
	coeff := 2 * math.Cos(2*math.Pi*hz/float64(rate))
	var s1, s2, weights float64
	for i, v := range pcm {
		// A Hann window keeps a loud neighbour from leaking into the answer.
		w := 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(len(pcm)))
		weights += w
		s1, s2 = w*float64(v)+coeff*s1-s2, s1
	}
	power := s1*s1 + s2*s2 - coeff*s1*s2
	return max(-120, 10*math.Log10(max(power, 1e-30)*4/(weights*weights)/(32767*32767)))
}

// Chirp returns a sweep from one frequency to another with soft ends, the
// mark that survives codecs best.
func Chirp(rate int, fromHz, toHz, seconds, dbfs float64) []int16 {
	out := make([]int16, int(seconds*float64(rate)))
	amp := 32767 * math.Pow(10, dbfs/20)
	for i := range out {
		t := float64(i) / float64(rate)
		fade := math.Sin(math.Pi * (float64(i) + 0.5) / float64(len(out)))
		out[i] = int16(math.Round(amp * fade * math.Sin(2*math.Pi*(fromHz*t+(toHz-fromHz)*t*t/(2*seconds)))))
	}
	return out
}

// Find looks for mark in recording and returns where it starts and how alike
// the two are there: 1 is the same shape at any loudness, 0.5 and more a
// voice codec's copy of it, below 0.3 chance. offset is -1 if the recording
// is shorter than the mark.
func Find(recording, mark []int16) (offset int, quality float64) {
	offset = -1
	if len(mark) == 0 || len(recording) < len(mark) {
		return offset, 0
	}
	m := make([]float32, len(mark))
	var markEnergy, energy float64
	for i, v := range mark {
		m[i] = float32(v)
		markEnergy += float64(v) * float64(v)
	}
	r := make([]float32, len(recording))
	for i, v := range recording {
		r[i] = float32(v)
		if i < len(mark) {
			energy += float64(v) * float64(v)
		}
	}
	for at := 0; ; at++ {
		// Below the energy of one step of noise per sample there is no shape.
		if energy > float64(len(mark)) {
			if q := float64(dot(r[at:at+len(m)], m)) / math.Sqrt(energy*markEnergy); q > quality {
				offset, quality = at, q
			}
		}
		if at+len(m) >= len(r) {
			return offset, quality
		}
		gone, come := float64(r[at]), float64(r[at+len(m)])
		energy += come*come - gone*gone
	}
}

func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}
