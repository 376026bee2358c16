package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

func testRecords(t *testing.T, s *store.Store) {
	ctx := t.Context()
	r := NewRecord(1)
	r.Party.Phone = Phone(t, "13900000042")
	r.Calls = []string{"call-a", "call-b"}
	r.Body.Fields = []byte(`{"solved":true}`)
	r.Dues = []store.Due{{Name: "reply", At: Day.Add(72 * time.Hour), Length: 3, Unit: "day", From: "record", Source: "中心设置",
		Pauses: []store.Pause{{From: Day, Reason: "等待材料"}}}}
	kept := get(s.Records.Create(ctx, r, By(1, "create")))(t)
	r.Version = 1
	if got := get(s.Records.Get(ctx, r.ID))(t); !reflect.DeepEqual(got, r) || !reflect.DeepEqual(kept, r) {
		t.Fatalf("got %+v\nkept %+v\nwant %+v", got, kept, r)
	}
	twin := r
	twin.ID = store.NewID(Day)
	_, err := s.Records.Create(ctx, twin, By(1, "create"))
	want(t, err, store.ErrDuplicate) // the number is taken
	twin.Year = 2027
	_, err = s.Records.Create(ctx, twin, By(1, "create"))
	ok(t, err) // but comes again next year
	_, err = s.Records.Create(ctx, store.Record{ID: "x"}, By(1, "create"))
	want(t, err, store.ErrInvalid)
	anonymous := NewRecord(3)
	_, err = s.Records.Create(ctx, anonymous, store.Change{})
	want(t, err, store.ErrInvalid) // nobody did it
	_, err = s.Records.Get(ctx, anonymous.ID)
	want(t, err, store.ErrNotFound)
}

func testRecordNumbers(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for i, no := range []string{"0312-8001-1", "0312-8001-2", "0312-8001-10", "0312-80011-70", "0312-800-80", "0313-8001-90", "0312-ZB-3"} {
		r := NewRecord(i)
		r.No, r.Year = no, 2026+i%2
		get(s.Records.Create(ctx, r, By(i, "create")))(t)
	}
	for series, want := range map[string]int{"0312-8001": 10, "0312-ZB": 3, "0313-8001": 90, "0314-8001": 0} {
		if n := get(s.Numbers.Highest(ctx, series))(t); n != want {
			t.Errorf("the highest of %s is %d, want %d", series, n, want)
		}
	}
}

func testRecordHistory(t *testing.T, s *store.Store) {
	ctx := t.Context()
	first := get(s.Records.Create(ctx, NewRecord(1), By(1, "create")))(t)
	edit := first
	edit.Status.State, edit.Body.Answer = "answered", "补充说明"
	second := get(s.Records.Update(ctx, edit, By(2, "answer")))(t)
	_, err := s.Records.Update(ctx, edit, By(3, "answer"))
	want(t, err, store.ErrConflict)
	ghost := NewRecord(9)
	ghost.Version = 1
	_, err = s.Records.Update(ctx, ghost, By(3, "answer"))
	want(t, err, store.ErrNotFound)
	h := get(s.Records.History(ctx, first.ID))(t)
	if len(h) != 2 || h[0].Action != "create" || h[1].Version != 2 {
		t.Fatalf("history %+v", h)
	}
	if !reflect.DeepEqual(h[0].Record, first) || !reflect.DeepEqual(h[1].Record, second) {
		t.Errorf("history does not hold the record as it was:\n%+v\n%+v", h[0].Record, first)
	}
}

