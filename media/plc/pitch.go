package plc

import "math"

// findPitch returns the lag, in samples, at which the end of x is most like
// what came before it. It searches a copy thinned to 4 kHz, then refines.
func findPitch(x []float32, perMS int, work []float32) int {
	thin := perMS / 4
	y := work[:len(x)/thin]
	for i := range y {
		sum := float32(0)
		for _, v := range x[i*thin : (i+1)*thin] {
			sum += v
		}
		y[i] = sum
	}
	coarse := bestLag(y, windowMS*4, minLagMS*4, maxLagMS*4) * thin
	return bestLag(x, windowMS*perMS, max(minLagMS*perMS, coarse-thin), min(maxLagMS*perMS, coarse+thin))
}

// bestLag compares the last window of x with the same length lag earlier.
func bestLag(x []float32, window, from, to int) int {
	now := x[len(x)-window:]
	best, bestScore := to, float32(math.Inf(-1))
	for lag := from; lag <= to; lag++ {
		then := x[len(x)-window-lag : len(x)-lag]
		var cross, energy float32 = 0, 1
		for i, v := range then {
			cross += v * now[i]
			energy += v * v
		}
		if score := cross / float32(math.Sqrt(float64(energy))); score > bestScore {
			best, bestScore = lag, score
		}
	}
	return best
}

const order = 10

// ringing lets a linear predictor of the end of x run on without input: how
// the sound would go on by its resonances alone.
func ringing(dst, x []float32, perMS int) {
	a := predictor(x[len(x)-windowMS*perMS:])
	var past [order]float32
	for i := range past {
		past[i] = x[len(x)-1-i]
	}
	for i := range dst {
		v := float32(0)
		for k, p := range past {
			v += a[k] * p
		}
		copy(past[1:], past[:order-1])
		past[0] = v
		dst[i] = v
	}
}

// predictor is Levinson and Durbin's recursion over a window that weighs the
// end most.
func predictor(x []float32) (a [order]float32) {
	var r [order + 1]float64
	var room [windowMS * 16]float64
	y := room[:len(x)]
	for i := range y {
		y[i] = weigh(x, i, float64(len(x)))
	}
	for lag := range r {
		for i, v := range y[lag:] {
			r[lag] += v * y[i]
		}
	}
	r[0] = r[0]*1.0001 + 1
	var c [order]float64
	err := r[0]
	for i := range order {
		k := r[i+1]
		for j := range i {
			k -= c[j] * r[i-j]
		}
		k /= err
		old := c
		c[i] = k
		for j := range i {
			c[j] = old[j] - k*old[i-1-j]
		}
		err *= 1 - k*k
	}
	for i, v := range c {
		// A little damping keeps the ringing from growing.
		a[i] = float32(v * math.Pow(0.995, float64(i+1)))
	}
	return a
}

func weigh(x []float32, i int, n float64) float64 {
	t := (float64(i) + 0.5) / n
	w := math.Sin(math.Pi / 2 * t)
	if t > 0.9 {
		w *= 1 - (t-0.9)*2
	}
	return float64(x[i]) * w
}
