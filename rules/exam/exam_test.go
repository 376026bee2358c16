package exam

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"
)

func load[T any](t testing.TB, path string) T {
	t.Helper()
	var v T
	b, err := os.ReadFile(path)
	if err == nil {
		err = yaml.UnmarshalWithOptions(b, &v, yaml.Strict())
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

func scenarios(t testing.TB) []Scenario {
	t.Helper()
	files, err := filepath.Glob("../../hub/exam/scenario/s0*.yaml")
	if err != nil || len(files) != 5 {
		t.Fatalf("%d scenarios, %v", len(files), err)
	}
	var out []Scenario
	for _, f := range files {
		out = append(out, load[Scenario](t, f))
	}
	return out
}

func TestMaterialIsGood(t *testing.T) {
	t.Parallel()
	for _, sc := range scenarios(t) {
		for _, err := range sc.Check() {
			t.Error(err)
		}
	}
	bank := load[Bank](t, "../../hub/exam/bank/core.yaml")
	if len(bank.Questions) != 60 {
		t.Errorf("%d questions", len(bank.Questions))
	}
	for _, q := range bank.Questions {
		if err := q.Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Scenario)
		want   string
	}{
		"unknown state": {func(s *Scenario) { s.Nodes[0].Next[0].To = "nowhere" }, `"nowhere"`},
		"unknown fact":  {func(s *Scenario) { s.Elicit = []string{"f99"} }, `"f99"`},
		"unknown point": {func(s *Scenario) { s.Pass.Must = []string{"p99"} }, `"p99"`},
		"no else":       {func(s *Scenario) { s.Nodes[1].Next = s.Nodes[1].Next[:0] }, "no else"},
		"dead branch":   {func(s *Scenario) { s.Nodes[1].Next = append([]Branch{{When{Else: true}, "start"}}, s.Nodes[1].Next...) }, "after else"},
		"never reached": {func(s *Scenario) { s.Nodes = append(s.Nodes, Node{ID: "island", End: EndCaller}) }, "island is never reached"},
		"never ends": {func(s *Scenario) {
			s.Nodes = append(s.Nodes, Node{ID: "pit", Next: []Branch{{When{Else: true}, "pit"}}})
			s.Nodes[0].Next[0].To = "pit"
		}, "pit never ends"},
		"twice":          {func(s *Scenario) { s.Nodes = append(s.Nodes, s.Nodes[0]) }, "twice"},
		"unaskable fact": {func(s *Scenario) { s.Facts = append(s.Facts, Fact{ID: "x", Given: "ask"}) }, "never be asked"},
		"nothing":        {func(s *Scenario) { s.Nodes = nil }, "no states"},
	} {
		sc := scenarios(t)[0]
		tt.change(&sc)
		if errs := sc.Check(); len(errs) == 0 || !strings.Contains(errors.Join(errs...).Error(), tt.want) {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

func turn(words string, phrases ...string) Event {
	return Event{Kind: EventTurn, Words: words, Phrases: phrases}
}

func play(sc *Scenario, events ...Event) (Progress, []Action) {
	p, all := sc.Step(Progress{}, Event{Kind: EventStart})
	for _, e := range events {
		var out []Action
		p, out = sc.Step(p, e)
		all = append(all, out...)
	}
	return p, all
}

func TestStories(t *testing.T) {
	t.Parallel()
	wages := scenarios(t)[1]
	p, did := play(&wages, turn("我理解您，您别急，慢慢说"), turn("请问是哪个工地，什么项目？欠多少钱，几个人？"))
	if p.At != "promise" || !slices.Contains(p.Facts, "f1") || !slices.Contains(p.Facts, "f4") || !slices.Contains(p.Points, "p1") {
		t.Errorf("%+v", p)
	}
	if !slices.ContainsFunc(did, func(a Action) bool { return a.Do == DoTell && a.ID == "f1" }) {
		t.Errorf("the site was not told: %+v", did)
	}
	bad, did := play(&wages, turn("我理解"), turn("哪个工地？多少人？"), turn("一定能要回来", "promise_result"))
	if bad.Ended != EndCaller || bad.At != "end_bad" || did[len(did)-1].Do != DoEnd {
		t.Errorf("a promise: %+v", bad)
	}
	ok, did := play(&wages, turn("我理解"), turn("哪个工地？多少人？"), turn("我先登记"), turn("请不要冲动，可以拨打110"), turn("再见"))
	if ok.At != "end_ok" || !ok.Alarm {
		t.Errorf("a good call: %+v", ok)
	}
	if n := len(slices.DeleteFunc(slices.Clone(did), func(a Action) bool { return a.Do != DoEscalate })); n != 1 {
		t.Errorf("escalated %d times", n)
	}
	angry, _ := play(&wages, Event{Kind: EventSilence, Seconds: 6})
	if angry.At != "blow" {
		t.Errorf("silence: %+v", angry)
	}
	elder := scenarios(t)[4]
	worried, _ := play(&elder, turn("先帮您挂失"), Event{Kind: EventHold, Seconds: 60}, Event{Kind: EventHold, Seconds: 61})
	if worried.At != "worry" {
		t.Errorf("a long hold: %+v", worried)
	}
}

func TestPatience(t *testing.T) {
	t.Parallel()
	veteran := scenarios(t)[2]
	veteran.Caller.Patience = 5
	var events []Event
	for s := 1; s <= 30; s++ {
		events = append(events, Event{Kind: EventSilence, Seconds: s})
	}
	p, did := play(&veteran, events...)
	nudges := 0
	for _, a := range did {
		if a.Do == DoNudge {
			nudges++
		}
	}
	if p.Ended != EndSilence || nudges != maxNudges {
		t.Errorf("%+v after %d nudges", p, nudges)
	}
	if after, did := veteran.Step(p, turn("喂")); !reflect.DeepEqual(after, p) || did != nil {
		t.Error("the dead speak")
	}
}

// TestWrongArticles: a caller who hears of something else again and again loses patience; one mistake is forgiven.
func TestWrongArticles(t *testing.T) {
	t.Parallel()
	sc := scenarios(t)[2]
	p, _ := sc.Step(Progress{}, Event{Kind: EventStart})
	p, does := sc.Step(p, Event{Kind: EventWrong})
	if p.At != "start" || len(does) > 0 {
		t.Errorf("after one: %+v, %+v", p, does)
	}
	p, does = sc.Step(p, Event{Kind: EventWrong})
	if p.At != "hurry" || len(does) != 1 {
		t.Errorf("after two: %+v, %+v", p, does)
	}
	if m, n := sc.Mood("start"), scenarios(t)[3].Mood("argue"); m != Moods["calm"] || n != Moods["angry"] {
		t.Errorf("moods %+v and %+v", m, n)
	}
}

func TestExaminer(t *testing.T) {
	t.Parallel()
	sc := scenarios(t)[0]
	p, _ := play(&sc, Event{Kind: EventTick, Points: []string{"p1"}, Facts: []string{"f1"}}, turn(""))
	if p.At != "how" || !slices.Contains(p.Facts, "f1") {
		t.Errorf("ticks: %+v", p)
	}
	if p, _ = sc.Step(p, Event{Kind: EventJump, To: "close"}); p.At != "close" {
		t.Errorf("jump: %+v", p)
	}
	if q, _ := sc.Step(p, Event{Kind: EventJump, To: "nowhere"}); !reflect.DeepEqual(q, p) {
		t.Errorf("jump to nowhere: %+v", q)
	}
	if p, _ = sc.Step(p, Event{Kind: EventHangUp}); p.Ended != EndTrainee {
		t.Errorf("hung up: %+v", p)
	}
}

// TestAlwaysEnds: whatever a trainee does, a script comes to its end.
func TestAlwaysEnds(t *testing.T) {
	t.Parallel()
	all := scenarios(t)
	rapid.Check(t, func(t *rapid.T) {
		sc := all[rapid.IntRange(0, len(all)-1).Draw(t, "scenario")]
		words := []string{"", "我理解，您慢慢说", "哪个工地，多少人", "挂失", "自主择业", "不能提示", "110", "请咨询当地"}
		phrases := []string{"", "forbidden", "leak", "hint", "closing", "push_away", "promise_amount"}
		p, _ := sc.Step(Progress{}, Event{Kind: EventStart})
		for range maxTurns + 1 {
			p, _ = sc.Step(p, turn(rapid.SampledFrom(words).Draw(t, "words"), rapid.SampledFrom(phrases).Draw(t, "phrase")))
			if _, ok := sc.node(p.At); !ok {
				t.Fatalf("nowhere: %+v", p)
			}
		}
		if p.Ended == "" {
			t.Fatalf("still talking: %+v", p)
		}
	})
}

func TestMark(t *testing.T) {
	t.Parallel()
	sc := scenarios(t)[3]
	p := Progress{Facts: []string{"f4"}}
	good := sc.Mark(p, []string{"p1", "p2", "p3"}, nil)
	if good.Elicited != 1 || good.Elicit != 1 || good.Missed != nil || good.Fatal {
		t.Errorf("%+v", good)
	}
	if total, ok := sc.Passed(85, good); total != 85 || !ok {
		t.Errorf("passed: %d %v", total, ok)
	}
	if _, ok := sc.Passed(85, sc.Mark(p, []string{"p1", "p2"}, nil)); ok {
		t.Error("passed without a must-point")
	}
	if total, ok := sc.Passed(100, sc.Mark(p, []string{"p1", "p2", "p3"}, []int{0})); total != 0 || ok {
		t.Errorf("a leak: %d %v", total, ok)
	}
	if _, ok := sc.Passed(79, good); ok {
		t.Error("passed with 79")
	}
}

func TestDraw(t *testing.T) {
	t.Parallel()
	bank := load[Bank](t, "../../hub/exam/bank/core.yaml")
	a, err := bank.Draw(7, nil)
	if err != nil || len(a) != bank.Paper.Single+bank.Paper.Multiple+bank.Paper.Judge {
		t.Fatalf("%d items, %v", len(a), err)
	}
	b, _ := bank.Draw(7, nil)
	c, _ := bank.Draw(8, nil)
	if !reflect.DeepEqual(a, b) || reflect.DeepEqual(a, c) {
		t.Error("a draw depends on its seed and on nothing else")
	}
	seen := map[string]bool{}
	for _, i := range a {
		if seen[i.Question] {
			t.Errorf("%s is drawn twice", i.Question)
		}
		seen[i.Question] = true
	}
	if _, err := bank.Draw(7, func(q Question) bool { return q.Type == Single }); err == nil {
		t.Error("drew from nothing")
	}
}

func TestMarked(t *testing.T) {
	t.Parallel()
	multiple := Question{Type: Multiple, Points: 2, Answer: []any{"A", "B", "D"}}
	for _, tt := range []struct {
		q     Question
		given []string
		want  HalfPoints
		ok    bool
	}{
		{Question{Type: Single, Points: 2, Answer: "B"}, []string{"B"}, 4, true},
		{Question{Type: Single, Points: 2, Answer: "B"}, []string{"A"}, 0, true},
		{Question{Type: Single, Points: 2, Answer: "B"}, []string{"A", "B"}, 0, true},
		{Question{Type: Judge, Points: 1, Answer: false}, []string{"false"}, 2, true},
		{Question{Type: Judge, Points: 1, Answer: false}, nil, 0, true},
		{multiple, []string{"D", "A", "B"}, 4, true},
		{multiple, []string{"A", "B"}, 2, true},
		{multiple, []string{"A", "A"}, 2, true},
		{multiple, []string{"A", "C"}, 0, true},
		{multiple, nil, 0, true},
		{Question{Type: Fill, Points: 1, Answer: []string{"60", "六十"}}, []string{"六十"}, 2, true},
		{Question{Type: Fill, Points: 1, Answer: "60"}, []string{"61"}, 0, true},
		{Question{Type: Short, Points: 5}, []string{"x"}, 0, false},
	} {
		if got, ok := tt.q.Marked(tt.given); got != tt.want || ok != tt.ok {
			t.Errorf("%s %v: %d %v, want %d %v", tt.q.Type, tt.given, got, ok, tt.want, tt.ok)
		}
	}
}

func TestQuestionFaults(t *testing.T) {
	t.Parallel()
	good := Question{ID: "q", Type: Single, Points: 1, Stem: "?", Options: map[string]string{"A": "a", "B": "b"}, Answer: "A", KB: "yl-001"}
	for name, change := range map[string]func(*Question){
		"no id": func(q *Question) { q.ID = "" }, "unknown type": func(q *Question) { q.Type = "essay" }, "no article": func(q *Question) { q.KB = "" },
		"answer is no option": func(q *Question) { q.Answer = "C" }, "no choice": func(q *Question) { delete(q.Options, "B") }, "no such level": func(q *Question) { q.Level = "hard" }, "no answer": func(q *Question) { q.Answer = nil },
		"two answers": func(q *Question) { q.Answer = []string{"A", "B"} },
	} {
		q := good
		q.Options = maps.Clone(good.Options)
		change(&q)
		if q.Check() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}

// TestPath steps every move in every stage.
func TestPath(t *testing.T) {
	t.Parallel()
	want := map[Stage]string{
		StageEnrolled: "advance>theory end>ended", StageTheory: "advance>practice end>ended", StagePractice: "advance>shadow end>ended",
		StageShadow: "advance>supervised end>ended", StageSupervised: "pass>written_passed fail>extended end>ended",
		StageWritten: "pass>skill_passed fail>extended end>ended", StageSkill: "certify>certified end>ended",
		StageCertified: "recheck>recheck end>ended", StageExtended: "advance>supervised end>ended",
		StageRecheck: "pass>certified fail>extended end>ended", StageEnded: "",
	}
	for _, s := range Stages {
		var got []string
		for _, m := range Moves {
			next, err := Advance(Trainee{Stage: s}, m)
			var bad *PathError
			switch {
			case err == nil:
				got = append(got, string(m)+">"+string(next.Stage))
			case !errors.As(err, &bad) || bad.From != s || bad.Move != m || next.Stage != s:
				t.Errorf("%s in %s: %+v %v", m, s, next, err)
			}
		}
		if text := strings.Join(got, " "); text != want[s] {
			t.Errorf("%s: %q, want %q", s, text, want[s])
		}
		if s.Label() == string(s) {
			t.Errorf("%s has no label", s)
		}
		if s.Live() != (s == StageCertified || s == StageRecheck) {
			t.Errorf("%s takes live calls: %v", s, s.Live())
		}
	}
	if next, _ := Advance(Trainee{StageSupervised, true}, MoveFail); next.Stage != StageEnded {
		t.Errorf("extended twice: %+v", next)
	}
}
