package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zuoxi/wire"
)

// ErrNoPart tells that the hub did not give the part of the knowledge base.
var ErrNoPart = errors.New("no part of the knowledge base")

// FetchKB asks the hub for a part of the package that leads from revision from
// to revision to; to 0 asks which package leads to the newest. It may be called
// from any goroutine while Run runs; one part at a time keeps the line free for
// voice.
func (s *Session) FetchKB(ctx context.Context, from, to uint64, offset int64, size int) (KBPart, error) {
	got := make(chan KBPart, 1)
	ask := func() {
		if !s.online() { // nobody pressed anything: there is nothing to be told, and no haste
			got <- KBPart{}
			return
		}
		ok := s.ask(&wire.KBFetch{From: from, To: to, Offset: offset, Max: size, Raw: true}, func(m wire.Message) {
			part := KBPart{}
			if c, ok := m.Body.(*wire.KBChunk); ok {
				part = KBPart{From: c.From, To: c.To, Offset: c.Offset, Total: c.Total, Sum: c.Sum, Signature: c.Signature, Data: slices.Concat(c.Data, c.Raw)}
			}
			got <- part
		})
		if !ok {
			got <- KBPart{}
		}
	}
	select {
	case s.jobs <- ask:
	case <-ctx.Done():
		return KBPart{}, fmt.Errorf("fetching the knowledge base: %w", ctx.Err())
	}
	select {
	case part := <-got:
		if part.To == 0 { // refused, or the link went
			return part, ErrNoPart
		}
		return part, nil
	case <-ctx.Done():
		return KBPart{}, fmt.Errorf("fetching the knowledge base: %w", ctx.Err())
	}
}
