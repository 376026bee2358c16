package exam

import (
	"slices"
	"strings"
	"testing"
)

// TestChoices: everything that an examiner may choose has its consequence in the script, from every state of every scenario.
func TestChoices(t *testing.T) {
	t.Parallel()
	for _, sc := range scenarios(t) {
		for _, n := range sc.Nodes {
			p := Progress{At: n.ID}
			list := sc.Choices(p)
			if len(list) < len(Common) {
				t.Errorf("%s/%s: %+v", sc.ID, n.ID, list)
			}
			for _, c := range list {
				next, does := sc.Step(p, c.Chosen())
				if c.Text != "" && (len(does) == 0 || does[0].Text != c.Text) {
					t.Errorf("%s/%s: %+v does %+v", sc.ID, n.ID, c, does)
				}
				if (next.Ended != "") != c.End || c.Kind == ChoiceFact && len(next.Facts) != 1 {
					t.Errorf("%s/%s: %+v leads to %+v", sc.ID, n.ID, c, next)
				}
			}
		}
		if sc.Choices(Progress{At: sc.Nodes[0].ID, Ended: EndCaller}) != nil {
			t.Error("a call that is over has choices")
		}
		p := Progress{At: sc.Nodes[0].ID}
		if q, does := sc.Step(p, Event{Kind: EventTell, To: "nothing"}); len(does) != 0 || len(q.Facts) != 0 {
			t.Errorf("an unknown fact: %+v", does)
		}
	}
}

// TestHeard: whole phrases only; every class that a script can listen for is known, but for the leak, which a person hears.
func TestHeard(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"您好，12333，工号五零零一，请问有什么可以帮您？": "opening",
		"我核实清楚再回复您":                  "callback",
		"这个不清楚":                      "",
		"请咨询当地社保局":                   "push_away",
		"您肯定能领两千，请您稍等":               "hold promise_amount",
	} {
		if got := strings.Join(Heard(words), " "); got != want {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
	for class := range phraseWords {
		if !slices.Contains(Phrases, class) {
			t.Errorf("class %s does not exist", class)
		}
	}
}
