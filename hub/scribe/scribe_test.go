package scribe

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mute is a store of calls whose answers get lost: what was asked happens, and nobody hears of it. Which answers, says tell.
type mute struct {
	store.Calls
	asked int
	tell  func(asked int) (keep, answer bool)
}

func (m *mute) Open(ctx context.Context, c store.Call) error {
	if m.Calls == nil {
		return store.ErrUnavailable
	}
	return m.Calls.Open(ctx, c)
}

func (m *mute) Save(ctx context.Context, c store.Call) (store.Call, error) {
	m.asked++
	keep, answer := m.tell(m.asked)
	if !keep {
		return c, store.ErrUnavailable
	}
	saved, err := m.Calls.Save(ctx, c)
	if answer {
		return saved, err
	}
	return c, store.ErrUnavailable
}

// TestLostAnswerLosesNoLog: a save that stood without an answer stands in no later one's way, neither the next try nor,
// where all tries failed, the next note; the log closes, and says so.
func TestLostAnswerLosesNoLog(t *testing.T) {
	for name, tell := range map[string]func(asked int) (keep, answer bool){
		"first answer":      func(asked int) (bool, bool) { return true, asked != 1 },
		"every second":      func(asked int) (bool, bool) { return true, asked%2 == 0 },
		"answer, then away": func(asked int) (bool, bool) { return asked == 1 || asked > scribeTries, asked > scribeTries },
		"last answer":       func(asked int) (bool, bool) { return true, asked != 3 },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				db, s, now := begin(t, dir, func(c store.Calls) store.Calls { return &mute{Calls: c, tell: tell} })
				s.Edit(func(c *store.Call) { c.Subject = "养老保险" })
				<-time.After(2 * scribeTries * scribeRetry)
				s.Edit(func(c *store.Call) { c.Agent = "8001" })
				<-time.After(2 * scribeTries * scribeRetry)
				if err := s.Close(t.Context(), func(c *store.Call) { c.Times.Closed = now.Add(time.Minute) }); err != nil {
					t.Error(err)
				}
				l, err := db.Calls.Get(t.Context(), s.call.ID)
				if err != nil || l.Times.Closed.IsZero() || l.Subject != "养老保险" || l.Agent != "8001" {
					t.Errorf("the log is %+v, %v", l, err)
				}
			})
		})
	}
}

// TestLogThatStaysOpenIsToldOf: whoever closes a log hears that it does not stand.
func TestLogThatStaysOpenIsToldOf(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		_, s, now := begin(t, dir, func(c store.Calls) store.Calls {
			return &mute{Calls: c, tell: func(int) (keep, answer bool) { return false, false }}
		})
		if err := s.Close(t.Context(), func(c *store.Call) { c.Times.Closed = now }); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("closed with %v", err)
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s := New(&store.Store{Ports: store.Ports{Calls: &mute{}}}, slog.New(slog.DiscardHandler), store.Call{})
	s.Run(ctx)
	if err := s.Close(t.Context(), func(*store.Call) {}); !errors.Is(err, errOpen) {
		t.Errorf("a log that nobody writes any more closed with %v", err)
	}
}

// TestEndingHasAPlace: a log whose queue was full when it ended is closed once the disk takes it, and its scribe says
// that not all of it stands.
func TestEndingHasAPlace(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db, err := sqlite.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		now, written, ended := time.Now(), make(chan struct{}), make(chan bool, 1)
		db.Calls = late{db.Calls, written}
		s := New(db, slog.New(slog.DiscardHandler), store.Call{ID: store.NewID(now), Direction: store.Inbound, District: "320000",
			Outcome: store.Outcome{Disposition: store.DispositionAbandoned, Place: "menu"}, Times: store.CallTimes{Arrive: now}})
		ctx, stop := context.WithCancel(t.Context())
		go func() { ended <- s.Run(ctx) }()
		for range scribeQueue + 1 {
			s.Event(now, "noise", "", nil)
		}
		patience, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.Close(patience, func(c *store.Call) { c.Times.Closed = now.Add(time.Minute) }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("closed with %v", err)
		}
		close(written)
		synctest.Wait()
		select {
		case whole := <-ended:
			if whole {
				t.Error("a note was lost, and nobody is told")
			}
		default:
			t.Error("the scribe waits for more")
		}
		if l, err := db.Calls.Get(t.Context(), s.call.ID); err != nil || l.Times.Closed.IsZero() {
			t.Errorf("the log is %+v, %v", l, err)
		}
		stop()
		synctest.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

// late takes no call until it is written to.
type late struct {
	store.Calls
	written <-chan struct{}
}

func (l late) Open(ctx context.Context, c store.Call) error {
	<-l.written
	return l.Calls.Open(ctx, c)
}

// begin opens a log in a store of its own whose calls are seen through another.
func begin(t *testing.T, dir string, through func(store.Calls) store.Calls) (*store.Store, *Scribe, time.Time) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	db.Calls = through(db.Calls)
	now := time.Now()
	s := New(db, slog.New(slog.DiscardHandler), store.Call{ID: store.NewID(now), Direction: store.Inbound, District: "320000",
		Outcome: store.Outcome{Disposition: store.DispositionAbandoned, Place: "menu"}, Times: store.CallTimes{Arrive: now}})
	go s.Run(t.Context())
	return db, s, now
}

// TestEndingOutlastsTheStore: a log ends once, with all its notes in order,
// though the store is away when it ends.
func TestEndingOutlastsTheStore(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db, s, now := begin(t, dir, func(c store.Calls) store.Calls {
			return &mute{Calls: c, tell: func(asked int) (keep, answer bool) { return asked > 5, asked > 5 }}
		})
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
