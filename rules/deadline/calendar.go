package deadline

import (
	_ "embed" // the calendar of 2026
	"encoding/json"
	"fmt"
	"time"
)

// Date is a day without a time and place.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of t where t is.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads 2026-10-10.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("read date: %w", err)
	}
	return DateOf(t), nil
}

// Start is the first moment of the day in loc.
func (d Date) Start(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// Next is the day after.
func (d Date) Next() Date { return DateOf(d.Start(time.UTC).AddDate(0, 0, 1)) }

// Before tells whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Start(time.UTC).Before(e.Start(time.UTC)) }

// Valid tells whether the calendar has this day.
func (d Date) Valid() bool { return DateOf(d.Start(time.UTC)) == d }

// Weekend tells whether the day is a Saturday or Sunday.
func (d Date) Weekend() bool {
	w := d.Start(time.UTC).Weekday()
	return w == time.Saturday || w == time.Sunday
}

func (d Date) String() string { return d.Start(time.UTC).Format(time.DateOnly) }

// MarshalText writes 2026-10-10.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2026-10-10.
func (d *Date) UnmarshalText(b []byte) error {
	parsed, err := ParseDate(string(b))
	if err == nil {
		*d = parsed
	}
	return err
}

// Holiday is a range of days off, both ends included.
type Holiday struct {
	Name string `json:"name"`
	From Date   `json:"from"`
	To   Date   `json:"to"`
}

// Year is the holiday notice of one year: days off, and weekend days that are worked.
type Year struct {
	Year int       `json:"year"`
	Off  []Holiday `json:"off"`
	Work []Date    `json:"work"`
}

// Calendar knows the working days of some years. The zero value knows none.
type Calendar struct {
	years map[int]map[Date]bool // days that differ from Monday to Friday: true is worked
}

// NewCalendar builds a calendar; of two notices for one year the later wins.
func NewCalendar(years ...Year) Calendar {
	c := Calendar{years: map[int]map[Date]bool{}}
	for _, y := range years {
		days := map[Date]bool{}
		for _, h := range y.Off {
			for d := h.From; !h.To.Before(d); d = d.Next() {
				days[d] = false
			}
		}
		for _, d := range y.Work {
			days[d] = true
		}
		c.years[y.Year] = days
	}
	return c
}

// With is the calendar with notices of further years, or newer ones of those it knows.
func (c Calendar) With(years ...Year) Calendar {
	out := NewCalendar(years...)
	for year, days := range c.years {
		if !out.Knows(year) {
			out.years[year] = days
		}
	}
	return out
}

// Workday tells whether the offices work on day. known is false when the year's notice is missing: the answer is then
// Monday to Friday, and somebody should be told.
func (c Calendar) Workday(day Date) (work, known bool) {
	days, known := c.years[day.Year]
	if work, ok := days[day]; ok {
		return work, true
	}
	return !day.Weekend(), known
}

// Knows tells whether the notice of the year is there.
func (c Calendar) Knows(year int) bool {
	_, ok := c.years[year]
	return ok
}

// ParseYear reads a notice in the format of workdays-2026.json and says what is wrong with it.
func ParseYear(b []byte) (Year, error) {
	var y Year
	if err := json.Unmarshal(b, &y); err != nil {
		return Year{}, fmt.Errorf("read working-day calendar: %w", err)
	}
	if y.Year < 2000 || y.Year > 2200 {
		return Year{}, fmt.Errorf("read working-day calendar: year %d", y.Year)
	}
	for _, h := range y.Off {
		if h.To.Before(h.From) || h.From.Start(time.UTC).AddDate(0, 0, 31).Before(h.To.Start(time.UTC)) {
			return Year{}, fmt.Errorf("read working-day calendar: holiday %s from %s to %s", h.Name, h.From, h.To)
		}
	}
	for _, d := range y.Work {
		if !d.Weekend() {
			return Year{}, fmt.Errorf("read working-day calendar: %s is no weekend day", d)
		}
	}
	return y, nil
}

//go:embed workdays-2026.json
var year2026 []byte

// Builtin is the calendar that ships: 2026, by the notice named in the file.
func Builtin() Calendar {
	y, err := ParseYear(year2026)
	if err != nil {
		panic(err) // part of the program, proved by a test
	}
	return NewCalendar(y)
}
