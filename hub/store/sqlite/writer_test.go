package sqlite

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"zuoxi/hub/store"
	"zuoxi/hub/store/query"
	"zuoxi/hub/store/storetest"
)

// limited opens a store whose file may not grow: a disk that is full.
func limited(t *testing.T) *store.Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b := s.Backend.(*backend)
	if _, err := b.write.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 110"); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFullDiskIsSaidAndReadsGoOn(t *testing.T) {
	s := limited(t)
	k := storetest.NewCall(0)
	if err := s.Calls.Open(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	var err error
	kept := 1
	for ; err == nil && kept < 5000; kept++ {
		next := storetest.NewCall(kept)
		next.Subject = string(make([]byte, 4000))
		err = s.Calls.Open(t.Context(), next)
	}
	if !errors.Is(err, store.ErrFull) {
		t.Fatalf("after %d calls: %v", kept, err)
	}
	if _, err := s.Calls.Get(t.Context(), k.ID); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	b := s.Backend.(*backend)
	if _, err := b.write.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	if err := s.Calls.Open(t.Context(), storetest.NewCall(6000)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// A whole batch that cannot be committed acknowledges nothing.
func TestBatchFailsTogether(t *testing.T) {
	s := limited(t)
	w := s.Backend.(*backend).write
	started, hold := make(chan struct{}), make(chan struct{})
	slow := make(chan error, 1)
	go func() {
		slow <- w.do(t.Context(), func(*query.Conn) error { close(started); <-hold; return nil })
	}()
	<-started
	small, big := storetest.NewCall(1), storetest.NewCall(2)
	big.Subject = string(make([]byte, 2<<20))
	results := make(chan error, 2)
	go func() { results <- s.Calls.Open(context.WithoutCancel(t.Context()), small) }()
	go func() { results <- s.Calls.Open(context.WithoutCancel(t.Context()), big) }()
	for len(w.jobs) < 2 { // both queue behind the slow one
		runtime.Gosched()
	}
	close(hold)
	if err := <-slow; !errors.Is(err, store.ErrFull) {
		t.Errorf("the first of the batch: %v", err)
	}
	for range 2 {
		// The small one may have come before or after the big one in the batch;
		// after it, it gets a batch of its own and is kept.
		if err := <-results; err != nil && !errors.Is(err, store.ErrFull) {
			t.Error(err)
		}
	}
	if _, err := s.Calls.Get(t.Context(), big.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the big one: %v", err)
	}
}

func TestGoneCallerWritesNothing(t *testing.T) {
	s := limited(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := storetest.NewCall(0)
	if err := s.Calls.Open(ctx, k); err == nil {
		t.Error("written for a caller that had gone")
	}
	if _, err := s.Calls.Get(t.Context(), k.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// The file never holds a number in plain.
func TestNoPlainNumbers(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	v := storetest.Phone(t, "13900000042")
	k := storetest.NewCall(0)
	k.Caller = v
	r := storetest.NewRecord(0)
	r.Party.Phone = v
	_, err = s.Records.Create(t.Context(), r, storetest.By(0, "create"))
	if err := errors.Join(err, s.Calls.Open(t.Context(), k), s.Close()); err != nil {
		t.Fatal(err)
	}
	holds(t, filepath.Join(dir, FileName), "139****0042", true)
	holds(t, filepath.Join(dir, FileName), "13900000042", false)
}

func holds(t *testing.T, path, text string, want bool) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte(text)) != want {
		t.Errorf("the file holds %q: %v", text, !want)
	}
}
