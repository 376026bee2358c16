// Package queue keeps the line of waiting callers and the seats on duty, and
// asks rules/acd who goes to whom. One goroutine owns both lists; the hub tells
// it what happens and gets its decisions by callback. It promises that a call
// keeps the place of its first entry, that no call is offered to two seats and
// no seat gets two calls at a time, and that nobody waits for a decision longer
// than a rule says. It is soft state: everything in it can be announced again.
package queue

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"zuoxi/internal/obs"
	"zuoxi/rules/acd"
)

// inbox is how many events may wait. The queue only computes and never waits
// for anybody, so whoever finds it full waits for it.
const inbox = 1024

// Offer is a decision: one call for one seat. Epoch grows with each.
type Offer struct {
	acd.Decision
	Epoch uint64
}

// Config of a queue. The callbacks come from the queue's goroutine and must
// not wait for it.
type Config struct {
	Settings acd.Settings
	Handling time.Duration // mean time of a call, until the day has shown it
	Now      func() time.Time
	Log      *slog.Logger
	Offer    func(Offer)
	Overflow func(call string) // seats of the province count from now on
}

// Queue is the line of one hub.
type Queue struct {
	cfg    Config
	events chan func()
	done   chan struct{}

	waiting  map[string]*ticket
	seats    map[string]*place
	epoch    uint64
	handling time.Duration
}

type ticket struct {
	acd.Waiting
	offered  string // the seat that is asked; not waiting meanwhile
	overflow bool
}

type place struct {
	acd.Seat
	asked string // the call that it is asked to take
}

// New makes an empty queue; Run serves it.
func New(cfg Config) *Queue {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Queue{
		cfg: cfg, events: make(chan func(), inbox), done: make(chan struct{}),
		waiting: map[string]*ticket{}, seats: map[string]*place{}, handling: cfg.Handling,
		epoch: uint64(cfg.Now().UnixMilli()), // higher than any of an earlier run
	}
}

// Run serves the queue until ctx ends.
func (q *Queue) Run(ctx context.Context) {
	defer close(q.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-q.events:
			q.safely(f)
			q.drain()
		case <-timer.C:
		}
		q.safely(q.decide)
		timer.Reset(q.nextLook())
	}
}

// safely lets one event that fails leave the others alone.
func (q *Queue) safely(f func()) { obs.Safely(q.cfg.Log, "queue", f) }

// drain takes what has come meanwhile before deciding once.
func (q *Queue) drain() {
	for {
		select {
		case f := <-q.events:
			q.safely(f)
		default:
			return
		}
	}
}

func (q *Queue) tell(f func()) {
	select {
	case q.events <- f:
	case <-q.done:
	}
}

// Enter puts a call into the line, or back into it after a seat did not take
// it. The time of entry in w decides its place.
func (q *Queue) Enter(w acd.Waiting) {
	q.tell(func() {
		old := q.waiting[w.ID]
		q.release(old)
		q.waiting[w.ID] = &ticket{Waiting: w, overflow: old != nil && old.overflow}
	})
}

// Leave takes a call out of the line: answered, gone, or served otherwise.
func (q *Queue) Leave(call string) {
	q.tell(func() {
		q.release(q.waiting[call])
		delete(q.waiting, call)
	})
}

// release ends the asking of a seat.
func (q *Queue) release(t *ticket) {
	if t == nil || t.offered == "" {
		return
	}
	if s := q.seats[t.offered]; s != nil && s.asked == t.ID {
		s.asked = ""
	}
	t.offered = ""
}

// Seat tells how a seat on duty stands.
func (q *Queue) Seat(s acd.Seat) {
	q.tell(func() {
		p := q.seats[s.ID]
		if p == nil {
			p = &place{}
			q.seats[s.ID] = p
		}
		p.Seat = s
	})
}

// Gone takes a seat off duty.
func (q *Queue) Gone(seat string) { q.tell(func() { delete(q.seats, seat) }) }

// Handled tells how long a call took its seat, wrap-up included.
func (q *Queue) Handled(d time.Duration) {
	const weight = 20 // a new call counts one part in so many
	q.tell(func() { q.handling += (d - q.handling) / weight })
}

// decide carries out what the rules say now.
func (q *Queue) decide() {
	if len(q.waiting) == 0 {
		return // thousands of seats may come at once, and nobody waits for them
	}
	now, line := q.cfg.Now(), q.line()
	for _, w := range line {
		if t := q.waiting[w.ID]; !t.overflow && acd.Overflowed(now, w, q.cfg.Settings) {
			t.overflow = true
			q.cfg.Overflow(w.ID)
		}
	}
	if len(line) == 0 || !q.anyFree() {
		return
	}
	for _, d := range acd.Decide(now, line, q.onDuty(), q.cfg.Settings) {
		q.offer(d)
	}
}

// anyFree tells whether there is a seat that could be offered a call now.
func (q *Queue) anyFree() bool {
	for _, s := range q.seats {
		if s.asked == "" && s.Ready && s.Certified && s.Media {
			return true
		}
	}
	return false
}

// offer hands a decision out.
func (q *Queue) offer(d acd.Decision) {
	q.epoch++
	q.waiting[d.Call].offered = d.Seat
	q.seats[d.Seat].asked = d.Call
	q.cfg.Offer(Offer{Decision: d, Epoch: q.epoch})
}

// line is the calls that wait for a decision, in the order of service.
func (q *Queue) line() []acd.Waiting {
	out := make([]acd.Waiting, 0, len(q.waiting))
	for _, id := range slices.Sorted(maps.Keys(q.waiting)) {
		if t := q.waiting[id]; t.offered == "" {
			out = append(out, t.Waiting)
		}
	}
	return acd.Order(out)
}

func (q *Queue) onDuty() []acd.Seat {
	out := make([]acd.Seat, 0, len(q.seats))
	for _, id := range slices.Sorted(maps.Keys(q.seats)) {
		s := q.seats[id].Seat
		s.Ready = s.Ready && q.seats[id].asked == ""
		out = append(out, s)
	}
	return out
}

// nextLook is when a rule may decide differently though nothing has happened.
func (q *Queue) nextLook() time.Duration {
	if len(q.waiting) == 0 {
		return time.Hour
	}
	now := q.cfg.Now()
	if next := acd.Next(now, q.line(), q.cfg.Settings); !next.IsZero() {
		return max(next.Sub(now), 0)
	}
	return time.Hour
}
