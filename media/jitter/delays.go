package jitter

import "math"

const (
	memoryMS    = 5000 // how long an arrival counts
	maxArrivals = 256
	lateShare   = 50 // one in 50 may come further out than outlierMS ...
	outlierMS   = 15 // ... before the buffer stays deep for it
	holdMS      = 1500
	lossMemory  = 256
	lossyShare  = 50 // one lost in 50 makes waiting for a repetition worth while
	never       = math.MinInt64 / 2
)

// delays is the distribution of arrivals. Each is kept as its slack: how far
// ahead of the samples drawn so far the packet's first sample lay when it was
// first seen. Whatever the consumer's rhythm, that is exactly what decides
// whether it could be played in time.
type delays struct {
	rate   int64
	slack  [maxArrivals]int64
	n      int // in use
	at     int // next to overwrite
	window int // how many make up memoryMS
	quiet  int64

	lost    [lossMemory]bool
	lostAt  int
	lostN   int
	lostSum int
}

func (d *delays) clear() {
	d.n, d.at, d.window = 0, 0, maxArrivals
	d.lost = [lossMemory]bool{}
	d.lostAt, d.lostN, d.lostSum = 0, 0, 0
	d.quiet = never
}

func (d *delays) add(slack, dur int64) {
	if dur > 0 {
		d.window = int(min(maxArrivals, max(20, d.rate*memoryMS/1000/dur)))
	}
	if d.at >= d.window {
		d.at = 0
	}
	d.slack[d.at] = slack
	d.at++
	d.n = min(d.window, max(d.n, d.at))
}

// hold keeps the depth for a while after it was needed.
func (d *delays) hold(now int64) { d.quiet = now + d.rate*holdMS/1000 }

func (d *delays) holding(now int64) bool { return now < d.quiet }

// earliest returns the slack to be provided for: the smallest seen lately. A
// rare outlier counts only for as long as hold lasts.
func (d *delays) earliest(now int64) (int64, bool) {
	if d.n == 0 {
		return 0, false
	}
	// The few smallest, in order; k is at most 5.
	k := d.n / lateShare
	var low [maxArrivals/lateShare + 1]int64
	for i := range k + 1 {
		low[i] = math.MaxInt64
	}
	for _, v := range d.slack[:d.n] {
		for i := 0; i <= k; i++ {
			if v < low[i] {
				v, low[i] = low[i], v
			}
		}
	}
	if d.holding(now) {
		return low[0], true
	}
	return max(low[0], low[k]-d.rate*outlierMS/1000), true
}

// played notes whether a packet could be played or was lost.
func (d *delays) played(lost bool) {
	if d.lostN == lossMemory {
		if d.lost[d.lostAt] {
			d.lostSum--
		}
	} else {
		d.lostN++
	}
	d.lost[d.lostAt] = lost
	if lost {
		d.lostSum++
	}
	d.lostAt = (d.lostAt + 1) % lossMemory
}

// lossy says whether packets get lost often enough to wait for repetitions.
func (d *delays) lossy() bool { return d.lostSum > 1 && d.lostSum*lossyShare >= d.lostN }
