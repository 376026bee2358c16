package hub

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
)

// TestNothingIsMadeAnew: a hub that has served somebody starts with its own keys and authority or not at all, whichever of
// them are missing; a new authority is made by command only.
func TestNothingIsMadeAnew(t *testing.T) {
	cfg := bare(filepath.Join(t.TempDir(), "hub"))
	code := ""
	ran(t, cfg, func(h *Hub) { note(t, h, 1); code = h.Addrs().Pairing })
	keys, authority := cfg.keyFile(), filepath.Join(cfg.Data, authorityFile)
	away := func(want error, files ...string) {
		t.Helper()
		for _, f := range files {
			if err := os.Rename(f, f+".away"); err != nil {
				t.Fatal(err)
			}
		}
		if h, err := New(cfg, nil); !errors.Is(err, want) {
			t.Errorf("without %v: %v", files, err)
			if h != nil {
				_ = h.Run(canceled(t))
			}
		}
		for _, f := range files {
			if there(f) {
				t.Errorf("%s was made anew", f)
			}
			if err := os.Rename(f+".away", f); err != nil {
				t.Fatal(err)
			}
		}
	}
	away(errNoKeys, keys)
	away(errNoAuthority, authority)
	away(errNoKeys, keys, authority)
	if _, err := NewAuthority(cfg); !errors.Is(err, errHasAuthority) {
		t.Errorf("beside one: %v", err)
	}
	if err := os.Remove(authority); err != nil {
		t.Fatal(err)
	}
	made, err := NewAuthority(cfg)
	if err != nil || made == code {
		t.Errorf("%q, %v", made, err)
	}
	ran(t, cfg, func(h *Hub) {
		if h.Addrs().Pairing != made {
			t.Error("another one is shown")
		}
	})
}

// TestFirstStartCutOff: one that left a database, with keys or without, is taken up again.
func TestFirstStartCutOff(t *testing.T) {
	for _, withKeys := range []bool{false, true} {
		cfg := bare(filepath.Join(t.TempDir(), "hub"))
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			t.Fatal(err)
		}
		db, err := sqlite.Open(t.Context(), cfg.Data)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if withKeys {
			if _, err := seal.Load(cfg.keyFile()); err != nil {
				t.Fatal(err)
			}
		}
		ran(t, cfg, func(*Hub) {})
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
