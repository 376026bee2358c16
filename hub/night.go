package hub

import (
	"context"
	"time"

	"zuoxi/hub/report"
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
	})
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
