package storetest

import (
	"testing"
	"time"

	"zuoxi/hub/store"
)

func testPosts(t *testing.T, s *store.Store) {
	ctx := t.Context()
	p := store.Post{ID: store.NewID(Day), Kind: store.PostSMS, Direction: store.PostOut, Key: "k1", RecordID: "r1", District: "130100", Agent: "8001", Route: "gw",
		Number: Phone(t, "13900000042"), Body: []byte(`{"text":"请带身份证来窗口"}`), State: store.PostQueued, Next: Day.Add(time.Minute), Stamps: store.Stamps{Created: Day, Updated: Day}}
	p = get(s.Posts.Create(ctx, p))(t)
	twin := p
	twin.ID = store.NewID(Day)
	_, err := s.Posts.Create(ctx, twin)
	want(t, err, store.ErrDuplicate)
	_, err = s.Posts.Create(ctx, store.Post{ID: "x"})
	want(t, err, store.ErrInvalid)

	if got := found(t, s, store.Find{Text: "身份证"}); len(got) != 1 || got[0] != p.ID {
		t.Errorf("found %v", got)
	}
	due, _, err := s.Posts.List(ctx, store.PostFilter{State: store.PostQueued, NextBefore: Day.Add(time.Hour)})
	if err != nil || len(due) != 1 || due[0].Number.Masked != p.Number.Masked || !due[0].Next.Equal(p.Next) {
		t.Fatalf("due %+v, %v", due, err)
	}
	if due, _, _ = s.Posts.List(ctx, store.PostFilter{State: store.PostQueued, NextBefore: Day}); len(due) != 0 {
		t.Errorf("due too early: %+v", due)
	}
	next := p
	next.State, next.Receipt, next.Attempts = store.PostSent, "77", 1
	next = get(s.Posts.Update(ctx, next))(t)
	_, err = s.Posts.Update(ctx, p)
	want(t, err, store.ErrConflict)
	for _, f := range []store.PostFilter{{Receipt: "77"}, {Record: "r1"}, {Kind: store.PostSMS, Route: "gw"}, {NumberHash: p.Number.Hash}, {Districts: []string{"130100"}}} {
		if list, _, err := s.Posts.List(ctx, f); err != nil || len(list) != 1 || list[0].Version != next.Version {
			t.Errorf("%+v: %v, %v", f, list, err)
		}
	}
	got := get(s.Posts.ByKey(ctx, store.PostSMS, store.PostOut, "k1"))(t)
	if got.ID != p.ID || got.State != store.PostSent {
		t.Errorf("by key %+v", got)
	}
	_, err = s.Posts.ByKey(ctx, store.PostSMS, store.PostIn, "k1")
	want(t, err, store.ErrNotFound)
	_, err = s.Posts.Get(ctx, "nowhere")
	want(t, err, store.ErrNotFound)
}
