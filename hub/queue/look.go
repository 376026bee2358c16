package queue

import (
	"context"
	"strings"
	"time"

	"zuoxi/rules/acd"
)

// Place is where a call stands. Known is false while no estimate is honest:
// nobody on duty could take it, or the line only grows.
type Place struct {
	Ahead    int
	Estimate time.Duration
	Known    bool
}

// Row is one call of a Look.
type Row struct {
	Call     string        `json:"call"`
	Region   string        `json:"region,omitempty"`
	Subject  string        `json:"subject,omitempty"`
	Waited   time.Duration `json:"waited"`
	Priority int           `json:"priority,omitempty"`
	Returned bool          `json:"returned,omitempty"`
	Asked    string        `json:"asked,omitempty"` // the seat that is offered the call
}

// Look is the whole line at one moment, in the order of service.
type Look struct {
	Rows    []Row         `json:"rows"`
	Longest time.Duration `json:"longest"`
	Seats   int           `json:"seats"` // certified and on duty
	Free    int           `json:"free"`
	// Estimate is the wait of who would come now, if it is known.
	Estimate time.Duration `json:"estimate"`
	Known    bool          `json:"known"`
	// Crews and Handling are what the wait of a single queue is estimated by.
	Crews    []acd.Crew    `json:"-"`
	Handling time.Duration `json:"-"`
}

// Place tells where a call stands.
func (q *Queue) Place(ctx context.Context, call string) (Place, bool) {
	return ask(ctx, q, func() Place { return q.place(call) })
}

// Look returns the whole line.
func (q *Queue) Look(ctx context.Context) (Look, bool) { return ask(ctx, q, q.look) }

func ask[T any](ctx context.Context, q *Queue, f func() T) (T, bool) {
	out := make(chan T, 1) // one slot: the queue never waits for who asked
	q.tell(func() { out <- f() })
	var zero T
	select {
	case v := <-out:
		return v, true
	case <-ctx.Done():
	case <-q.done:
	}
	return zero, false
}

func (q *Queue) place(call string) Place {
	ahead := acd.Ahead(q.everybody(), call)
	if ahead < 0 {
		return Place{}
	}
	seats := 0
	for _, s := range q.seats {
		if s.Certified {
			seats++
		}
	}
	est, known := acd.Estimate(ahead, seats, q.handling)
	return Place{Ahead: ahead, Estimate: est, Known: known}
}

// everybody is the line with those who are being offered: they still wait.
func (q *Queue) everybody() []acd.Waiting {
	out := make([]acd.Waiting, 0, len(q.waiting))
	for _, t := range q.waiting {
		out = append(out, t.Waiting)
	}
	return acd.Order(out)
}

func (q *Queue) look() Look {
	now := q.cfg.Now()
	l := Look{Rows: []Row{}, Handling: q.handling}
	crews := map[string]int{} // place in l.Crews by skills
	for _, w := range q.everybody() {
		waited := now.Sub(w.Entered)
		l.Longest = max(l.Longest, waited)
		l.Rows = append(l.Rows, Row{
			Call: w.ID, Region: w.Region, Subject: w.Subject, Waited: waited, Priority: w.Priority, Returned: w.Returned,
			Asked: q.waiting[w.ID].offered,
		})
	}
	for _, s := range q.onDuty() {
		if !s.Certified {
			continue
		}
		i, ok := crews[skillsOf(s)]
		if !ok {
			i = len(l.Crews)
			crews[skillsOf(s)], l.Crews = i, append(l.Crews, acd.Crew{Skills: s.Skills})
		}
		l.Seats++
		l.Crews[i].On++
		if s.Ready && s.Media {
			l.Free++
			l.Crews[i].Free++
		}
	}
	switch {
	case l.Free > len(l.Rows):
		l.Known = true
	default:
		l.Estimate, l.Known = acd.Estimate(len(l.Rows), l.Seats, q.handling)
	}
	return l
}

// skillsOf names what a seat may take; the level makes no difference to a wait.
func skillsOf(s acd.Seat) string {
	var b strings.Builder
	for _, k := range s.Skills {
		b.WriteString(k.Region + "/" + k.Subject + ",")
	}
	return b.String()
}

// Assign gives a waiting call to a seat past all order, as somebody who looks
// after the floor wants it; false when one of them is not there or not free.
func (q *Queue) Assign(ctx context.Context, call, seat string) (given, answered bool) {
	return ask(ctx, q, func() bool {
		t, s := q.waiting[call], q.seats[seat]
		if t == nil || t.offered != "" || s == nil || s.asked != "" || !s.Certified || !s.Ready || !s.Media {
			return false
		}
		now := q.cfg.Now()
		q.offer(acd.Decision{Call: call, Seat: seat, Why: acd.Why{Order: acd.OrderLead, Waited: now.Sub(t.Entered)}})
		return true
	})
}
