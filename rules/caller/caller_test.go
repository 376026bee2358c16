package caller

import (
	"strings"
	"testing"
	"time"
)

func TestMarksEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	seen := map[Tag]bool{}
	for _, r := range Rules {
		until := r.Until(now)
		if r.Name == "" || r.Advice == "" || seen[r.Tag] || !until.After(now) || until.Sub(now) > 366*day {
			t.Errorf("%+v until %s", r, until)
		}
		if got, ok := Find(r.Tag); !ok || got != r || !strings.HasPrefix(r.Line(until), r.Name) {
			t.Errorf("%+v: %q", got, r.Line(until))
		}
		seen[r.Tag] = true
	}
	if r, _ := Find(TagAbusive); !r.Lead || !strings.Contains(r.Line(r.Until(now)), "04-11") {
		t.Errorf("%q", r.Line(r.Until(now)))
	}
	if _, ok := Find("nonsense"); ok {
		t.Error("found nonsense")
	}
}
