package storetest

import (
	"reflect"
	"slices"
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
			Body: []byte(`{}`), Brief: []byte(`{"parts":[1,2,3]}`), Created: at, Updated: at, Version: 1,
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
	short := first
	short.Body = nil
	for _, districts := range [][]string{nil, {"130100", "130200"}} {
		list, _, err := s.Sheets.List(ctx, store.SheetFilter{State: "published", Districts: districts, Brief: true})
		ok(t, err)
		if len(list) != 1 || !reflect.DeepEqual(list[0], short) {
			t.Errorf("without its document: %+v", list)
		}
	}
	want(t, s.Sheets.Create(ctx, store.Sheet{}), store.ErrInvalid)
	other := first
	other.ID, other.District, other.Purpose, other.State = store.NewID(Day), "130200", "calibration", "drawn"
	ok(t, s.Sheets.Create(ctx, other))
	for _, c := range []struct {
		f    store.SheetFilter
		want map[string]int
	}{
		{store.SheetFilter{}, map[string]int{"drawn": 3, "published": 1}},
		{store.SheetFilter{Except: "calibration"}, map[string]int{"drawn": 2, "published": 1}},
		{store.SheetFilter{Districts: []string{"130200"}, State: "drawn"}, map[string]int{"drawn": 1}},
		{store.SheetFilter{Agent: "8002"}, map[string]int{}},
	} {
		if got := get(s.Sheets.Count(ctx, c.f))(t); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: counted %v, want %v", c.f, got, c.want)
		}
	}
	rest, _, err := s.Sheets.List(ctx, store.SheetFilter{Except: "sample"})
	ok(t, err)
	if len(rest) != 1 || rest[0].ID != other.ID {
		t.Errorf("but samples: %+v", rest)
	}
	testSheetsOnce(t, s, first.ID, other.ID)
}

// testSheetsOnce: of a call that was drawn three times there is one sheet, and its calibration.
func testSheetsOnce(t *testing.T, s *store.Store, first, calibration string) {
	list := func(f store.SheetFilter) (ids []string) {
		rows, _, err := s.Sheets.List(t.Context(), f)
		ok(t, err)
		for _, q := range rows {
			ids = append(ids, q.ID)
		}
		return ids
	}
	if got := list(store.SheetFilter{Once: true, Brief: true}); len(got) != 2 || !slices.Contains(got, first) || !slices.Contains(got, calibration) {
		t.Errorf("each call once: %v", got)
	}
	if got := list(store.SheetFilter{Once: true, Purpose: "sample", Span: store.Span{From: Day.Add(time.Second)}}); len(got) != 0 {
		t.Errorf("drawn again: %v", got)
	}
}
