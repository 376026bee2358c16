// Package actor is what every actor of the hub has: a mailbox, and the
// directory that it is found in. An actor is a goroutine that alone changes its
// state; the seats, the calls and the booked call-backs are such. The hub and
// the rooms of its actors may use it; it knows none of them. It promises that
// posting never waits, so that two actors can never wait for each other.
package actor

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// boxSize is how many events may wait for one actor. A call or seat sees some
// ten events a second at most: a full box means that its owner hangs.
const boxSize = 128

// Box is the mailbox of an actor: what others want done in its goroutine. What
// does not fit is refused, counted and logged.
type Box struct {
	ch      chan func()
	done    chan struct{} // closed by the actor when it has ended
	log     *slog.Logger
	refused *atomic.Uint64
}

// NewBox makes a mailbox; refused counts what did not fit.
func NewBox(log *slog.Logger, refused *atomic.Uint64) Box {
	return Box{ch: make(chan func(), boxSize), done: make(chan struct{}), log: log, refused: refused}
}

// Log is where the actor's faults go.
func (b Box) Log() *slog.Logger { return b.log }

// Next is what to do next, for the actor.
func (b Box) Next() <-chan func() { return b.ch }

// Idle tells the actor whether nothing waits for it.
func (b Box) Idle() bool { return len(b.ch) == 0 }

// End is the actor's last word: nothing is taken any more. Once only.
func (b Box) End() { close(b.done) }

// Post hands f to the actor; false when it has ended or hangs.
func (b Box) Post(f func()) bool {
	select {
	case <-b.done:
		return false
	default:
	}
	select {
	case b.ch <- f:
		return true
	default:
		b.refused.Add(1)
		b.log.Error("an actor's mailbox is full")
		return false
	}
}

// Put hands f over and waits for room; for goroutines that have nothing else
// to do, such as the reader of a connection.
func (b Box) Put(ctx context.Context, f func()) bool {
	select {
	case b.ch <- f:
		return true
	case <-b.done:
	case <-ctx.Done():
	}
	return false
}

// Ask runs f in the actor's goroutine and waits for its result.
func Ask[T any](ctx context.Context, b Box, f func() T) (T, bool) {
	out := make(chan T, 1) // one slot: the actor never waits for who asked
	var zero T
	if !b.Put(ctx, func() { out <- f() }) {
		return zero, false
	}
	select {
	case v := <-out:
		return v, true
	case <-ctx.Done():
	case <-b.done:
		select {
		case v := <-out:
			return v, true
		default:
		}
	}
	return zero, false
}

// Pause waits for d, beside an actor; false when ctx ended first.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
