package quality

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"time"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// Drawing asks for samples: so many calls of each agent, of a span of days.
type Drawing struct {
	From   string   `json:"from"`
	To     string   `json:"to"`
	Agents []string `json:"agents,omitempty"` // empty: everybody with calls
	Each   int      `json:"each"`
	Scorer string   `json:"scorer,omitempty"` // empty: who draws
}

// mostCalls is how many calls of one agent a draw looks at.
const mostCalls = 20000

// Draw chooses calls at random and lays them out for scoring. Nobody's own calls are laid out for them.
func (o *Office) Draw(ctx context.Context, by string, in Drawing) (rules.Sample, error) {
	from, to, err := o.days(in)
	if err != nil {
		return rules.Sample{}, err
	}
	select {
	case o.drawing <- struct{}{}:
		defer func() { <-o.drawing }()
	case <-ctx.Done():
		return rules.Sample{}, refuse(wire.CodeBusy, "另一次抽样还没有抽完 · 这一次没有抽样 · 请稍后再抽")
	}
	agents := in.Agents
	if len(agents) == 0 {
		if agents, err = o.talkers(ctx, from, to); err != nil {
			return rules.Sample{}, err
		}
	}
	out, scorer := rules.Sample{Rows: []rules.Row{}}, cmp.Or(in.Scorer, by)
	for _, a := range agents {
		if a == scorer {
			continue
		}
		out.Wanted += in.Each
		if err := o.drawOf(ctx, a, by, scorer, from, to, in.Each, &out); err != nil {
			return out, err
		}
	}
	switch {
	case len(out.Rows) > 0:
		return out, nil
	case out.Sampled+out.Silent > 0:
		return out, refuse(wire.CodeNotFound, "这段时间的通话以前抽过（%d 通）或没有录音（%d 通） · 没有抽样 · 请换日期或工号", out.Sampled, out.Silent)
	}
	return out, refuse(wire.CodeNotFound, "这段时间没有可抽的通话 · 没有抽样 · 请换日期或工号")
}

// days is the span of a draw; without days it is today.
func (o *Office) days(in Drawing) (from, to time.Time, err error) {
	if in.To == "" {
		in.To = o.Now().In(o.Zone).Format(time.DateOnly)
	}
	if in.From == "" {
		in.From = in.To
	}
	from, err = time.ParseInLocation(time.DateOnly, in.From, o.Zone)
	if err == nil {
		to, err = time.ParseInLocation(time.DateOnly, in.To, o.Zone)
	}
	if err != nil || to.Before(from) || in.Each < 1 || in.Each > 100 {
		err = refuse(wire.CodeInvalid, "日期或数量不对 · 没有抽样 · 日期写成 2026-01-31，每人 1 到 100 通")
	}
	return from, to.AddDate(0, 0, 1), err
}

// talkers are the agents with a call that a person answered.
func (o *Office) talkers(ctx context.Context, from, to time.Time) ([]string, error) {
	rows, _, err := o.DB.Sums.Calls(ctx, store.SumFilter{Span: store.Span{From: from, To: to}, Zone: o.Zone, Face: store.FaceAgent, Now: o.Now()})
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if r.A != "" && r.Sums.Human > 0 {
			seen[r.A] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// drawOf adds the sample of one agent.
func (o *Office) drawOf(ctx context.Context, agent, by, scorer string, from, to time.Time, each int, out *rules.Sample) error {
	now := o.Now()
	calls, left, err := o.frame(ctx, agent, from, to, now)
	if err != nil {
		return err
	}
	out.Sampled, out.Silent = out.Sampled+left.Sampled, out.Silent+left.Silent
	ids := slices.Sorted(maps.Keys(calls))
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	d := rules.Drawn{ID: store.NewID(now), By: by, At: now, From: from, To: to, Seed: hex.EncodeToString(raw[:]), Population: rules.Population(ids), Of: len(ids), N: each, Left: &left}
	for _, id := range rules.Draw(d.Seed, ids, each) {
		s, err := o.lay(ctx, calls[id], scorer, rules.PurposeSample, body{Draw: &d})
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, errOwn) {
			continue // its recording is gone since, or the scorer was in it
		}
		if err != nil {
			return err
		}
		out.Rows = append(out.Rows, row(s))
	}
	return nil
}

// frame is what is drawn from, as it stood at a moment: an agent's calls, without those that were drawn before, or one call would
// count twice, and without those that nobody can hear, or the sample would come out smaller than it was asked for.
func (o *Office) frame(ctx context.Context, agent string, from, to, at time.Time) (map[string]store.Call, rules.Left, error) {
	var left rules.Left
	calls, err := o.calls(ctx, agent, from, to, at)
	if err != nil {
		return nil, left, err
	}
	heard, err := o.recorded(ctx, slices.Sorted(maps.Keys(calls)), at)
	if err != nil {
		return nil, left, err
	}
	sampled, err := o.sampled(ctx, agent, from, at)
	if err != nil {
		return nil, left, err
	}
	for id := range calls {
		switch {
		case sampled[id]:
			left.Sampled++
		case !heard[id]:
			left.Silent++
		default:
			continue
		}
		delete(calls, id)
	}
	return calls, left, nil
}

// sampled are an agent's calls that draws since from had laid out at a moment.
func (o *Office) sampled(ctx context.Context, agent string, from, at time.Time) (map[string]bool, error) {
	out := map[string]bool{}
	f := store.SheetFilter{Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: from, To: at}, Agent: agent, Purpose: rules.PurposeSample}
	for {
		list, next, err := o.DB.Sheets.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			out[s.CallID] = true
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}

// asked is how many calls' recordings are looked up at once.
const asked = 500

// recorded are those of the calls that could be heard at a moment.
func (o *Office) recorded(ctx context.Context, calls []string, at time.Time) (map[string]bool, error) {
	out := map[string]bool{}
	for ids := range slices.Chunk(calls, asked) {
		f := store.RecordingFilter{Page: store.Page{Limit: store.MaxPage}, Calls: ids}
		for more := true; more; more = f.After != "" {
			list, next, err := o.DB.Recordings.List(ctx, f)
			if err != nil {
				return nil, err
			}
			for _, r := range list {
				if r.Purged.IsZero() || r.Purged.After(at) {
					out[r.CallID] = true
				}
			}
			f.After = next
		}
	}
	return out, nil
}

// written is how long after its end the log of a call stands, also where the store was away for a while.
const written = 15 * time.Second

// calls are the calls of an agent that a person answered, as far as their logs stood at a moment: a span that is not past grows,
// and who draws again must draw from the same calls.
func (o *Office) calls(ctx context.Context, agent string, from, to, at time.Time) (map[string]store.Call, error) {
	out := map[string]store.Call{}
	f := store.CallFilter{Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: from, To: to}, Agent: agent, Disposition: store.DispositionHuman}
	for len(out) < mostCalls {
		page, next, err := o.DB.Calls.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if over := c.Times.Closed; !over.IsZero() && !over.After(at.Add(-written)) && len(out) < mostCalls {
				out[c.ID] = c
			}
		}
		if f.After = next; next == "" {
			break
		}
	}
	return out, nil
}

