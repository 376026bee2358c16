package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"zuoxi/hub/store"
)

func kbEntry(n int, subject, state string) store.KBEntry {
	at := Day.Add(time.Duration(n) * time.Minute)
	return store.KBEntry{
		ID: store.NewID(at), Kind: "article", Subject: subject, District: "130100", Author: "6001", Title: "社保卡补领", State: state,
		Body: []byte(`{"n":1}`), Created: at, Updated: at, Version: 1,
	}
}

func testKBEntries(t *testing.T, s *store.Store) {
	ctx := t.Context()
	first := kbEntry(0, "sbk-001", "draft")
	ok(t, s.KBEntries.Create(ctx, first))
	want(t, s.KBEntries.Create(ctx, first), store.ErrDuplicate)
	want(t, s.KBEntries.Create(ctx, kbEntry(1, "sbk-001", "submitted")), store.ErrDuplicate) // two open versions of an article
	want(t, s.KBEntries.Create(ctx, store.KBEntry{}), store.ErrInvalid)
	if got := get(s.KBEntries.Get(ctx, first.ID))(t); !reflect.DeepEqual(got, first) {
		t.Fatalf("got %+v, want %+v", got, first)
	}
	stale := first
	first.State, first.Number, first.Body, first.Author = "published", 2, []byte(`{"n":2}`), "6002"
	first.Updated = Day.Add(time.Hour)
	first = get(s.KBEntries.Update(ctx, first))(t)
	_, err := s.KBEntries.Update(ctx, stale)
	want(t, err, store.ErrConflict)
	_, err = s.KBEntries.Update(ctx, kbEntry(2, "none", "draft"))
	want(t, err, store.ErrNotFound)

	// The next version may be opened now, but not published beside the other.
	next := kbEntry(3, "sbk-001", "reviewed")
	ok(t, s.KBEntries.Create(ctx, next))
	next.State = "published"
	_, err = s.KBEntries.Update(ctx, next)
	want(t, err, store.ErrDuplicate)
	ok(t, s.KBEntries.Create(ctx, kbEntry(4, "yl-001", "draft")))

	for i, c := range []struct {
		f    store.KBFilter
		want int
	}{
		{store.KBFilter{Kind: "article"}, 3}, {store.KBFilter{State: "published"}, 1}, {store.KBFilter{Subject: "sbk-001"}, 2},
		{store.KBFilter{Author: "6002"}, 1}, {store.KBFilter{Kind: "standard"}, 0}, {store.KBFilter{Span: store.Span{From: Day.Add(time.Hour)}}, 1},
	} {
		list, _, err := s.KBEntries.List(ctx, c.f)
		ok(t, err)
		if len(list) != c.want {
			t.Errorf("filter %d: %d entries, want %d", i, len(list), c.want)
		}
	}
	page, cursor, err := s.KBEntries.List(ctx, store.KBFilter{Page: store.Page{Limit: 1}})
	ok(t, err)
	testKBBatches(t, s)
	if len(page) != 1 || !reflect.DeepEqual(page[0], first) || cursor == "" {
		t.Errorf("the last changed comes first: %+v %q", page, cursor)
	}
}

// testKBBatches: what came together is summed up by its state, until it is published.
func testKBBatches(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	for i, state := range []string{"draft", "draft", "submitted", "published"} {
		e := kbEntry(10+i, fmt.Sprintf("b-%d", i), state)
		e.Batch = "one"
		ok(t, s.KBEntries.Create(ctx, e))
	}
	got := get(s.KBEntries.Batches(ctx))(t)
	at := func(n int) time.Time { return Day.Add(time.Duration(n) * time.Minute) }
	if expect := []store.KBBatch{
		{Batch: "one", State: "submitted", Author: "6001", Count: 1, Updated: at(12)}, {Batch: "one", State: "draft", Author: "6001", Count: 2, Updated: at(11)},
	}; !reflect.DeepEqual(got, expect) {
		t.Errorf("batches: %+v", got)
	}
	for want, f := range map[int]store.KBFilter{4: {Batch: "one"}, 2: {Batch: "one", State: "draft"}, 3: {Alone: true}} {
		list, _, err := s.KBEntries.List(ctx, f)
		ok(t, err)
		if len(list) != want {
			t.Errorf("%+v: %d entries, want %d", f, len(list), want)
		}
	}
}

