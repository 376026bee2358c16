package storetest

import (
	"testing"
	"time"

	"zuoxi/hub/store"
)

func testMarks(t *testing.T, s *store.Store) {
	ctx := t.Context()
	hash := Phone(t, "13900000042").Hash
	m := store.Mark{ID: store.NewID(Day), Hash: hash, Tag: "hearing", District: "130100", Agent: "8001", From: Day, Until: Day.Add(time.Hour)}
	ok(t, s.Marks.Set(ctx, m))
	want(t, s.Marks.Set(ctx, store.Mark{ID: "x", Hash: hash, Tag: "a", District: "1", From: Day, Until: Day}), store.ErrInvalid)
	m.ID, m.From, m.Until = store.NewID(Day), Day.Add(time.Minute), Day.Add(2*time.Hour)
	ok(t, s.Marks.Set(ctx, m)) // once more: it lasts longer, and is there once
	m.ID, m.Tag = store.NewID(Day), "slow"
	ok(t, s.Marks.Set(ctx, m))
	for at, n := range map[time.Duration]int{90 * time.Minute: 2, 2 * time.Hour: 0} {
		if list, err := s.Marks.Of(ctx, hash, Day.Add(at)); err != nil || len(list) != n {
			t.Errorf("after %s: %+v, %v", at, list, err)
		}
	}
	if list, err := s.Marks.Of(ctx, Phone(t, "13900000043").Hash, Day.Add(time.Minute)); err != nil || len(list) != 0 {
		t.Errorf("of another: %+v, %v", list, err)
	}
	if ended, err := s.Marks.End(ctx, hash, "slow", Day.Add(time.Hour)); err != nil || !ended {
		t.Errorf("not ended: %v", err)
	}
	if ended, err := s.Marks.End(ctx, hash, "slow", Day.Add(time.Hour)); err != nil || ended {
		t.Errorf("ended twice: %v", err)
	}
	if list, err := s.Marks.Of(ctx, hash, Day.Add(90*time.Minute)); err != nil || len(list) != 1 || list[0].Tag != "hearing" {
		t.Errorf("left: %+v, %v", list, err)
	}
}
