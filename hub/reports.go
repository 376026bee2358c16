package hub

import (
	"context"
	"encoding/json"
	"time"

	"zuoxi/hub/exam"
	"zuoxi/hub/report"
	rules "zuoxi/rules/report"
)

// newReports opens the office that makes reports.
func newReports(cfg Config, p *parts) reportPort {
	return reportPort{report.New(report.Config{
		DB: p.db, Zone: cfg.Outgoing.Zone, Now: cfg.Now, Exams: examResults{p.exams}, Scores: newQuality(cfg, p).Office,
		Title: titles(cfg.KB), Appeal: cfg.Supervision.Appeal, Calendar: cfg.calendar,
	})}
}

// titles are those of a library as it stands now; nil where there is none. An article that is gone or cannot be read has its
// number only: it was used all the same.
func titles(library KnowledgeBase) func(article string) string {
	if library == nil {
		return nil
	}
	return func(article string) string {
		a, _, _ := library.Base().Get(article)
		return a.Title
	}
}

// reportPort is the office of reports as administrators use it.
type reportPort struct{ *report.Office }

var errArgs = &report.Refusal{Text: "命令的参数看不懂 · 没有执行 · 请核对两边的版本"}

// Make implements admin.Reports.
func (p reportPort) Make(ctx context.Context, args json.RawMessage, district, agent string) (any, error) {
	var in report.Ask
	if json.Unmarshal(args, &in) != nil {
		return nil, errArgs
	}
	in.District, in.Agent = district, agent
	return p.Office.Make(ctx, in)
}

// Sheet implements admin.Reports.
func (p reportPort) Sheet(ctx context.Context, step string, args json.RawMessage, district, by string) error {
	switch step {
	case "weights":
		return set(ctx, args, p.SetWeights)
	case "stars":
		return set(ctx, args, p.SetStars)
	case "hot":
		return set(ctx, args, p.SetHot)
	case "first":
		return set(ctx, args, p.SetFirst)
	}
	var in report.Sheet
	if json.Unmarshal(args, &in) != nil {
		return errArgs
	}
	in.District, in.By = district, by
	return map[string]func(context.Context, report.Sheet) error{"give": p.Give, "publish": p.Publish, "appeal": p.Object, "answer": p.Answer}[step](ctx, in)
}

// set reads what the centre sets and hands it on.
func set[T any](ctx context.Context, args json.RawMessage, do func(context.Context, T) error) error {
	var v T
	if json.Unmarshal(args, &v) != nil {
		return errArgs
	}
	return do(ctx, v)
}

// examResults gives the examination office's results to reports.
type examResults struct{ *exam.Office }

// Results implements report.Results.
func (p examResults) Results(ctx context.Context, from, to time.Time, districts []string) ([]rules.ExamResult, error) {
	rows, err := p.Office.Results(ctx, from, to, districts)
	out := make([]rules.ExamResult, 0, len(rows))
	for _, r := range rows {
		out = append(out, rules.ExamResult{Agent: r.Agent, Title: r.Title, At: r.At, Written: r.Outcome.Written, Calls: r.Outcome.Calls, Passed: r.Outcome.Passed(), State: string(r.State)})
	}
	return out, err
}
