package score

import (
	"math"
	"math/cmplx"
)

// transform is Fourier's, in place; the length is a power of two.
func transform(a []complex128, back bool) {
	n := len(a)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			a[i], a[j] = a[j], a[i]
		}
	}
	turn := -2 * math.Pi
	if back {
		turn = -turn
	}
	for size := 2; size <= n; size <<= 1 {
		root := cmplx.Rect(1, turn/float64(size))
		for i := 0; i < n; i += size {
			w := complex(1, 0)
			for j := range size / 2 {
				u, v := a[i+j], a[i+j+size/2]*w
				a[i+j], a[i+j+size/2] = u+v, u-v
				w *= root
			}
		}
	}
	if back {
		for i := range a {
			a[i] /= complex(float64(n), 0)
		}
	}
}

// cross is one line of the half whitened cross spectrum.
func cross(a, b complex128) complex128 {
	c := cmplx.Conj(a) * b
	if m := cmplx.Abs(c); m > 0 {
		c /= complex(math.Sqrt(m), 0)
	}
	return c
}

// Resample brings a whole recording to another rate, without delay.
func Resample(x []float64, from, to int) []float64 {
	if from == to {
		return x
	}
	ratio := float64(to) / float64(from)
	cutoff := min(1, ratio) * 0.95
	half := int(math.Ceil(24 / cutoff))
	out := make([]float64, int(float64(len(x))*ratio))
	for i := range out {
		at := float64(i) / ratio
		first := int(at) - half + 1
		sum := 0.0
		for j := max(0, first); j < min(len(x), first+2*half); j++ {
			d := at - float64(j)
			v := cutoff
			if d != 0 {
				v = math.Sin(math.Pi*d*cutoff) / (math.Pi * d)
			}
			sum += x[j] * v * (0.5 + 0.5*math.Cos(math.Pi*d/float64(half)))
		}
		out[i] = sum
	}
	return out
}

// The measure's frames: 25.6 ms, half overlapping, in 15 thirds of an octave
// from 150 Hz, judged 30 at a time; frames 40 dB below the loudest are pauses.
const (
	frameLen = 256
	frameHop = 128
	points   = 512
	bands    = 15
	lowest   = 150.0
	segment  = 30
	pausesDB = 40
)

type frame [bands]float64

// intelligible is ESTOI of two aligned signals at 10 kHz.
func intelligible(said, heard []float64) float64 {
	x, y := withoutPauses(said, heard)
	a, b := spectrogram(x), spectrogram(y)
	sum, n := 0.0, 0
	for at := 0; at+segment <= min(len(a), len(b)); at++ {
		sum += likeness(a[at:at+segment], b[at:at+segment])
		n++
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

var hann = func() (w [frameLen]float64) {
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i+1)/(frameLen+1))
	}
	return w
}()

// withoutPauses takes the frames out in which nothing is said, by overlapping
// and adding those that stay.
func withoutPauses(said, heard []float64) (x, y []float64) {
	var loud []float64
	top := math.Inf(-1)
	for at := 0; at+frameLen <= len(said); at += frameHop {
		e := 1e-20
		for k, w := range hann {
			e += said[at+k] * w * said[at+k] * w
		}
		loud = append(loud, 10*math.Log10(e))
		top = max(top, loud[len(loud)-1])
	}
	x, y = make([]float64, len(said)+frameLen), make([]float64, len(said)+frameLen)
	n := 0
	for i, l := range loud {
		if l <= top-pausesDB {
			continue
		}
		for k, w := range hann {
			x[n+k] += said[i*frameHop+k] * w
			y[n+k] += heard[i*frameHop+k] * w
		}
		n += frameHop
	}
	return x[:n+frameHop], y[:n+frameHop]
}

func spectrogram(x []float64) []frame {
	var out []frame
	buf := make([]complex128, points)
	for at := 0; at+frameLen <= len(x); at += frameHop {
		clear(buf)
		for k, w := range hann {
			buf[k] = complex(x[at+k]*w, 0)
		}
		transform(buf, false)
		var f frame
		for i := range f {
			centre := lowest * math.Pow(2, float64(i)/3)
			from := int(math.Round(centre * math.Pow(2, -1.0/6) * points / estoi))
			to := int(math.Round(centre * math.Pow(2, 1.0/6) * points / estoi))
			for k := from; k < min(to, points/2+1); k++ {
				f[i] += real(buf[k])*real(buf[k]) + imag(buf[k])*imag(buf[k])
			}
			f[i] = math.Sqrt(f[i])
		}
		out = append(out, f)
	}
	return out
}

// likeness correlates two segments after their rows, then their columns, have
// been brought to zero mean and unit length.
func likeness(a, b []frame) float64 {
	x, y := normal(a), normal(b)
	sum := 0.0
	for i := range x {
		for k := range bands {
			sum += x[i][k] * y[i][k]
		}
	}
	return sum / segment
}

func normal(in []frame) (out [segment]frame) {
	copy(out[:], in)
	for k := range bands {
		mean, square := 0.0, 1e-30
		for i := range out {
			mean += out[i][k] / segment
		}
		for i := range out {
			out[i][k] -= mean
			square += out[i][k] * out[i][k]
		}
		for i := range out {
			out[i][k] /= math.Sqrt(square)
		}
	}
	for i := range out {
		mean, square := 0.0, 1e-30
		for _, v := range out[i] {
			mean += v / bands
		}
		for k := range bands {
			out[i][k] -= mean
			square += out[i][k] * out[i][k]
		}
		for k := range bands {
			out[i][k] /= math.Sqrt(square)
		}
	}
	return out
}
