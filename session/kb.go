package session

import (
	"context"
	"errors"
	"fmt"

	"zuoxi/wire"
)

// ErrNoPart tells that the hub did not give the part of the knowledge base.
var ErrNoPart = errors.New("no part of the knowledge base")

// FetchKB asks the hub for a part of the package that leads from revision from
// to its newest. It may be called from any goroutine while Run runs; one part
// at a time keeps the line free for voice.
func (s *Session) FetchKB(ctx context.Context, from uint64, offset int64, size int) (KBPart, error) {
	type result struct {
		part KBPart
		err  error
	}
	got := make(chan result, 1)
	ask := func() {
		ok := s.ask(&wire.KBFetch{From: from, Offset: offset, Max: size}, func(m wire.Message) {
			c, ok := m.Body.(*wire.KBChunk)
			if !ok {
				got <- result{err: ErrNoPart}
				return
			}
			got <- result{part: KBPart{From: c.From, To: c.To, Offset: c.Offset, Total: c.Total, Data: c.Data}}
		})
		if !ok {
			got <- result{err: ErrNoPart}
		}
	}
	select {
	case s.jobs <- ask:
	case <-ctx.Done():
		return KBPart{}, fmt.Errorf("fetching the knowledge base: %w", ctx.Err())
	}
	select {
	case r := <-got:
		return r.part, r.err
	case <-ctx.Done():
		return KBPart{}, fmt.Errorf("fetching the knowledge base: %w", ctx.Err())
	}
}
