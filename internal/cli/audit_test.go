package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"zuoxi/wire"
)

// TestAuditDays: both days are whole, and what no day is goes nowhere.
func TestAuditDays(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.Local) }
	for _, tc := range []struct {
		first, last string
		from, to    time.Time
		ok          bool
	}{
		{"", "", time.Time{}, time.Time{}, true}, {"2026-03-02", "", day(2), time.Time{}, true}, {"", "2026-03-02", time.Time{}, day(3), true},
		{"2026-03-02", "2026-03-02", day(2), day(3), true}, {"2026-03-03", "2026-03-02", day(3), day(3), false},
		{"", "2026-03-02 23:59:59", time.Time{}, day(3), true}, {"3月2日", "", time.Time{}, time.Time{}, false},
	} {
		var in wire.AuditAsk
		if err := between(&in, tc.first, tc.last); (err == nil) != tc.ok || !in.From.Equal(tc.from) || !in.To.Equal(tc.to) {
			t.Errorf("%q … %q: %v … %v, %v", tc.first, tc.last, in.From, in.To, err)
		}
	}
}

// TestAuditEndsAloud: where the search ended before the log did, a line says so, and how to go on.
func TestAuditEndsAloud(t *testing.T) {
	for _, since := range []time.Time{{}, time.Date(2026, 3, 2, 9, 0, 0, 0, time.Local)} {
		var out, told bytes.Buffer
		a := run{Env: Env{Out: &out, Err: &told}, json: true}
		if err := a.auditLines(wire.AuditAnswer{Rows: []wire.AuditRow{}, Since: since}); err != nil || out.String() != "[]\n" {
			t.Errorf("%q, %v", out.String(), err)
		}
		if since.IsZero() != (told.Len() == 0) || !since.IsZero() && !strings.Contains(told.String(), `--to "2026-03-02 09:00:00"`) {
			t.Errorf("looked back to %v: %q", since, told.String())
		}
	}
}
