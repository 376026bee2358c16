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

// guardKeys is how many keys are known; more are forgotten, oldest chance first: the lock of a real account is in the store.
const guardKeys = 16384

// limit is how many failures within a window let a key rest. Without a window they count until the key does well.
type limit struct {
	most         int
	window, rest time.Duration
}

// A number's failures are counted as the store counts those of an account, or who guesses slowly would tell them apart.
var (
	numberLimit = limit{most: loginRule.Failures, rest: loginRule.Lock}
	sourceLimit = limit{most: 40, window: 10 * time.Minute, rest: time.Minute}
)

func newGuard(now func() time.Time) *guard { return &guard{now: now, seen: map[string]tries{}} }

// shut tells whether key is shut out now.
func (g *guard) shut(key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen[key].until.After(g.now())
}

// failed counts; after too many failures key rests.
func (g *guard) failed(key string, l limit) {
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
	if l.window > 0 && now.Sub(t.since) > l.window {
		t = tries{since: now}
	}
	if t.n++; t.n >= l.most {
		t = tries{since: now, until: now.Add(l.rest)}
	}
	g.seen[key] = t
}

// well forgets the failures of key.
func (g *guard) well(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.seen, key)
}
