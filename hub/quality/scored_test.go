package quality

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/rules/report"
)

// TestBriefIsTheDocument: reports read what stands beside a sheet's document, and of an older sheet the document: the same.
func TestBriefIsTheDocument(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	rows := d.drawn(1)
	_, err := d.Score(t.Context(), "1007", Score{ID: rows[0].ID, Items: full(map[string]int{"A1a": 2, "C2": 3}), Submit: true})
	d.must(err)
	d.must(d.Second(t.Context(), "1008", rows[0].ID, "C2 扣得太多"))
	_, err = d.File(t.Context(), "1007", "mystery-1", "", "320000", rules.Mystery{Region: "安徽", City: "合肥", Opened: true, Manual: true, RingMS: 4000, WaitMS: 2000})
	d.must(err)
	read := func() []report.Scored {
		t.Helper()
		list, err := d.Scored(t.Context(), time.Time{}, time.Time{}, nil)
		d.must(err)
		return list
	}
	change := func(f func(*store.Sheet)) {
		t.Helper()
		list, _, err := d.DB.Sheets.List(t.Context(), store.SheetFilter{})
		d.must(err)
		for _, s := range list {
			f(&s)
			_, err := d.DB.Sheets.Update(t.Context(), s)
			d.must(err)
		}
	}
	want := read()
	if len(want) != 3 || want[0].Parts == [3]int64{} && want[1].Parts == [3]int64{} && want[2].Parts == [3]int64{} {
		t.Fatalf("%+v", want)
	}
	bodies := map[string][]byte{}
	change(func(s *store.Sheet) { bodies[s.ID], s.Body = s.Body, []byte("not read") })
	if got := read(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	change(func(s *store.Sheet) { s.Body, s.Brief = bodies[s.ID], nil })
	if got := read(); !reflect.DeepEqual(got, want) {
		t.Errorf("of older sheets %+v, want %+v", got, want)
	}
}

// TestCallCountsOnce: draws laid out some calls twice once. In reports such a call is one, by the sheet that was scored first.
func TestCallCountsOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	row := d.drawn(1)[0]
	call, err := d.DB.Calls.Get(t.Context(), row.Call)
	d.must(err)
	d.now = d.now.Add(24 * time.Hour)
	again, err := d.lay(t.Context(), call, "1007", rules.PurposeSample, body{})
	d.must(err)
	for _, step := range []struct {
		sheet       string
		less, marks int
	}{{"", 0, -1}, {again.ID, 3, 97}, {row.ID, 2, 98}} {
		if step.sheet != "" {
			_, err := d.Score(t.Context(), "1007", Score{ID: step.sheet, Items: full(map[string]int{"C2": step.less}), Submit: true})
			d.must(err)
		}
		list, err := d.Scored(t.Context(), time.Time{}, time.Time{}, nil)
		d.must(err)
		list = slices.DeleteFunc(list, func(s report.Scored) bool { return s.Call != row.Call })
		if len(list) != 1 || list[0].Mark != int64(step.marks) {
			t.Errorf("after %q: %+v", step.sheet, list)
		}
	}
	if list, err := d.Scored(t.Context(), d.now, time.Time{}, nil); err != nil || len(list) != 0 {
		t.Errorf("of the second day: %+v %v", list, err)
	}
}
