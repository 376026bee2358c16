package exam

import (
	"maps"
	"slices"
	"time"
)

// Memory is what somebody missed in practice and is to be asked again, by question.
type Memory map[string]Missed

// Missed is a question that was answered wrongly. Box counts the right answers since; Due is the day of the next asking.
type Missed struct {
	Asked Asked  `json:"asked"`
	Box   int    `json:"box"`
	Due   string `json:"due"` // 2026-11-23
}

// again are the days until a missed question comes again, by the right answers since; who gets it right once more has
// learned it.
var again = []int{1, 3, 7, 15}

// Correct tells whether an answer is wholly right; ok is false for what nobody but a person can tell.
func (a Asked) Correct(given []string) (right, ok bool) {
	if len(a.Right) == 0 {
		return false, false
	}
	q := Question{Type: a.Type, Points: 1, Answer: a.Right}
	half, ok := q.Marked(given)
	return half == HalfPoints(2*q.Points), ok
}

// Learn takes an answer of a day into the memory.
func (m Memory) Learn(a Asked, given []string, day time.Time) {
	right, ok := a.Correct(given)
	old, known := m[a.ID]
	switch {
	case !ok || right && !known:
	case !right:
		m[a.ID] = Missed{a, 0, due(day, again[0])}
	case old.Due > day.Format(time.DateOnly): // asked by chance before its day: that proves little
	case old.Box+1 >= len(again):
		delete(m, a.ID)
	default:
		m[a.ID] = Missed{a, old.Box + 1, due(day, again[old.Box+1])}
	}
}

func due(day time.Time, days int) string { return day.AddDate(0, 0, days).Format(time.DateOnly) }

// Due are the questions whose day has come, the longest overdue first.
func (m Memory) Due(day time.Time) []Asked {
	var out []Asked
	ids := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a].Due != m[b].Due {
			return map[bool]int{true: -1, false: 1}[m[a].Due < m[b].Due]
		}
		return map[bool]int{true: -1, false: 1}[a < b]
	})
	for _, id := range ids {
		if m[id].Due <= day.Format(time.DateOnly) {
			out = append(out, m[id].Asked)
		}
	}
	return out
}
