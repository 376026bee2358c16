package admin

import (
	"context"
	"encoding/json"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
)

// Quality is the quality office. It judges what may be done with a sheet; the rights are judged here.
type Quality interface {
	Whose(ctx context.Context, id string) (store.Sheet, error)
	// Do carries out a step of by; list is what by may list.
	Do(ctx context.Context, step, by string, args json.RawMessage, list store.SheetFilter) (any, error)
}

// qualityStep is a command about one sheet. A sheet of a mystery call belongs to nobody here.
func qualityStep(step string, right access.Command) command {
	return command{right, func(s *Service, ctx context.Context, a *ask) (any, error) {
		in, err := read[struct {
			ID string `json:"id"`
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
		if err := s.note(ctx, a, "quality."+step, "sheet/"+sheet.ID, ""); err != nil {
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
