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

// TestRefusalsTakeOneRoad: a 工号 that exists and one that does not are refused by the same steps, one of them a write: a queue
// before the disk or before the hashes keeps both waiting alike. The failure counts against the account that exists.
func TestRefusalsTakeOneRoad(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
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
	var way road
	watched := &store.Store{Ports: way.along(db.Ports), Backend: roadBackend{db.Backend, &way}}
	g := newGreeter(&Hub{log: slog.New(slog.DiscardHandler), now: time.Now, parts: parts{db: watched, keys: keys, desks: desks{audit: audit.New(watched.Audit, key, time.Now)}}})
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
