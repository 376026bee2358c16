package search

import (
	"context"
	"sync"
)

// Latest searches as someone types: it answers the query asked last and drops those overtaken, also while they are
// under way. Answers come one at a time, from a goroutine of its own.
type Latest struct {
	search  func(context.Context, Query) (Result, error)
	deliver func(Query, Result, error)

	ctx  context.Context
	stop context.CancelFunc
	wake chan struct{} // size 1; full means that the goroutine will look anyway
	done chan struct{}

	mu     sync.Mutex
	next   *Query
	cancel context.CancelFunc // of the search under way
}

// NewLatest starts the goroutine; Close ends it. deliver is never called for a query that was overtaken before its
// answer was there.
func NewLatest(ctx context.Context, search func(context.Context, Query) (Result, error), deliver func(Query, Result, error)) *Latest {
	l := &Latest{search: search, deliver: deliver, wake: make(chan struct{}, 1), done: make(chan struct{})}
	l.ctx, l.stop = context.WithCancel(ctx)
	go l.run()
	return l
}

// Ask replaces the query waiting and ends the one under way. It does not block.
func (l *Latest) Ask(q Query) {
	l.mu.Lock()
	l.next = &q
	if l.cancel != nil {
		l.cancel()
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Close ends the search under way and waits for the goroutine.
func (l *Latest) Close() {
	l.stop()
	<-l.done
}

func (l *Latest) run() {
	defer close(l.done)
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-l.wake:
		}
		for l.answer() {
		}
	}
}

// answer searches for the query waiting, if there is one.
func (l *Latest) answer() bool {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	l.mu.Lock()
	q := l.next
	l.next, l.cancel = nil, cancel
	l.mu.Unlock()
	if q == nil || ctx.Err() != nil {
		return false
	}
	res, err := l.search(ctx, *q)
	l.mu.Lock()
	overtaken := l.next != nil || l.ctx.Err() != nil
	l.cancel = nil
	l.mu.Unlock()
	if !overtaken {
		l.deliver(*q, res, err)
	}
	return true
}
