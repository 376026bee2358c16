package outbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

var testKey = bytes.Repeat([]byte{7}, 32)

func open(t testing.TB, dir string, key []byte) *Box {
	t.Helper()
	b, err := Open(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func entry(id, text string) Entry {
	body, _ := json.Marshal(text)
	return Entry{ID: id, Kind: "record.save", Body: body}
}

// TestAnyHistorySurvivesReopening holds the box against a plain list.
func TestAnyHistorySurvivesReopening(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "box")
		if err != nil {
			rt.Fatal(err)
		}
		b := open(t, dir, testKey)
		defer func() { _ = b.Close() }()
		var want []Entry
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			id := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "id")
			at := -1
			for i := range want {
				if want[i].ID == id {
					at = i
				}
			}
			switch rapid.IntRange(0, 2).Draw(rt, "verb") {
			case 0:
				e := entry(id, rapid.StringN(0, 5, -1).Draw(rt, "text"))
				if err := b.Put(e); err != nil {
					rt.Fatal(err)
				}
				if at >= 0 {
					want[at] = e
				} else {
					want = append(want, e)
				}
			case 1:
				if err := b.Done(id); err != nil {
					rt.Fatal(err)
				}
				if at >= 0 {
					want = append(want[:at], want[at+1:]...)
				}
			case 2:
				_ = b.Close()
				b = open(t, dir, testKey)
			}
			got := b.Pending()
			if len(got) != len(want) {
				rt.Fatalf("%d pending, want %d", len(got), len(want))
			}
			for i := range want {
				if got[i].ID != want[i].ID || !bytes.Equal(got[i].Body, want[i].Body) {
					rt.Fatalf("entry %d is %v, want %v", i, got[i], want[i])
				}
			}
		}
	})
}

func TestNothingReadableOnDisk(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, testKey)
	defer func() { _ = b.Close() }()
	const secret = "13900000042 张某某"
	if err := b.Put(entry("a", secret)); err != nil {
		t.Fatal(err)
	}
	if err := b.SaveDraft("draft-1", secret); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("1390000")) || bytes.Contains(data, []byte("张某")) {
			t.Errorf("%s can be read", f.Name())
		}
		if st, _ := f.Info(); st.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), st.Mode())
		}
	}
}

func TestAnotherKeyKeepsAndHides(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, testKey)
	if err := b.Put(entry("a", "x")); err != nil {
		t.Fatal(err)
	}
	if err := b.SaveDraft("d", "x"); err != nil {
		t.Fatal(err)
	}
	_ = b.Close()
	other := open(t, dir, bytes.Repeat([]byte{8}, 32))
	if n := len(other.Pending()); n != 0 || other.Foreign() != 1 {
		t.Errorf("%d entries read with the wrong key, %d not", n, other.Foreign())
	}
	var s string
	if _, err := other.LoadDraft("d", &s); !errors.Is(err, ErrKey) {
		t.Errorf("draft: %v", err)
	}
	if err := other.Put(entry("b", "y")); err != nil {
		t.Fatal(err)
	}
	_ = other.Close()
	again := open(t, dir, testKey)
	defer func() { _ = again.Close() }()
	if p := again.Pending(); len(p) != 1 || p[0].ID != "a" || again.Foreign() != 1 {
		t.Errorf("pending with the first key: %v", p)
	}
}

// TestUnreadIsCountedAndKept: a command that the disk does not give is neither
// taken for none nor written over.
func TestUnreadIsCountedAndKept(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, testKey)
	for _, id := range []string{"a", "b"} {
		if err := b.Put(entry(id, id)); err != nil {
			t.Fatal(err)
		}
	}
	_ = b.Close()
	file := filepath.Join(dir, commandName(2))
	if err := errors.Join(os.Rename(file, file+".away"), os.Mkdir(file, 0o700)); err != nil { // reading it fails, as on a bad disk
		t.Fatal(err)
	}
	b = open(t, dir, testKey)
	if p := b.Pending(); len(p) != 1 || b.Foreign() != 1 {
		t.Errorf("%d read, %d not", len(p), b.Foreign())
	}
	if err := b.Put(entry("c", "c")); err != nil {
		t.Fatal(err)
	}
	_ = b.Close()
	if err := errors.Join(os.Remove(file), os.Rename(file+".away", file)); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir, testKey)
	defer func() { _ = b.Close() }()
	if p := b.Pending(); len(p) != 3 || p[1].ID != "b" || b.Foreign() != 0 {
		t.Errorf("when the disk is well again: %v", p)
	}
}

func TestSwappedFilesAreNotTaken(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, testKey)
	defer func() { _ = b.Close() }()
	if err := b.SaveDraft("call1", "one"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "d-call1.box"), filepath.Join(dir, "d-call2.box")); err != nil {
		t.Fatal(err)
	}
	var s string
	if ok, err := b.LoadDraft("call2", &s); ok || !errors.Is(err, ErrKey) {
		t.Errorf("a draft of another call was taken: %v %v", ok, err)
	}
	if ok, err := b.LoadDraft("call1", &s); ok || err != nil {
		t.Errorf("missing draft: %v %v", ok, err)
	}
}

func TestOneSeatPerFolderAndCutOffWritesGo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "c-00000123.new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if InUse(dir) {
		t.Error("in use before anybody opened it")
	}
	b := open(t, dir, testKey)
	defer func() { _ = b.Close() }()
	if _, err := Open(dir, testKey); !errors.Is(err, ErrInUse) || !InUse(dir) {
		t.Errorf("second seat: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "c-00000123.new")); err == nil {
		t.Error("a cut-off write is still there")
	}
	if err := b.SaveDraft("../x", 1); !errors.Is(err, ErrName) {
		t.Errorf("path in a name: %v", err)
	}
}
