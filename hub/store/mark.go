package store

import (
	"context"
	"time"
)

// Mark is a note about a caller, by the keyed hash of the number. It ends at
// Until; one that is taken off ends at once, and stays in the table.
type Mark struct {
	ID       string
	Hash     []byte
	Tag      string
	District string
	Agent    string
	Reason   string
	From     time.Time
	Until    time.Time
	Version  int64
}

// Marks keeps them.
type Marks interface {
	// Set keeps m; one of the same tag that runs ends at m.From.
	Set(ctx context.Context, m Mark) error
	// End ends a mark that runs; false when there is none.
	End(ctx context.Context, hash []byte, tag string, at time.Time) (bool, error)
	// Of lists what runs of a caller, the oldest first.
	Of(ctx context.Context, hash []byte, now time.Time) ([]Mark, error)
}
