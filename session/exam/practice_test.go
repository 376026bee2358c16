package exam

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/rules/exam"
	"zuoxi/wire"
)

func practice(id string) exam.Handout {
	h := callOnly()
	h.ID, h.Kind, h.Minutes = id, exam.KindPractice, 24*60
	h.Items = []exam.Asked{
		{ID: "q1", Type: exam.Single, Points: 2, Stem: "几天", Right: []string{"B"}, Options: []exam.Option{{Key: "B", Text: "15日"}, {Key: "A", Text: "7日"}}},
		{ID: "q2", Type: exam.Judge, Points: 1, Stem: "对吗", Right: []string{"true"}},
	}
	return h
}

// TestMissedQuestionsComeAgain: what was wrong stands first the next day, and what was right does not.
func TestMissedQuestionsComeAgain(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(practice("d1"), "")
	r.Do(Open{Paper: "d1"})
	r.Do(Answer{0, []string{"A"}})
	r.Do(Answer{1, []string{"true"}})
	r.Do(HandIn{})
	r.Do(HandIn{})
	r.Do(Done{})
	next := practice("d2")
	next.Items = next.Items[1:]
	r.hand(next, "")
	r.now = r.now.Add(24 * time.Hour)
	r.Do(Open{Paper: "d2"})
	items := r.View().Sitting.Items
	if len(items) != 2 || items[0].ID != "q1" || !items[0].Again || items[1].Again {
		t.Fatalf("%+v", items)
	}
	if items[0].Right != nil {
		t.Error("the answer is given before the question is answered")
	}
}

// due opens a practice in which nothing else is asked, and lists what comes again.
func (r *room) due(id string) (again []string) {
	r.t.Helper()
	h := practice(id)
	h.Items = h.Items[1:]
	r.hand(h, "")
	r.Do(Open{Paper: id})
	for _, it := range r.View().Sitting.Items {
		if it.Again {
			again = append(again, it.ID)
		}
	}
	r.Do(HandIn{})
	r.Do(HandIn{})
	r.Do(Done{})
	return again
}

// TestMissedQuestionsFollowThePerson: what was missed here is told to the hub, what was missed at another seat comes from there,
// and what the hub does not know yet is not forgotten for it.
func TestMissedQuestionsFollowThePerson(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.hand(practice("d1"), "")
	r.Do(Open{Paper: "d1"})
	r.Do(Answer{0, []string{"A"}})
	r.Do(HandIn{})
	r.Do(HandIn{})
	r.Do(Done{})
	var told wire.ExamLearned
	if len(r.sent) != 1 || r.sent[0].Kind != "exam.learned" || json.Unmarshal(r.sent[0].Body, &told) != nil || told.Day != "2026-11-23" || len(told.Answers) != 1 || told.Answers[0].Given[0] != "A" {
		t.Fatalf("%+v", r.sent)
	}
	elsewhere := exam.Missed{Asked: exam.Asked{ID: "q9", Type: exam.Judge, Points: 1, Right: []string{"true"}}, Due: "2026-11-24"}
	r.now = r.now.Add(24 * time.Hour)
	r.Take(&wire.ExamPapers{Missed: exam.Memory{"q9": elsewhere}}) // the hub has not had the practice
	if got := r.due("d2"); !slices.Equal(got, []string{"q1", "q9"}) {
		t.Errorf("asked again: %v", got)
	}
	r.Learned(told.Sitting)
	r.Take(&wire.ExamPapers{Missed: exam.Memory{"q9": elsewhere}}) // and has: q1 was learned at another seat
	if got := r.due("d3"); !slices.Equal(got, []string{"q9"}) {
		t.Errorf("asked again: %v", got)
	}
	r.Take(&wire.ExamPapers{}) // a hub that does not say
	if got := r.due("d4"); !slices.Equal(got, []string{"q9"}) {
		t.Errorf("asked again: %v", got)
	}
	r.Take(&wire.ExamPapers{Missed: exam.Memory{}})
	if got := r.due("d5"); len(got) != 0 {
		t.Errorf("asked again: %v", got)
	}
}

// TestPracticeCallIsHeardAgain: hints while it lasts, the model answer with an own check after it, and the talk again from
// any mark.
func TestPracticeCallIsHeardAgain(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	h := practice("d1")
	h.Items = nil
	h.Calls[0].Elicit, h.Calls[0].Pass.Must = []string{"f3"}, []string{"p1"}
	r.hand(h, "")
	r.Do(Open{Paper: "d1"})
	r.Do(Next{0})
	r.Do(Pick{})
	r.speak(0.5, false)
	r.speak(2, true)
	r.speak(12, false)
	if got := strings.Join(r.View().Sitting.Talk.Hints, "|"); !strings.Contains(got, "还没问：户口") || !strings.Contains(got, "必答：可以") {
		t.Errorf("hints %q", got)
	}
	r.Do(HangUp{})
	r.speak(1, false)
	r.ear = nil
	r.Do(Replay{0, 2000})
	if len(r.ear) < 8*Rate {
		t.Errorf("%d samples of a talk of 14 s", len(r.ear))
	}
	r.Do(Replay{From: -1})
	if r.ear != nil {
		t.Error("does not stop")
	}
	r.Do(Check{0, 0})
	if p := r.View().Sitting.Calls[0].Point; !p[0].Said || p[0].Found {
		t.Errorf("%+v", p)
	}
	r.Do(Check{0, 0})
	r.Do(Check{0, 9})
	if p := r.View().Sitting.Calls[0].Point; p[0].Said {
		t.Errorf("%+v", p)
	}
}
