package admin

import (
	"context"
	"errors"

	"zuoxi/hub/store"
	"zuoxi/rules/find"
	"zuoxi/wire"
)

// Finder looks for calls, records and messages together. It writes down who
// looked for what.
type Finder interface {
	Find(ctx context.Context, who Person, ask wire.Find) (wire.Found, error)
}

func (s *Service) findAll(ctx context.Context, a *ask) (any, error) {
	in, err := read[wire.Find](a)
	if err != nil {
		return nil, err
	}
	out, err := s.Finder.Find(ctx, a.who, in)
	var fault *find.FaultError
	switch {
	case errors.As(err, &fault):
		return nil, bad(fault.Error())
	case errors.Is(err, store.ErrInvalid):
		return nil, bad("翻页的记号不对 · 没有查 · 请从第一页查起")
	}
	return out, err
}
