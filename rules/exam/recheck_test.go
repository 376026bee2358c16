package exam

import (
	"testing"
	"time"
)

func TestChanges(t *testing.T) {
	t.Parallel()
	certified := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	days := func(after, before int) (out []time.Time) {
		for range after {
			out = append(out, certified.AddDate(0, 1, 0))
		}
		for range before {
			out = append(out, certified.AddDate(0, -1, 0))
		}
		return out
	}
	got := Changes(map[string][]time.Time{"sy": days(3, 6), "yl": days(2, 5), "gs": days(1, 1), "ld": days(0, 3)}, certified)
	if len(got) != 1 || got[0] != (Change{"sy", 3, 9}) {
		t.Errorf("%+v", got)
	}
}
