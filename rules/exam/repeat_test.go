package exam

import (
	"testing"
	"time"
)

// TestMissedComesAgain: after 1, 3, 7 and 15 days, a wrong answer begins anew, and who knows it is left alone.
func TestMissedComesAgain(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	q := Asked{ID: "q1", Type: Single, Right: []string{"A"}}
	m := Memory{}
	m.Learn(q, []string{"A"}, day)
	m.Learn(Asked{ID: "s", Type: Short, Right: []string{"x"}}, []string{"y"}, day)
	if len(m) != 0 {
		t.Fatalf("%+v", m)
	}
	m.Learn(q, []string{"B"}, day)
	for i, days := range again {
		if len(m.Due(day.AddDate(0, 0, days-1))) != 0 || len(m.Due(day.AddDate(0, 0, days))) != 1 {
			t.Fatalf("step %d: %+v", i, m)
		}
		m.Learn(q, []string{"A"}, day.AddDate(0, 0, days-1)) // too early to count
		day = day.AddDate(0, 0, days)
		m.Learn(q, []string{"A"}, day)
	}
	if len(m) != 0 {
		t.Errorf("learned and still asked: %+v", m)
	}
	m.Learn(q, nil, day)
	m.Learn(Asked{ID: "q0", Type: Multiple, Right: []string{"A", "B"}}, []string{"A"}, day)
	if list := m.Due(day.AddDate(0, 0, 1)); len(list) != 2 || list[0].ID != "q0" {
		t.Errorf("%+v", list)
	}
}
