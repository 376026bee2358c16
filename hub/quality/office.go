package quality

import (
	"context"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/rules/deadline"
	rules "zuoxi/rules/quality"
)

// Sounds is the archive of recordings.
type Sounds interface {
	// Channels gives both channels as A-law, after the chain was verified.
	Channels(ctx context.Context, id string) (caller, rest []byte, err error)
}

// Config of an office.
type Config struct {
	DB       *store.Store
	Sounds   Sounds
	Zone     *time.Location
	Calendar deadline.Calendar
	Appeal   deadline.Workdays // how long an agent may object
	Now      func() time.Time
	Rubric   *rules.Rubric // the centre's own marking sheet; nil: the ministry's
}

// Office is the quality office. Any goroutine may use it.
type Office struct {
	Config
	rubric  *rules.Rubric
	drawing chan struct{} // size 1: one draw at a time, two would lay out the same call; full: the next one waits as long as its asker
}

// AppealLimit is how long an agent may object unless the centre says otherwise; an assumption of the project.
const AppealLimit deadline.Workdays = 3

// New makes an office.
func New(c Config) *Office {
	if c.Appeal == 0 {
		c.Appeal = AppealLimit
	}
	if c.Rubric == nil {
		c.Rubric = rules.Ministry2015()
	}
	return &Office{Config: c, rubric: c.Rubric, drawing: make(chan struct{}, 1)}
}

func row(s store.Sheet) rules.Row {
	return rules.Row{ID: s.ID, Call: s.CallID, Agent: s.Agent, Purpose: s.Purpose, Region: s.Region, State: s.State, Label: rules.StateLabel(s.State), Scorer: s.Scorer, Mark: s.Mark, At: s.Created}
}

// List gives sheets, what is still to be done first, of each state the newest first: what was drawn since pushes off nothing that
// waits for somebody.
func (o *Office) List(ctx context.Context, by string, f store.SheetFilter) (out rules.List, err error) {
	out.Rows = []rules.Row{}
	if out.Count, err = o.count(ctx, by, f); err != nil {
		return out, err
	}
	size, states := f.Size(), rules.Order
	if f.State != "" {
		states = []string{f.State}
	}
	var from string
	from, f.After, _ = strings.Cut(f.After, ":")
	for _, f.State = range states[max(0, slices.Index(states, from)):] {
		for {
			if f.Limit = size - len(out.Rows); f.Limit == 0 {
				out.Next = f.State + ":" + f.After
				return out, nil
			}
			rows, next, err := o.told(ctx, by, f)
			if err != nil {
				return out, err
			}
			out.Rows = append(out.Rows, rows...)
			if f.After = next; next == "" {
				break
			}
		}
	}
	return out, nil
}

// told is a page of a list without what is not told to somebody.
func (o *Office) told(ctx context.Context, by string, f store.SheetFilter) ([]rules.Row, string, error) {
	list, next, err := o.DB.Sheets.List(ctx, f)
	if err != nil {
		return nil, "", err
	}
	var out []rules.Row
	for _, s := range list {
		told, err := o.tells(ctx, s, by)
		if err != nil {
			return nil, "", err
		}
		if told {
			out = append(out, row(s))
		}
	}
	return out, next, nil
}

// count tells how many sheets of each state are told to somebody, by the rules of tells. Calibrations are few, and only their
// documents say whose they are.
func (o *Office) count(ctx context.Context, by string, f store.SheetFilter) (map[string]int, error) {
	f = store.SheetFilter{Districts: f.Districts, Agent: f.Agent, Purpose: f.Purpose, Except: rules.PurposeCalibration}
	out, err := o.DB.Sheets.Count(ctx, f)
	if err != nil {
		return nil, err
	}
	own := f
	if own.Agent = by; f.Agent == "" || f.Agent == by {
		mine, err := o.DB.Sheets.Count(ctx, own)
		if err != nil {
			return nil, err
		}
		out[rules.StateDrawn] -= mine[rules.StateDrawn]
		out[rules.StateOpen] -= mine[rules.StateOpen]
	}
	if f.Purpose != "" && f.Purpose != rules.PurposeCalibration {
		return out, nil
	}
	for f.Purpose, f.Except, f.Limit = rules.PurposeCalibration, "", store.MaxPage; ; {
		rows, next, err := o.told(ctx, by, f)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.State]++
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}

// tells tells whether somebody may know of a sheet. That an own call was drawn is told when it is published; a calibration is
// about its scorers, never about the agent, and nobody's mark is told to who has yet to give one.
func (o *Office) tells(ctx context.Context, s store.Sheet, by string) (bool, error) {
	if s.Purpose != rules.PurposeCalibration {
		return s.Agent != by || s.State != rules.StateDrawn && s.State != rules.StateOpen, nil
	}
	b, err := o.unpack(ctx, s)
	return b.calibrates(s, by), err
}

// Whose tells whom a sheet is about.
func (o *Office) Whose(ctx context.Context, id string) (store.Sheet, error) {
	return o.DB.Sheets.Get(ctx, id)
}

func (o *Office) load(ctx context.Context, id string) (store.Sheet, body, error) {
	s, err := o.DB.Sheets.Get(ctx, id)
	if err != nil {
		return s, body{}, err
	}
	b, err := o.unpack(ctx, s)
	return s, b, err
}

func (o *Office) keep(ctx context.Context, s store.Sheet, b body) error {
	if err := b.pack(&s); err != nil {
		return err
	}
	s.Updated = o.Now()
	_, err := o.DB.Sheets.Update(ctx, s)
	return err
}

// maxText is how much of a text that a person typed is kept, in runes.
const maxText = 500

// tidy makes a text from a seat safe to store and to draw on another.
func tidy(s string) string { return strings.TrimSpace(clean.Line(s, maxText)) }
