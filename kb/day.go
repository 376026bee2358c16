package kb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"zuoxi/kb/search"
)

// Day is a date of which the day, or the month and the day, may be unknown: 2025-01-01, 2021-11, 2011. The zero Day is
// no date.
type Day struct {
	Year, Month, Day int
}

// ParseDay reads a date; an empty text is no date.
func ParseDay(s string) (d Day, ok bool) {
	if s == "" {
		return Day{}, true
	}
	parts := strings.Split(s, "-")
	if len(parts) > 3 || len(parts[0]) != 4 {
		return Day{}, false
	}
	for i, to := range []*int{&d.Year, &d.Month, &d.Day} {
		if i == len(parts) {
			break
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil || n <= 0 || i > 0 && len(parts[i]) != 2 {
			return Day{}, false
		}
		*to = n
	}
	first := time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, time.UTC)
	return d, d.Year < 10000 && first.Month() == time.Month(max(d.Month, 1)) && first.Day() == max(d.Day, 1)
}

func (d Day) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// IsZero tells that there is no date.
func (d Day) IsZero() bool { return d.Year == 0 }

// First is the earliest day meant, 0 for no date.
func (d Day) First() search.Date {
	if d.Year == 0 {
		return 0
	}
	return search.Date(d.Year*10000 + max(d.Month, 1)*100 + max(d.Day, 1))
}

// Last is the latest day meant, 0 for no date.
func (d Day) Last() search.Date {
	if d.Year == 0 {
		return 0
	}
	month, day := d.Month, d.Day
	if month == 0 {
		month = 12
	}
	if day == 0 {
		day = time.Date(d.Year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	}
	return search.Date(d.Year*10000 + month*100 + day)
}

// MarshalText and UnmarshalText keep a Day as people write it.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(b []byte) error {
	day, ok := ParseDay(string(b))
	if !ok {
		return fmt.Errorf("%q is no date", b)
	}
	*d = day
	return nil
}

// before is the day before a full date.
func (d Day) before() Day {
	t := time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1)-1, 0, 0, 0, 0, time.UTC)
	return Day{t.Year(), int(t.Month()), t.Day()}
}
