//go:build !cgo || nospeex

package speex

import "time"

// Available says whether this build can clean.
const Available = false

// Cleaner cannot be had in this build.
type Cleaner struct{}

// New returns ErrUnavailable, or ErrOptions if it would not have worked
// anyway.
func New(rate int, tail time.Duration, _ Options) (*Cleaner, error) {
	if _, err := limits(rate, tail); err != nil {
		return nil, err
	}
	return nil, ErrUnavailable
}

// Frame is 0: there is nothing to process.
func (*Cleaner) Frame() int { return 0 }

// Set does nothing.
func (*Cleaner) Set(Options) {}

// Options returns that nothing is done.
func (*Cleaner) Options() Options { return Options{} }

// Process returns ErrUnavailable and leaves the sound alone.
func (*Cleaner) Process(_, _ []int16) error { return ErrUnavailable }

// Close does nothing.
func (*Cleaner) Close() {}
