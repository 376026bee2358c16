package recording

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	"zuoxi/rules/retain"
)

// TestPurge: what is past its time is removed, what is on hold, younger, or of a kind that stays longer is not, and the index
// says when it went, or until when it stays.
func TestPurge(t *testing.T) {
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	now := day.AddDate(0, 1, 0)
	kinds := func(_ context.Context, row store.Recording) ([]retain.Kind, error) {
		if row.CallID == "disputed" {
			return []retain.Kind{retain.Call, retain.Complaint}, nil
		}
		return []retain.Kind{retain.Call}, nil
	}
	l, err := Open(Config{Dir: t.TempDir(), Index: db.Recordings, Now: func() time.Time { return now }, Keep: retain.Days{retain.Call: 7, retain.Complaint: 365}, Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for name, start := range map[string]time.Time{"old": day, "held": day, "disputed": day, "young": now.AddDate(0, 0, -6)} {
		r, err := l.Start(t.Context(), Meta{CallID: name, District: "130100", Start: start})
		if err != nil {
			t.Fatal(err)
		}
		r.Write(0, ramp(0, 800, 1), ramp(0, 800, 2))
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		ids[name] = r.ID()
	}
	if err := db.Recordings.Hold(t.Context(), ids["held"], true); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Purge(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d removed, %v", n, err)
	}
	for name, id := range ids {
		caller, rest, err := l.Channels(t.Context(), id)
		if gone := errors.Is(err, ErrPurged); gone != (name == "old") || !gone && (err != nil || len(caller) != 800 || len(rest) != 800) {
			t.Errorf("%s: %d samples, %v", name, len(caller), err)
		}
	}
	if row, err := db.Recordings.Get(t.Context(), ids["old"]); err != nil || !row.Purged.Equal(now) {
		t.Errorf("%+v %v", row, err)
	}
	if row, err := db.Recordings.Get(t.Context(), ids["disputed"]); err != nil || !row.RetainUntil.Equal(day.AddDate(0, 0, 365)) {
		t.Errorf("of a complaint: %+v %v", row, err)
	}
	if err := db.Recordings.Hold(t.Context(), ids["held"], false); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Purge(t.Context()); n != 1 || err != nil {
		t.Errorf("after the hold: %d removed, %v", n, err)
	}
}

// TestKeep: what was recorded elsewhere is kept as it came, in the same chain.
func TestKeep(t *testing.T) {
	for name, keys := range map[string]Keys{"plain": nil, "sealed": seal.New()} {
		l, _ := library(t, keys)
		caller, rest := make([]byte, 20001), make([]byte, 20001)
		for i := range caller {
			caller[i], rest[i] = byte(i), byte(i*7)
		}
		id, err := l.Keep(t.Context(), Meta{CallID: "mystery-1", District: "320000", Start: day}, caller, rest)
		if err != nil {
			t.Fatal(err)
		}
		a, b, err := l.Channels(t.Context(), id)
		if err != nil || !bytes.Equal(a, caller) || !bytes.Equal(b, rest) || l.Verify(t.Context(), id) != nil {
			t.Errorf("%s: %d %d samples, %v", name, len(a), len(b), err)
		}
		if _, err := l.Keep(t.Context(), Meta{CallID: "x", District: "320000", Start: day}, caller, rest[1:]); !errors.Is(err, ErrLong) {
			t.Errorf("channels of different length: %v", err)
		}
	}
}