func testKBNotes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	var first store.KBNote
	for i, n := range []store.KBNote{
		{Kind: "wrong", Words: "金额不对", About: store.KBAbout{Article: "sbk-001", Number: 3, Call: "c1"}},
		{Kind: "miss", Words: "扣卡", Found: 3}, {Kind: "miss", Words: "扣卡", Found: 5}, {Kind: "opened", Words: "扣卡", Found: 3},
		{Kind: "miss", Words: "4050"}, {Kind: "opened", Words: "农保", Found: 2},
	} {
		at := Day.Add(time.Duration(i) * time.Minute)
		n.ID, n.State, n.District, n.Agent, n.Created, n.Updated, n.Version = store.NewID(at), "open", "130100", "8001", at, at, 1
		ok(t, s.KBNotes.Add(ctx, n))
		if i == 0 {
			first = n
			want(t, s.KBNotes.Add(ctx, n), store.ErrDuplicate)
		}
	}
	want(t, s.KBNotes.Add(ctx, store.KBNote{}), store.ErrInvalid)
	if got := get(s.KBNotes.Get(ctx, first.ID))(t); !reflect.DeepEqual(got, first) {
		t.Fatalf("got %+v, want %+v", got, first)
	}
	stale := first
	first.State, first.Settled, first.Answer = "settled", "6001", "已改"
	first = get(s.KBNotes.Update(ctx, first))(t)
	_, err := s.KBNotes.Update(ctx, stale)
	want(t, err, store.ErrConflict)
	list, _, err := s.KBNotes.List(ctx, store.KBNoteFilter{Kind: "wrong", State: "settled", Article: "sbk-001"})
	ok(t, err)
	if len(list) != 1 || !reflect.DeepEqual(list[0], first) {
		t.Errorf("settled: %+v", list)
	}
	list, _, err = s.KBNotes.List(ctx, store.KBNoteFilter{Kind: "miss", Words: "扣卡", State: "open"})
	ok(t, err)
	if len(list) != 2 {
		t.Errorf("%d notes by their words", len(list))
	}
	tally, err := s.KBNotes.Tally(ctx, "miss", "opened", Day, 10)
	ok(t, err)
	if expect := []store.KBTally{
		{Words: "扣卡", Missed: 2, Opened: 1, Found: 5, Last: Day.Add(2 * time.Minute)}, {Words: "4050", Missed: 1, Last: Day.Add(4 * time.Minute)},
	}; !reflect.DeepEqual(tally, expect) {
		t.Errorf("tally: %+v", tally)
	}
	if tally, err = s.KBNotes.Tally(ctx, "miss", "opened", Day.Add(3*time.Minute), 10); err != nil || len(tally) != 1 {
		t.Errorf("since later: %+v, %v", tally, err)
	}
	testSearches(t, s)
}

// testSearches: by when they were made and where, those that an editor has settled as well.
func testSearches(t *testing.T, s *store.Store) {
	t.Helper()
	list, _, err := s.KBNotes.List(t.Context(), store.KBNoteFilter{Kind: store.KBNoteMiss, Words: "4050"})
	ok(t, err)
	list[0].State = "settled"
	get(s.KBNotes.Update(t.Context(), list[0]))(t)
	all := store.TopicFilter{Span: store.Span{From: Day, To: Day.Add(time.Hour)}}
	got, err := s.Counts.Searches(t.Context(), all)
	ok(t, err)
	if expect := []store.SearchRow{{Words: "扣卡", Missed: 2, Opened: 1}, {Words: "4050", Missed: 1}, {Words: "农保", Opened: 1}}; !reflect.DeepEqual(got, expect) {
		t.Errorf("searches %+v, want %+v", got, expect)
	}
	elsewhere, later := all, all
	elsewhere.Districts, later.From = []string{"999999"}, Day.Add(30*time.Minute)
	for _, f := range []store.TopicFilter{elsewhere, later} {
		if got, err := s.Counts.Searches(t.Context(), f); err != nil || len(got) != 0 {
			t.Errorf("%+v: %+v %v", f, got, err)
		}
	}
}
