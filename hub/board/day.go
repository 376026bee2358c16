package board

import (
	"cmp"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

// Step is what became of a call.
type Step uint8

// The steps that are counted; each at most once for a call.
const (
	Arrived Step = iota
	Queued
	Answered
	Ended
)

// Count is one step of one incoming call.
type Count struct {
	Step Step
	At   time.Time
	// Origin is the district that the caller calls from, District where the call belongs: once answered, the agent's.
	Origin, District string
	Subject          string
	// Wait is from the entry into the line: Answer until somebody answered, Bridge until both heard each other.
	Wait, Bridge time.Duration
	Talk         time.Duration
	Wrap         time.Duration // of whoever answered last; 0: nothing was written
	Disposition  store.Disposition
	GaveUp       bool // asked for a person and got none
	Fault        bool
	Rating       store.Rating
}

// The service levels of the ministry and of the field.
const (
	service15 = 15 * time.Second
	service20 = 20 * time.Second
)

// place is where a call counts.
type place struct{ district, subject string }

// tally are the sums of one place.
type tally struct {
	wire.BoardFlow
	total, human, auto, abandoned, faults int
	talk, wait, wrap                      time.Duration
	wraps                                 int
	rated, content                        int
}

func (t *tally) add(o *tally) {
	t.Queued += o.Queued
	t.Answered += o.Answered
	t.In15 += o.In15
	t.In20 += o.In20
	t.GaveUp += o.GaveUp
	t.total += o.total
	t.human += o.human
	t.auto += o.auto
	t.abandoned += o.abandoned
	t.faults += o.faults
	t.talk += o.talk
	t.wait += o.wait
	t.wrap += o.wrap
	t.wraps += o.wraps
	t.rated += o.rated
	t.content += o.content
}

// day are today's sums, and what yesterday is compared by.
type day struct {
	date        time.Time
	at          time.Time // of the last change
	by          map[place]*tally
	today       hours
	yesterday   hours
	hasBefore   bool
	faults      []time.Time // within faultSpan
	lastArrival time.Time
	minutes     map[string]*minute // steps of the current minute by district
	minuteAt    int64
}

// endMinute begins to count the minute at, once for all scopes.
func (d *day) endMinute(at int64) {
	if d.minuteAt != at {
		d.minuteAt = at
		clear(d.minutes)
	}
}

// hours are calls by the hour.
type hours map[place]*[24]int

func (h hours) add(p place, hour int) {
	if h[p] == nil {
		h[p] = &[24]int{}
	}
	h[p][hour]++
}

// minute counts what the curves show.
type minute struct{ answered, gaveUp int }

// faultSpan is what alarm.TrunkFaults looks back.
const faultSpan = 5 * time.Minute

func newDay() day {
	return day{by: map[place]*tally{}, today: hours{}, yesterday: hours{}, minutes: map[string]*minute{}}
}

// turn begins a new day at midnight; today's calls are then yesterday's.
func (d *day) turn(now time.Time) {
	date := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if d.date.Equal(date) {
		return
	}
	if !d.date.IsZero() {
		d.yesterday, d.hasBefore = d.today, date.Equal(d.date.AddDate(0, 0, 1))
		d.by, d.today, d.at = map[place]*tally{}, hours{}, time.Time{}
	}
	d.date = date
}

func (b *Board) count(c Count) {
	d := &b.day
	from := place{c.Origin, c.Subject}
	p := place{cmp.Or(c.District, c.Origin), c.Subject}
	if c.Step == Arrived {
		d.lastArrival = later(d.lastArrival, c.At)
		return // it counts when it has ended: only then it has its class
	}
	if c.At.Before(d.date) {
		return
	}
	d.at = later(d.at, c.At)
	t := d.tally(p)
	switch c.Step {
	case Queued:
		d.tally(from).Queued++
	case Answered:
		if asked := d.tally(from); asked.Queued > 0 { // who is answered is counted where, from the line on
			asked.Queued--
			t.Queued++
		}
		t.answered(c)
		d.minute(p.district).answered++
	case Ended:
		t.ended(c)
		d.today.add(p, c.At.In(b.cfg.Zone).Hour())
		if c.GaveUp {
			d.minute(p.district).gaveUp++
		}
		if c.Fault {
			d.faults = append(d.faults, c.At)
		}
	}
}

func (d *day) tally(p place) *tally {
	t := d.by[p]
	if t == nil {
		t = &tally{}
		d.by[p] = t
	}
	return t
}

func (t *tally) answered(c Count) {
	t.Answered++
	t.wait += c.Bridge
	if c.Wait <= service15 {
		t.In15++
	}
	if c.Wait <= service20 {
		t.In20++
	}
}

func (t *tally) ended(c Count) {
	t.total++
	switch c.Disposition {
	case store.DispositionHuman:
		t.human++
		t.talk += c.Talk
		if c.Wrap > 0 {
			t.wrap += c.Wrap
			t.wraps++
		}
	case store.DispositionAuto:
		t.auto++
	default:
		t.abandoned++
	}
	if c.GaveUp {
		t.GaveUp++
	}
	if c.Fault {
		t.faults++
	}
	switch c.Rating {
	case store.RatingGood:
		t.content++
		t.rated++
	case store.RatingFair, store.RatingUnhappy:
		t.rated++
	}
}

func (d *day) minute(district string) *minute {
	m := d.minutes[district]
	if m == nil {
		m = &minute{}
		d.minutes[district] = m
	}
	return m
}

// recentFaults is how many calls were lost to the line lately.
func (d *day) recentFaults(now time.Time) int {
	d.faults = slices.DeleteFunc(d.faults, func(t time.Time) bool { return now.Sub(t) > faultSpan })
	return len(d.faults)
}

// history are the steps of a call as its log tells them.
func history(l *store.Call) []Count {
	if l.Direction != store.Inbound || l.Times.Closed.IsZero() {
		return nil
	}
	base := Count{At: l.Times.Closed, Origin: l.District, District: l.District, Subject: l.Subject}
	at := func(s Step) Count { c := base; c.Step = s; return c }
	var out []Count
	arrived := at(Arrived)
	arrived.At = l.Times.Arrive
	out = append(out, arrived)
	if !l.Times.Queue.IsZero() {
		out = append(out, at(Queued))
		if !l.Times.Bridge.IsZero() {
			c := at(Answered)
			c.Wait, c.Bridge = l.Times.Answer.Sub(l.Times.Queue), l.Times.Bridge.Sub(l.Times.Queue)
			out = append(out, c)
		}
	}
	c := at(Ended)
	c.Disposition, c.Rating = l.Outcome.Disposition, l.Outcome.Rating
	c.Talk, c.Wrap = l.Times.Release.Sub(l.Times.Bridge), l.Times.Wrap()
	c.GaveUp = c.Disposition == store.DispositionAbandoned && !l.Times.Queue.IsZero()
	c.Fault = l.Outcome.Place == store.PlaceFault
	return append(out, c)
}

func (b *Board) before(l *store.Call) {
	if l.Direction != store.Inbound {
		return
	}
	b.day.hasBefore = true
	b.day.yesterday.add(place{l.District, l.Subject}, l.Times.Arrive.In(b.cfg.Zone).Hour())
}

// topicsShown is how many topics a board shows.
const topicsShown = 10

// topics are what people call about today, and how many did by this time yesterday.
func (d *day) topics(now time.Time, in func(district string) bool) []wire.BoardTopic {
	count := map[string]int{}
	before := map[string]int{}
	for p, t := range d.by {
		if p.subject != "" && in(p.district) {
			count[p.subject] += max(t.total, t.Queued)
		}
	}
	for p, hours := range d.yesterday {
		if in(p.district) {
			for h := range now.Hour() {
				before[p.subject] += hours[h]
			}
			before[p.subject] += hours[now.Hour()] * now.Minute() / 60
		}
	}
	var out []wire.BoardTopic
	for name, n := range count {
		t := wire.BoardTopic{Name: name, Count: n, Before: -1}
		if d.hasBefore {
			t.Before = before[name]
		}
		if n > 0 {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b wire.BoardTopic) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), topicsShown)]
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
