package exam

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// Report adds a marked sitting up. It is refused while anything is left to a person. With publish the trainee is told, and
// nothing can be changed any more.
func (o *Office) Report(ctx context.Context, id string, publish bool) (Outcome, error) {
	e, p, err := o.load(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	if p.Result == nil {
		return Outcome{}, refuse(wire.CodeImpossible, "还没有收到答卷 · 没有成绩 · 请等答卷送到")
	}
	if left := p.open(); len(left) > 0 {
		return Outcome{}, refuse(wire.CodeImpossible, fmt.Sprintf("还有 %d 项没有人评（%s 等） · 机器不出总分 · 请阅完再出成绩", len(left), left[0]))
	}
	if p.Outcome != nil && publish {
		return Outcome{}, refuse(wire.CodeImpossible, "成绩已经公布过 · 没有再公布 · 查看请不带 --publish")
	}
	if p.Outcome != nil {
		return *p.Outcome, nil
	}
	out, err := o.outcome(p)
	if err != nil || !publish {
		return out, err
	}
	p.Outcome, e.State = &out, StatePublished
	return out, o.keep(ctx, e, p)
}

func (o *Office) outcome(p paper) (Outcome, error) {
	out := Outcome{Written: -1, CallsPassed: true}
	if len(p.Handout.Items) > 0 {
		got, of := o.written(p)
		out.Written = int(100*got) / max(1, of)
		out.WrittenPassed = out.Written >= p.Pass
		out.Lines = append(out.Lines, fmt.Sprintf("笔试 %d 分（%g/%g），合格线 %d", out.Written, float64(got)/2, float64(of)/2, p.Pass))
	}
	for _, sc := range p.Handout.Calls {
		total, passed, lines, err := p.callOutcome(&sc)
		if err != nil {
			return out, err
		}
		out.Calls = append(out.Calls, total)
		out.CallsPassed = out.CallsPassed && passed
		out.Lines = append(out.Lines, lines...)
	}
	return out, nil
}

// written adds up the paper in half points.
func (o *Office) written(p paper) (got exam.HalfPoints, of int) {
	for _, a := range p.Handout.Items {
		of += 2 * a.Points
		q, _ := o.cfg.Material.Question(a.ID)
		if half, ok := q.Marked(p.Result.Answers[a.ID]); ok {
			got += half
		} else {
			got += p.Marks.Short[a.ID].Half
		}
	}
	return got, of
}

// callOutcome is a call on the sheet of 100, with what was forbidden taken off, and what stands against passing.
func (p *paper) callOutcome(sc *exam.Scenario) (total int, passed bool, lines []string, err error) {
	c := p.called(sc.ID)
	if c == nil {
		return 0, false, []string{sc.Title + "：没有接听，0 分"}, nil
	}
	m := p.Marks.Calls[sc.ID]
	r := quality.Ministry2015()
	sum, err := r.Add(m.Sheet)
	if err != nil {
		return 0, false, nil, fmt.Errorf("adding up %s: %w", sc.ID, err)
	}
	mark := sc.Mark(c.Progress, m.Points, m.Broken)
	total, passed = sc.Passed(100*sum.Points/max(1, sum.Of), mark)
	lines = append(lines, fmt.Sprintf("%s：%d 分，合格线 %d", sc.Title, total, sc.Pass.Total))
	for _, part := range r.Parts {
		s := sum.Parts[part.ID]
		lines = append(lines, fmt.Sprintf("  %s %d/%d", part.Name, s.Points, s.Of))
	}
	lines = append(lines, fmt.Sprintf("  问到要素 %d/%d，答题要点 %d/%d", mark.Elicited, mark.Elicit, mark.Answered, mark.Answers))
	for _, id := range mark.Missed {
		for _, q := range sc.Points {
			if q.ID == id {
				lines = append(lines, "  必答未答："+q.Text+"（"+q.KB+"）")
			}
		}
	}
	for _, i := range m.Broken {
		lines = append(lines, fmt.Sprintf("  扣 %d：%s", sc.Forbidden[i].Minus, sc.Forbidden[i].Text))
	}
	return total, passed, lines, nil
}

// report is a published result as the seat shows it.
func (o *Office) report(e store.Exam) wire.ExamReport {
	var p paper
	if err := json.Unmarshal(e.Body, &p); err != nil || p.Outcome == nil {
		return wire.ExamReport{Paper: e.ID, Title: e.Title, Written: -1}
	}
	return wire.ExamReport{Paper: e.ID, Title: e.Title, Written: p.Outcome.Written, Calls: p.Outcome.Calls, Passed: p.Outcome.Passed(), Lines: p.Outcome.Lines}
}

// Result is one paper with what it came to, as far as that is published.
type Result struct {
	Row
	Outcome Outcome
}

// Results lists the papers that were laid out in a span, withdrawn ones not.
func (o *Office) Results(ctx context.Context, from, to time.Time, districts []string) ([]Result, error) {
	f := store.ExamFilter{Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: from, To: to}, Districts: districts}
	var out []Result
	for {
		list, next, err := o.cfg.DB.Exams.List(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("listing exams: %w", err)
		}
		for _, e := range list {
			if e.State == StateWithdrawn {
				continue
			}
			r := Result{Row: row(e), Outcome: Outcome{Written: -1}}
			var p paper
			if err := json.Unmarshal(e.Body, &p); err != nil {
				return nil, fmt.Errorf("reading exam %s: %w", e.ID, err)
			}
			if p.Outcome != nil {
				r.Outcome = *p.Outcome
			}
			out = append(out, r)
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}
