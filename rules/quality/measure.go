package quality

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Span is a stretch of a talk, counted from the bridge.
type Span struct{ From, To time.Duration }

// Talk is what two recorded channels and the call log hold: who spoke when, when the caller was kept waiting, how it ended.
// The agent's third channel, if any, is nobody's here.
type Talk struct {
	Agent, Caller []Span // speech, in order
	Waits         []Span // the caller is with nobody: hold, mute, a question to somebody else
	Gaps          []Span // nothing is known of them, and they cost nothing: the seat's line was down, the recording paused
	End           time.Duration
	Release       Release
}

// Limits of what is measured (rubric.toml; assumptions of the project).
const (
	DeadAirLimit = 5 * time.Second        // B6: neither speaks
	CutInAfter   = time.Second            // B1: the caller had been speaking so long
	CutInOverlap = 500 * time.Millisecond // B1: both speak
	CutInGoesOn  = time.Second            // B1: the agent keeps on
	TurnLeast    = 800 * time.Millisecond // B2: a caller's turn
)

// Measure turns a talk into facts. Levels and words are not in it.
func Measure(t Talk) Facts {
	t = t.audible()
	f := Facts{OpeningAfter: -1, Release: t.Release}
	if len(t.Agent) > 0 {
		f.OpeningAfter = t.Agent[0].From
	}
	for _, w := range t.Waits {
		f.LongestWait = max(f.LongestWait, min(w.To, t.End)-w.From)
	}
	f.LongestSilence = t.silence()
	f.DeadAir, f.Interruptions = len(t.DeadAir()), len(t.CutIns())
	f.Median, f.Slowest = t.response()
	if n := len(t.Agent); n > 0 && t.Release == ReleaseAgent {
		last := t.Agent[n-1].To
		if !slices.ContainsFunc(t.Caller, func(c Span) bool { return c.To > last }) {
			f.ClosingBefore = t.End - last
		}
	}
	if n := len(t.Agent); n > 0 && t.Release == ReleaseCaller {
		f.CutInTurn = t.Agent[n-1].To >= t.End
	}
	return f
}

// audible leaves out what the agent says while the caller waits: it is said to somebody else, or to nobody.
func (t Talk) audible() Talk {
	t.Agent = without(t.Agent, t.Waits)
	return t
}

// without cuts spans out of a list.
func without(list, cut []Span) []Span {
	for _, w := range cut {
		var out []Span
		for _, s := range list {
			if s.To <= w.From || s.From >= w.To {
				out = append(out, s)
				continue
			}
			if s.From < w.From {
				out = append(out, Span{s.From, w.From})
			}
			if s.To > w.To {
				out = append(out, Span{w.To, s.To})
			}
		}
		list = out
	}
	return list
}

// silence is the longest stretch in which the agent says nothing and the caller has no turn, waits included: whether a pause was
// announced, only who listens can tell. A cough or a 喂 of the caller does not end it.
func (t Talk) silence() time.Duration {
	said := slices.Concat(t.Agent, slices.DeleteFunc(slices.Clone(without(t.Caller, t.Waits)), func(c Span) bool { return c.To-c.From < TurnLeast }))
	slices.SortFunc(said, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	longest, quiet := time.Duration(0), time.Duration(0)
	for _, s := range append(said, Span{t.End, t.End}) {
		longest, quiet = max(longest, s.From-quiet), max(quiet, s.To)
	}
	return longest
}

// DeadAir are the stretches longer than the limit in which nobody speaks and nobody waits.
func (t Talk) DeadAir() []Span {
	busy := slices.Concat(t.Agent, t.Caller, t.Waits, t.Gaps)
	slices.SortFunc(busy, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	var out []Span
	quiet := time.Duration(0)
	for _, s := range append(busy, Span{t.End, t.End}) {
		if s.From-quiet > DeadAirLimit {
			out = append(out, Span{quiet, s.From})
		}
		quiet = max(quiet, s.To)
	}
	return out
}

// CutIns are the utterances of the agent that interrupt the caller, from where both speak to where one stops. Short words of
// assent are none.
func (t Talk) CutIns() []Span {
	var out []Span
	for _, a := range t.Agent {
		for _, c := range t.Caller {
			if a.From-c.From >= CutInAfter && min(a.To, c.To)-a.From >= CutInOverlap && a.To-a.From >= CutInGoesOn {
				out = append(out, Span{a.From, min(a.To, c.To)})
				break
			}
		}
	}
	return out
}

// Overlap are the stretches in which both speak.
func (t Talk) Overlap() []Span {
	var out []Span
	for _, a := range t.Agent {
		for _, c := range t.Caller {
			if from, to := max(a.From, c.From), min(a.To, c.To); from < to {
				out = append(out, Span{from, to})
			}
		}
	}
	return out
}

// MarkKind is why a place of a recording is worth hearing.
type MarkKind string

// The marks that a machine sets. People set others.
const (
	MarkOpening MarkKind = "opening"
	MarkDeadAir MarkKind = "dead_air"
	MarkCutIn   MarkKind = "cut_in"
	MarkWait    MarkKind = "wait"
)

// Mark is a place of a talk.
type Mark struct {
	Kind MarkKind
	Span
	Why string
}

// Marks are the places that the proposals rest on, in order.
func (t Talk) Marks() []Mark {
	t = t.audible()
	var out []Mark
	if len(t.Agent) > 0 {
		out = append(out, Mark{MarkOpening, t.Agent[0], fmt.Sprintf("%.1f 秒开口", t.Agent[0].From.Seconds())})
	}
	for _, s := range t.DeadAir() {
		out = append(out, Mark{MarkDeadAir, s, fmt.Sprintf("冷场 %.1f 秒", (s.To - s.From).Seconds())})
	}
	for _, s := range t.CutIns() {
		out = append(out, Mark{MarkCutIn, s, fmt.Sprintf("插话 %.1f 秒", (s.To - s.From).Seconds())})
	}
	for _, s := range t.Waits {
		out = append(out, Mark{MarkWait, s, fmt.Sprintf("等待 %.0f 秒", (min(s.To, t.End) - s.From).Seconds())})
	}
	slices.SortStableFunc(out, func(a, b Mark) int { return cmp.Compare(a.From, b.From) })
	return out
}

// response is the median and the 90th percentile of the gaps between the caller's turns and the agent's next words. A gap
// in which the caller waits, or that cannot be heard, is left out.
func (t Talk) response() (median, slowest time.Duration) {
	var gaps []time.Duration
	for i, c := range t.Caller {
		next := t.End
		if i+1 < len(t.Caller) {
			next = t.Caller[i+1].From
		}
		j := slices.IndexFunc(t.Agent, func(a Span) bool { return a.From >= c.To && a.From <= next })
		if c.To-c.From < TurnLeast || j < 0 {
			continue
		}
		gap := Span{c.To, t.Agent[j].From}
		if !slices.ContainsFunc(slices.Concat(t.Waits, t.Gaps), func(w Span) bool { return w.From < gap.To && w.To > gap.From }) {
			gaps = append(gaps, gap.To-gap.From)
		}
	}
	if len(gaps) == 0 {
		return 0, 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2], gaps[(len(gaps)*9+9)/10-1]
}
