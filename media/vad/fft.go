package vad

import (
	"math"
	"math/bits"
)

// fft is a power-of-two transform of real samples with its tables made
// beforehand: two samples go through it as one complex number and are taken
// apart behind it, and what is above the band that is looked at is left out.
type fft struct {
	window []float64
	twist  []complex128 // turns of one part in len(window)
	order  []uint16     // bit-reversed, of half the length
	work   []complex128
	out    []float64
	scale  float64
}

func (f *fft) init(size int) {
	f.window = make([]float64, size)
	f.twist = make([]complex128, size/2)
	f.order = make([]uint16, size/2)
	f.work = make([]complex128, size/2)
	f.out = make([]float64, size/2)
	sum := 0.0
	for i := range f.window {
		f.window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(size))
		sum += f.window[i] * f.window[i]
	}
	shift := 64 - bits.Len(uint(size/2-1))
	for i := range f.twist {
		s, c := math.Sincos(-2 * math.Pi * float64(i) / float64(size))
		f.twist[i] = complex(c, s)
		f.order[i] = uint16(bits.Reverse64(uint64(i)) >> shift)
	}
	f.scale = 1 / sum
}

// power returns the power of the lowest frequencies, so many of them; white
// noise of power p gives p everywhere. Its steps are hidden from the race
// detector, which takes most of its time here: two that use one Detector meet
// each other in what Push reads and writes around it.
//
//go:norace
func (f *fft) power(x []float64, lowest int) []float64 {
	x, w := x[:len(f.window)], f.window
	for i, at := range f.order {
		f.work[at] = complex(x[2*i]*w[2*i], x[2*i+1]*w[2*i+1])
	}
	f.transform()
	n := len(f.work)
	for k := range f.out[:lowest] {
		a, b := f.work[k], f.work[(n-k)&(n-1)]
		b = complex(real(b), -imag(b))
		d := f.twist[k] * (a - b)
		re, im := (real(a+b)+imag(d))/2, (imag(a+b)-real(d))/2
		f.out[k] = (re*re + im*im) * f.scale
	}
	return f.out[:lowest]
}

//go:norace
func (f *fft) transform() {
	z := f.work
	for i := 0; i+1 < len(z); i += 2 {
		z[i], z[i+1] = z[i]+z[i+1], z[i]-z[i+1]
	}
	for half := 2; half < len(z); half *= 2 {
		step := len(z) / half // of twist, which is for twice as many
		for start := 0; start < len(z); start += 2 * half {
			low, high := z[start:start+half], z[start+half:start+2*half]
			for k := range low {
				a, b := low[k], f.twist[k*step]*high[k]
				low[k], high[k] = a+b, a-b
			}
		}
	}
}
