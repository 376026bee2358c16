package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zuoxi/hub/store"
)

func testVoicemails(t *testing.T, s *store.Store) {
	ctx := t.Context()
	var first store.Voicemail
	for i := range 5 {
		at := Day.Add(time.Duration(i) * time.Minute)
		v := store.Voicemail{
			ID: store.NewID(at), CallID: "call", RecordingID: "rec", District: "130100", Region: "130100",
			Length: 12345 * time.Millisecond, Number: Phone(t, "13900000042"), State: "new",
			Left: at, Due: at.Add(time.Duration(5-i) * time.Hour), Updated: at, Version: 1,
		}
		ok(t, s.Voicemails.Create(ctx, v))
		if i == 0 {
			first = v
			want(t, s.Voicemails.Create(ctx, v), store.ErrDuplicate)
		}
	}
	if got := get(s.Voicemails.Get(ctx, first.ID))(t); !reflect.DeepEqual(got, first) {
		t.Fatalf("got %+v, want %+v", got, first)
	}
	stale := first
	first.State, first.Agent = "closed", "8001"
	first = get(s.Voicemails.Update(ctx, first))(t)
	_, err := s.Voicemails.Update(ctx, stale)
	want(t, err, store.ErrConflict)
	open, _, err := s.Voicemails.List(ctx, store.VoicemailFilter{State: "new"})
	ok(t, err)
	due, _, err := s.Voicemails.List(ctx, store.VoicemailFilter{DueBefore: Day.Add(12 * time.Hour)})
	ok(t, err)
	if len(open) != 4 || len(due) != 4 || !due[0].Due.Before(due[3].Due) {
		t.Errorf("open %d, due %d", len(open), len(due))
	}
	mine, _, err := s.Voicemails.List(ctx, store.VoicemailFilter{Agent: "8001", Districts: []string{"130100"}})
	ok(t, err)
	if len(mine) != 1 {
		t.Errorf("mine %d", len(mine))
	}
	want(t, s.Voicemails.Create(ctx, store.Voicemail{}), store.ErrInvalid)
}

func testRecordings(t *testing.T, s *store.Store) {
	ctx := t.Context()
	r := store.Recording{
		ID: store.NewID(Day), CallID: "call", District: "130100", Path: "2026-03-02/a.zxr", Start: Day,
		KeyID: "k1", RetainUntil: Day.AddDate(1, 0, 0), Version: 1,
	}
	ok(t, s.Recordings.Start(ctx, r))
	want(t, s.Recordings.Start(ctx, r), store.ErrDuplicate)
	running, _, err := s.Recordings.List(ctx, store.RecordingFilter{Running: true})
	ok(t, err)
	if len(running) != 1 {
		t.Fatalf("running %d", len(running))
	}
	ok(t, s.Recordings.Hold(ctx, r.ID, true)) // a lead, while the recorder runs
	r.End, r.Samples, r.Head = Day.Add(time.Minute), 480000, []byte{1, 2}
	r.Gaps = []store.Gap{{From: 8000, To: 16000, Who: "menu", Why: "pin"}}
	r = get(s.Recordings.Save(ctx, r))(t)
	r.LegalHold = true
	if got := get(s.Recordings.Get(ctx, r.ID))(t); !reflect.DeepEqual(got, r) {
		t.Fatalf("got %+v, want %+v", got, r)
	}
	later := store.RecordingFilter{RetainedBefore: Day.AddDate(2, 0, 0)}
	if rows, _, err := s.Recordings.List(ctx, later); err != nil || len(rows) != 0 {
		t.Fatalf("a held recording may not go: %v, %v", rows, err)
	}
	ok(t, s.Recordings.Hold(ctx, r.ID, false))
	if rows, _, err := s.Recordings.List(ctx, later); err != nil || len(rows) != 1 {
		t.Fatalf("past its time: %v, %v", rows, err)
	}
	want(t, s.Recordings.Hold(ctx, "none", true), store.ErrNotFound)
	if rows, _, err := s.Recordings.List(ctx, store.RecordingFilter{CallID: "call"}); err != nil || len(rows) != 1 {
		t.Fatalf("by call: %v, %v", rows, err)
	}
	if rows, _, err := s.Recordings.List(ctx, store.RecordingFilter{Calls: []string{"none", "call"}}); err != nil || len(rows) != 1 {
		t.Fatalf("by calls: %v, %v", rows, err)
	}
	if rows, _, err := s.Recordings.List(ctx, store.RecordingFilter{Calls: []string{"none"}}); err != nil || len(rows) != 0 {
		t.Fatalf("by other calls: %v, %v", rows, err)
	}
}

