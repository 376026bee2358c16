package business

import (
	"sync"
	"time"
)

// breaker keeps callers away from a system that fails: open after so many
// failures in a row, then one caller at a time is let through to try.
type breaker struct {
	trip int
	rest time.Duration
	now  func() time.Time

	mu     sync.Mutex
	failed int
	until  time.Time // open until then
	trying bool      // one is being let through
}

// allow tells whether the system may be asked now.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.failed < b.trip:
		return true
	case b.trying || b.now().Before(b.until):
		return false
	}
	b.trying = true
	return true
}

// done tells how it went.
func (b *breaker) done(ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	if ok {
		b.failed = 0
		return
	}
	if b.failed++; b.failed >= b.trip {
		b.until = b.now().Add(b.rest)
	}
}
