package hub

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// boxSize is how many events may wait for one actor. A call or seat sees some
// ten events a second at most: a full box means that its owner hangs.
const boxSize = 512

// box is the mailbox of an actor: what others want done in its goroutine.
// Posting never waits, so that two actors can never wait for each other; what
// does not fit is refused, counted and logged.
type box struct {
	ch      chan func()
	done    chan struct{} // closed by the actor when it has ended
	log     *slog.Logger
	refused *atomic.Uint64
}

func newBox(log *slog.Logger, refused *atomic.Uint64) box {
	return box{ch: make(chan func(), boxSize), done: make(chan struct{}), log: log, refused: refused}
}

// post hands f to the actor; false when it has ended or hangs.
func (b box) post(f func()) bool {
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

// put hands f over and waits for room; for goroutines that have nothing else
// to do, such as the reader of a connection.
func (b box) put(ctx context.Context, f func()) bool {
	select {
	case b.ch <- f:
		return true
	case <-b.done:
	case <-ctx.Done():
	}
	return false
}

// ask runs f in the actor's goroutine and waits for its result.
func ask[T any](ctx context.Context, b box, f func() T) (T, bool) {
	out := make(chan T, 1) // one slot: the actor never waits for who asked
	var zero T
	if !b.put(ctx, func() { out <- f() }) {
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
