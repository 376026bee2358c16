package exam

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// Report adds a marked sitting up. It is refused while anything is left to a person. With publish the trainee is told, and
// nothing can be changed any more.
func (o *Office) Report(ctx context.Context, id string, publish bool) (exam.Outcome, error) {
	e, p, err := o.load(ctx, id)
	if err != nil {
		return exam.Outcome{}, err
	}
	if p.Result == nil {
		return exam.Outcome{}, refuse(wire.CodeImpossible, "还没有收到答卷 · 没有成绩 · 请等答卷送到")
	}
	if left := p.open(); len(left) > 0 {
		return exam.Outcome{}, refuse(wire.CodeImpossible, fmt.Sprintf("还有 %d 项没有人评（%s 等） · 机器不出总分 · 请阅完再出成绩", len(left), left[0]))
	}
	if p.Outcome != nil && publish {
		return exam.Outcome{}, refuse(wire.CodeImpossible, "成绩已经公布过 · 没有再公布 · 查看请不带 --publish")
	}
	if p.Outcome != nil {
		return *p.Outcome, nil
	}
	out, err := o.outcome(p)
	if err != nil || !publish {
		return out, err
	}
	p.Outcome, e.State = &out, string(exam.PaperPublished)
	if err := o.keep(ctx, e, p); err != nil {
		return out, err
	}
	o.told(e.Agent)
	return out, nil
}

// Monthly tells whether a paper is a monthly test, which moves nobody along the path.
func (o *Office) Monthly(ctx context.Context, id string) (bool, error) {
	_, p, err := o.load(ctx, id)
	return p.Monthly, err
}

func (o *Office) outcome(p paper) (exam.Outcome, error) {
	out := exam.Outcome{Written: -1, CallsPassed: true}
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
	if p.Dispute != nil {
		out.Lines = append(out.Lines, "复核：两位阅卷人平均；必答要点和禁忌以复核为准。异议："+p.Dispute.Reason)
	}
	return out, nil
}

// written adds up the paper in half points; a short answer that two people marked is averaged, a quarter rounded up.
func (o *Office) written(p paper) (got exam.HalfPoints, of int) {
	for _, a := range p.Handout.Items {
		of += 2 * a.Points
		q, _ := o.Material().Question(a.ID)
		if half, ok := q.Marked(p.Result.Answers[a.ID]); ok {
			got += half
			continue
		}
		half := p.Marks.Short[a.ID].Half
		if p.Second != nil {
			half = (half + p.Second.Short[a.ID].Half + 1) / 2
		}
		got += half
	}
	return got, of
}

// callOutcome is a call on the sheet of 100, with what was forbidden taken off, and what stands against passing.
func (p *paper) callOutcome(sc *exam.Scenario) (total int, passed bool, lines []string, err error) {
	c := p.called(sc.ID)
	if c == nil {
		return 0, false, []string{sc.Title + "：没有接听，0 分"}, nil
	}
	r := quality.Ministry2015()
	m := p.sheet().Calls[sc.ID]
	sum, err := r.Add(m.Sheet)
	if err != nil {
		return 0, false, nil, fmt.Errorf("adding up %s: %w", sc.ID, err)
	}
	of100 := 100 * sum.Points / max(1, sum.Of)
	var differ []string
	if p.Second != nil {
		first, err := r.Add(p.Marks.Calls[sc.ID].Sheet)
		if err != nil {
			return 0, false, nil, fmt.Errorf("adding up %s: %w", sc.ID, err)
		}
		if mean, ok := r.Mean(first.Sum, sum.Sum); ok {
			of100 = int(mean) / 10
		}
		differ = r.Differences(p.Marks.Calls[sc.ID].Sheet, m.Sheet)
	}
	mark := sc.Mark(c.Progress, m.Points, m.Broken)
	total, passed = sc.Passed(of100, mark)
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
	if len(differ) > 0 {
		lines = append(lines, "  两位阅卷人不同的项："+strings.Join(differ, "、"))
	}
	return total, passed, lines, nil
}

// report is a published result as the seat shows it.
func (o *Office) report(e store.Exam) wire.ExamReport {
	out := wire.ExamReport{Paper: e.ID, Title: e.Title, At: e.Updated, Written: -1}
	var p paper
	if err := json.Unmarshal(e.Body, &p); err != nil {
		return out
	}
	if p.Outcome == nil {
		p.Outcome = p.First
		out.Disputed = true
	}
	if p.Outcome == nil {
		return out
	}
	out.Written, out.Calls, out.Passed, out.Lines = p.Outcome.Written, p.Outcome.Calls, p.Outcome.Passed(), p.Outcome.Lines
	return out
}

// Result is one paper with what it came to, as far as that is published.
type Result struct {
	exam.Row
	Outcome exam.Outcome
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
			if e.State == string(exam.PaperWithdrawn) {
				continue
			}
			r := Result{Row: row(e, ""), Outcome: exam.Outcome{Written: -1}}
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
