package netem

import (
	"sync"
	"time"
)

// Pipe is the narrowest part of a line, which all that goes over it shares: one queue, served at the rate of the line.
// What is too much comes late; datagrams that would wait longer than Room are
// thrown away, where there is one.
type Pipe struct {
	Room time.Duration // set before use; 0: the queue never overflows
	rate float64       // bits a second

	mu    sync.Mutex
	free  time.Time // when the queue is empty
	bytes int64     // that have joined it
}

// NewPipe makes one of so many bits a second.
func NewPipe(rate float64) *Pipe { return &Pipe{rate: rate} }

// Through lets so many bytes join the queue now, headers included, and tells when the last of them has left it.
func (p *Pipe) Through(bytes int, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += int64(bytes)
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(time.Duration(float64(8*bytes) / p.rate * float64(time.Second)))
	return p.free
}

// Takes tells whether a datagram still finds room.
func (p *Pipe) Takes(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Room == 0 || p.free.Sub(now) < p.Room
}

// Took is how many bytes have joined the queue, headers included.
func (p *Pipe) Took() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}

// datagram is what IP and UDP add to a packet.
const datagram = 28
