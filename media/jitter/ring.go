package jitter

import (
	"sync/atomic"
	"time"
)

const (
	ringSize   = 64 // packets between two Pulls; at 20 ms each more than a second
	maxPayload = 1024
)

// slot is a packet by value.
type slot struct {
	pt      uint8
	seq     uint16
	ts      uint32
	ssrc    uint32
	arrival time.Duration
	n       int
	data    [maxPayload]byte
}

// ring is the single-producer single-consumer queue between the network and
// the sound device. Full, it refuses the newest.
type ring struct {
	head  atomic.Uint64 // next to write, moved by the producer
	tail  atomic.Uint64 // next to read, moved by the consumer
	slots [ringSize]slot
}

func (r *ring) push(p *Packet, arrival time.Duration) bool {
	head := r.head.Load()
	if head-r.tail.Load() == ringSize || len(p.Payload) > maxPayload {
		return false
	}
	s := &r.slots[head%ringSize]
	s.pt, s.seq, s.ts, s.ssrc, s.arrival = p.PT&127, p.Seq, p.TS, p.SSRC, arrival
	s.n = copy(s.data[:], p.Payload)
	r.head.Store(head + 1)
	return true
}

// next returns the oldest packet, which stays valid until release, or nil.
func (r *ring) next() *slot {
	tail := r.tail.Load()
	if tail == r.head.Load() {
		return nil
	}
	return &r.slots[tail%ringSize]
}

func (r *ring) release() { r.tail.Store(r.tail.Load() + 1) }

// skipTo drops what is older than position; consumer only.
func (r *ring) skipTo(position uint64) {
	if position > r.tail.Load() {
		r.tail.Store(position)
	}
}
