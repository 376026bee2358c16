package quality

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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
			s, err := o.lay(ctx, c, who, rules.PurposeCalibration, body{Group: group, Expert: in.Expert})
			if errors.Is(err, errOwn) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, row(s))
		}
	}
	return out, nil
}

// calibrates tells whether a sheet of a calibration is somebody's to see.
func (b *body) calibrates(s store.Sheet, by string) bool {
	return by != s.Agent && (by == s.Scorer || by == b.Expert)
}

// Deviation is how far a scorer is from the expert.
type Deviation struct {
	Scorer string   `json:"scorer"`
	Calls  int      `json:"calls"`
	Bias   string   `json:"bias"`   // mean difference of the totals; below zero: sterner
	Spread string   `json:"spread"` // mean size of the difference
	Items  []string `json:"items"`  // most often different
}

// calibrated is a call that several score.
type calibrated struct{ group, call string }

// deviation adds up how far somebody is from the expert, each call by the sheet that it was scored with.
func deviation(experts, own map[calibrated]rules.Sheet, sheets map[calibrated]*rules.Rubric) (d rules.Deviation) {
	for k, mine := range own {
		expert, ok := experts[k]
		if !ok {
			continue
		}
		if one, err := sheets[k].Calibrate([]rules.Sheet{expert}, []rules.Sheet{mine}); err == nil {
			d.Calls, d.Total, d.Spread, d.Items = d.Calls+one.Calls, d.Total+one.Total, d.Spread+one.Spread, append(d.Items, one.Items...)
		}
	}
	return d
}

// Deviations compares every scorer's calibration sheets with the expert's of the same calls.
func (o *Office) Deviations(ctx context.Context, from, to time.Time) ([]Deviation, error) {
	experts, others, sheets := map[calibrated]rules.Sheet{}, map[string]map[calibrated]rules.Sheet{}, map[calibrated]*rules.Rubric{}
	f := store.SheetFilter{Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: from, To: to}, Purpose: rules.PurposeCalibration, State: rules.StatePublished}
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
			k := calibrated{b.Group, s.CallID}
			if s.Scorer == b.Expert {
				experts[k], sheets[k] = b.First.Sheet, b.rubric
				continue
			}
			if others[s.Scorer] == nil {
				others[s.Scorer] = map[calibrated]rules.Sheet{}
			}
			others[s.Scorer][k] = b.First.Sheet
		}
		if f.After = next; next == "" {
			break
		}
	}
	out := []Deviation{}
	for _, who := range slices.Sorted(maps.Keys(others)) {
		d := deviation(experts, others[who], sheets)
		if d.Calls == 0 {
			continue // the expert has not scored these calls
		}
		slices.Sort(d.Items)
		out = append(out, Deviation{who, d.Calls, fmt.Sprintf("%+.1f", float64(d.Total)/float64(d.Calls)), fmt.Sprintf("%.1f", float64(d.Spread)/float64(d.Calls)), slices.Compact(d.Items)})
	}
	return out, nil
}

// Examples lists the calls put forward for training.
func (o *Office) Examples(ctx context.Context) ([]rules.Example, error) {
	out := []rules.Example{}
	f := store.SheetFilter{Page: store.Page{Limit: store.MaxPage}}
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
			if b.Model == nil {
				continue
			}
			e, err := o.example(ctx, s, b)
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}

func (o *Office) example(ctx context.Context, s store.Sheet, b body) (rules.Example, error) {
	nameless, err := o.nameless(ctx, s.Agent)
	e := rules.Example{ID: s.ID, Title: nameless(b.Model.Title), Mark: s.Mark, At: b.Model.At}
	for _, n := range b.Marks {
		e.Notes = append(e.Notes, fmt.Sprintf("%d:%02d %s", n.AtMS/60000, n.AtMS/1000%60, nameless(n.Text)))
	}
	return e, err
}

// nameless takes numbers of people and the agent's own number and name out of a text.
func (o *Office) nameless(ctx context.Context, agent string) (func(string) string, error) {
	if agent == "" {
		return mask.Text, nil
	}
	hide := []string{agent, "***"}
	a, err := o.DB.Agents.Get(ctx, agent)
	if a.Name != "" {
		hide = append(hide, a.Name, "***")
	}
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	r := strings.NewReplacer(hide...)
	return func(s string) string { return r.Replace(mask.Text(s)) }, err
}

// introduction is how long after the bridge an agent may still be saying the own number and name (an assumption of the project).
const introduction = 8 * time.Second

// Example is one call put forward for training: whose recording it is, which spans of it trainees do not hear beside what the
// call's log hides, and the places worth hearing, without who set them.
func (o *Office) Example(ctx context.Context, id string) (recording string, hide []mask.Span, places []rules.MarkView, err error) {
	s, b, err := o.load(ctx, id)
	switch {
	case err != nil:
		return "", nil, nil, err
	case b.Model == nil || s.Recording == "":
		return "", nil, nil, store.ErrNotFound
	}
	from, err := o.bridge(ctx, s, b)
	if err != nil {
		return "", nil, nil, err
	}
	nameless, err := o.nameless(ctx, s.Agent)
	if err != nil {
		return "", nil, nil, err
	}
	said := mask.Span{To: from + introduction} // the number announced, then the opening
	for _, m := range marks(b) {
		if m.Kind == string(rules.MarkOpening) {
			said.To = max(said.To, time.Duration(m.ToMS)*time.Millisecond)
		}
		m.Text, m.By = nameless(m.Text), ""
		places = append(places, m)
	}
	return s.Recording, append(b.hidden(), said), places, nil
}

// hidden are the spans that the scorer wants hidden: a mark that begins with rules.HideMark, and the seconds after it.
func (b *body) hidden() (out []mask.Span) {
	for _, n := range b.Marks {
		if long, ok := n.Hides(); ok {
			at := time.Duration(n.AtMS) * time.Millisecond
			out = append(out, mask.Span{From: max(0, at-mask.Margin), To: at + long})
		}
	}
	return out
}

// bridge is the place of a recording at which the two began to speak.
func (o *Office) bridge(ctx context.Context, s store.Sheet, b body) (time.Duration, error) {
	if s.Purpose == rules.PurposeMystery {
		return b.Mystery.Bridge(), nil
	}
	c, err := o.DB.Calls.Get(ctx, s.CallID)
	if err != nil {
		return 0, err
	}
	rec, err := o.DB.Recordings.Get(ctx, s.Recording)
	return c.Times.Bridge.Sub(rec.Start), err
}

// File takes a mystery call in for scoring: its call and recording are there already.
func (o *Office) File(ctx context.Context, by string, call, recording, district string, m rules.Mystery) (rules.Row, error) {
	m.Was = nil // nobody has corrected anything yet
	now := o.Now()
	s := store.Sheet{
		ID: store.NewID(now), CallID: call, Recording: recording, District: district, Scorer: by, Purpose: rules.PurposeMystery, Region: m.Region, State: rules.StateDrawn, Mark: -1,
		Created: now, Updated: now, Version: 1,
	}
	b := body{Mystery: &m}
	if err := b.pack(&s); err != nil {
		return rules.Row{}, err
	}
	return row(s), o.DB.Sheets.Create(ctx, s)
}
