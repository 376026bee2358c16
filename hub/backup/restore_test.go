package backup

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// elsewhere is a folder on another device than a test's own, where there is one.
func elsewhere(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "zuoxi")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// apart is a backup with its keys, and places for it on two devices.
func apart(t *testing.T) (dir string, m Manifest, to Target) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "backup")
	m, err := Make(t.Context(), source(t, true), dir)
	if err != nil {
		t.Fatal(err)
	}
	far := elsewhere(t)
	return dir, m, Target{Data: filepath.Join(t.TempDir(), "hub"), Recordings: filepath.Join(far, "sound"), KeyFile: filepath.Join(far, "keys", "my.keys")}
}

// at are the files of a place, by what is in them.
func at(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		data, err := os.ReadFile(path)
		if d.IsDir() {
			name, err = name+"/", nil
		}
		out[name] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}

// TestPlacesOnOtherDevices: keys and recordings go back to where they were kept.
func TestPlacesOnOtherDevices(t *testing.T) {
	dir, m, to := apart(t)
	to.Prove = func(folder, keys string) error {
		if Whole(to.Data) == nil {
			t.Error("a hub would start from it")
		}
		if data, err := os.ReadFile(keys); string(data) != "keys" {
			t.Errorf("%q, %v", data, err)
		}
		_, err := os.Stat(filepath.Join(folder, database))
		return err
	}
	if err := Restore(dir, m, to); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(to.Data, "hub.db"): "database", filepath.Join(to.Data, "authority.pem"): "authority", filepath.Join(to.Data, "kb/base/CURRENT"): "1",
		filepath.Join(to.Recordings, "20260312/a.zxr"): "sound", to.KeyFile: "keys",
	} {
		if data, err := os.ReadFile(file); string(data) != want {
			t.Errorf("%s: %q, %v", file, data, err)
		}
	}
	if err := Whole(to.Data); err != nil || len(at(t, to.Data)) != 5 || len(at(t, to.Recordings)) != 2 {
		t.Errorf("%v, %v, %v", err, at(t, to.Data), at(t, to.Recordings))
	}
}

// TestNothingOrAll: whichever place fails, all are as before, and the next try succeeds.
func TestNothingOrAll(t *testing.T) {
	for _, f := range []string{"authority.pem", "hub.db", "hub.keys", "kb/base/CURRENT", "recordings/20260312/a.zxr"} {
		dir, m, to := apart(t)
		// It goes away when all is staged.
		to.Prove = func(_, _ string) error {
			from, _ := to.staged(f)
			for filepath.Base(filepath.Dir(from)) != stageName {
				from = filepath.Dir(from)
			}
			return os.RemoveAll(from)
		}
		err := Restore(dir, m, to)
		if !errors.Is(err, ErrNoPlace) || len(at(t, to.Data)) != 0 || len(at(t, filepath.Dir(to.Recordings))) != 0 {
			t.Errorf("%s: %v, left %v, %v", f, err, at(t, to.Data), at(t, filepath.Dir(to.Recordings)))
		}
		to.Prove = nil
		if err := Restore(dir, m, to); err != nil {
			t.Errorf("%s, once more: %v", f, err)
		}
	}
}

// TestKeysAreNotOverwritten: those that are there may have been rotated since.
func TestKeysAreNotOverwritten(t *testing.T) {
	dir, m, to := apart(t)
	fill(t, filepath.Dir(to.KeyFile), map[string]string{"my.keys": "newer keys"})
	if err := Restore(dir, m, to); !errors.Is(err, ErrKeysHere) || at(t, filepath.Dir(to.KeyFile))["my.keys"] != "newer keys" || len(at(t, to.Data)) != 0 {
		t.Errorf("%v, %v, %v", err, at(t, filepath.Dir(to.KeyFile)), at(t, to.Data))
	}
	fill(t, filepath.Dir(to.KeyFile), map[string]string{"my.keys": "keys"})
	fill(t, to.Recordings, map[string]string{"20260312/b.zxr": "another's"})
	if err := Restore(dir, m, to); !errors.Is(err, ErrOccupied) {
		t.Errorf("over recordings: %v", err)
	}
	if err := os.RemoveAll(to.Recordings); err != nil {
		t.Fatal(err)
	}
	if err := Restore(dir, m, to); err != nil || at(t, filepath.Dir(to.KeyFile))["my.keys"] != "keys" {
		t.Errorf("the same keys: %v", err)
	}
}
