package hub

import (
	"context"
	"encoding/json"
	"time"

	"zuoxi/hub/quality"
	"zuoxi/hub/recording"
	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// newQuality opens the quality office.
func newQuality(cfg Config, p *parts) qualityPort {
	return qualityPort{quality.New(quality.Config{DB: p.db, Sounds: p.library, Zone: cfg.Outgoing.Zone, Calendar: cfg.calendar, Appeal: cfg.Supervision.Appeal, Now: cfg.Now, Rubric: cfg.rubric})}
}

// qualityPort is the quality office as administrators and seats use it.
type qualityPort struct{ *quality.Office }

// Do implements admin.Quality.
func (p qualityPort) Do(ctx context.Context, step, by string, args json.RawMessage, list store.SheetFilter) (any, error) {
	do, ok := qualitySteps[step]
	if !ok {
		return nil, &quality.Refusal{Code: wire.CodeUnknownType, Text: "质检没有这一步 · 没有执行 · 请核对两边的版本"}
	}
	if len(args) == 0 {
		args = json.RawMessage("{}")
	}
	return do(ctx, p.Office, by, args, list)
}

type qualityDo = func(ctx context.Context, o *quality.Office, by string, args json.RawMessage, list store.SheetFilter) (any, error)

var qualitySteps = map[string]qualityDo{
	"draw": with(func(ctx context.Context, o *quality.Office, by string, in quality.Drawing) (any, error) {
		return o.Draw(ctx, by, in)
	}),
	"list": listSheets,
	"models": with(func(ctx context.Context, o *quality.Office, _ string, _ struct{}) (any, error) {
		return o.Examples(ctx)
	}),
	"standard": with(func(ctx context.Context, o *quality.Office, _ string, in quality.Calibration) (any, error) {
		return o.Calibrate(ctx, in)
	}),
	"spread": with(func(ctx context.Context, o *quality.Office, _ string, in spanAsk) (any, error) {
		return o.Deviations(ctx, in.From, in.To)
	}),
	"check": with(func(ctx context.Context, o *quality.Office, _ string, in sheetAsk) (any, error) {
		return o.CheckDraw(ctx, in.ID)
	}),
	"show": with(func(ctx context.Context, o *quality.Office, by string, in sheetAsk) (any, error) {
		return o.Show(ctx, in.ID, by)
	}),
	"score": with(func(ctx context.Context, o *quality.Office, by string, in quality.Score) (any, error) {
		return o.Score(ctx, by, in)
	}),
	"settle": with(func(ctx context.Context, o *quality.Office, by string, in quality.Settling) (any, error) {
		return struct{}{}, o.Settle(ctx, by, in)
	}),
	"second": with(func(ctx context.Context, o *quality.Office, by string, in sheetAsk) (any, error) {
		return struct{}{}, o.Second(ctx, by, in.ID, in.Text)
	}),
	"appeal": with(func(ctx context.Context, o *quality.Office, by string, in sheetAsk) (any, error) {
		return struct{}{}, o.Object(ctx, by, in.ID, in.Text)
	}),
}

type sheetAsk struct {
	ID   string `json:"id"`
	Text string `json:"text,omitempty"`
}

type spanAsk struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// with reads the arguments of a step.
func with[T any](do func(ctx context.Context, o *quality.Office, by string, in T) (any, error)) qualityDo {
	return func(ctx context.Context, o *quality.Office, by string, args json.RawMessage, _ store.SheetFilter) (any, error) {
		var in T
		if json.Unmarshal(args, &in) != nil {
			return nil, &quality.Refusal{Code: wire.CodeInvalid, Text: errArgs.Text}
		}
		return do(ctx, o, by, in)
	}
}

// listSheets narrows what somebody may list by what was asked for.
func listSheets(ctx context.Context, o *quality.Office, by string, args json.RawMessage, f store.SheetFilter) (any, error) {
	var in struct {
		State   string `json:"state,omitempty"`
		Purpose string `json:"purpose,omitempty"`
		Agent   string `json:"agent_no,omitempty"`
		Limit   int    `json:"limit,omitempty"`
		After   string `json:"after,omitempty"`
	}
	if json.Unmarshal(args, &in) != nil {
		return nil, &quality.Refusal{Code: wire.CodeInvalid, Text: errArgs.Text}
	}
	f.State, f.Purpose, f.Page = in.State, in.Purpose, store.Page{Limit: in.Limit, After: in.After}
	if f.Agent == "" {
		f.Agent = in.Agent
	}
	return o.List(ctx, by, f)
}

// visits keeps mystery calls: the sound in the archive, the sheet with the quality office.
type visits struct {
	office qualityPort
	sounds *recording.Library
}

// File implements admin.Visits.
func (v visits) File(ctx context.Context, by, district string, at time.Time, caller, rest []byte, m rules.Mystery) (any, error) {
	call, tape := mysteryCall+store.NewID(at), ""
	if len(caller) > 0 {
		id, err := v.sounds.Keep(ctx, recording.Meta{CallID: call, District: district, Start: at}, caller, rest)
		if err != nil {
			return nil, err
		}
		tape = id
	}
	return v.office.File(ctx, by, call, tape, district, m)
}
