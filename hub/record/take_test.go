package record

import (
	"testing"
	"time"

	"zuoxi/hub/store/seal"
	"zuoxi/rules/deadline"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// TestNumbersOfLastYearStayTaken: a case of the same day a year later has the next number, from outside as from a seat, and
// the records of last year are still who answers to theirs.
func TestNumbersOfLastYearStayTaken(t *testing.T) {
	now := thursday
	s := New(newMemory(), seal.New(), deadline.Builtin(), func() time.Time { return now })
	m := consult()
	m.Callback, m.CallIDs, m.Articles, m.Handling = "", nil, nil, wire.Handling{}
	take := func(id, question string) string {
		t.Helper()
		m.Question = question
		out, err := s.TakeIn(t.Context(), li, id, m, ticket.ChannelFrom12345)
		if err != nil || out.Code != wire.CodeOK {
			t.Fatalf("%s: %+v, %v", id, out, err)
		}
		return out.Number
	}
	for i, want := range []string{"0312-ZB-1", "0312-ZB-2", "0312-ZB-3"} {
		if no := take("a"+want, "去年的"); no != want {
			t.Errorf("case %d is %s", i, no)
		}
	}
	save(t, s, wang, "seat", consult())
	now = now.AddDate(1, 0, 0)
	if no := take("b", "今年的"); no != "0312-ZB-4" {
		t.Errorf("a year later: %s", no)
	}
	if no := take("b", "今年的"); no != "0312-ZB-4" {
		t.Errorf("sent again: %s", no)
	}
	if r, err := s.Get(t.Context(), "0312-ZB-1"); err != nil || r.Question != "去年的" {
		t.Errorf("the first of last year: %+v, %v", r, err)
	}
	if out := save(t, s, wang, "again", consult()); out.Code != wire.CodeConflict || out.Field != "number" || out.Theirs != nil {
		t.Errorf("a seat's number of last year: %+v", out) // it takes the next, as after the loss of its counter
	}
}
