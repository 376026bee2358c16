package jitter

import (
	"math"
	"sync/atomic"
	"time"
)

// Stats is the state of a stream. Counts run from New; subtract two readings
// for an interval.
type Stats struct {
	Codec     string  // of the packet played last; empty before the first
	DepthMS   float64 // sound waiting when the consumer asks, mean of a second
	TargetMS  float64 // the depth that recent arrivals ask for
	JitterMS  float64 // RFC 3550 interarrival jitter
	DriftPPM  float64 // how much faster the sender's clock is
	Received  int64   // packets
	Lost      int64   // packets that never came
	Late      int64   // packets that came too late to be played
	Duplicate int64
	Refused   int64 // too long, or nobody pulled for a second
	Unknown   int64 // of a payload type or a form nobody can decode
	Repaired  int64 // lost packets restored from their repetition
	Played    int64 // samples
	Concealed int64 // samples made up, counted when they are made, at most a packet early; 200 ms of an outage
	Stretched int64 // samples left out or inserted to adapt the depth
	Restarts  int64 // changes of the source
}

// ConcealedShare is the part of all played samples that was made up, 0 to 1.
func (s Stats) ConcealedShare() float64 {
	return min(1, float64(s.Concealed)/float64(max(1, s.Played)))
}

// counters are Pull's own.
type counters struct {
	received, lost, late, doubled, unknown, repaired int64
	played, concealed, stretched, restarts           int64
	pt                                               int64 // played last
	depth                                            float64
	jitter                                           float64 // samples
	lastPos                                          int64
	lastArrival                                      time.Duration
}

func (c *counters) restart() { c.lastArrival = 0 }

// arrived keeps the jitter of RFC 3550 section 6.4.1.
func (c *counters) arrived(pos int64, arrival time.Duration, rate int64) {
	if c.lastArrival != 0 {
		d := (arrival-c.lastArrival).Seconds()*float64(rate) - float64(pos-c.lastPos)
		c.jitter += (min(math.Abs(d), float64(rate)) - c.jitter) / 16
	}
	c.lastPos, c.lastArrival = pos, arrival
}

// published is what others may read: Pull stores, nobody waits.
type published struct {
	refused atomic.Int64
	pt      atomic.Int64
	count   [10]atomic.Int64
	value   [4]atomic.Uint64
}

func (b *Buffer) publish() {
	c, p := &b.count, &b.public
	p.pt.Store(c.pt)
	for i, v := range [...]int64{c.received, c.lost, c.late, c.doubled, c.unknown, c.repaired, c.played, c.concealed, c.stretched, c.restarts} {
		p.count[i].Store(v)
	}
	ms := 1000 / float64(b.rate)
	target := max(0, c.depth-float64(b.excess()))
	for i, v := range [...]float64{c.depth * ms, target * ms, c.jitter * ms, b.drift.ppm} {
		p.value[i].Store(math.Float64bits(v))
	}
}

// measure follows the depth at the moment the consumer asks for n samples.
func (b *Buffer) measure(n int) {
	b.count.depth += min(1, float64(n)/float64(b.rate)) * (float64(b.waiting()) - b.count.depth)
}

// waiting is the sound between the playhead and the newest packet's end.
func (b *Buffer) waiting() int64 {
	newest := &b.store.slot[b.store.high&(storeSize-1)]
	if newest.used && newest.seq == b.store.high && newest.kind == kindSound {
		return max(0, newest.pos+newest.dur-b.playhead())
	}
	return int64(len(b.player.fifo))
}

// Stats returns the state after the last Pull.
func (b *Buffer) Stats() Stats {
	p := &b.public
	v := func(i int) float64 { return math.Float64frombits(p.value[i].Load()) }
	n := func(i int) int64 { return p.count[i].Load() }
	s := Stats{
		DepthMS: v(0), TargetMS: v(1), JitterMS: v(2), DriftPPM: v(3),
		Received: n(0), Lost: n(1), Late: n(2), Duplicate: n(3), Unknown: n(4), Repaired: n(5),
		Played: n(6), Concealed: n(7), Stretched: n(8), Restarts: n(9), Refused: p.refused.Load(),
	}
	if s.Played > s.Concealed && s.Received > 0 {
		s.Codec = b.codecs[p.pt.Load()&127].Name
	}
	return s
}