// anything is the frame of the draws that left nothing out.
func (o *Office) anything(ctx context.Context, agent string, from, to, at time.Time) (map[string]store.Call, rules.Left, error) {
	calls, err := o.calls(ctx, agent, from, to, at)
	return calls, rules.Left{}, err
}

// errOwn: nobody is given a call to score that they took part in.
var errOwn = errors.New("the scorer took part in the call")

// lay makes the sheet of a call that has a recording, about the agent who answered for it last.
func (o *Office) lay(ctx context.Context, c store.Call, scorer, purpose string, b body) (store.Sheet, error) {
	own, err := o.among(ctx, c.ID, scorer)
	if err != nil {
		return store.Sheet{}, err
	}
	if own || scorer == c.Agent {
		return store.Sheet{}, errOwn
	}
	rec, err := o.recordingOf(ctx, c.ID)
	if err != nil {
		return store.Sheet{}, err
	}
	now := o.Now()
	s := store.Sheet{
		ID: store.NewID(now), CallID: c.ID, Recording: rec.ID, Agent: c.Agent, District: c.District, Scorer: scorer, Purpose: purpose, Region: c.Origin.Region,
		State: rules.StateDrawn, Mark: -1, Created: now, Updated: now, Version: 1,
	}
	if err := b.pack(&s); err != nil {
		return s, err
	}
	return s, o.DB.Sheets.Create(ctx, s)
}

// recordingOf is the longest recording of a call.
func (o *Office) recordingOf(ctx context.Context, call string) (store.Recording, error) {
	list, _, err := o.DB.Recordings.List(ctx, store.RecordingFilter{CallID: call})
	if err != nil {
		return store.Recording{}, err
	}
	if len(list) == 0 {
		return store.Recording{}, store.ErrNotFound
	}
	return slices.MaxFunc(list, func(a, b store.Recording) int { return int(min(1, max(-1, a.Samples-b.Samples))) }), nil
}

// CheckDraw chooses again from the same calls and tells whether the same ones come out.
func (o *Office) CheckDraw(ctx context.Context, id string) (map[string]any, error) {
	s, b, err := o.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if b.Draw == nil {
		return nil, refuse(wire.CodeInvalid, "这张评分表不是抽样来的 · 没有可核对的 · 请换一张")
	}
	from := o.frame
	if b.Draw.Left == nil {
		from = o.anything
	}
	calls, _, err := from(ctx, s.Agent, b.Draw.From, b.Draw.To, b.Draw.At)
	if err != nil {
		return nil, err
	}
	ids := slices.Sorted(maps.Keys(calls))
	same := rules.Population(ids) == b.Draw.Population && slices.Contains(rules.Draw(b.Draw.Seed, ids, b.Draw.N), s.CallID)
	return map[string]any{"same": same, "draw": b.Draw, "now": len(ids)}, nil
}
