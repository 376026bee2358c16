package session

import (
	"time"

	"zuoxi/session/link"
	"zuoxi/wire"
)

// clock turns the hub's times into ours, so that neither a wrong clock nor one
// that is set shows wrong times. What the desk's state has named once stays where
// it was put: of a moment before the hub's clock was set, the hub goes on saying
// what its clock showed then.
type clock struct {
	link.Clock
	known  map[int64]moment // of the state, by the hub's nanoseconds
	before map[int64]moment // of the one before
}

// moment is one by our clock, and when the hub first told of it.
type moment struct{ ours, told time.Time }

// stepped is more than two readings of a clock that runs on differ by.
const stepped = time.Second

// forget is for a new state: of the one before stays what the new one names too.
func (c *clock) forget() { c.known, c.before = map[int64]moment{}, c.known }

// local turns a time of the hub's into ours.
func (s *Session) local(t time.Time) time.Time { return s.id.clock.Local(t) }

// moment is local for what the desk's state names.
func (s *Session) moment(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	c, at := &s.id.clock, t.UnixNano()
	m, known := c.known[at]
	if !known {
		m, known = c.before[at]
	}
	if !known {
		m = moment{c.Local(t), s.cfg.Now()}
	}
	c.known[at] = m
	return m.ours
}

// takeClock takes the time that a welcome tells. Who comes back into a call knows
// its moments from before, should the hub's clock have been set meanwhile.
func (s *Session) takeClock(w *wire.Welcome) {
	now := link.Clock{Ours: s.cfg.Now(), Hub: w.HubTime}
	if w.Resumed {
		s.measured(now)
		return
	}
	s.id.clock = clock{Clock: now}
}

// measured takes a new reading of the hub's clock. Where it was set since the
// last, what was told in between is by the one or by the other: a state is told
// as soon as it begins, so that the nearer one is right.
func (s *Session) measured(now link.Clock) {
	if now.Ours.IsZero() { // a sign of life on a new connection that has not told the time yet
		return
	}
	c := &s.id.clock
	last := c.Clock
	c.Clock = now
	if step := now.Hub.Sub(last.Hub) - now.Ours.Sub(last.Ours); last.Ours.IsZero() || step.Abs() < stepped {
		return
	}
	for at, m := range c.known {
		other := c.Local(time.Unix(0, at))
		if m.told.After(last.Ours) && other.Sub(m.told).Abs() < m.ours.Sub(m.told).Abs() {
			c.known[at] = moment{other, m.told}
		}
	}
	if len(c.known) > 0 {
		s.showDesk()
	}
}
