package jitter

import (
	"sync/atomic"
	"time"
)

// Arrivals is the jitter of RFC 3550 section 6.4.1 for a stream whose codec,
// and with it the clock of its timestamps, may change from packet to packet
// (RFC 7160). Add is called by one goroutine, Jitter by any.
type Arrivals struct {
	clock  int
	ts     uint32
	at     time.Duration
	jitter float64 // seconds
	public atomic.Int64
}

// Add notes a packet, with its timestamp's clock in units a second. The first
// one after a change of clock is compared with nothing.
func (a *Arrivals) Add(ts uint32, clock int, at time.Duration) {
	if a.clock == clock && clock > 0 {
		d := (at - a.at).Seconds() - float64(int32(ts-a.ts))/float64(clock)
		a.jitter += (min(max(d, -d), 1) - a.jitter) / 16
		a.public.Store(int64(a.jitter * float64(time.Second)))
	}
	a.clock, a.ts, a.at = clock, ts, at
}

// Jitter is the estimate now.
func (a *Arrivals) Jitter() time.Duration { return time.Duration(a.public.Load()) }
