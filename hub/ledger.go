package hub

import (
	"context"
	"log/slog"
	"sync/atomic"

	"zuoxi/hub/store"
)

// ledgerSize is how many spans of presence may wait for the disk: an hour of a
// full shift. Full: the span is dropped and counted; it is statistics.
const ledgerSize = 4096

// ledger writes the log of presence beside the seats.
type ledger struct {
	db      *store.Store
	log     *slog.Logger
	entries chan store.State
	dropped atomic.Uint64
}

func newLedger(db *store.Store, log *slog.Logger) *ledger {
	return &ledger{db: db, log: log, entries: make(chan store.State, ledgerSize)}
}

func (l *ledger) state(s store.State) {
	select {
	case l.entries <- s:
	default:
		l.dropped.Add(1)
	}
}

// run writes until ctx ends, and then what has queued up.
func (l *ledger) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			for len(l.entries) > 0 {
				l.write(context.WithoutCancel(ctx), <-l.entries)
			}
			return
		case s := <-l.entries:
			l.write(ctx, s)
		}
	}
}

func (l *ledger) write(ctx context.Context, s store.State) {
	if err := l.db.States.Append(context.WithoutCancel(ctx), s); err != nil {
		l.log.Error("writing presence", "agent", s.Agent, "err", err)
	}
}
