package hub

import (
	"sync"
	"time"
)

// guard counts failures under keys and shuts a key out for a while when there
// were too many. It stands before the accounts: numbers that nobody has lock
// like the real ones, so that a lock does not tell them apart, and one address
// cannot try one password on every number.
type guard struct {
	now func() time.Time

	mu   sync.Mutex
	seen map[string]tries
}

type tries struct {
	n     int
	since time.Time
	until time.Time // shut out until then
}

// Bounds of the guard.
const (
	guardKeys   = 16384 // more are forgotten, oldest chance first: the lock of a real account is in the store
	tryWindow   = 10 * time.Minute
	sourceTries = 40
	sourceRest  = time.Minute
)

func newGuard(now func() time.Time) *guard { return &guard{now: now, seen: map[string]tries{}} }

// shut tells whether key is shut out now.
func (g *guard) shut(key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen[key].until.After(g.now())
}

// failed counts; after most failures within the window key rests.
func (g *guard) failed(key string, most int, rest time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if len(g.seen) >= guardKeys {
		for k, t := range g.seen {
			if !t.until.After(now) {
				delete(g.seen, k)
			}
		}
		if len(g.seen) >= guardKeys {
			clear(g.seen)
		}
	}
	t := g.seen[key]
	if now.Sub(t.since) > tryWindow {
		t = tries{since: now}
	}
	if t.n++; t.n >= most {
		t = tries{since: now, until: now.Add(rest)}
	}
	g.seen[key] = t
}

// well forgets the failures of key.
func (g *guard) well(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.seen, key)
}
