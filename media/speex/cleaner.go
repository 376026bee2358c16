//go:build cgo && !nospeex

package speex

/*
#cgo LDFLAGS: -l:libspeexdsp.a -lm
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

// The library takes its settings by pointer; these keep the pointers in C.
static void set_int(SpeexPreprocessState *s, int what, int value) {
	spx_int32_t v = value;
	speex_preprocess_ctl(s, what, &v);
}

static void set_rate(SpeexEchoState *e, int rate) {
	spx_int32_t v = rate;
	speex_echo_ctl(e, SPEEX_ECHO_SET_SAMPLING_RATE, &v);
}

static void set_level(SpeexPreprocessState *s, float level) {
	speex_preprocess_ctl(s, SPEEX_PREPROCESS_SET_AGC_LEVEL, &level);
}
*/
import "C"

import (
	"fmt"
	"time"
	"unsafe"
)

// Available says whether this build can clean.
const Available = true

// Cleaner works on one microphone and the loudspeaker beside it.
type Cleaner struct {
	echo  *C.SpeexEchoState
	pre   *C.SpeexPreprocessState
	frame int
	out   []int16
	now   Options
}

// New returns a Cleaner for 8, 16 or 48 kHz. tail is how late an echo may
// come, 0 for 120 ms. Close it when done: its memory is not Go's.
func New(rate int, tail time.Duration, o Options) (*Cleaner, error) {
	tail, err := limits(rate, tail)
	if err != nil {
		return nil, fmt.Errorf("%w: %d Hz, tail %v", err, rate, tail)
	}
	c := &Cleaner{frame: rate * frameMS / 1000}
	c.out = make([]int16, c.frame)
	c.echo = C.speex_echo_state_init(C.int(c.frame), C.int(tail.Seconds()*float64(rate)))
	c.pre = C.speex_preprocess_state_init(C.int(c.frame), C.int(rate))
	if c.echo == nil || c.pre == nil {
		c.Close()
		return nil, fmt.Errorf("%w: no memory", ErrOptions)
	}
	C.set_rate(c.echo, C.int(rate))
	for what, value := range map[C.int]C.int{
		C.SPEEX_PREPROCESS_SET_NOISE_SUPPRESS:       noiseDB,
		C.SPEEX_PREPROCESS_SET_ECHO_SUPPRESS:        echoDB,
		C.SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE: echoTalkDB,
		C.SPEEX_PREPROCESS_SET_AGC_MAX_GAIN:         gainMostDB,
	} {
		C.set_int(c.pre, what, value)
	}
	C.set_level(c.pre, gainTarget)
	c.apply(o)
	return c, nil
}

// Frame is how many samples Process takes: 10 ms.
func (c *Cleaner) Frame() int { return c.frame }

// Options returns what is switched on.
func (c *Cleaner) Options() Options { return c.now }

// Set switches; the echo filter starts to learn anew when it comes on.
func (c *Cleaner) Set(o Options) {
	if o != c.now && c.pre != nil {
		c.apply(o)
	}
}

func (c *Cleaner) apply(o Options) {
	if o.Echo && !c.now.Echo {
		C.speex_echo_state_reset(c.echo)
	}
	C.set_int(c.pre, C.SPEEX_PREPROCESS_SET_DENOISE, flag(o.Noise))
	C.set_int(c.pre, C.SPEEX_PREPROCESS_SET_AGC, flag(o.Gain))
	var residual unsafe.Pointer
	if o.Echo {
		residual = unsafe.Pointer(c.echo)
	}
	C.speex_preprocess_ctl(c.pre, C.SPEEX_PREPROCESS_SET_ECHO_STATE, residual)
	c.now = o
}

func flag(on bool) C.int {
	if on {
		return 1
	}
	return 0
}

// Process cleans one frame of the microphone in place. speaker is what was
// being played while it was recorded; nil for silence or without echo
// cancelling.
func (c *Cleaner) Process(mic, speaker []int16) error {
	if len(mic) != c.frame || c.pre == nil || len(speaker) != 0 && len(speaker) != c.frame {
		return ErrFrame
	}
	if c.now == (Options{}) {
		return nil
	}
	if c.now.Echo && len(speaker) != 0 {
		C.speex_echo_cancellation(c.echo, samples(mic), samples(speaker), samples(c.out))
		copy(mic, c.out)
	}
	C.speex_preprocess_run(c.pre, samples(mic))
	return nil
}

func samples(pcm []int16) *C.spx_int16_t { return (*C.spx_int16_t)(unsafe.Pointer(&pcm[0])) }

// Close frees the library's memory; the Cleaner must not be used after.
func (c *Cleaner) Close() {
	if c.echo != nil {
		C.speex_echo_state_destroy(c.echo)
	}
	if c.pre != nil {
		C.speex_preprocess_state_destroy(c.pre)
	}
	c.echo, c.pre = nil, nil
}
