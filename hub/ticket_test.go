package hub

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

// sickSettings refuse to keep anything while the disk is full.
type sickSettings struct {
	store.Settings
	full atomic.Bool
}

func (s *sickSettings) Put(ctx context.Context, x store.Setting) (store.Setting, error) {
	if s.full.Load() {
		return x, store.ErrFull
	}
	return s.Settings.Put(ctx, x)
}

// TestSignOutIsKeptBeforeItIsSaid: whoever is told that they signed out stays out, though the hub is killed right then; what
// the disk refuses is tried again, and said when it takes too long.
func TestSignOutIsKeptBeforeItIsSaid(t *testing.T) {
	inHouse(t, func(h *house) {
		sick := &sickSettings{Settings: h.tickets.ends.settings}
		h.tickets.ends.settings = sick
		for no, away := range map[string]time.Duration{"8001": 0, "8002": 2 * time.Second, "8003": partPatience + time.Second} {
			a := h.sit(no)
			h.pass(2 * time.Second) // the ends of earlier sessions are kept
			account, err := h.db.Agents.Get(h.t.Context(), no)
			if err != nil {
				t.Fatal(err)
			}
			_, token, _ := strings.Cut(a.screen.welcome.Token, ".")
			killed := func() bool {
				t.Helper()
				again, err := openTickets(h.t.Context(), h.db.Settings, h.tickets.key, h.now, h.log)
				if err != nil {
					t.Fatal(err)
				}
				return again.read(token, bearerOf(account, a.screen)) == 0
			}
			sick.full.Store(away > 0)
			said := a.say(&wire.SignOut{})
			if away > 0 && (said != nil || a.screen.bye != "" || killed()) {
				t.Errorf("%s was told %+v, %q, before it was kept", no, said, a.screen.bye)
			}
			if err := a.back(); err == nil {
				t.Errorf("%s came back by a token that has ended", no)
			}
			h.pass(away)
			sick.full.Store(false)
			if away > partPatience {
				for _, b := range a.screen.answers {
					if ack, ok := b.(*wire.Ack); ok && ack.Code == wire.CodeInternal {
						said = ack
					}
				}
				if said == nil || a.screen.bye != "" {
					t.Errorf("%s was told %+v, %q", no, said, a.screen.bye)
				}
				a.ok(&wire.SignOut{})
			}
			h.pass(2 * keepPause)
			if a.screen.bye != wire.CodeOK || !killed() {
				t.Errorf("%s: %q, out for good: %v", no, a.screen.bye, killed())
			}
		}
	})
}

// deafSettings keep what they are given, but once without an answer.
type deafSettings struct {
	store.Settings
	heard bool
}

func (s *deafSettings) Put(ctx context.Context, x store.Setting) (store.Setting, error) {
	kept, err := s.Settings.Put(ctx, x)
	if err == nil && !s.heard {
		s.heard = true
		return x, store.ErrUnavailable
	}
	return kept, err
}

// TestLostAnswerOfTheDisk: what was kept though the disk did not say so is no debt for ever, the first of its key or a later
// one, and what comes after it is kept too.
func TestLostAnswerOfTheDisk(t *testing.T) {
	inHouse(t, func(h *house) {
		deaf := &deafSettings{Settings: h.db.Settings}
		o := newOwed(deaf, "tests", h.log)
		for _, value := range []string{"1", "2"} {
			deaf.heard = false
			o.put(store.Setting{Key: "test", District: "320000", Value: value, Updated: h.now()})
			if err := o.pay(); !errors.Is(err, store.ErrUnavailable) {
				t.Fatal(err)
			}
			value += ", later"
			kept := o.put(store.Setting{Key: "test", District: "320000", Value: value, Updated: h.now()})
			if err := o.pay(); err != nil {
				t.Errorf("%s: %v", value, err)
				continue
			}
			<-kept
			if s, err := h.db.Settings.Get(h.t.Context(), "test"); err != nil || s.Value != value {
				t.Errorf("%s: %q is on the disk, %v", value, s.Value, err)
			}
		}
	})
}

// hungSettings are on a disk that does not answer.
type hungSettings struct{ store.Settings }

func (hungSettings) List(context.Context) ([]store.Setting, error) { return nil, nil }

func (hungSettings) Put(ctx context.Context, x store.Setting) (store.Setting, error) {
	<-ctx.Done()
	return x, store.ErrUnavailable
}

// TestHungDiskKeepsNoStop: the hub's end waits for one write that hangs, not for each that is owed.
func TestHungDiskKeepsNoStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, err := openTickets(t.Context(), hungSettings{}, nil, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for _, no := range []string{"8001", "8002", "8003"} {
			k.end(no, "320000", 1)
		}
		began := time.Now()
		if err := k.ends.pay(); !errors.Is(err, store.ErrUnavailable) || time.Since(began) != keepLimit || len(k.ends.debts) != 3 {
			t.Errorf("%v after %v, %d are owed", err, time.Since(began), len(k.ends.debts))
		}
	})
}
