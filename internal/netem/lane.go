package netem

import (
	"container/heap"
	"slices"
	"sync"
	"time"
)

// lane holds the packets that are under way in one direction of a flow. Its
// judge belongs to the goroutine that reads that direction.
type lane struct {
	judge judge
	write func([]byte)

	mu      sync.Mutex
	waiting queue
	number  uint64
	closed  bool
	wake    chan struct{} // size 1: an earlier packet may have come, or the end
}

func newLane(j judge, write func([]byte)) *lane {
	return &lane{judge: j, write: write, wake: make(chan struct{}, 1)}
}

// give takes a packet that is due then. One that is due at once does not wait
// for the lane's goroutine, unless it would overtake.
func (l *lane) give(p []byte, due time.Time) {
	l.mu.Lock()
	if l.closed || len(l.waiting) >= mostWait {
		l.mu.Unlock()
		return
	}
	if len(l.waiting) == 0 && !due.After(time.Now()) {
		l.mu.Unlock()
		l.write(p)
		return
	}
	heap.Push(&l.waiting, parcel{due, l.number, slices.Clone(p)})
	l.number++
	l.mu.Unlock()
	l.poke()
}

func (l *lane) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *lane) close() {
	l.mu.Lock()
	l.closed, l.waiting = true, nil
	l.mu.Unlock()
	l.poke()
}

// run sends each packet when it is due.
func (l *lane) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		p, wait, ok := l.next()
		switch {
		case !ok:
			return
		case p != nil:
			l.write(p)
			continue
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-l.wake:
		}
	}
}

// next is the packet that is due, or how long until one is.
func (l *lane) next() (p []byte, wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, 0, false
	}
	if len(l.waiting) == 0 {
		return nil, time.Hour, true
	}
	if wait = time.Until(l.waiting[0].due); wait > 0 {
		return nil, wait, true
	}
	return heap.Pop(&l.waiting).(parcel).bytes, 0, true
}

type parcel struct {
	due    time.Time
	number uint64
	bytes  []byte
}

// queue is a heap by time due, then by arrival.
type queue []parcel

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].due.Before(q[j].due) || q[i].due.Equal(q[j].due) && q[i].number < q[j].number
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *queue) Push(x any) { *q = append(*q, x.(parcel)) }

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	old := *q
	p := old[len(old)-1]
	*q = old[:len(old)-1]
	return p
}
