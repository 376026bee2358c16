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
			ID: store.NewID(at), Agent: "5001", District: "130100", Title: "月考", State: "laid", Body: []byte(`{"n":1}`),
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
	sat, _, err := s.Exams.List(ctx, store.ExamFilter{State: "sat", Agent: "5001", Districts: []string{"130100"}})
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
}
