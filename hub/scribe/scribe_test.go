package scribe

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// away is a store of calls that is not there for the first tries of a save.
type away struct {
	store.Calls
	left atomic.Int64
}

func (a *away) Save(ctx context.Context, c store.Call) (store.Call, error) {
	if a.left.Add(-1) >= 0 {
		return c, store.ErrUnavailable
	}
	return a.Calls.Save(ctx, c)
}

// TestEndingOutlastsTheStore: a log ends once, with all its notes in order,
// though the store is away when it ends.
func TestEndingOutlastsTheStore(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db, err := sqlite.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}()
		calls := &away{Calls: db.Calls}
		calls.left.Store(5)
		db.Calls = calls
		now := time.Now()
		s := New(db, slog.New(slog.DiscardHandler), store.Call{ID: store.NewID(now), Direction: store.Inbound, District: "320000",
			Outcome: store.Outcome{Disposition: store.DispositionAbandoned, Place: "menu"}, Times: store.CallTimes{Arrive: now}})
		go s.Run(t.Context())
		s.AddLeg(store.Leg{ID: "leg", Role: "caller", From: now})
		s.Event(now, "arrive", "来电", nil)
		s.Event(now, "bye", "挂机", map[string]any{"phase": "closed"})
		s.EndLeg("leg", now.Add(time.Minute), "normal")
		if err := s.Close(t.Context(), func(c *store.Call) { c.Times.Closed = now.Add(time.Minute) }); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(now); took < 5*scribeRetry {
			t.Errorf("closed after %s, the store was away for 5 tries", took)
		}
		l, err := db.Calls.Get(t.Context(), s.call.ID)
		if err != nil || l.Times.Closed.IsZero() {
			t.Errorf("the log is %+v, %v", l, err)
		}
		events, err := db.Timeline.List(t.Context(), l.ID)
		if err != nil || len(events) != 2 || events[0].Kind != "arrive" || events[1].Seq != 2 {
			t.Errorf("the timeline is %+v, %v", events, err)
		}
		legs, err := db.Legs.List(t.Context(), l.ID)
		if err != nil || len(legs) != 1 || legs[0].To.IsZero() {
			t.Errorf("the legs are %+v, %v", legs, err)
		}
	})
}