func testRecordList(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for i := range 10 {
		r := NewRecord(i)
		r.Agent = fmt.Sprint(8001 + i%2)
		r.District = []string{"130100", "130200"}[i%2]
		r.Kind = []string{"consult", "complaint"}[i/5]
		r.Party.Phone = Phone(t, fmt.Sprintf("1390000%04d", i%5))
		r.Calls = []string{fmt.Sprintf("call-%d", i/2)}
		r.Status.Owner = "dept-1"
		get(s.Records.Create(ctx, r, By(i, "create")))(t)
	}
	for name, c := range map[string]struct {
		f    store.RecordFilter
		want int
	}{
		"all":       {store.RecordFilter{}, 10},
		"number":    {store.RecordFilter{No: "0302-8001-4"}, 1},
		"agent":     {store.RecordFilter{Agent: "8001"}, 5},
		"owner":     {store.RecordFilter{Owner: "dept-1"}, 10},
		"call":      {store.RecordFilter{Call: "call-3"}, 2},
		"kind":      {store.RecordFilter{Kind: "complaint"}, 5},
		"state":     {store.RecordFilter{State: "closed"}, 0},
		"subject":   {store.RecordFilter{Subject: "养老保险", Region: "130100"}, 10},
		"phone":     {store.RecordFilter{PhoneHash: keys.Hash(seal.KindPhone, "13900000003")}, 2},
		"last four": {store.RecordFilter{PhoneTail: keys.TailHash(seal.KindPhone, "0003")}, 2},
		"id":        {store.RecordFilter{IDNoHash: keys.Hash(seal.KindIDNo, "110101190001010011")}, 0},
		"span":      {store.RecordFilter{Span: store.Span{From: Day.Add(3 * time.Second), To: Day.Add(5 * time.Second)}}, 2},
		"district":  {store.RecordFilter{Districts: []string{"130200"}, Agent: "8002"}, 5},
		"province":  {store.RecordFilter{Districts: []string{"130000", "130100"}}, 10},
		"elsewhere": {store.RecordFilter{Districts: []string{"990000"}}, 0},
		"county":    {store.RecordFilter{Districts: []string{"130102"}}, 0},
	} {
		rows, _, err := s.Records.List(ctx, c.f)
		ok(t, err)
		if len(rows) != c.want {
			t.Errorf("%s: %d rows, want %d", name, len(rows), c.want)
		}
	}
}

func testRecordDues(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for i := range 6 {
		r := NewRecord(i)
		r.District = []string{"130100", "130200"}[i%2]
		r.Dues = []store.Due{
			{Name: "accept", At: Day.Add(time.Minute), Done: Day},
			{Name: "reply", At: Day.Add(time.Duration(6-i) * time.Hour)},
		}
		if i == 5 {
			r.Dues = nil
		}
		get(s.Records.Create(ctx, r, By(i, "create")))(t)
	}
	f := store.RecordFilter{DueBefore: Day.Add(5 * time.Hour), Page: store.Page{Limit: 2}, Districts: []string{"130000"}}
	var nos []string
	for {
		rows, next, err := s.Records.List(ctx, f)
		ok(t, err)
		for _, r := range rows {
			nos = append(nos, r.No)
		}
		if f.After = next; next == "" {
			break
		}
	}
	if wanted := []string{"0302-8001-4", "0302-8001-3", "0302-8001-2"}; !reflect.DeepEqual(nos, wanted) {
		t.Errorf("due list %v, want %v", nos, wanted)
	}
}

// testRecordModel edits with right and stale versions, and holds the store to
// a model: a stale edit changes nothing, a right one adds one history row.
func testRecordModel(t *testing.T, s *store.Store) {
	ctx := t.Context()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		r := NewRecord(n)
		model, err := s.Records.Create(ctx, r, By(0, "create"))
		if err != nil {
			t.Fatal(err)
		}
		past := []store.Record{model}
		for _, stale := range rapid.SliceOfN(rapid.Bool(), 0, 6).Draw(t, "stale") {
			edit := past[len(past)-1]
			if stale {
				edit = past[rapid.IntRange(0, len(past)-1).Draw(t, "from")]
			}
			edit.Body.Summary = rapid.StringMatching(`[a-z市民咨询]{0,20}`).Draw(t, "summary")
			got, err := s.Records.Update(ctx, edit, By(len(past), "edit"))
			switch current := edit.Version == int64(len(past)); {
			case current && err != nil:
				t.Fatal(err)
			case current:
				past = append(past, got)
			case !errors.Is(err, store.ErrConflict):
				t.Fatalf("a stale edit gave %v", err)
			}
		}
		got, err := s.Records.Get(ctx, r.ID)
		if err != nil || !reflect.DeepEqual(got, past[len(past)-1]) {
			t.Fatalf("got %+v, %v, want %+v", got, err, past[len(past)-1])
		}
		h, err := s.Records.History(ctx, r.ID)
		if err != nil || len(h) != len(past) {
			t.Fatalf("%d history rows, %v, want %d", len(h), err, len(past))
		}
	})
}

