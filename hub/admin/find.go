package admin

import (
	"context"
	"errors"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/find"
	"zuoxi/wire"
)

// Finder looks for calls, records and messages together. It writes down who
// looked for what.
type Finder interface {
	Find(ctx context.Context, who Person, ask wire.Find) (wire.Found, error)
	// Calls gives the ids of the calls that a line leads to, also by their records, and how far back it looked: zero for all.
	Calls(ctx context.Context, who Person, line string, most int) (ids []string, back time.Time, err error)
}

func (s *Service) findAll(ctx context.Context, a *ask) (any, error) {
	in, err := read[wire.Find](a)
	if err != nil {
		return nil, err
	}
	out, err := s.Finder.Find(ctx, a.who, in)
	return out, plainFind(err)
}

// plainFind says what of a search cannot be meant.
func plainFind(err error) error {
	var fault *find.FaultError
	switch {
	case errors.As(err, &fault):
		return bad(fault.Error())
	case errors.Is(err, store.ErrInvalid):
		return bad("翻页的记号不对 · 没有查 · 请从第一页查起")
	}
	return err
}
