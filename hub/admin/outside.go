package admin

import (
	"context"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// Outside is what goes out to others.
type Outside interface {
	// Sheet makes a sheet with a new link; it writes down who did.
	Sheet(ctx context.Context, who Person, number string) (wire.Sheet, error)
	// Handovers counts those of a district's records; empty: of all.
	Handovers(ctx context.Context, span store.Span, district string) ([]wire.RouteCount, error)
}

// Say makes an error whose text is for the person.
func Say(code wire.Code, text string) error { return &errAsker{code, text} }

func (s *Service) recordSheet(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Number string `json:"number"`
	}](a)
	if err != nil {
		return nil, err
	}
	return s.Outside.Sheet(ctx, a.who, in.Number)
}

func (s *Service) handoverList(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Days int `json:"days"`
	}](a)
	if err != nil {
		return nil, err
	}
	span := store.Span{}
	if in.Days > 0 {
		span.From = s.Now().AddDate(0, 0, -in.Days)
	}
	if err := s.note(ctx, a, "handover.list", "", ""); err != nil {
		return nil, err
	}
	return s.Outside.Handovers(ctx, span, a.who.within(access.ReportView))
}
