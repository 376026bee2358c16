package admin

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/media/g711"
	"zuoxi/rules/access"
	"zuoxi/rules/mask"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// Quality is the quality office. It judges what may be done with a sheet; the rights are judged here.
type Quality interface {
	Whose(ctx context.Context, id string) (store.Sheet, error)
	// Do carries out a step of by; list is what by may list.
	Do(ctx context.Context, step, by string, args json.RawMessage, list store.SheetFilter) (any, error)
	// Example is a call put forward for training: its recording, what of it is not to be heard, and places worth hearing.
	Example(ctx context.Context, id string) (recording string, hide []mask.Span, places []quality.MarkView, err error)
}

// modelOpen begins to play a call put forward for training. What is played bears the sheet's name, not the call's, and holds
// neither the agent's introduction nor identity checks.
func (s *Service) modelOpen(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		ID string `json:"id"`
	}](a)
	if err != nil {
		return nil, err
	}
	tape, hide, places, err := s.Quality.Example(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	r, err := s.DB.Recordings.Get(ctx, tape)
	if err != nil {
		return nil, err
	}
	if !r.Purged.IsZero() {
		return nil, &errAsker{wire.CodeConflict, "录音已过保存期并清除 · 不能播放 · 请听别的范例"}
	}
	checks, err := s.secret(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, a, "model.hear", "sheet/"+in.ID, ""); err != nil {
		return nil, err
	}
	caller, rest, err := s.Sounds.Channels(ctx, r.ID)
	if err != nil {
		return nil, &errAsker{wire.CodeInternal, lastLine(err)}
	}
	hide = append(hide, checks...)
	*a.playing = playing{"model/" + in.ID, hushed(caller, hide), hushed(rest, hide)}
	return map[string]any{"recording": a.playing.id, "samples": len(caller), "piece": pieceSamples, "marks": places}, nil
}

// hushed is A-law sound with silence in the spans.
func hushed(alaw []byte, spans []mask.Span) []byte {
	out := slices.Clone(alaw)
	at := func(d time.Duration) int { return min(max(int(d*sampleRate/time.Second), 0), len(out)) }
	for _, s := range spans {
		for i := at(s.From); i < at(s.To); i++ {
			out[i] = g711.SilenceALaw
		}
	}
	return out
}

// maxReason is how much of a reason goes into the audit log, in runes.
const maxReason = 200

// qualityStep is a command about one sheet, noted with its reason where it has one. A sheet of a mystery call belongs to nobody
// here.
func qualityStep(step string, right access.Command) command {
	return command{right, func(s *Service, ctx context.Context, a *ask) (any, error) {
		in, err := read[struct {
			ID   string `json:"id"`
			Text string `json:"text"`
		}](a)
		if err != nil {
			return nil, err
		}
		sheet, err := s.Quality.Whose(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := a.who.may(right, sheet.Agent, sheet.District); err != nil {
			return nil, err
		}
		if err := s.note(ctx, a, "quality."+step, "sheet/"+sheet.ID, clean.Line(in.Text, maxReason)); err != nil {
			return nil, err
		}
		return s.Quality.Do(ctx, step, a.who.No, a.args, store.SheetFilter{})
	}}
}

// qualityWork is a command about many calls.
func qualityWork(step string, right access.Command) command {
	return command{right, func(s *Service, ctx context.Context, a *ask) (any, error) {
		f := store.SheetFilter{}
		switch a.who.can(right) {
		case access.Self:
			f.Agent = a.who.No
		case access.Own:
			f.Districts = []string{a.who.District}
		}
		if err := s.note(ctx, a, "quality."+step, "", string(a.args)); err != nil {
			return nil, err
		}
		out, err := s.Quality.Do(ctx, step, a.who.No, a.args, f)
		if err != nil {
			return nil, err
		}
		return s.perhapsFile(a, out)
	}}
}
