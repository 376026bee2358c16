// Package lane carries sound from an audio callback to the goroutine behind it.
// It owns two pieces: Samples, a ring of fixed size for one writer and one
// reader, and Bell, which wakes the reader. Only the softphone uses it. It
// promises that the callback's side neither allocates, nor locks, nor waits: a
// full ring refuses what is new and counts it.
package lane

import "sync/atomic"

// Samples is a ring of samples for one writer and one reader.
type Samples struct {
	buf     []float32
	mask    uint64
	_       [48]byte // the ends on cache lines of their own
	head    atomic.Uint64
	_       [56]byte
	tail    atomic.Uint64
	dropped atomic.Uint64
}

// NewSamples makes a ring for at least n samples.
func NewSamples(n int) *Samples {
	size := ceilPow2(n)
	return &Samples{buf: make([]float32, size), mask: uint64(size - 1)}
}

// Write takes as much of src as fits and returns how much that was; the rest is
// counted as dropped. Writer only.
func (r *Samples) Write(src []float32) int {
	head, tail := r.head.Load(), r.tail.Load()
	n := min(len(src), len(r.buf)-int(head-tail))
	at := int(head & r.mask)
	k := copy(r.buf[at:], src[:n])
	copy(r.buf, src[k:n])
	r.head.Store(head + uint64(n))
	if n < len(src) {
		r.dropped.Add(uint64(len(src) - n))
	}
	return n
}

// Read moves up to len(dst) samples into dst and returns how many. Reader only.
func (r *Samples) Read(dst []float32) int {
	head, tail := r.head.Load(), r.tail.Load()
	n := min(len(dst), int(head-tail))
	at := int(tail & r.mask)
	k := copy(dst[:n], r.buf[at:])
	copy(dst[k:n], r.buf)
	r.tail.Store(tail + uint64(n))
	return n
}

// Len is how many samples wait.
func (r *Samples) Len() int { return int(r.head.Load() - r.tail.Load()) }

// Discard drops the oldest samples so that at most keep remain, and returns how
// many went. Reader only.
func (r *Samples) Discard(keep int) int {
	head, tail := r.head.Load(), r.tail.Load()
	n := int(head-tail) - keep
	if n <= 0 {
		return 0
	}
	r.tail.Store(tail + uint64(n))
	return n
}

// Dropped is how many samples found the ring full.
func (r *Samples) Dropped() uint64 { return r.dropped.Load() }

func ceilPow2(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}
