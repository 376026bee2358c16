package store

import (
	"context"
	"errors"
	"time"
)

// How long Insist waits for a store that is away.
const (
	insistEvery = 500 * time.Millisecond
	insistTries = 20
)

// Insist repeats a write while the store is away, for some ten seconds or until ctx ends: what a caller is told must stand.
// The write must bear to be done twice, for the answer of one that was done may get lost.
func Insist(ctx context.Context, write func() error) error {
	for try := 1; ; try++ {
		err := write()
		away := errors.Is(err, ErrUnavailable) || errors.Is(err, ErrFull)
		if !away || try == insistTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(insistEvery):
		}
	}
}
