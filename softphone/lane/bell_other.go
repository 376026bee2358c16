//go:build !linux

package lane

import (
	"fmt"
	"os"
	"sync"
)

// Bell wakes one goroutine from an audio callback. Rings while nobody waits are
// merged into one.
type Bell struct {
	rung   chan struct{} // size 1; full means it has been rung already
	closed chan struct{}
	once   sync.Once
}

// NewBell makes a bell; Close it after the last callback that may ring it.
func NewBell() (*Bell, error) {
	return &Bell{rung: make(chan struct{}, 1), closed: make(chan struct{})}, nil
}

// Ring wakes the waiter; for the audio callback.
func (b *Bell) Ring() {
	select {
	case b.rung <- struct{}{}:
	default:
	}
}

// Wait returns when the bell has rung since the last Wait; an error means closed.
func (b *Bell) Wait() error {
	select {
	case <-b.rung:
		return nil
	case <-b.closed:
		return fmt.Errorf("audio wake-up: %w", os.ErrClosed)
	}
}

// Close ends a Wait.
func (b *Bell) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}
