package report

import (
	"context"
	"errors"
	"testing"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/report"
)

// TestNightly: the days before are added up when the hub starts and each night at two, by the clock that it is given; a report
// then finds them made, and its figures are those of the log.
func TestNightly(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 5, 23, 0, 0, 0, zone) // a call of the day is over, the day is not
	o := office(t, &now)
	span := store.Span{From: time.Date(2026, 10, 1, 0, 0, 0, 0, zone), To: time.Date(2026, 11, 1, 0, 0, 0, 0, zone)}
	nights := []struct {
		at      string
		settled int
	}{{"2026-10-06 02:00", 0}, {"2026-10-07 02:00", 1}, {"2026-10-08 02:00", 2}, {"2026-10-09 02:00", 3}}
	n, told := 0, -1
	wait := func(_ context.Context, until time.Time) error {
		days, err := o.DB.Sums.Settled(t.Context(), span, zone)
		if err != nil {
			t.Fatal(err)
		}
		if want := nights[n]; until.In(zone).Format("2006-01-02 15:04") != want.at || len(days) != want.settled || told != want.settled {
			t.Errorf("before night %d: waits for %s with %d days made and %d told, want %s with %d", n, until.In(zone), len(days), told, want.at, want.settled)
		}
		if n++; n == len(nights) {
			return context.Canceled
		}
		now = until
		return nil
	}
	o.Nightly(t.Context(), wait, func(days int, err error) {
		if told = days; err != nil {
			t.Error(err)
		}
	})
	table, err := o.Make(t.Context(), Ask{Name: "calls", From: "2026-10-01", To: "2026-10-31"})
	if err != nil || len(table.Checks) == 0 {
		t.Fatal(table.Checks, err)
	}
	for _, c := range table.Checks {
		if !c.OK() {
			t.Error(c.Line())
		}
	}
}

// TestNightAfterAFault: what failed is told, and the next night comes all the same; an end of the hub is no fault.
func TestNightAfterAFault(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 8, 2, 0, 0, 0, zone)
	o := office(t, &now)
	if next := o.Next(now); !next.Equal(now.AddDate(0, 0, 1)) {
		t.Errorf("at two, the next night is %s", next)
	}
	away := errors.New("the disk is full")
	good := o.DB.Sums
	o.DB.Sums = brokenSums{good, away}
	var told []error
	nights := 0
	o.Nightly(t.Context(), func(context.Context, time.Time) error {
		if nights++; nights == 2 {
			return context.Canceled
		}
		o.DB.Sums = good
		return nil
	}, func(_ int, err error) { told = append(told, err) })
	if nights != 2 || len(told) != 2 || told[1] != nil || !errors.Is(told[0], away) {
		t.Errorf("%d nights, told %v", nights, told)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o.Nightly(ctx, func(ctx context.Context, _ time.Time) error { return ctx.Err() }, func(_ int, err error) { t.Errorf("an end is told as a fault: %v", err) })
}

// brokenSums cannot add up.
type brokenSums struct {
	store.Sums
	err error
}

func (b brokenSums) Calls(context.Context, store.SumFilter) ([]store.SumRow, rules.Tally, error) {
	return nil, rules.Tally{}, b.err
}
