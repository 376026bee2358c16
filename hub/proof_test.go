package hub

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/audit"
	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/store/storetest"
	"zuoxi/hub/trunk"
)

// bare is a hub that needs nothing but its data folder.
func bare(dir string) Config {
	return Config{
		Data: dir, Voice: []string{"127.0.0.1:0"}, Timing: Timing{Drain: 100 * time.Millisecond},
		Doors: Doors{Socket: filepath.Join(dir, "s")}, Menu: Menu{Mode: "direct", Always: true},
		Trunk: trunk.Config{Listen: []string{"udp://127.0.0.1:0"}, Gateways: []string{"127.0.0.0/8"}, RTP: trunk.RTP{Addr: "127.0.0.1"}},
	}
}

// ran starts a hub, lets a test do something with it and stops it; what it said is returned.
func ran(t *testing.T, cfg Config, do func(h *Hub)) string {
	t.Helper()
	var said bytes.Buffer
	h, err := New(cfg, slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	do(h)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return said.String()
}

func note(t *testing.T, h *Hub, n int) {
	t.Helper()
	for range n {
		if _, err := h.audit.Append(t.Context(), audit.Entry{Who: "8001", Action: "unmask"}); err != nil {
			t.Fatal(err)
		}
	}
}

// asItsAdministrator carries out SQL on a database whose hub is stopped, after taking its guards away.
func asItsAdministrator(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range append([]string{"DROP TRIGGER IF EXISTS audit_keep", "DROP TRIGGER IF EXISTS audit_hold"}, statements...) {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(q, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestAuditCutByItsAdministrator: rows cut off the end with the head set back, and all of them, are seen at the next start, at
// every Verify, and on the leads' board.
func TestAuditCutByItsAdministrator(t *testing.T) {
	for name, cut := range map[string][]string{
		"tail": {"DELETE FROM audit WHERE seq > 4", "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)"},
		"all":  {"DELETE FROM audit", "UPDATE audit_head SET seq = 0, hash = NULL"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := bare(t.TempDir())
			ran(t, cfg, func(h *Hub) { note(t, h, 10) })
			asItsAdministrator(t, cfg.Data, cut...)
			said := ran(t, cfg, func(h *Hub) {
				var f *audit.Fault
				if _, err := h.audit.Verify(t.Context()); !errors.As(err, &f) || f.Kind != audit.CutOff {
					t.Errorf("verified: %v", err)
				}
				h.anchorAudit("")
				if w := h.wrong(); len(w) != 1 {
					t.Errorf("the board shows %q", w)
				}
				note(t, h, 20)
			})
			if !strings.Contains(said, "level=ERROR") {
				t.Errorf("at the start: %s", said)
			}
			ran(t, cfg, func(h *Hub) {
				if _, err := h.audit.Verify(t.Context()); err == nil {
					t.Error("longer again, it verifies")
				}
			})
		})
	}
}

// TestAnchorTakenAway stands in the log itself.
func TestAnchorTakenAway(t *testing.T) {
	cfg := bare(t.TempDir())
	ran(t, cfg, func(h *Hub) { note(t, h, 3) })
	if err := os.Remove(cfg.anchorFile()); err != nil {
		t.Fatal(err)
	}
	ran(t, cfg, func(h *Hub) {
		if n, err := h.audit.Verify(t.Context()); n != 4 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// spoil makes the page of a stopped hub's database unreadable that holds a record's answer.
func spoil(t *testing.T, dir, answer string) {
	t.Helper()
	const page = 4096
	name := filepath.Join(dir, sqlite.FileName)
	data, err := os.ReadFile(name)
	at := bytes.Index(data, []byte(answer))
	if err != nil || at < page {
		t.Fatal(at, err)
	}
	copy(data[at/page*page:], bytes.Repeat([]byte{0xA5}, 64))
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSpoiltDatabaseDoesNotStart: one page that no start would read by itself.
func TestSpoiltDatabaseDoesNotStart(t *testing.T) {
	cfg := bare(t.TempDir())
	r := storetest.NewRecord(1)
	ran(t, cfg, func(h *Hub) {
		if _, err := h.db.Records.Create(t.Context(), r, storetest.By(1, "create")); err != nil {
			t.Fatal(err)
		}
	})
	spoil(t, cfg.Data, r.Body.Answer)
	if _, err := New(cfg, nil); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("started: %v", err)
	}
}

// TestDamageIsTold: what is found spoilt while the hub runs makes it unready and comes to the leads' board.
func TestDamageIsTold(t *testing.T) {
	inHouse(t, func(h *house) {
		if err := h.db.Ping(h.t.Context()); err != nil || h.wrong() != nil {
			t.Fatal(err, h.wrong())
		}
		_ = h.db.Damage.Saw(store.ErrCorrupt)
		if err := h.db.Ping(h.t.Context()); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("ready: %v", err)
		}
		if w := h.wrong(); len(w) != 1 || w[0] != "数据库" {
			t.Errorf("the board shows %q", w)
		}
	})
}

// endless is a database too large to be looked through.
type endless struct{ store.Backend }

func (endless) Probe(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// TestLargeDatabaseIsCheckedInPart: the start goes on, and says so.
func TestLargeDatabaseIsCheckedInPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		began := time.Now()
		err := probe(t.Context(), &store.Store{Backend: endless{}}, slog.New(slog.NewTextHandler(&said, nil)))
		if err != nil || time.Since(began) != probeLimit || !strings.Contains(said.String(), "only a part") {
			t.Errorf("%v after %v: %s", err, time.Since(began), &said)
		}
	})
}
