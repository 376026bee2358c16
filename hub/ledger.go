package hub

import (
	"context"
	"log/slog"
	"sync/atomic"

	"zuoxi/hub/audit"
	"zuoxi/hub/store"
)

// ledgerSize is how many lines may wait for the disk: more than all seats of the
// largest centre that come back at once. Full: a span of presence is dropped and
// counted, it is statistics; a line of the audit log waits.
const ledgerSize = 16384

// ledgerBatch is how many go to the disk in one go.
const ledgerBatch = 64

// entry is a span of presence, or a line of the audit log about what nobody has
// to wait for.
type entry struct {
	state store.State
	deed  audit.Entry // its Action is empty: it is a span
}

// ledger writes the log of presence, and who came back, beside the seats.
type ledger struct {
	db      *store.Store
	audit   *audit.Log
	log     *slog.Logger
	entries chan entry
	dropped atomic.Uint64
}

func newLedger(db *store.Store, log *audit.Log, l *slog.Logger) *ledger {
	return &ledger{db: db, audit: log, log: l, entries: make(chan entry, ledgerSize)}
}

func (l *ledger) state(s store.State) {
	select {
	case l.entries <- entry{state: s}:
	default:
		l.dropped.Add(1)
	}
}

// note waits for room, as long as ctx lasts.
func (l *ledger) note(ctx context.Context, e audit.Entry) error {
	select {
	case l.entries <- entry{deed: e}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
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
		case first := <-l.entries:
			l.write(first)
		}
	}
}

// write puts first and what waits behind it on the disk in one go; where one of
// them cannot be kept, each on its own, so that it takes no other with it.
func (l *ledger) write(first entry) {
	batch := []entry{first}
	for len(batch) < ledgerBatch && len(l.entries) > 0 {
		batch = append(batch, <-l.entries)
	}
	ctx := context.Background()
	err := l.db.Tx(ctx, func(p store.Ports) error {
		for _, x := range batch {
			if err := l.keep(ctx, p, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return
	}
	for _, x := range batch {
		if err := l.keep(ctx, l.db.Ports, x); err != nil {
			l.log.Error("writing presence", "agent", x.state.Agent+x.deed.Who, "err", err)
		}
	}
}

func (l *ledger) keep(ctx context.Context, p store.Ports, x entry) error {
	if x.deed.Action == "" {
		return p.States.Append(ctx, x.state)
	}
	_, err := l.audit.On(p).Append(ctx, x.deed)
	return err
}
