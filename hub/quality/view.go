package quality

import (
	"context"
	"errors"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/deadline"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// Show gives a sheet. The machine's proposals go to who scores, not to the agent, and no total is made of them.
func (o *Office) Show(ctx context.Context, id, by string) (rules.Work, error) {
	s, b, err := o.load(ctx, id)
	if err != nil {
		return rules.Work{}, err
	}
	if s.Purpose == rules.PurposeCalibration && !b.calibrates(s, by) {
		return rules.Work{}, refuse(wire.CodeForbidden, "校准要各评各的 · 没有打开 · 请评发给自己的")
	}
	mine := b.marking(s, by)
	own, err := o.among(ctx, s.CallID, by)
	if err != nil {
		return rules.Work{}, err
	}
	scoring := by != s.Agent && !own && s.State != rules.StateSettled
	if scoring && b.Heard == nil && s.Recording != "" {
		if b.Heard, err = o.hear(ctx, s, b); err != nil {
			return rules.Work{}, err
		}
		if err := o.keep(ctx, s, b); err != nil && !errors.Is(err, store.ErrConflict) {
			return rules.Work{}, err
		}
	}
	return o.view(s, b, mine, scoring), nil
}

// marking is the sheet that somebody works on: the second scorer sees only the own one until it is handed in.
func (b *body) marking(s store.Sheet, by string) *marking {
	if s.State == rules.StateAppealed && by != b.First.By && by != s.Agent {
		if b.Second == nil {
			b.Second = &marking{}
		}
		return b.Second
	}
	return &b.First
}

func (o *Office) view(s store.Sheet, b body, m *marking, scoring bool) rules.Work {
	out := rules.Work{Row: row(s), Draw: b.Draw, Mystery: b.Mystery, Model: b.Model}
	if !scoring && (s.State == rules.StateDrawn || s.State == rules.StateOpen) {
		return out
	}
	out.Note, out.Verdict, out.Marks, out.Lines = b.Note, b.Verdict, marks(b), b.lines(m, scoring)
	out.Appeal, out.Settled = b.Appeal, b.Settled
	if b.Second != nil && b.Second.Result != nil {
		out.Second, out.SecondBy, out.Differ = points(b.Second.Sheet), b.Second.By, b.rubric.Differences(b.First.Sheet, b.Second.Sheet)
	}
	if s.State == rules.StatePublished && !b.First.At.IsZero() {
		out.Until = o.until(b.First.At)
	}
	return out
}

// lines are the rubric's lines with what a person gave and, for who scores, what the machine proposes.
func (b *body) lines(m *marking, scoring bool) rules.Lines {
	out := rules.Lines{LegalErr: m.LegalError, Result: m.Result}
	proposals := map[string]rules.Proposal{}
	if b.Heard != nil && scoring {
		for _, p := range b.Heard.propose(b.rubric) {
			proposals[p.Item] = p
		}
	}
	parts := map[string]int{}
	for _, it := range b.rubric.Items {
		v := rules.ItemView{ID: it.ID, Part: it.Part, Name: it.Name, Of: it.Points, Step: it.Step, How: string(it.How), Points: -1, Proposed: -1}
		if p, ok := proposals[it.ID]; ok {
			v.Proposed, v.Exclude, v.Why = p.Points, p.Excluded, p.Why
		}
		if sc, ok := m.Scores[it.ID]; ok && sc.By != "" {
			v.Points, v.Excluded = sc.Points, sc.Excluded
			parts[it.Part] += sc.Points
		} else {
			out.Open = append(out.Open, it.ID)
		}
		out.Items = append(out.Items, v)
	}
	for _, p := range b.rubric.Parts {
		out.Parts = append(out.Parts, rules.PartView{ID: p.ID, Name: p.Name, Of: p.Points, Points: min(parts[p.ID], p.Points)})
	}
	for _, c := range b.rubric.Caps {
		out.Caps = append(out.Caps, c.Name+" "+c.Why)
	}
	return out
}

func points(s rules.Sheet) map[string]int {
	out := map[string]int{}
	for id, sc := range s.Scores {
		out[id] = sc.Points
	}
	return out
}

func marks(b body) []rules.MarkView {
	var out []rules.MarkView
	if b.Heard != nil {
		for _, m := range b.Heard.Marks {
			out = append(out, rules.MarkView{AtMS: m.From.Milliseconds(), ToMS: m.To.Milliseconds(), Kind: string(m.Kind), Text: m.Why})
		}
	}
	for _, n := range b.Marks {
		out = append(out, rules.MarkView{AtMS: n.AtMS, Kind: "note", Text: n.Text, By: n.By})
	}
	slices.SortStableFunc(out, func(a, b rules.MarkView) int { return int(a.AtMS - b.AtMS) })
	return out
}

func (o *Office) until(published time.Time) time.Time {
	return deadline.Of(published.In(o.Zone), o.Appeal, o.Calendar).At
}
