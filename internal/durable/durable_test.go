package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestPutIsWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kept")
	for _, text := range []string{"old", "new"} {
		if err := Put(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path+Beside, []byte("half of a longer one"), mode); err != nil { // a kill left it
		t.Fatal(err)
	}
	if err := Put(path, []byte("newest")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "newest" {
		t.Errorf("%q, %v", got, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}

func TestFailedPutLeavesTheOld(t *testing.T) {
	dir := t.TempDir()
	if err := Put(filepath.Join(dir, "away", "kept"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into no folder: %v", err)
	}
	inTheWay := filepath.Join(dir, "kept")
	if err := os.MkdirAll(filepath.Join(inTheWay, "full"), 0o700); err != nil { // a rename cannot replace it
		t.Fatal(err)
	}
	if err := Put(inTheWay, []byte("new")); err == nil {
		t.Error("a folder was replaced")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 || !left[0].IsDir() {
		t.Errorf("left %v", left)
	}
}
