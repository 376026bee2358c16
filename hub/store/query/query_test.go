package query

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zuoxi/hub/store"
)

func TestCursorRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cursor{by: rapid.Int64().Draw(t, "by"), id: rapid.StringMatching(`[0-9a-z]{1,26}`).Draw(t, "id")}
		if rapid.Bool().Draw(t, "text") {
			c.by = rapid.StringMatching(`[0-9A-Za-z-]{0,12}`).Draw(t, "no")
		}
		got, err := parseCursor(c.String())
		if err != nil || *got != c {
			t.Fatalf("%+v became %+v, %v", c, got, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor{int64(5), "a"}.String())
	f.Add("c2EAbmIA")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCursor(s)
		if err != nil && !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q: %v", s, err)
		}
		if err == nil && s != "" && (c.by == nil || c.id == nil) {
			t.Errorf("%q gave half a cursor", s)
		}
	})
}

func TestMergeOrder(t *testing.T) {
	for _, c := range []struct {
		a, b cursor
		want int
	}{
		{cursor{int64(1), "b"}, cursor{int64(2), "a"}, -1},
		{cursor{int64(2), "b"}, cursor{int64(2), "a"}, 1},
		{cursor{"8001", "8001"}, cursor{"8001", "8001"}, 0},
		{cursor{int64(-1 << 62), int64(1)}, cursor{int64(1 << 62), int64(1)}, -1},
	} {
		if got := compare(c.a, c.b); got != c.want {
			t.Errorf("compare(%v, %v) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestCellsKeepTheirValue(t *testing.T) {
	at := time.Date(2026, 3, 2, 1, 2, 3, 456000, time.UTC)
	var gotAt time.Time
	var gotDoc []string
	var gotRaw json.RawMessage
	doc, raw := []string{"a"}, json.RawMessage(`{"a":1}`)
	for _, c := range []struct{ in, out cell }{
		{timeCell{&at}, timeCell{&gotAt}},
		{docCell[[]string]{&doc}, docCell[[]string]{&gotDoc}},
		{rawCell{&raw}, rawCell{&gotRaw}},
	} {
		v, err := c.in.Value()
		if err == nil {
			err = c.out.Scan(v)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := c.out.Scan(3.5); err == nil {
			t.Errorf("%T took a number with a fraction", c.out)
		}
	}
	if !gotAt.Equal(at) || gotDoc[0] != "a" || string(gotRaw) != string(raw) {
		t.Errorf("got %v, %v, %s", gotAt, gotDoc, gotRaw)
	}
	if micro(time.Time{}) != 0 || !moment(0).IsZero() {
		t.Error("no time is not 0")
	}
}

func TestNextDueIsTheEarliestOpen(t *testing.T) {
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	dues := []store.Due{{At: day.Add(3)}, {At: day.Add(1), Done: day}, {At: day.Add(2)}, {}}
	if got := nextDue(dues); !got.Equal(day.Add(2)) {
		t.Errorf("got %v", got)
	}
	if !nextDue(nil).IsZero() {
		t.Error("no deadline became one")
	}
}
