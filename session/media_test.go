package session

import (
	"testing"
	"time"
)

// TestRemedies: what is tried, and when, by how the path stands; a second
// passes with each letter, "-" says that nothing is done.
func TestRemedies(t *testing.T) {
	word := map[remedy]byte{leaveIt: '-', renewIt: 'r', socket: 's', anew: 'n'}
	for _, c := range []struct {
		path PathState
		want string
	}{
		{PathNone, "------"},
		{PathUp, "------"},
		{PathLost, "r-r-s-n-r-r-s-n"},
		{PathFailed, "s-n-r-r-s-n"},
	} {
		m := &mediaState{path: c.path}
		now := time.Unix(1000, 0)
		for i := range len(c.want) {
			if got := word[m.next(now)]; got != c.want[i] {
				t.Errorf("%q: second %d: %c, want %c", c.path, i, got, c.want[i])
			}
			now = now.Add(time.Second)
		}
	}
}

// TestBackFromTheLastResort: once a minute something better is looked for.
func TestBackFromTheLastResort(t *testing.T) {
	m := &mediaState{path: PathSpare}
	now := time.Unix(1000, 0)
	tried := 0
	for range 300 {
		if m.next(now) == anew {
			tried++
		}
		now = now.Add(time.Second)
	}
	if tried != 5 {
		t.Fatalf("%d tries in five minutes", tried)
	}
	m.busy = true
	if got := m.next(now.Add(time.Hour)); got != leaveIt {
		t.Fatalf("%v while an offer is under way", got)
	}
}