func testAudit(t *testing.T, s *store.Store) {
	ctx := t.Context()
	link := func(r store.AuditRow) []byte { return append([]byte{byte(r.Seq)}, r.Prev...) }
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_, err := s.Audit.Append(ctx, store.AuditRow{
				At: Day.Add(time.Duration(i) * time.Second), Who: fmt.Sprint(8001 + i%2), Role: "agent",
				District: "130100", Action: "unmask", Object: "record/1", Reason: "核对",
			}, link)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var prev []byte
	n := int64(0)
	ok(t, s.Audit.Walk(ctx, 0, func(r store.AuditRow) error {
		n++
		if r.Seq != n || string(r.Prev) != string(prev) {
			return fmt.Errorf("row %d: seq %d, prev %v, want %v", n, r.Seq, r.Prev, prev)
		}
		prev = r.Hash
		return nil
	}))
	seq, head, err := s.Audit.Head(ctx)
	ok(t, err)
	if seq != 20 || n != 20 || string(head) != string(prev) {
		t.Errorf("head %d of %d rows", seq, n)
	}
	rows, next, err := s.Audit.List(ctx, store.AuditFilter{Who: "8001", Action: "unmask", Page: store.Page{Limit: 6}})
	ok(t, err)
	if len(rows) != 6 || next == "" || rows[0].At.Before(rows[5].At) {
		t.Errorf("list %d, next %q", len(rows), next)
	}
	rest, _, err := s.Audit.List(ctx, store.AuditFilter{Who: "8001", Page: store.Page{Limit: 6, After: next}})
	ok(t, err)
	if len(rest) != 4 {
		t.Errorf("rest %d", len(rest))
	}
	_, err = s.Audit.Append(ctx, store.AuditRow{}, link)
	want(t, err, store.ErrInvalid)
}

func testSettings(t *testing.T, s *store.Store) {
	ctx := t.Context()
	v := get(s.Settings.Put(ctx, store.Setting{Key: "wrap.limit", Value: "60", Updated: Day}))(t)
	_, err := s.Settings.Put(ctx, store.Setting{Key: "wrap.limit", Value: "90", Updated: Day})
	want(t, err, store.ErrDuplicate)
	old := v
	v.Value = "90"
	v = get(s.Settings.Put(ctx, v))(t)
	_, err = s.Settings.Put(ctx, old)
	want(t, err, store.ErrConflict)
	if got := get(s.Settings.Get(ctx, "wrap.limit"))(t); got != v {
		t.Errorf("got %+v, want %+v", got, v)
	}
	_, err = s.Settings.Get(ctx, "none")
	want(t, err, store.ErrNotFound)
	if all := get(s.Settings.List(ctx))(t); len(all) != 1 {
		t.Errorf("list %+v", all)
	}
	want(t, func() error { _, err := s.Settings.Put(ctx, store.Setting{}); return err }(), store.ErrInvalid)
}

func testTransaction(t *testing.T, s *store.Store) {
	ctx := t.Context()
	boom := errors.New("boom")
	k := NewCall(0)
	err := s.Tx(ctx, func(p store.Ports) error {
		ok(t, p.Calls.Open(ctx, k))
		if got := get(p.Calls.Get(ctx, k.ID))(t); got.ID != k.ID {
			t.Error("a transaction does not see its own write")
		}
		return boom
	})
	want(t, err, boom)
	_, err = s.Calls.Get(ctx, k.ID)
	want(t, err, store.ErrNotFound)
	ok(t, s.Tx(ctx, func(p store.Ports) error {
		if err := p.Calls.Open(ctx, k); err != nil {
			return err
		}
		// A refused write does not spoil the transaction.
		want(t, p.Calls.Open(ctx, k), store.ErrDuplicate)
		return p.Timeline.Append(ctx, event(k, 1, "arrive"))
	}))
	if got := get(s.Timeline.List(ctx, k.ID))(t); len(got) != 1 {
		t.Errorf("timeline %+v", got)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a panic was swallowed")
			}
		}()
		_ = s.Tx(ctx, func(store.Ports) error { panic("bug") })
	}()
	ok(t, s.Ping(ctx))
	ok(t, s.Check(ctx))
	if v := get(s.Version(ctx))(t); v < 2 {
		t.Errorf("version %d", v)
	}
}

func testBadCursor(t *testing.T, s *store.Store) {
	for _, after := range []string{"x", "!!", "AAAA", "bm8", "c2EAbmIA"} {
		_, _, err := s.Calls.List(t.Context(), store.CallFilter{Page: store.Page{After: after}})
		want(t, err, store.ErrInvalid)
	}
}

// testConflictAtOnce lets many editors save the same version: one may.
func testConflictAtOnce(t *testing.T, s *store.Store) {
	ctx := t.Context()
	r := get(s.Records.Create(ctx, NewRecord(1), By(0, "create")))(t)
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			edit := r
			edit.Body.Summary = fmt.Sprint(i)
			_, err := s.Records.Update(ctx, edit, By(i, "edit"))
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, store.ErrConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d editors won", won.Load())
	}
}

func testReopen(t *testing.T, open Opener) {
	ctx := t.Context()
	s := get(open())(t)
	k := NewCall(0)
	ok(t, s.Calls.Open(ctx, k))
	ok(t, s.Close())
	want(t, s.Calls.Open(ctx, NewCall(1)), store.ErrUnavailable)
	again := mustOpen(t, open)
	if got := get(again.Calls.Get(ctx, k.ID))(t); !reflect.DeepEqual(got, k) {
		t.Errorf("after opening again: %+v", got)
	}
}

func testInUse(t *testing.T, open Opener) {
	mustOpen(t, open)
	_, err := open()
	want(t, err, store.ErrInUse)
	if line, plain := store.Plain(err); !plain || line == "" {
		t.Errorf("no line for the administrator: %v", err)
	}
}
