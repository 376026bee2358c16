package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/store/storetest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		writeUntilKilled(dir)
	}
	goleak.VerifyTestMain(m)
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opener {
		dir := t.TempDir()
		return func() (*store.Store, error) { return sqlite.Open(t.Context(), dir) }
	})
}

func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// raw opens the file beside the store, as somebody with the disk could.
func raw(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestFilesAreOurs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir)
	if err := s.Ping(t.Context()); err != nil { // so that the journal exists
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder %v, %v", info.Mode(), err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)"); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), dir)
	if !errors.Is(err, store.ErrNewer) {
		t.Fatalf("got %v", err)
	}
	// Refused is not locked: the right program may open it afterwards.
	if _, err := db.Exec("DELETE FROM goose_db_version WHERE version_id = 999"); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestEvidenceCannotBeEdited(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	storetest.Fill(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	for _, q := range storetest.Tampering {
		if _, err := db.Exec(q); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func TestDamageIsSeen(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 200 {
		if err := s.Calls.Open(t.Context(), storetest.NewCall(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, sqlite.FileName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 8 * 4096; i < len(data)-4096; i += 512 {
		data[i] ^= 0xff
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = sqlite.Open(t.Context(), dir)
	if err == nil {
		err = errors.Join(s.Check(t.Context()), s.Close())
	}
	if !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(path, []byte("this is no database, whatever its name says"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), dir); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("not a database: %v", err)
	}
}

// Many writers share commits; one that fails or comes too late harms no other.
func TestWritersShareACommit(t *testing.T) {
	s := open(t, t.TempDir())
	k := storetest.NewCall(0)
	if err := s.Calls.Open(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			err := s.Timeline.Append(t.Context(), store.Event{
				CallID: k.ID, Seq: int64(i/2 + 1), District: k.District, At: k.Times.Arrive, Kind: fmt.Sprint(i),
			})
			if err != nil && !errors.Is(err, store.ErrDuplicate) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	events, err := s.Timeline.List(t.Context(), k.ID)
	if err != nil || len(events) != 100 {
		t.Errorf("%d events, %v", len(events), err)
	}
	if err := errors.Join(s.Close(), s.Backend.Close()); err != nil && !strings.Contains(err.Error(), "closed") {
		t.Errorf("closing twice: %v", err)
	}
}

func BenchmarkStore(b *testing.B) {
	dir := storetest.BenchDir(b, "sqlite")
	storetest.Bench(b, dir, storetest.Bed{
		Open: func() (*store.Store, error) { return sqlite.Open(b.Context(), dir) },
		Beside: func() (*sql.DB, error) {
			return sql.Open("sqlite", "file:"+filepath.Join(dir, sqlite.FileName)+"?_pragma=busy_timeout(60000)&_pragma=cache_size(-262144)")
		},
		Indexes: "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'",
		Writers: 1, // nobody writes beside the store's own writer
	})
}

// TestCopyWhileItIsWritten: the copy is one moment of the store, and opens as one.
func TestCopyWhileItIsWritten(t *testing.T) {
	s := open(t, t.TempDir())
	defer func() { _ = s.Close() }()
	for n := 1; n <= 20; n++ {
		r := storetest.NewRecord(n)
		if _, err := s.Records.Create(t.Context(), r, storetest.By(n, "create")); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := s.Backend.(store.Copier).CopyTo(t.Context(), filepath.Join(dir, sqlite.FileName)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, sqlite.FileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	again := open(t, dir)
	defer func() { _ = again.Close() }()
	rows, _, err := again.Records.List(t.Context(), store.RecordFilter{Page: store.Page{Limit: 100}})
	if err != nil || len(rows) != 20 {
		t.Errorf("%d records, %v", len(rows), err)
	}
}

// TestDamageStays: what a read found makes the store unready until it is opened again, though writes may still go well.
func TestDamageStays(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Records.Create(t.Context(), storetest.NewRecord(1), storetest.By(1, "create"))
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, sqlite.FileName)
	data, err := os.ReadFile(path)
	at := bytes.Index(data, []byte(r.Body.Answer))
	if err != nil || at < 4096 {
		t.Fatal(at, err)
	}
	copy(data[at/4096*4096:], bytes.Repeat([]byte{0xA5}, 64))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = sqlite.Open(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Ping(t.Context()); err != nil || s.Damage.Err() != nil {
		t.Fatal(err, s.Damage.Err())
	}
	if _, err := s.Records.Get(t.Context(), r.ID); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("served: %v", err)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, store.ErrCorrupt) || s.Damage.Err() == nil {
		t.Errorf("ready again: %v", err)
	}
}
