package hub

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/audit"
	"zuoxi/hub/desk"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	"zuoxi/wire"
)

// road notes what is asked of a store, in order.
type road struct{ steps []string }

func (r *road) take(step string) { r.steps = append(r.steps, step) }

// along are the ports of a store with the road beside them.
func (r *road) along(p store.Ports) store.Ports {
	p.Agents, p.Settings, p.Audit = roadAgents{p.Agents, r}, roadSettings{p.Settings, r}, roadAudit{p.Audit, r}
	return p
}

type roadAgents struct {
	store.Agents
	*road
}

func (a roadAgents) Get(ctx context.Context, no string) (store.Agent, error) {
	a.take("agents.get")
	return a.Agents.Get(ctx, no)
}

func (a roadAgents) Login(ctx context.Context, no string, right bool, now time.Time, rule store.LoginRule) (store.Agent, error) {
	a.take("agents.login")
	return a.Agents.Login(ctx, no, right, now, rule)
}

type roadSettings struct {
	store.Settings
	*road
}

func (s roadSettings) Get(ctx context.Context, key string) (store.Setting, error) {
	s.take("settings.get")
	return s.Settings.Get(ctx, key)
}

type roadAudit struct {
	store.AuditLog
	*road
}

func (a roadAudit) Append(ctx context.Context, row store.AuditRow, link func(store.AuditRow) []byte) (store.AuditRow, error) {
	a.take("audit.append")
	return a.AuditLog.Append(ctx, row, link)
}

type roadBackend struct {
	store.Backend
	*road
}

func (b roadBackend) Tx(ctx context.Context, fn func(store.Ports) error) error {
	b.take("write")
	return b.Backend.Tx(ctx, func(p store.Ports) error { return fn(b.along(p)) })
}

// guessedAt is a store with the account 8001, and greeters at it, each of a hub that was just started.
func guessedAt(t *testing.T, now func() time.Time) (db *store.Store, greeting func() *greeter) {
	t.Helper()
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	keys, err := seal.Load(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := keys.Stable(audit.KeyUse)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Agents.Create(t.Context(), store.Agent{No: "8001", Name: "王某", District: "320000", Roles: []string{"agent"}, Password: seal.HashPassword("synthetic-1", seal.DefaultCost)}); err != nil {
		t.Fatal(err)
	}
	return db, func() *greeter {
		return newGreeter(&Hub{log: slog.New(slog.DiscardHandler), now: now, parts: parts{db: db, keys: keys, desks: desks{audit: audit.New(db.Audit, key, now)}}})
	}
}

// TestRefusalsTakeOneRoad: a 工号 that exists and one that does not are refused by the same steps, one of them a write: a queue
// before the disk or before the hashes keeps both waiting alike. The failure counts against the account that exists.
func TestRefusalsTakeOneRoad(t *testing.T) {
	db, greeting := guessedAt(t, time.Now)
	var way road
	g := greeting()
	watched := &store.Store{Ports: way.along(db.Ports), Backend: roadBackend{db.Backend, &way}}
	g.hub.db, g.hub.audit = watched, audit.New(watched.Audit, []byte("synthetic"), time.Now)
	refused := func(no string) []string {
		t.Helper()
		way.steps = nil
		var why *desk.Refusal
		if _, err := g.judge(t.Context(), no, "wrong", "192.0.2.7"); !errors.As(err, &why) || why.Code != wire.CodeCredentials {
			t.Fatalf("%s: %v", no, err)
		}
		return slices.Clone(way.steps)
	}
	known, unknown := refused("8001"), refused("9999")
	if want := []string{"agents.get", "settings.get", "write", "agents.login", "audit.append"}; !slices.Equal(known, want) || !slices.Equal(unknown, want) {
		t.Errorf("known: %q\nunknown: %q", known, unknown)
	}
	if a, err := db.Agents.Get(t.Context(), "8001"); err != nil || a.FailedLogins != 1 {
		t.Errorf("%d failures counted, %v", a.FailedLogins, err)
	}
	rows, _, err := db.Audit.List(t.Context(), store.AuditFilter{})
	if err != nil || len(rows) != 2 || rows[0].Who != "9999" || rows[1].Action != "sign.refused" {
		t.Errorf("%+v %v", rows, err)
	}
}

// TestLocksOutliveTheHub: after a restart a 工号 that nobody has is as locked, or as near to it, as an account that was guessed
// at as often.
func TestLocksOutliveTheHub(t *testing.T) {
	for _, guesses := range []int{loginRule.Failures - 1, loginRule.Failures, loginRule.Failures + 2} {
		now := time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)
		db, greeting := guessedAt(t, func() time.Time { return now })
		g := greeting()
		codes := func(no string, n int) (out []wire.Code) {
			for range n {
				now = now.Add(time.Second)
				_, err := g.judge(t.Context(), no, "wrong", "")
				out = append(out, asRefusal(err).Code)
			}
			return out
		}
		codes("8001", guesses)
		codes("9999", guesses)
		g = greeting()
		if err := g.guard.recall(t.Context(), db.Ports); err != nil {
			t.Fatal(err)
		}
		known := codes("8001", 2)
		if unknown := codes("9999", 2); !slices.Equal(known, unknown) || known[1] != wire.CodeLocked {
			t.Errorf("guessed at %d times: an account says %q, a number that nobody has %q", guesses, known, unknown)
		}
		now = now.Add(loginRule.Lock)
		if known, unknown := codes("8001", 1), codes("9999", 1); !slices.Equal(known, unknown) || known[0] != wire.CodeCredentials {
			t.Errorf("guessed at %d times, later: an account says %q, a number that nobody has %q", guesses, known, unknown)
		}
	}
}
