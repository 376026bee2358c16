package vad

import (
	"math"
	"math/bits"
)

// fft is a plain power-of-two transform with its tables made beforehand.
type fft struct {
	window []float64
	twist  []complex128
	work   []complex128
	out    []float64
	scale  float64
}

func (f *fft) init(size int) {
	f.window = make([]float64, size)
	f.twist = make([]complex128, size/2)
	f.work = make([]complex128, size)
	f.out = make([]float64, size/2)
	sum := 0.0
	for i := range f.window {
		f.window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(size))
		sum += f.window[i] * f.window[i]
	}
	for i := range f.twist {
		s, c := math.Sincos(-2 * math.Pi * float64(i) / float64(size))
		f.twist[i] = complex(c, s)
	}
	f.scale = 1 / sum
}

// power returns the power of each frequency; white noise of power p gives p
// everywhere.
func (f *fft) power(x []float64) []float64 {
	n := len(f.work)
	shift := 64 - bits.Len(uint(n-1))
	for i, v := range x {
		f.work[bits.Reverse64(uint64(i))>>shift] = complex(v*f.window[i], 0)
	}
	for half := 1; half < n; half *= 2 {
		step := n / (2 * half)
		for start := 0; start < n; start += 2 * half {
			for k := range half {
				a, b := f.work[start+k], f.twist[k*step]*f.work[start+k+half]
				f.work[start+k], f.work[start+k+half] = a+b, a-b
			}
		}
	}
	for i := range f.out {
		re, im := real(f.work[i]), imag(f.work[i])
		f.out[i] = (re*re + im*im) * f.scale
	}
	return f.out
}
