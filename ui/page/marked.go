package page

import (
	"cmp"
	"time"
)

// Marked is a selection by name, for lists whose rows come, go and change places.
// Until the person has chosen one, the first row is marked; keys act on the one
// that was drawn.
type Marked struct {
	Name  string // chosen
	drawn string
	slid  bool // the chosen one has gone, and its place took the mark
	since time.Time
	List
}

// slidFor is how long a key may still be meant for the row that has gone.
const slidFor = 3 * time.Second

// Slid tells, once, that the mark came to its row by itself a moment ago: what acts
// on others at once is better not meant for whoever came under it.
func (m *Marked) Slid(now time.Time) bool {
	slid := m.slid && now.Sub(m.since) < slidFor
	m.slid = false
	return slid
}

// Choose marks a row by its name; empty: the first.
func (m *Marked) Choose(name string) { m.Name, m.slid = name, false }

// Keep finds the marked row among n again; where it has gone, its place stays
// marked. -1: there is none.
func (m *Marked) Keep(n int, name func(int) string) int {
	if n == 0 {
		return -1
	}
	if want := cmp.Or(m.Name, m.drawn); want != "" && (m.Sel >= n || name(m.Sel) != want) {
		for i := range n {
			if name(i) == want {
				m.Sel = i
				return i
			}
		}
	}
	m.Move(0, n)
	return m.Sel
}

// Draw is Keep for a new frame.
func (m *Marked) Draw(n int, name func(int) string, now time.Time) int {
	if m.Name == "" {
		m.Sel, m.drawn = 0, ""
	}
	i := m.Keep(n, name)
	if i >= 0 {
		m.drawn = name(i)
		if m.Name != "" {
			if m.Name != m.drawn {
				m.slid, m.since = true, now
			}
			m.Name = m.drawn // where the chosen one has gone, its place stays marked
		}
	}
	return i
}

// Step moves the mark.
func (m *Marked) Step(by, n int, name func(int) string) {
	if m.Keep(n, name) >= 0 {
		m.Move(by, n)
		m.Choose(name(m.Sel))
	}
}

// Key moves the mark by an arrow, PgUp or PgDn; false for any other key.
func (m *Marked) Key(key string, n int, name func(int) string) bool {
	by, ok := steps[key]
	if ok {
		m.Step(by, n, name)
	}
	return ok
}
