package storetest

import (
	"reflect"
	"testing"
	"time"

	"zuoxi/hub/store"
)

func testSheets(t *testing.T, s *store.Store) {
	ctx := t.Context()
	var first store.Sheet
	for i := range 3 {
		at := Day.Add(time.Duration(i) * time.Minute)
		q := store.Sheet{
			ID: store.NewID(at), CallID: "c1", Recording: "r1", Agent: "8001", District: "130100", Scorer: "9001", Purpose: "sample", Region: "石家庄", State: "drawn", Mark: -1,
			Body: []byte(`{}`), Created: at, Updated: at, Version: 1,
		}
		ok(t, s.Sheets.Create(ctx, q))
		if i == 0 {
			first = q
			want(t, s.Sheets.Create(ctx, q), store.ErrDuplicate)
		}
	}
	if got := get(s.Sheets.Get(ctx, first.ID))(t); !reflect.DeepEqual(got, first) {
		t.Fatalf("got %+v, want %+v", got, first)
	}
	stale := first
	first.State, first.Mark = "published", 92
	first = get(s.Sheets.Update(ctx, first))(t)
	_, err := s.Sheets.Update(ctx, stale)
	want(t, err, store.ErrConflict)
	done, _, err := s.Sheets.List(ctx, store.SheetFilter{State: "published", Agent: "8001", Scorer: "9001", Purpose: "sample", CallID: "c1", Districts: []string{"130100"}})
	ok(t, err)
	if len(done) != 1 || !reflect.DeepEqual(done[0], first) {
		t.Errorf("published: %+v", done)
	}
	want(t, s.Sheets.Create(ctx, store.Sheet{}), store.ErrInvalid)
}
