package quality

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/rules/report"
)

// brief is what reports need of a sheet's document.
type brief struct {
	Parts    [3]int64 `json:"parts"`
	PartOf   [3]int64 `json:"of"`
	Appealed bool     `json:"appealed,omitempty"`
	Settled  bool     `json:"settled,omitempty"`
	Mystery  *visit   `json:"mystery,omitempty"`
}

// visit is a mystery call before anybody spoke.
type visit struct {
	City   string `json:"city,omitempty"`
	Opened bool   `json:"opened,omitempty"`
	Manual bool   `json:"manual,omitempty"`
	WaitMS int64  `json:"wait,omitempty"`
}

func (b *body) brief() brief {
	out := brief{Appealed: b.Appeal != nil, Settled: b.Settled != nil}
	for _, r := range b.behind() {
		for i, p := range b.rubric.Parts {
			out.Parts[i] += int64(r.Parts[p.ID].Points)
			out.PartOf[i] += int64(r.Parts[p.ID].Of)
		}
	}
	if m := b.Mystery; m != nil {
		out.Mystery = &visit{m.City, m.Opened, m.Manual, m.Waited()}
	}
	return out
}

// Scored are the sheets of a span as reports read them: calibrations are no work and not among them, and a call counts once.
func (o *Office) Scored(ctx context.Context, from, to time.Time, districts []string) ([]report.Scored, error) {
	f := store.SheetFilter{
		Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: from, To: to}, Districts: districts, Except: rules.PurposeCalibration, Once: true, Brief: true,
	}
	var out []report.Scored
	for {
		list, next, err := o.briefs(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			b, err := o.briefOf(ctx, s)
			if err != nil {
				return nil, err
			}
			out = append(out, scored(s, b))
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}

// briefs is a page of sheets without their documents, or with them where one was kept before there were briefs: asked for one by
// one, those of a year would take longer than they did before.
func (o *Office) briefs(ctx context.Context, f store.SheetFilter) ([]store.Sheet, string, error) {
	list, next, err := o.DB.Sheets.List(ctx, f)
	if slices.ContainsFunc(list, func(s store.Sheet) bool { return len(s.Brief) == 0 }) {
		f.Brief = false
		return o.DB.Sheets.List(ctx, f)
	}
	return list, next, err
}

// briefOf reads the brief of a sheet; of one that was kept before there were any, from its document.
func (o *Office) briefOf(ctx context.Context, s store.Sheet) (out brief, err error) {
	if len(s.Brief) == 0 {
		b, err := o.unpack(ctx, s)
		if err != nil {
			return out, err
		}
		return b.brief(), nil
	}
	if err := json.Unmarshal(s.Brief, &out); err != nil {
		return out, fmt.Errorf("reading sheet %s: %w", s.ID, err)
	}
	return out, nil
}

func scored(s store.Sheet, b brief) report.Scored {
	c := report.Scored{
		Agent: s.Agent, Call: s.CallID, Region: s.Region, Mark: int64(s.Mark), Stands: rules.Stands(s.State), Appealed: b.Appealed, Settled: b.Settled, Parts: b.Parts, PartOf: b.PartOf,
	}
	if m := b.Mystery; m != nil {
		c.Mystery, c.Opened, c.Manual, c.WaitMS, c.City = true, m.Opened, m.Manual, m.WaitMS, m.City
	}
	return c
}

// behind are the two sheets whose mean the mark is. A sheet that nobody disputes counts twice, or settled calls would weigh
// double among the parts. Behind a mark that a person decided there is none: nobody said which part it came from.
func (b *body) behind() []*rules.Result {
	switch {
	case b.First.Result == nil || b.Settled != nil && !b.Settled.Mean:
		return nil
	case b.Settled != nil:
		return []*rules.Result{b.First.Result, b.Second.Result}
	}
	return []*rules.Result{b.First.Result, b.First.Result}
}