func order(id string) store.Command {
	return store.Command{Agent: "8001", ID: id, District: "130100", Kind: "record.create", Digest: []byte{1}, At: Day}
}

func testCommands(t *testing.T, s *store.Store) {
	ctx := t.Context()
	r := NewRecord(1)
	runs := 0
	create := func(p store.Ports) ([]byte, error) {
		runs++
		kept, err := p.Records.Create(ctx, r, By(1, "create"))
		return []byte(kept.No), err
	}
	for i := range 3 {
		reply, repeated, err := s.Commands.Once(ctx, order("c1"), create)
		ok(t, err)
		if string(reply) != r.No || repeated != (i > 0) {
			t.Fatalf("run %d: %q, %v", i, reply, repeated)
		}
	}
	if runs != 1 {
		t.Fatalf("ran %d times", runs)
	}
	other := order("c1")
	other.Digest = []byte{2}
	_, _, err := s.Commands.Once(ctx, other, create)
	want(t, err, store.ErrDuplicate)
	// A failed one leaves nothing and may come again.
	boom := errors.New("boom")
	_, _, err = s.Commands.Once(ctx, order("c2"), func(p store.Ports) ([]byte, error) {
		_, err := p.Records.Create(ctx, NewRecord(2), By(2, "create"))
		ok(t, err)
		return nil, boom
	})
	want(t, err, boom)
	if rows, _, _ := s.Records.List(ctx, store.RecordFilter{No: NewRecord(2).No}); len(rows) != 0 {
		t.Fatal("a failed command left its record")
	}
	_, repeated, err := s.Commands.Once(ctx, order("c2"), func(store.Ports) ([]byte, error) { return nil, nil })
	if err != nil || repeated {
		t.Fatalf("sent again: %v, %v", repeated, err)
	}
	want(t, func() error { _, _, err := s.Commands.Once(ctx, store.Command{}, create); return err }(), store.ErrInvalid)
	if n := get(s.Commands.Sweep(ctx, Day))(t); n != 0 {
		t.Errorf("swept %d", n)
	}
	if n := get(s.Commands.Sweep(ctx, Day.Add(store.CommandLife)))(t); n != 2 {
		t.Errorf("swept %d", n)
	}
}

// testCommandModel sends commands again at random: each takes effect once and
// every answer to it is the first one.
func testCommandModel(t *testing.T, s *store.Store) {
	ctx := t.Context()
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		done := map[int]string{}
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 4), 1, 15).Draw(t, "orders") {
			fails := rapid.IntRange(0, 3).Draw(t, "fails") == 0
			runs := 0
			reply, repeated, err := s.Commands.Once(ctx, order(fmt.Sprintf("%d-%d", round, n)), func(p store.Ports) ([]byte, error) {
				runs++
				v, err := p.Settings.Put(ctx, store.Setting{Key: fmt.Sprintf("once-%d-%d", round, n), Value: fmt.Sprint(n), Updated: Day})
				if fails {
					return nil, errors.New("boom")
				}
				return []byte(v.Value), err
			})
			before, known := done[n]
			switch {
			case known && (err != nil || !repeated || runs != 0 || string(reply) != before):
				t.Fatalf("order %d again: %q, %v, %d runs, %v", n, reply, repeated, runs, err)
			case !known && fails != (err != nil), !known && runs != 1:
				t.Fatalf("order %d: %v, %d runs", n, err, runs)
			case !known && !fails:
				done[n] = string(reply)
			}
		}
	})
}

func testCommandsAtOnce(t *testing.T, s *store.Store) {
	ctx := t.Context()
	var runs, fresh atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			reply, repeated, err := s.Commands.Once(ctx, order("same"), func(store.Ports) ([]byte, error) {
				runs.Add(1)
				return []byte("done"), nil
			})
			if err != nil || string(reply) != "done" {
				t.Errorf("got %q, %v", reply, err)
			}
			if !repeated {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	if runs.Load() != 1 || fresh.Load() != 1 {
		t.Errorf("%d runs, %d fresh", runs.Load(), fresh.Load())
	}
}
