package hub

import (
	"context"
	"log/slog"
	"sync/atomic"

	"zuoxi/hub/store"
)

// ledgerSize is how many spans of presence may wait for the disk: more than all
// seats of the largest centre that come back at once. Full: the span is dropped
// and counted; it is statistics.
const ledgerSize = 16384

// ledgerBatch is how many go to the disk in one go.
const ledgerBatch = 64

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
				l.write(<-l.entries)
			}
			return
		case s := <-l.entries:
			l.write(s)
		}
	}
}

// write puts first and what waits behind it on the disk in one go; where one of
// them cannot be kept, each on its own, so that it takes no other with it.
func (l *ledger) write(first store.State) {
	batch := []store.State{first}
	for len(batch) < ledgerBatch && len(l.entries) > 0 {
		batch = append(batch, <-l.entries)
	}
	ctx := context.Background()
	err := l.db.Tx(ctx, func(p store.Ports) error {
		for _, s := range batch {
			if err := p.States.Append(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return
	}
	for _, s := range batch {
		if err := l.db.States.Append(ctx, s); err != nil {
			l.log.Error("writing presence", "agent", s.Agent, "err", err)
		}
	}
}
