package quality

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"zuoxi/hub/store"
	fsm "zuoxi/rules/call"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// Score is what a person decides about a sheet in one go.
type Score struct {
	ID       string         `json:"id"`
	Items    map[string]int `json:"items,omitempty"`
	Excluded []string       `json:"excluded,omitempty"`
	Accept   bool           `json:"accept,omitempty"` // take the proposals of the automatic items that are sure
	Legal    *bool          `json:"legal_error,omitempty"`
	Note     *string        `json:"note,omitempty"`
	Verdict  string         `json:"verdict,omitempty"`
	Mark     *rules.Note    `json:"mark,omitempty"`
	Person   *rules.Person  `json:"person,omitempty"` // of a mystery call
	Submit   bool           `json:"submit,omitempty"`
}

// Score takes decisions of a person. With submit the sheet is added up and published: refused while an item is open.
func (o *Office) Score(ctx context.Context, by string, in Score) (rules.Work, error) {
	s, b, err := o.load(ctx, in.ID)
	if err != nil {
		return rules.Work{}, err
	}
	if err := may(s, b, by); err != nil {
		return rules.Work{}, err
	}
	if err := o.apart(ctx, s.CallID, by, "没有记下"); err != nil {
		return rules.Work{}, err
	}
	m := b.marking(s, by)
	if in.Person != nil {
		if err := o.correct(ctx, s, &b, by, *in.Person); err != nil {
			return rules.Work{}, err
		}
	}
	if b.Heard == nil && s.Recording != "" {
		if b.Heard, err = o.hear(ctx, s, b); err != nil {
			return rules.Work{}, err
		}
	}
	if err := b.apply(m, by, s.Agent, in); err != nil {
		return rules.Work{}, err
	}
	if err := b.remark(by, in); err != nil {
		return rules.Work{}, err
	}
	if s.State == rules.StateDrawn {
		s.State, s.Scorer = rules.StateOpen, by
	}
	if in.Submit {
		if err := o.submit(&s, &b, m, by); err != nil {
			return rules.Work{}, err
		}
	}
	if err := o.keep(ctx, s, b); err != nil {
		return rules.Work{}, err
	}
	return o.view(s, b, m, true), nil
}

// correct takes what a scorer hears of a mystery call in place of what the machine had noted. The proposals rest on it.
func (o *Office) correct(ctx context.Context, s store.Sheet, b *body, by string, p rules.Person) error {
	switch {
	case b.Mystery == nil:
		return refuse(wire.CodeInvalid, "这不是质量监控的通话 · 没有记下 · 有没有拨通人工只在质量监控里更正")
	case s.Recording == "":
		return refuse(wire.CodeImpossible, "这一通没有录音 · 没有记下 · 没有人应答，就没有可更正的")
	}
	rec, err := o.DB.Recordings.Get(ctx, s.Recording)
	if err != nil {
		return err
	}
	if p.AtMS < 0 || p.AtMS > rec.Samples*1000/Rate {
		return refuse(wire.CodeInvalid, "录音里没有这一处 · 没有记下 · 请写录音里人工开口的那一刻")
	}
	b.Mystery.Correct(p, by, o.Now())
	b.Heard = nil
	return nil
}

// remark takes what is said beside the points.
func (b *body) remark(by string, in Score) error {
	if in.Note != nil {
		b.Note = tidy(*in.Note)
	}
	if in.Mark != nil {
		b.Marks = append(b.Marks, rules.Note{AtMS: max(0, in.Mark.AtMS), Text: tidy(in.Mark.Text), By: by})
	}
	switch in.Verdict {
	case "":
	case rules.VerdictPass, rules.VerdictRetrain, rules.VerdictModel:
		b.Verdict = in.Verdict
	default:
		return refuse(wire.CodeInvalid, "没有这种结论 · 没有记下 · 请选通过、退回复训或推荐为范例")
	}
	return nil
}

