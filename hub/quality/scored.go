package quality

import (
	"context"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/rules/report"
)

// Scored are the sheets of a span as reports read them: calibrations are no work and not among them.
func (o *Office) Scored(ctx context.Context, from, to time.Time, districts []string) ([]report.Scored, error) {
	f := store.SheetFilter{Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: from, To: to}, Districts: districts}
	var out []report.Scored
	for {
		list, next, err := o.DB.Sheets.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			b, err := o.unpack(ctx, s)
			if err != nil {
				return nil, err
			}
			if b.Group == "" {
				out = append(out, scored(s, b))
			}
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}

func scored(s store.Sheet, b body) report.Scored {
	c := report.Scored{Agent: s.Agent, Call: s.CallID, Region: s.Region, Mark: int64(s.Mark), Stands: rules.Stands(s.State), Appealed: b.Appeal != nil, Settled: b.Settled != nil}
	for _, r := range b.behind() {
		for i, p := range b.rubric.Parts {
			c.Parts[i] += int64(r.Parts[p.ID].Points)
			c.PartOf[i] += int64(r.Parts[p.ID].Of)
		}
	}
	if m := b.Mystery; m != nil {
		c.Mystery, c.Opened, c.Manual, c.WaitMS, c.City = true, m.Opened, m.Manual, m.Waited(), m.City
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
