package report

import (
	"context"
	"time"

	"zuoxi/rules/quality"
	rules "zuoxi/rules/report"
)

// Scores is where scored calls come from.
type Scores interface {
	Scored(ctx context.Context, from, to time.Time, districts []string) ([]rules.Scored, error)
}

// scored are the scored calls of the span, mystery calls or the others.
func (o *Office) scored(ctx context.Context, j *job, mystery bool) ([]rules.Scored, error) {
	if o.Scores == nil {
		return nil, nil
	}
	list, err := o.Scores.Scored(ctx, j.from, j.to, j.districts)
	if err != nil {
		return nil, err
	}
	out := list[:0]
	for _, s := range list {
		if s.Mystery == mystery {
			out = append(out, s)
		}
	}
	return out, nil
}

func (o *Office) quality(ctx context.Context, j *job) (rules.Table, error) {
	list, laid, err := o.laid(ctx, j, false)
	return rules.Quality(list, laid), err
}

func (o *Office) mystery(ctx context.Context, j *job) (rules.Table, error) {
	list, laid, err := o.laid(ctx, j, true)
	return rules.Mystery(list, laid), err
}

// laid are the scored calls of the span with what the store counts of them.
func (o *Office) laid(ctx context.Context, j *job, mystery bool) (list []rules.Scored, laid rules.Laid, err error) {
	if list, err = o.scored(ctx, j, mystery); err != nil {
		return nil, laid, err
	}
	purpose := quality.PurposeSample
	if mystery {
		purpose = quality.PurposeMystery
	}
	laid, err = o.DB.Proofs.Sheets(ctx, j.filter(), purpose)
	return list, laid, err
}

// best are each agent's best scored calls: marks that stand, the first of equal ones.
func (o *Office) best(ctx context.Context, j *job) (map[string]rules.Scored, error) {
	list, err := o.scored(ctx, j, false)
	out := map[string]rules.Scored{}
	for _, s := range list {
		b, ok := out[s.Agent]
		if s.Stands && (!ok || s.Mark > b.Mark || s.Mark == b.Mark && s.Call < b.Call) {
			out[s.Agent] = s
		}
	}
	return out, err
}

// marks are the mean points of each agent's scored calls whose marks stand.
func (o *Office) marks(ctx context.Context, j *job) (map[string]rules.Cell, error) {
	list, err := o.scored(ctx, j, false)
	out := map[string]rules.Cell{}
	for _, s := range list {
		if s.Stands {
			c := out[s.Agent]
			out[s.Agent] = rules.Cell{Num: c.Num + s.Mark, Den: c.Den + 1}
		}
	}
	return out, err
}
