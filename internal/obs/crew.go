package obs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Crew is a WaitGroup whose goroutines end alone: a panic in one is logged,
// without its value, and takes nothing with it. Log must be set before the
// first goroutine.
type Crew struct {
	sync.WaitGroup
	Log *slog.Logger
}

// Go runs f in a goroutine of the crew.
func (c *Crew) Go(f func()) {
	c.WaitGroup.Go(func() {
		defer Guard(c.Log, "crew", nil)
		f()
	})
}

// rest is how long somebody who has fallen waits before getting up again.
const rest = time.Second

// Keep runs f in a goroutine of the crew, and again after a panic, until it
// returns or ctx is over: for what has to be there as long as the program is.
func (c *Crew) Keep(ctx context.Context, what string, f func()) {
	c.WaitGroup.Go(func() {
		for !Safely(c.Log, what, f) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(rest):
			}
		}
	})
}

// Safely runs f and tells whether it came to its end; a panic is logged as by Guard.
func Safely(log *slog.Logger, what string, f func()) (done bool) {
	defer Guard(log, what, nil)
	f()
	return true
}