// may tells whether somebody can score a sheet now.
func may(s store.Sheet, b body, by string) error {
	switch {
	case by == s.Agent:
		return refuse(wire.CodeForbidden, "不能给自己的通话评分 · 没有记下 · 请换一位质检员")
	case s.State == rules.StatePublished || s.State == rules.StateSettled || s.State == rules.StateSecond:
		return refuse(wire.CodeImpossible, "评分已经公布 · 没有改动 · 有异议请申诉或要求复评")
	case s.State == rules.StateAppealed && by == b.First.By:
		return refuse(wire.CodeForbidden, "初评人不能复评 · 没有记下 · 请换一位质检员")
	case s.Purpose == rules.PurposeCalibration && s.Scorer != by:
		return refuse(wire.CodeForbidden, "这一份校准发给了 %s · 没有记下 · 请评发给自己的", s.Scorer)
	case s.State == rules.StateOpen && s.Scorer != by:
		return refuse(wire.CodeConflict, "%s 正在评这一通 · 没有记下 · 请另选一通", s.Scorer)
	}
	return nil
}

// apart refuses what somebody wants to judge who took part in the call, whoever answered for it in the end.
func (o *Office) apart(ctx context.Context, call, by, undone string) error {
	in, err := o.among(ctx, call, by)
	if err == nil && in {
		err = refuse(wire.CodeForbidden, "您参加过这通电话 · %s · 请换一位质检员", undone)
	}
	return err
}

// among tells whether somebody took part in a call. Who only listened in did not.
func (o *Office) among(ctx context.Context, call, who string) (bool, error) {
	legs, err := o.DB.Legs.List(ctx, call)
	return slices.ContainsFunc(legs, func(l store.Leg) bool { return l.Agent == who && l.Role != string(fsm.EarMonitor) }), err
}

func (b *body) apply(m *marking, by, agent string, in Score) error {
	h := b.Heard
	set := func(id string, sc rules.Score) error {
		sc.By = by
		if err := m.Set(b.rubric, id, sc, agent); err != nil {
			it, _ := b.rubric.Item(id)
			return refuse(wire.CodeInvalid, "“%s”不能给 %d 分 · 没有记下 · 满分 %d，每档 %d", it.Name, sc.Points, it.Points, it.Step)
		}
		return nil
	}
	if in.Legal != nil {
		m.LegalError = *in.Legal
	}
	if in.Accept && h != nil {
		for _, p := range h.propose(b.rubric) {
			if it, _ := b.rubric.Item(p.Item); it.How == rules.Auto && p.Sure {
				if err := set(p.Item, rules.Score{Points: p.Points, Excluded: p.Excluded, Note: p.Why}); err != nil {
					return err
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(in.Items)) {
		if err := set(id, rules.Score{Points: in.Items[id]}); err != nil {
			return err
		}
	}
	for _, id := range in.Excluded {
		if err := set(id, rules.Score{Excluded: true}); err != nil {
			return err
		}
	}
	return nil
}

// submit adds a sheet up. The first one is published, the second one waits to be reconciled.
func (o *Office) submit(s *store.Sheet, b *body, m *marking, by string) error {
	sum, err := b.rubric.Add(m.Sheet)
	if err != nil {
		return refuse(wire.CodeImpossible, "还有 %d 项没有人确认 · 机器不出总分 · 请评完再提交", len(b.open(m)))
	}
	if b.Verdict == rules.VerdictModel && (b.Note == "" || number.MatchString(b.Note)) {
		return refuse(wire.CodeInvalid, "推荐为范例要写说明，且不能有号码 · 没有提交 · 请改说明")
	}
	m.Result, m.By, m.At = &sum, by, o.Now()
	if m == b.Second {
		s.State = rules.StateSecond
		return nil
	}
	if b.Verdict == "" {
		b.Verdict = rules.VerdictPass
	}
	s.Mark, _ = b.rubric.Mark(sum.Sum) // nothing counted: 0
	s.State, s.Scorer = rules.StatePublished, by
	if b.Verdict == rules.VerdictModel {
		b.Model = &rules.Model{Title: b.Note, By: by, At: o.Now()}
	}
	return nil
}

// number is what must not stand in the title of a model call.
var number = regexp.MustCompile(`[0-9０-９]{7,}`)

func (b *body) open(m *marking) (out []string) {
	for _, it := range b.rubric.Items {
		if m.Scores[it.ID].By == "" {
			out = append(out, it.ID)
		}
	}
	return out
}
