package hub

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/audit"
	"zuoxi/hub/backup"
	"zuoxi/hub/store"
)

// kept is a hub that was backed up, with its keys or without, after three rows, and went on for four more.
type kept struct {
	cfg    Config
	backup string
	token  string // of somebody who signed out after the backup
}

var somebody = bearer{agent: "8001", password: "a hash"}

func keep(t *testing.T, cfg Config, keys bool) kept {
	t.Helper()
	k := kept{cfg: cfg, backup: filepath.Join(t.TempDir(), "backup")}
	ran(t, cfg, func(h *Hub) {
		note(t, h, 3)
		k.token = h.tickets.make(5, somebody)
		if _, err := h.backUp(t.Context(), k.backup, keys); err != nil {
			t.Fatal(err)
		}
		h.tickets.end("8001", "", 5)
		note(t, h, 4)
	})
	return k
}

// TestRestoreIsInTheLog: the older data say that they are older, and how far the log had come; who signed out stays out.
func TestRestoreIsInTheLog(t *testing.T) {
	cfg := bare(filepath.Join(t.TempDir(), "hub"))
	cfg.KeyFile = filepath.Join(t.TempDir(), "hub.keys")
	k := keep(t, cfg, false)
	if err := os.RemoveAll(cfg.Data); err != nil {
		t.Fatal(err)
	}
	got, err := Restore(t.Context(), cfg, k.backup, false)
	if err != nil || got.Audit != 3 || got.Before != 7 || got.Unsigned {
		t.Fatalf("%+v, %v", got, err)
	}
	said := ran(t, cfg, func(h *Hub) {
		if n, err := h.audit.Verify(t.Context()); n != 4 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		rows, _, err := h.audit.List(t.Context(), store.AuditFilter{Action: "hub.restore"})
		if err != nil || len(rows) != 1 || !strings.Contains(rows[0].Reason, "审计到第 3 条；此前到过第 7 条") {
			t.Errorf("the log says %+v, %v", rows, err)
		}
		if h.tickets.read(k.token, somebody) != 0 {
			t.Error("who signed out after the backup comes back by token")
		}
		h.tickets.now = func() time.Time { return time.Now().Add(2 * time.Second) }
		if h.tickets.read(h.tickets.make(6, somebody), somebody) != 6 {
			t.Error("who signs in now does not")
		}
	})
	if strings.Contains(said, "anchor") {
		t.Error(said)
	}
}

// edited changes the database of a backup and writes the new sum into its list.
func edited(t *testing.T, dir string) {
	t.Helper()
	asItsAdministrator(t, dir, "UPDATE settings SET value = value || ' '")
	name := filepath.Join(dir, backup.ManifestName)
	var m map[string]any
	data, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m["files"].([]any) {
		f := f.(map[string]any)
		if f["path"] == "hub.db" {
			db, err := os.ReadFile(filepath.Join(dir, "hub.db"))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(db)
			f["sha256"], f["size"] = hex.EncodeToString(sum[:]), len(db)
		}
	}
	if data, err = json.Marshal(m); err == nil {
		err = os.WriteFile(name, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestEditedBackup: new sums in the list help nobody without the keys; a list without a MAC is taken only when asked for, aloud.
func TestEditedBackup(t *testing.T) {
	cfg := bare(filepath.Join(t.TempDir(), "hub"))
	k := keep(t, cfg, true)
	if err := os.RemoveAll(cfg.Data); err != nil {
		t.Fatal(err)
	}
	edited(t, k.backup)
	refused := func(want error) {
		t.Helper()
		_, err := Restore(t.Context(), cfg, k.backup, false)
		if _, there := os.Stat(cfg.Data); !errors.Is(err, want) || there == nil {
			t.Errorf("%v, want %v; placed: %v", err, want, there == nil)
		}
	}
	refused(backup.ErrForged)
	if err := os.Remove(filepath.Join(k.backup, "manifest.mac")); err != nil {
		t.Fatal(err)
	}
	refused(backup.ErrUnsigned)
	got, err := Restore(t.Context(), cfg, k.backup, true)
	if err != nil || !got.Unsigned {
		t.Fatalf("%+v, %v", got, err)
	}
}

// TestRestoreBesidePostgres: a database that was put back by its own tools is looked at as well, and one that does not reach
// the backup is refused.
func TestRestoreBesidePostgres(t *testing.T) {
	server := os.Getenv("ZUOXI_TEST_PG")
	if server == "" { // once more, with a server of its own
		out, err := exec.CommandContext(t.Context(), "../scripts/pg.sh", os.Args[0], "-test.run", "^"+t.Name()+"$").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return
	}
	cfg := bare(filepath.Join(t.TempDir(), "hub"))
	cfg.KeyFile = filepath.Join(t.TempDir(), "hub.keys")
	cfg.Postgres = database(t, server)
	k := keep(t, cfg, false)
	restore := func() (Restored, error) {
		if err := os.RemoveAll(cfg.Data); err != nil {
			t.Fatal(err)
		}
		return Restore(t.Context(), cfg, k.backup, false)
	}
	if got, err := restore(); err != nil || got.Audit != 7 {
		t.Fatalf("the database went on: %+v, %v", got, err)
	}
	ran(t, cfg, func(h *Hub) {
		if n, err := h.audit.Verify(t.Context()); n != 8 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
	})
	db, err := sql.Open("pgx", cfg.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, q := range []string{"DROP TRIGGER audit_hold ON audit", "DELETE FROM audit WHERE seq > 2", "UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2)"} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	ran(t, cfg, func(h *Hub) {
		var f *audit.Fault
		if _, err := h.audit.Verify(t.Context()); !errors.As(err, &f) || f.Kind != audit.CutOff {
			t.Errorf("cut: %v", err)
		}
	})
	if _, err := restore(); !errors.Is(err, errBehind) {
		t.Errorf("older than the backup: %v", err)
	}
}

// database makes one of its own on a server.
func database(t *testing.T, server string) string {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	name := fmt.Sprintf("restore_%d", time.Now().UnixNano())
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = name
	return u.String()
}
