package quality

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/mask"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// Calibration asks several people to score the same calls; the expert's sheets count.
type Calibration struct {
	Calls   []string `json:"calls"`
	Scorers []string `json:"scorers"`
	Expert  string   `json:"expert"`
}

// Calibrate lays the calls out for each scorer and the expert; nobody sees the others' sheets.
func (o *Office) Calibrate(ctx context.Context, in Calibration) ([]rules.Row, error) {
	if len(in.Calls) == 0 || len(in.Scorers) == 0 || in.Expert == "" || len(in.Calls)*len(in.Scorers) > 500 {
		return nil, refuse(wire.CodeInvalid, "校准要有通话、评分人和专家 · 没有布置 · 请补全")
	}
	group := store.NewID(o.Now())
	out := []rules.Row{}
	for _, id := range in.Calls {
		c, err := o.DB.Calls.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, who := range append([]string{in.Expert}, slices.DeleteFunc(slices.Clone(in.Scorers), func(w string) bool { return w == in.Expert })...) {
			if who == c.Agent {
				continue
			}
			s, err := o.lay(ctx, c, who, rules.PurposeCalibration, body{Group: group, Expert: in.Expert})
			if err != nil {
				return nil, err
			}
			out = append(out, row(s))
		}
	}
	return out, nil
}

// Deviation is how far a scorer is from the expert.
type Deviation struct {
	Scorer string   `json:"scorer"`
	Calls  int      `json:"calls"`
	Bias   string   `json:"bias"`   // mean difference of the totals; below zero: sterner
	Spread string   `json:"spread"` // mean size of the difference
	Items  []string `json:"items"`  // most often different
}

// Deviations compares every scorer's calibration sheets with the expert's of the same calls.
func (o *Office) Deviations(ctx context.Context, from, to time.Time) ([]Deviation, error) {
	type key struct{ group, call string }
	experts, others := map[key]rules.Sheet{}, map[string]map[key]rules.Sheet{}
	f := store.SheetFilter{Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: from, To: to}, Purpose: rules.PurposeCalibration, State: rules.StatePublished}
	for {
		list, next, err := o.DB.Sheets.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			b, err := unpack(s)
			if err != nil {
				return nil, err
			}
			k := key{b.Group, s.CallID}
			if s.Scorer == b.Expert {
				experts[k] = b.First.Sheet
				continue
			}
			if others[s.Scorer] == nil {
				others[s.Scorer] = map[key]rules.Sheet{}
			}
			others[s.Scorer][k] = b.First.Sheet
		}
		if f.After = next; next == "" {
			break
		}
	}
	out := []Deviation{}
	for _, who := range slices.Sorted(maps.Keys(others)) {
		var e, m []rules.Sheet
		for k, s := range others[who] {
			if x, ok := experts[k]; ok {
				e, m = append(e, x), append(m, s)
			}
		}
		d, err := o.rubric.Calibrate(e, m)
		if err != nil || d.Calls == 0 {
			continue // the expert has not scored these calls
		}
		slices.Sort(d.Items)
		out = append(out, Deviation{who, d.Calls, fmt.Sprintf("%+.1f", float64(d.Total)/float64(d.Calls)), fmt.Sprintf("%.1f", float64(d.Spread)/float64(d.Calls)), slices.Compact(d.Items)})
	}
	return out, nil
}

// Example is a model call for training: no names, no numbers.
type Example struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	Mark  int       `json:"mark"`
	At    time.Time `json:"at"`
	Notes []string  `json:"notes,omitempty"` // marks of the scorer
}

// Examples lists the calls put forward for training.
func (o *Office) Examples(ctx context.Context) ([]Example, error) {
	out := []Example{}
	f := store.SheetFilter{Page: store.Page{Limit: store.MaxPage}}
	for {
		list, next, err := o.DB.Sheets.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			b, err := unpack(s)
			if err != nil {
				return nil, err
			}
			if b.Model != nil {
				out = append(out, example(s, b))
			}
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}

func example(s store.Sheet, b body) Example {
	e := Example{ID: s.ID, Title: mask.Text(b.Model.Title), Mark: s.Mark, At: b.Model.At}
	for _, n := range b.Marks {
		e.Notes = append(e.Notes, fmt.Sprintf("%d:%02d %s", n.AtMS/60000, n.AtMS/1000%60, mask.Text(n.Text)))
	}
	return e
}

// File takes a mystery call in for scoring: its call and recording are there already.
func (o *Office) File(ctx context.Context, by string, call, recording, district string, m rules.Mystery) (rules.Row, error) {
	raw, err := json.Marshal(body{Mystery: &m})
	if err != nil {
		return rules.Row{}, fmt.Errorf("writing a mystery call: %w", err)
	}
	now := o.Now()
	s := store.Sheet{
		ID: store.NewID(now), CallID: call, Recording: recording, District: district, Scorer: by, Purpose: rules.PurposeMystery, Region: m.Region, State: rules.StateDrawn, Mark: -1,
		Body: raw, Created: now, Updated: now, Version: 1,
	}
	return row(s), o.DB.Sheets.Create(ctx, s)
}
