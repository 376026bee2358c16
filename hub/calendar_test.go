package hub

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zuoxi/rules/deadline"
)

// TestCalendarOfTheCentre: a notice for another year is added, one for a known
// year replaces it, one that is wrong stops the start.
func TestCalendarOfTheCentre(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, "calendar"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "calendar", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c, err := calendar(dir); err != nil || !c.Knows(2026) || c.Knows(2027) {
		t.Fatalf("without files: %v", err)
	}
	put("2027.json", `{"year":2027,"off":[{"name":"元旦","from":"2027-01-01","to":"2027-01-03"}],"work":["2027-01-09"]}`)
	c, err := calendar(dir)
	if err != nil || !c.Knows(2026) || !c.Knows(2027) {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{"2027-01-01": false, "2027-01-09": true, "2027-01-10": false, "2027-01-04": true} {
		d, err := deadline.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if work, known := c.Workday(d); work != want || !known {
			t.Errorf("%s is worked: %v", day, work)
		}
	}
	put("2028.json", `{"year":2028,"work":["2028-01-03"]}`) // a Monday is no weekend
	if _, err := calendar(dir); !errors.Is(err, ErrCalendar) {
		t.Errorf("a wrong notice: %v", err)
	}
}
