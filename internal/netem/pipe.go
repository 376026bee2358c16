package netem

import (
	"sync"
	"time"
)

// Pipe is the narrowest part of a line, which all that goes over it shares: one queue, served at the rate of the line.
// It never overflows: what is too much comes late.
type Pipe struct {
	rate float64 // bits a second

	mu   sync.Mutex
	free time.Time // when the queue is empty
}

// NewPipe makes one of so many bits a second.
func NewPipe(rate float64) *Pipe { return &Pipe{rate: rate} }

// Through lets so many bytes join the queue now, headers included, and tells when the last of them has left it.
func (p *Pipe) Through(bytes int, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(time.Duration(float64(8*bytes) / p.rate * float64(time.Second)))
	return p.free
}

// datagram is what IP and UDP add to a packet.
const datagram = 28
