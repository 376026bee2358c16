package jitter

import (
	"math"
	"time"
)

const (
	driftBucket  = 2.0 // seconds
	driftBuckets = 64
	driftEnough  = 8
	driftJump    = 0.008 // seconds off the line that mean a new route, not a clock
	driftSigmas  = 3     // a slope less certain than this is no drift
	driftMax     = 1000  // ppm; beyond it is not a clock
	driftLeast   = 2     // ppm below which samples are left untouched
	wanderPPM    = 400   // how fast the estimate of the callback's time may rise
)

// drift measures how much faster the sender's clock runs than the consumer's.
// In each two seconds it keeps the packet that travelled fastest; the slope
// through those is the difference of the clocks, whatever the jitter.
type drift struct {
	rate float64
	out  int64 // samples given to the consumer

	base  float64 // when, by Now, the consumer's sample 0 was due
	began bool
	now   float64 // when this Pull was due
	last  float64

	best  float64 // fastest packet of the running bucket, seconds of lead
	until float64
	lead  [driftBuckets]float64
	n     int
	ppm   float64
}

func (d *drift) forget() { d.ppm = 0 }

func (d *drift) restart() {
	d.n, d.until, d.best = 0, 0, math.Inf(-1)
}

// pulled notes the time of a Pull. Callbacks come late, never early: the
// earliest of them tell when samples are really due.
func (d *drift) pulled(now time.Duration) {
	t := now.Seconds()
	due := t - float64(d.out)/d.rate
	rise := (t - d.last) * wanderPPM * 1e-6
	d.last = t
	if !d.began || math.Abs(due-d.base) > 0.1 {
		d.began = true
		d.base = due
		d.restart()
	} else {
		d.base = min(due, d.base+rise)
	}
	d.now = d.base + float64(d.out)/d.rate
}

// arrived notes a packet whose first sample is at pos.
func (d *drift) arrived(pos int64, arrival time.Duration) {
	at := arrival.Seconds()
	lead := float64(pos)/d.rate - (float64(d.out)/d.rate + at - d.now)
	if d.until == 0 {
		d.until = at + driftBucket
	}
	if at >= d.until {
		d.close()
		d.until = at + driftBucket
	}
	d.best = max(d.best, lead)
}

// close ends a bucket and draws the line anew.
func (d *drift) close() {
	lead := d.best
	d.best = math.Inf(-1)
	if math.IsInf(lead, 0) {
		return
	}
	if d.n >= 4 {
		slope, mean := d.line()
		expected := mean + slope*float64(d.n+1)/2*driftBucket
		if math.Abs(lead-expected) > driftJump {
			d.n = 0
		}
	}
	if d.n == driftBuckets {
		copy(d.lead[:], d.lead[1:])
		d.n--
	}
	d.lead[d.n] = lead
	d.n++
	if d.n >= driftEnough {
		slope, mean := d.line()
		if math.Abs(slope) < driftSigmas*d.doubt(slope, mean) {
			slope = 0
		}
		d.ppm += 0.3 * (min(driftMax, max(-driftMax, slope*1e6)) - d.ppm)
	}
}

// line fits by least squares: slope in seconds per second, mean in seconds.
func (d *drift) line() (slope, mean float64) {
	n := float64(d.n)
	for _, v := range d.lead[:d.n] {
		mean += v / n
	}
	var cross, square float64
	for i, v := range d.lead[:d.n] {
		x := (float64(i) - (n-1)/2) * driftBucket
		cross += x * (v - mean)
		square += x * x
	}
	return cross / max(square, 1e-9), mean
}

// doubt is the standard error of the slope.
func (d *drift) doubt(slope, mean float64) float64 {
	var off, square float64
	for i, v := range d.lead[:d.n] {
		x := (float64(i) - float64(d.n-1)/2) * driftBucket
		e := v - mean - slope*x
		off += e * e
		square += x * x
	}
	return math.Sqrt(off / float64(max(1, d.n-2)) / max(square, 1e-9))
}

// trim returns the correction to apply, in ppm.
func (d *drift) trim() float64 {
	if math.Abs(d.ppm) < driftLeast {
		return 0
	}
	return d.ppm
}
