package menu

import (
	"time"

	"zuoxi/rules/deadline"
)

// Days is which days a window of service hours is for.
type Days string

// The days.
const (
	Workdays Days = "workday"
	Everyday Days = "everyday"
)

// Window is a part of a day, in minutes since midnight; To is not included.
type Window struct {
	Days     Days
	From, To int
}

// Hours are when people answer.
type Hours struct {
	Always   bool
	Zone     *time.Location
	Calendar deadline.Calendar
	Human    []Window
}

// Open tells whether people answer at t. guessed is true when that rests on a working day of a year whose calendar is
// missing: somebody should be told.
func (h Hours) Open(t time.Time) (open, guessed bool) {
	if h.Always {
		return true, false
	}
	if h.Zone != nil {
		t = t.In(h.Zone)
	}
	minute := t.Hour()*60 + t.Minute()
	work, known := h.Calendar.Workday(deadline.DateOf(t))
	for _, w := range h.Human {
		if minute < w.From || minute >= w.To {
			continue
		}
		if w.Days == Everyday {
			return true, false
		}
		open = open || work
		guessed = !known
	}
	return open, guessed
}
