// Package deadline counts days, working days and hours, and knows the deadlines of the hotline with their sources.
//
// It owns the arithmetic of domain.md section 5 and the table of deadlines. Tickets, voicemails and lists use it. It
// promises that days and working days cannot be mixed up (they are types of their own), that a year whose calendar is
// not known is counted Monday to Friday and says so, and that a pause is never lost. Times are taken in the location
// that they carry: give it the centre's.
package deadline

import (
	"fmt"
	"time"
)

// Span is a length in one unit: Days, Workdays, Hours or Years.
type Span interface {
	// Label is the length in Chinese, 3个工作日.
	Label() string
	due(from time.Time, c Calendar, pauses []Pause) Due
}

// Days are calendar days.
type Days int

// Workdays are days on which the offices work.
type Workdays int

// Hours are counted around the clock.
type Hours int

// Years are calendar years; 29 February ends on 28 February.
type Years int

// Label is the length in Chinese.
func (n Days) Label() string { return fmt.Sprintf("%d天", int(n)) }

// Label is the length in Chinese.
func (n Workdays) Label() string { return fmt.Sprintf("%d个工作日", int(n)) }

// Label is the length in Chinese.
func (n Hours) Label() string { return fmt.Sprintf("%d小时", int(n)) }

// Label is the length in Chinese.
func (n Years) Label() string { return fmt.Sprintf("%d年", int(n)) }

// Pause is a time that does not count, such as waiting for a court's finding. A zero To means it still lasts.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  string    `json:"why"`
}

// Due is when a deadline ends.
type Due struct {
	Day Date      // the last day, empty while Paused
	At  time.Time // the first moment that is too late
	// Guessed: the calendar of a year was not known, so its working days are Monday to Friday.
	Guessed bool
	// Paused: a pause still lasts, nobody can say when the deadline ends.
	Paused bool
}

// Overdue tells whether now is too late.
func (d Due) Overdue(now time.Time) bool { return !d.Paused && !now.Before(d.At) }

// Of computes when span ends that starts at from. The day of from does not count, nor does a day that a pause
// touches.
func Of(from time.Time, span Span, c Calendar, pauses ...Pause) Due {
	for _, p := range pauses {
		if p.To.IsZero() {
			return Due{Paused: true}
		}
	}
	return span.due(from, c, pauses)
}

func (n Hours) due(from time.Time, _ Calendar, pauses []Pause) Due {
	end := from.Add(time.Duration(n) * time.Hour)
	for _, p := range sorted(pauses) {
		if start := later(p.From, from); start.Before(end) && p.To.After(start) {
			end = end.Add(p.To.Sub(start))
		}
	}
	return Due{Day: DateOf(end.Add(-time.Nanosecond)), At: end}
}

func (n Days) due(from time.Time, _ Calendar, pauses []Pause) Due {
	day := DateOf(from)
	for left := int(n); left > 0; {
		day = day.Next()
		if !paused(day, from.Location(), pauses) {
			left--
		}
	}
	return Due{Day: day, At: day.Next().Start(from.Location())}
}

func (n Workdays) due(from time.Time, c Calendar, pauses []Pause) Due {
	day, guessed := DateOf(from), false
	for left := int(n); left > 0; {
		day = day.Next()
		work, known := c.Workday(day)
		guessed = guessed || !known
		if work && !paused(day, from.Location(), pauses) {
			left--
		}
	}
	return Due{Day: day, At: day.Next().Start(from.Location()), Guessed: guessed}
}

func (n Years) due(from time.Time, _ Calendar, pauses []Pause) Due {
	start := DateOf(from)
	day := Date{start.Year + int(n), start.Month, start.Day}
	if !day.Valid() {
		day.Day--
	}
	return extend(day, from, pauses)
}

// extend moves an end by the days that were paused before it.
func extend(day Date, from time.Time, pauses []Pause) Due {
	for d := DateOf(from).Next(); !day.Before(d); d = d.Next() {
		if paused(d, from.Location(), pauses) {
			day = day.Next()
		}
	}
	return Due{Day: day, At: day.Next().Start(from.Location())}
}

// paused tells whether a day does not count because a pause touches it.
func paused(day Date, loc *time.Location, pauses []Pause) bool {
	start, end := day.Start(loc), day.Next().Start(loc)
	for _, p := range pauses {
		if p.From.Before(end) && p.To.After(start) {
			return true
		}
	}
	return false
}

func sorted(pauses []Pause) []Pause {
	out := make([]Pause, len(pauses))
	copy(out, pauses)
	for i := range out {
		for j := i; j > 0 && out[j].From.Before(out[j-1].From); j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return merged(out)
}

// merged joins pauses that overlap, or the time that they share would count twice.
func merged(pauses []Pause) []Pause {
	var out []Pause
	for _, p := range pauses {
		if n := len(out); n > 0 && !p.From.After(out[n-1].To) {
			out[n-1].To = later(out[n-1].To, p.To)
			continue
		}
		out = append(out, p)
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
