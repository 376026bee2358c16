// Package speex takes echo and noise out of a microphone's sound and evens
// its level, by libspeexdsp. Each of the three can be switched by itself
// while it runs. The library is linked statically; a build with the tag
// nospeex does without it, and New then says ErrUnavailable: the voice goes
// on uncleaned. One goroutine owns a Cleaner; Process does not allocate.
package speex

import (
	"errors"
	"time"
)

// ErrUnavailable means this build has no libspeexdsp.
var ErrUnavailable = errors.New("speex: built without libspeexdsp")

// ErrOptions is for a rate or an echo tail the library cannot work with.
var ErrOptions = errors.New("speex: bad options")

// ErrFrame is for sound of another length than Frame.
var ErrFrame = errors.New("speex: frame has the wrong length")

// Options say what is to be done. With a headset all may be off.
type Options struct {
	Echo  bool // subtract what the loudspeaker plays
	Noise bool // suppress steady background
	Gain  bool // bring speech to an even level
}

const (
	frameMS     = 10
	noiseDB     = -15 // how far background is pressed down; more eats speech
	echoDB      = -40 // residual echo, nobody speaking
	echoTalkDB  = -12 // residual echo, somebody speaking
	gainTarget  = 8000
	gainMostDB  = 18
	defaultTail = 120 * time.Millisecond
	mostTail    = 500 * time.Millisecond
)

// limits brings a tail into range and checks the rate.
func limits(rate int, tail time.Duration) (time.Duration, error) {
	if tail == 0 {
		tail = defaultTail
	}
	if rate != 8000 && rate != 16000 && rate != 48000 || tail < 0 || tail > mostTail {
		return 0, ErrOptions
	}
	return tail, nil
}
