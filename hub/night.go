package hub

import (
	"context"
	"time"

	"zuoxi/hub/report"
	"zuoxi/wire"
)

// settleNights has the reports add up the day before, once each night, until the hub ends.
func (h *Hub) settleNights() {
	o := report.New(report.Config{DB: h.db, Zone: h.cfg.Outgoing.Zone, Now: h.now})
	o.Nightly(h.life, h.sleepUntil, func(days int, err error) {
		if err != nil {
			h.log.Error("the days before were not added up; the reports do it when they are asked for", "err", err)
			return
		}
		h.log.Info("the days before are added up", "days", days)
		h.showFirst(o)
	})
}

// showFirst puts what was settled in the first call on the last judged day on the board.
func (h *Hub) showFirst(o *report.Office) {
	day, by, err := o.Judged(h.life)
	if err != nil {
		h.log.Error("what was settled in the first call is not on the board", "err", err)
		return
	}
	shown := make(map[string]wire.BoardFirst, len(by))
	for d, f := range by {
		if n := f.Contacts(); n > 0 {
			shown[d] = wire.BoardFirst{FirstDay: day.Format(time.DateOnly), First: f.Once, FirstOf: n}
		}
	}
	h.board.First(shown)
}

// sleepUntil waits for a moment of the hub's clock.
func (h *Hub) sleepUntil(ctx context.Context, until time.Time) error {
	t := time.NewTimer(until.Sub(h.now()))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
