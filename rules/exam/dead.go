package exam

import "slices"

// Phrases are the classes of phrases that a script may listen for (domain.md section 7).
var Phrases = []string{
	"opening", "hold", "back", "transfer", "empathy", "repeat", "refuse_inquiry", "limits", "callback", "closing",
	"forbidden", "push_away", "promise_result", "promise_amount", "hint", "leak",
}

// dead finds branches that can never be taken: behind one that always holds first, or beyond what a caller endures.
func (c *checker) dead(n Node) {
	for i, b := range n.Next {
		w := b.When
		switch {
		case w.empty() && !w.Else:
			c.faultAt(n.ID, "state %s has a branch to %s without a condition", n.ID, b.To)
		case w.Phrase != "" && !slices.Contains(Phrases, w.Phrase):
			c.faultAt(n.ID, "state %s listens for phrase %q, which does not exist", n.ID, w.Phrase)
		case w.Turns >= maxTurns:
			c.faultAt(n.ID, "state %s waits for %d turns, a call has at most %d", n.ID, w.Turns, maxTurns)
		case w.Silence > 0 && c.sc.Caller.Patience > 0 && w.Silence >= c.sc.Caller.Patience*(maxNudges+1):
			c.faultAt(n.ID, "state %s waits %d s of silence, the caller gives up before", n.ID, w.Silence)
		}
		for _, a := range n.Next[:i] {
			if a.When.covers(w) {
				c.faultAt(n.ID, "state %s never takes the branch to %s: the one to %s comes first", n.ID, b.To, a.To)
				break
			}
		}
	}
}

// covers tells whether w holds whenever v does, so that a branch with v behind one with w is dead. A silence, a hold
// or a wrong article is another event than a turn: neither covers the other.
func (w When) covers(v When) bool {
	if w.event() != v.event() || w.Else && !v.Else {
		return false
	}
	within := func(some, all []string) bool {
		return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
	}
	words := len(w.Any) == 0 || len(v.Any) > 0 && within(v.Any, w.Any)
	return words && within(w.AllFacts, v.AllFacts) && within(w.Answered, v.Answered) && (w.Phrase == "" || w.Phrase == v.Phrase) &&
		w.Turns <= v.Turns && w.Silence <= v.Silence && w.Hold <= v.Hold && w.Wrong <= v.Wrong
}

// event is what w waits for besides a turn.
func (w When) event() [3]bool { return [3]bool{w.Silence > 0, w.Hold > 0, w.Wrong > 0} }

func (w When) empty() bool {
	return len(w.Any)+len(w.AllFacts)+len(w.Answered)+w.Silence+w.Hold+w.Turns+w.Wrong == 0 && w.Phrase == ""
}
