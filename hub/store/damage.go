package store

import (
	"context"
	"errors"
	"sync/atomic"
)

// Damage remembers that a database was found damaged while it was in use:
// until it is opened again, Ping says so, as what else is wrong nobody knows.
// The zero value, and nil, has found nothing.
type Damage struct{ seen atomic.Bool }

// Saw passes an error on and looks at it.
func (d *Damage) Saw(err error) error {
	if errors.Is(err, ErrCorrupt) {
		d.seen.Store(true)
	}
	return err
}

// Err is ErrCorrupt once that was seen.
func (d *Damage) Err() error {
	if d != nil && d.seen.Load() {
		return ErrCorrupt
	}
	return nil
}

// Prober is a backend that can be looked through quickly: pages and structure,
// not whether an index fits its table, and never what a text says.
type Prober interface {
	Probe(ctx context.Context) error
}
