package hub

import (
	"context"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/retain"
	"zuoxi/rules/ticket"
)

// purgeEvery is how often recordings past their time are looked for.
const purgeEvery = 6 * time.Hour

// purge removes recordings that are past their time and not on hold, until the hub ends.
func (h *Hub) purge() {
	if h.library == nil {
		return
	}
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		n, err := h.library.Purge(h.life)
		if err != nil && h.life.Err() == nil {
			h.log.Error("some recordings past their time were not removed", "err", err)
		}
		if n > 0 {
			h.log.Info("recordings past their time removed", "recordings", n)
		}
		select {
		case <-h.life.Done():
			return
		case <-tick.C:
		}
	}
}

// mysteryCall begins the id under which a call to another centre is filed.
const mysteryCall = "mystery-"

// kindsOf tells what a recording is of, by what is known of its call when the shortest time is over.
func kindsOf(db *store.Store) func(ctx context.Context, row store.Recording) ([]retain.Kind, error) {
	return func(ctx context.Context, row store.Recording) ([]retain.Kind, error) {
		if strings.HasPrefix(row.CallID, mysteryCall) {
			return []retain.Kind{retain.Mystery}, nil
		}
		call, err := db.Calls.Get(ctx, row.CallID)
		if err != nil {
			return nil, err
		}
		of := []retain.Kind{retain.Call}
		if call.Direction == store.Outbound {
			of[0] = retain.Outbound
		}
		if call.Outcome.ReleaseCause == string(fsm.CauseDismissed) {
			of = append(of, retain.Abuse)
		}
		records, _, err := db.Records.List(ctx, store.RecordFilter{Call: row.CallID})
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			switch ticket.Kind(rec.Kind) {
			case ticket.KindComplaint, ticket.KindReport, ticket.KindConduct:
				of = append(of, retain.Complaint)
			}
		}
		events, err := db.Timeline.List(ctx, row.CallID)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(events, func(e store.Event) bool { return e.Kind == "voicemail" }) {
			of = append(of, retain.Message)
		}
		return of, nil
	}
}
