package storetest

import (
	"reflect"
	"testing"
	"time"

	"zuoxi/hub/store"
)

func testExams(t *testing.T, s *store.Store) {
	ctx := t.Context()
	var first store.Exam
	for i := range 3 {
		at := Day.Add(time.Duration(i) * time.Minute)
		e := store.Exam{
			ID: store.NewID(at), Agent: "5001", Room: "r1", District: "130100", Title: "月考", State: "laid", Body: []byte(`{"n":1}`),
			Created: at, Updated: at, Version: 1,
		}
		ok(t, s.Exams.Create(ctx, e))
		if i == 0 {
			first = e
			want(t, s.Exams.Create(ctx, e), store.ErrDuplicate)
		}
	}
	if got := get(s.Exams.Get(ctx, first.ID))(t); !reflect.DeepEqual(got, first) {
		t.Fatalf("got %+v, want %+v", got, first)
	}
	stale := first
	first.State, first.Body = "sat", []byte(`{"n":2}`)
	first = get(s.Exams.Update(ctx, first))(t)
	_, err := s.Exams.Update(ctx, stale)
	want(t, err, store.ErrConflict)
	sat, _, err := s.Exams.List(ctx, store.ExamFilter{State: "sat", Agent: "5001", Room: "r1", Districts: []string{"130100"}})
	ok(t, err)
	if len(sat) != 1 || !reflect.DeepEqual(sat[0], first) {
		t.Errorf("sat: %+v", sat)
	}
	want(t, s.Exams.Create(ctx, store.Exam{}), store.ErrInvalid)
	p := store.ExamPart{ID: first.ID + "/x/1", Exam: first.ID, District: "130100", Number: 1, Head: []byte{1}, Data: []byte{2, 3}}
	ok(t, s.ExamParts.Add(ctx, p))
	want(t, s.ExamParts.Add(ctx, p), store.ErrDuplicate)
	if got := get(s.ExamParts.Get(ctx, p.ID))(t); !reflect.DeepEqual(got, p) {
		t.Errorf("got %+v", got)
	}
	_, err = s.ExamParts.Get(ctx, "none")
	want(t, err, store.ErrNotFound)
	testExamRoom(t, s)
}

func testExamRoom(t *testing.T, s *store.Store) {
	ctx := t.Context()
	r := store.ExamRoom{ID: "r1", District: "320000", Title: "月考", State: "laid", Body: []byte("{}"), Created: Day, Updated: Day, Version: 1}
	ok(t, s.ExamRooms.Create(ctx, r))
	want(t, s.ExamRooms.Create(ctx, r), store.ErrDuplicate)
	stale := r
	r.State = "opened"
	r = get(s.ExamRooms.Update(ctx, r))(t)
	if got := get(s.ExamRooms.Get(ctx, "r1"))(t); !reflect.DeepEqual(got, r) || got.Version != 2 {
		t.Errorf("got %+v, want %+v", got, r)
	}
	_, err := s.ExamRooms.Update(ctx, stale)
	want(t, err, store.ErrConflict)

	for _, body := range []string{"one", "two"} {
		ok(t, s.Material.Put(ctx, store.ExamMaterial{ID: "q1", District: "320000", Kind: "question", Body: []byte(body), Updated: Day}))
	}
	ok(t, s.Material.Put(ctx, store.ExamMaterial{ID: "v1", Kind: "voice", Body: []byte{1}, Updated: Day}))
	all, err := s.Material.All(ctx, "question")
	ok(t, err)
	if len(all) != 1 || string(all[0].Body) != "two" {
		t.Errorf("%+v", all)
	}
	if got := get(s.Material.Get(ctx, "v1"))(t); got.Kind != "voice" {
		t.Errorf("%+v", got)
	}
	want(t, s.Material.Put(ctx, store.ExamMaterial{}), store.ErrInvalid)

	for i, stage := range []string{"theory", "practice"} {
		at := Day.Add(time.Duration(i) * time.Hour)
		ok(t, s.ExamSteps.Add(ctx, store.ExamStep{ID: store.NewID(at), Agent: "5001", District: "130100", Move: "advance", Stage: stage, Who: "6001", At: at}))
	}
	steps, _, err := s.ExamSteps.List(ctx, "5001", store.Page{})
	ok(t, err)
	if len(steps) != 2 || steps[0].Stage != "practice" {
		t.Errorf("%+v", steps)
	}
	none, _, err := s.ExamSteps.List(ctx, "nobody", store.Page{})
	ok(t, err)
	if len(none) != 0 {
		t.Errorf("%+v", none)
	}
	testExamMemory(t, s)
}

func testExamMemory(t *testing.T, s *store.Store) {
	ctx := t.Context()
	_, err := s.ExamMemory.Get(ctx, "5001")
	want(t, err, store.ErrNotFound)
	m := store.ExamMemory{Agent: "5001", District: "320000", Body: []byte("one"), Updated: Day}
	ok(t, s.ExamMemory.Put(ctx, m))
	want(t, s.ExamMemory.Put(ctx, m), store.ErrDuplicate)
	first := get(s.ExamMemory.Get(ctx, "5001"))(t)
	second := first
	second.Body = []byte("two")
	ok(t, s.ExamMemory.Put(ctx, second))
	want(t, s.ExamMemory.Put(ctx, first), store.ErrConflict)
	if got := get(s.ExamMemory.Get(ctx, "5001"))(t); string(got.Body) != "two" || got.Version != 2 {
		t.Errorf("%+v", got)
	}
	want(t, s.ExamMemory.Put(ctx, store.ExamMemory{}), store.ErrInvalid)
}
