package recording

import (
	"context"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"zuoxi/hub/store"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		recordUntilKilled(dir)
	}
	goleak.VerifyTestMain(m)
}

// index is the recordings' index in memory.
type index struct {
	mu   sync.Mutex
	rows map[string]store.Recording
	away int // so many saves find nobody
}

func newIndex() *index { return &index{rows: map[string]store.Recording{}} }

func (x *index) Start(_ context.Context, r store.Recording) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rows[r.ID] = r
	return nil
}

func (x *index) Save(_ context.Context, r store.Recording) (store.Recording, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.away--; x.away >= 0 {
		return r, store.ErrUnavailable
	}
	r.Version++
	x.rows[r.ID] = r
	return r, nil
}

func (x *index) Hold(context.Context, string, bool) error { return nil }

func (x *index) Get(_ context.Context, id string) (store.Recording, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r, ok := x.rows[id]
	if !ok {
		return r, store.ErrNotFound
	}
	return r, nil
}

func (x *index) List(_ context.Context, f store.RecordingFilter) ([]store.Recording, string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var out []store.Recording
	for _, r := range x.rows {
		if !f.Running || r.End.IsZero() {
			out = append(out, r)
		}
	}
	return out, "", nil
}
