package mediatest

import (
	"math"
	"math/bits"
	"math/cmplx"
)

const (
	bands    = 14 // thirds of an octave from 150 Hz up
	segment  = 24 // frames compared together, 384 ms
	rangeDB  = 40 // frames quieter than the loudest by more are pauses
	frameSec = 0.032
)

// ESTOI tells how intelligible got is, given want, both aligned: 1 is the
// same, below 0.5 hard to follow. It follows Jensen and Taal (2016) with
// bands up to 3400 Hz and the stream's own rate; compare its values with each
// other, not with other programs'.
func ESTOI(want, got []int16, rate int) float64 {
	n := min(len(want), len(got))
	a, b := envelope(want[:n], got[:n], rate)
	sum, count := 0.0, 0
	for at := 0; at+segment <= len(a); at++ {
		sum += likeness(a[at:at+segment], b[at:at+segment])
		count++
	}
	return sum / float64(max(1, count))
}

type frame [bands]float64

// envelope returns the band amplitudes of the frames in which want speaks.
func envelope(want, got []int16, rate int) (a, b []frame) {
	size := 1 << bits.Len(uint(frameSec*float64(rate))-1)
	var loud []float64
	top := 0.0
	for at := 0; at+size <= len(want); at += size / 2 {
		e := 0.0
		for _, v := range want[at : at+size] {
			e += float64(v) * float64(v)
		}
		loud = append(loud, e)
		top = max(top, e)
	}
	for i, e := range loud {
		if e > top*math.Pow(10, -rangeDB/10.0) {
			at := i * size / 2
			a = append(a, spectrum(want[at:at+size], rate))
			b = append(b, spectrum(got[at:at+size], rate))
		}
	}
	return a, b
}

func spectrum(pcm []int16, rate int) (f frame) {
	x := make([]complex128, len(pcm))
	for i, v := range pcm {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(len(pcm)))
		x[i] = complex(float64(v)*w, 0)
	}
	fft(x)
	for k := 1; k < len(x)/2; k++ {
		hz := float64(k) * float64(rate) / float64(len(x))
		band := int(math.Round(3 * math.Log2(hz/150)))
		if band >= 0 && band < bands {
			f[band] += real(x[k])*real(x[k]) + imag(x[k])*imag(x[k])
		}
	}
	for i := range f {
		f[i] = math.Sqrt(f[i])
	}
	return f
}

func fft(x []complex128) {
	n := len(x)
	if n < 2 {
		return
	}
	even, odd := make([]complex128, n/2), make([]complex128, n/2)
	for i := range even {
		even[i], odd[i] = x[2*i], x[2*i+1]
	}
	fft(even)
	fft(odd)
	for k := range even {
		t := cmplx.Rect(1, -2*math.Pi*float64(k)/float64(n)) * odd[k]
		x[k], x[k+n/2] = even[k]+t, even[k]-t
	}
}

// likeness is the mean correlation of the columns after rows and columns have
// been brought to zero mean and unit length.
func likeness(a, b []frame) float64 {
	x, y := normalise(a), normalise(b)
	sum := 0.0
	for i := range x {
		for k := range bands {
			sum += x[i][k] * y[i][k]
		}
	}
	return sum / float64(len(x))
}

func normalise(in []frame) []frame {
	out := append([]frame(nil), in...)
	for k := range bands {
		mean, square := 0.0, 1e-20
		for i := range out {
			mean += out[i][k] / float64(len(out))
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
		mean, square := 0.0, 1e-20
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
