package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"zuoxi/hub/store"
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
func (g *guard) failed(key string, l limit) { g.failedAt(key, l, g.now()) }

func (g *guard) failedAt(key string, l limit, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
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

// guardRecalls is how many of the newest refused sign-ins are counted again at the start.
const guardRecalls = 4096

// recall counts again what was guessed at numbers that nobody has, as it stands in the audit log: the count of an account
// outlives the hub, and by its lock who guesses could tell them apart after a restart.
func (g *guard) recall(ctx context.Context, p store.Ports) error {
	var refused []store.AuditRow
	f := store.AuditFilter{Action: refusedSignIn, Page: store.Page{Limit: store.MaxPage}}
	for len(refused) < guardRecalls {
		rows, next, err := p.Audit.List(ctx, f)
		if err != nil {
			return fmt.Errorf("reading refused sign-ins: %w", err)
		}
		if refused = append(refused, rows...); next == "" {
			break
		}
		f.After = next
	}
	known := map[string]bool{}
	for _, r := range slices.Backward(refused[:min(len(refused), guardRecalls)]) {
		there, asked := known[r.Who]
		if !asked {
			_, err := p.Agents.Get(ctx, r.Who)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("recalling refused sign-ins: %w", err)
			}
			there = err == nil
			known[r.Who] = there
		}
		if !there {
			g.failedAt("no/"+r.Who, numberLimit, r.At)
		}
	}
	return nil
}
