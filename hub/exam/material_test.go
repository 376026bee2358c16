package exam

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"zuoxi/kb/starter"
	"zuoxi/rules/exam"
)

func builtin(t testing.TB) *Material {
	t.Helper()
	m, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestBuiltinIsSound: all of the material loads, every article that it names is in the starter knowledge base, and the
// bank can fill its own paper rule.
func TestBuiltinIsSound(t *testing.T) {
	t.Parallel()
	m := builtin(t)
	articles, err := starter.Articles()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"": true}
	for _, a := range articles {
		known[a.ID] = true
	}
	if len(m.Bank.Questions) != 200 {
		t.Errorf("%d questions", len(m.Bank.Questions))
	}
	for _, q := range m.Bank.Questions {
		if !known[q.KB] {
			t.Errorf("question %s rests on article %s, which is not there", q.ID, q.KB)
		}
	}
	for _, sc := range m.Scenarios {
		for _, p := range sc.Points {
			if !known[p.KB] {
				t.Errorf("point %s of %s rests on article %s, which is not there", p.ID, sc.ID, p.KB)
			}
		}
	}
	if _, err := m.Bank.Draw(1, nil); err != nil || len(m.Scenarios) != 5 {
		t.Errorf("%d scenarios, %v", len(m.Scenarios), err)
	}
}

// TestFaultsNameFileAndLine: what cannot work is refused, with the place.
func TestFaultsNameFileAndLine(t *testing.T) {
	t.Parallel()
	whole, err := fs.ReadFile(files, "scenario/s01-unemployment-home.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"dead branch":   {"      - {when: {silence_s: 8}, to: hello}", "      - {when: {phrase: push_away, turns: 2}, to: hello}", "第 22 行"},
		"no such mood":  {"mood: anxious", "mood: furious", "第 7 行"},
		"no such noise": {"noise: street", "noise: sea", "第 7 行"},
		"drowned out":   {"snr_db: 20", "snr_db: 1", "snr_db 1 is not between 3 and 40"},
		"never reached": {"to: hello}", "to: start}", "state hello is never reached"},
		"no way out":    {", {when: {else: true}, to: end_ok}", "", "has no else"},
		"not YAML":      {"states:", "states: [", "第 "},
		"no voice":      {"那老家那边一个月能发多少？", "那边一个月发多少？", "nobody has spoken “那边一个月发多少？”"},
		"no such class": {"phrase: closing", "phrase: goodbye", `phrase "goodbye"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(string(whole), c.old, c.new, 1)
			if text == string(whole) {
				t.Fatalf("the scenario has no %q", c.old)
			}
			from := fstest.MapFS{"scenario/s01.yaml": {Data: []byte(text)}}
			sounds, _ := fs.Glob(files, "voice/*.al")
			for _, s := range sounds {
				from[s] = &fstest.MapFile{Data: []byte{0xD5}}
			}
			_, err := Load(from)
			if !errors.Is(err, ErrMaterial) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "scenario/s01.yaml") {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// event is what a branch waits for.
func event(w exam.When) exam.Event {
	switch {
	case w.Silence > 0:
		return exam.Event{Kind: exam.EventSilence, Seconds: w.Silence + 1}
	case w.Hold > 0:
		return exam.Event{Kind: exam.EventHold, Seconds: w.Hold + 1}
	case w.Wrong > 0:
		return exam.Event{Kind: exam.EventWrong}
	}
	e := exam.Event{Kind: exam.EventTurn, Facts: w.AllFacts, Points: w.Answered}
	if len(w.Any) > 0 {
		e.Words = w.Any[0]
	}
	if w.Phrase != "" {
		e.Phrases = []string{w.Phrase}
	}
	return e
}

// TestEveryBranchIsTaken: of whoever does just what a branch waits for, and nothing more.
func TestEveryBranchIsTaken(t *testing.T) {
	t.Parallel()
	for _, sc := range builtin(t).Scenarios {
		for _, n := range sc.Nodes {
			for _, b := range n.Next {
				p := exam.Progress{At: n.ID, Turns: b.When.Turns, Wrong: b.When.Wrong}
				if next, _ := sc.Step(p, event(b.When)); next.At != b.To {
					t.Errorf("%s: %s leads to %s, should to %s by %+v", sc.ID, n.ID, next.At, b.To, b.When)
				}
			}
		}
	}
}

// TestEveryPathEnds walks every scenario with every kind of event from every progress that can be reached.
func TestEveryPathEnds(t *testing.T) {
	t.Parallel()
	for _, sc := range builtin(t).Scenarios {
		reached := map[string]bool{}
		var walk func(p exam.Progress, depth int)
		walk = func(p exam.Progress, depth int) {
			reached[p.At] = true
			if p.Ended != "" || depth == 0 {
				return
			}
			for _, n := range sc.Nodes {
				if n.ID != p.At {
					continue
				}
				for _, b := range n.Next {
					w := b.When
					q := p
					q.Turns, q.Wrong = q.Turns+w.Turns, q.Wrong+w.Wrong
					next, _ := sc.Step(q, event(w))
					if !reached[next.At] || next.Ended != "" {
						walk(next, depth-1)
					}
				}
			}
		}
		p, _ := sc.Step(exam.Progress{}, exam.Event{Kind: exam.EventStart})
		walk(p, 40)
		for _, n := range sc.Nodes {
			if !reached[n.ID] {
				t.Errorf("%s: state %s cannot be played", sc.ID, n.ID)
			}
		}
		for turns := 0; p.Ended == ""; turns++ { // a trainee of whom nothing is understood
			if turns > 200 {
				t.Fatalf("%s never ends", sc.ID)
			}
			p, _ = sc.Step(p, exam.Event{Kind: exam.EventTurn})
		}
	}
}
