package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func fill(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

var kept = map[string]string{"authority.pem": "authority", "hub.keys": "keys", "kb/base/CURRENT": "1", "recordings/20260312/a.zxr": "sound"}

func source(t *testing.T, keys bool) Source {
	data := t.TempDir()
	fill(t, data, kept)
	return Source{
		Data: data, Recordings: filepath.Join(data, "recordings"), KeyFile: filepath.Join(data, "hub.keys"), Keys: keys,
		Key: []byte("a key of a test"), Database: func(_ context.Context, to string) error { return os.WriteFile(to, []byte("database"), 0o600) },
	}
}

func TestThereAndBack(t *testing.T) {
	for _, keys := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "backup")
		m, err := Make(t.Context(), source(t, keys), dir)
		if err != nil || m.Keys != keys {
			t.Fatal(m, err)
		}
		if _, err := Make(t.Context(), source(t, keys), dir); !errors.Is(err, ErrThere) {
			t.Errorf("over another backup: %v", err)
		}
		if m, err = Read(dir); err != nil {
			t.Fatal(err)
		}
		to := Target{Data: filepath.Join(t.TempDir(), "hub")}
		to.Recordings, to.KeyFile = filepath.Join(to.Data, "recordings"), filepath.Join(to.Data, "hub.keys")
		if err := Restore(dir, m, to); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"authority.pem": "authority", "kb/base/CURRENT": "1", "recordings/20260312/a.zxr": "sound", "hub.db": "database"} {
			got, err := os.ReadFile(filepath.Join(to.Data, name))
			info, err2 := os.Stat(filepath.Join(to.Data, name))
			if err != nil || err2 != nil || string(got) != want || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %q, %v, %v", name, got, err, err2)
			}
		}
		if _, err := os.Stat(to.KeyFile); (err == nil) != keys {
			t.Errorf("keys %v: %v", keys, err)
		}
		if err := Restore(dir, m, to); !errors.Is(err, ErrOccupied) {
			t.Errorf("over a hub's data: %v", err)
		}
	}
}

// TestAnyChangedFileShows: each file of a backup, and its list.
func TestAnyChangedFileShows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backup")
	m, err := Make(t.Context(), source(t, true), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Files {
		path := filepath.Join(dir, f.Path)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		spoilt := append([]byte(nil), whole...)
		spoilt[0] ^= 1
		if err := os.WriteFile(path, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); !errors.Is(err, ErrChanged) {
			t.Errorf("%s changed: %v", f.Path, err)
		}
		if err := Restore(dir, m, Target{Data: filepath.Join(t.TempDir(), "hub")}); !errors.Is(err, ErrChanged) {
			t.Errorf("%s changed after it was looked at: %v", f.Path, err)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, dir, map[string]string{ManifestName: `{"files":[{"path":"../outside"}]}`})
	if _, err := Read(dir); !errors.Is(err, ErrChanged) {
		t.Errorf("a path outside: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, ManifestName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); !errors.Is(err, ErrNone) {
		t.Errorf("without a manifest: %v", err)
	}
}

// TestNewSumsDoNotFit: whoever changes a file and its sum has no key to sign the list with; and without a MAC it is an old one.
func TestNewSumsDoNotFit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backup")
	src := source(t, false)
	if _, err := Make(t.Context(), src, dir); err != nil {
		t.Fatal(err)
	}
	m, err := Read(dir)
	if err != nil || m.Signed(src.Key) != nil {
		t.Fatal(err, m.Signed(src.Key))
	}
	if err := m.Signed([]byte("another")); !errors.Is(err, ErrForged) {
		t.Errorf("another hub's: %v", err)
	}
	fill(t, dir, map[string]string{"hub.db": "another database"})
	for i, f := range m.Files {
		if m.Files[i], err = entry(dir, f.Path); err != nil {
			t.Fatal(err)
		}
	}
	if err := seal(dir, m, []byte("a guess")); err != nil {
		t.Fatal(err)
	}
	if m, err = Read(dir); err != nil || !errors.Is(m.Signed(src.Key), ErrForged) {
		t.Errorf("with new sums: %v, %v", err, m.Signed(src.Key))
	}
	if err := os.Remove(filepath.Join(dir, signName)); err != nil {
		t.Fatal(err)
	}
	if m, err = Read(dir); err != nil || !errors.Is(m.Signed(src.Key), ErrUnsigned) {
		t.Errorf("without a MAC: %v, %v", err, m.Signed(src.Key))
	}
}

// TestNothingIsPlacedUnproved: what the copy is not found good for leaves no trace.
func TestNothingIsPlacedUnproved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backup")
	m, err := Make(t.Context(), source(t, false), dir)
	if err != nil {
		t.Fatal(err)
	}
	parent, bad := t.TempDir(), errors.New("not good")
	err = Restore(dir, m, Target{Data: filepath.Join(parent, "hub"), Prove: func(folder, _ string) error {
		if got, err := os.ReadFile(filepath.Join(folder, "hub.db")); err != nil || string(got) != "database" {
			t.Errorf("%q, %v", got, err)
		}
		return bad
	}})
	if left, _ := os.ReadDir(parent); !errors.Is(err, bad) || len(left) != 0 {
		t.Errorf("%v, left %v", err, left)
	}
}

// TestNoManifestWithoutTheRest: a backup that broke off is none.
func TestNoManifestWithoutTheRest(t *testing.T) {
	src := source(t, false)
	src.Database = func(context.Context, string) error { return errors.New("disk full") }
	dir := filepath.Join(t.TempDir(), "backup")
	if _, err := Make(t.Context(), src, dir); err == nil {
		t.Fatal("made")
	}
	if _, err := Read(dir); !errors.Is(err, ErrNone) {
		t.Errorf("read as %v", err)
	}
}
