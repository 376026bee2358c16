package softphone

import (
	"sync/atomic"
	"time"

	"zuoxi/media/gain"
	"zuoxi/media/speex"
	"zuoxi/softphone/lane"
)

// Clean says what is done about the sound of a microphone that is not a good
// headset's. All off, the microphone goes through as it is, but for what no
// codec bears: a constant offset and peaks beyond full scale.
type Clean = speex.Options

const (
	cleanFrame = voiceRate / 100
	// What the ear plays waits for the microphone to catch up. More than this
	// is left over from a pause of one of them.
	mostSpeaker = 60 * voiceRate / 1000
)

// cleaning is the microphone's way through the cleaner. The ear's callback
// calls played, the microphone's goroutine the rest; want may be set by any.
type cleaning struct {
	want    atomic.Pointer[Clean]
	speaker *lane.Samples // what the ear plays, while echo is cancelled

	limiter *gain.Stage
	open    func(rate int, tail time.Duration, c Clean) (*speex.Cleaner, error)
	lib     *speex.Cleaner // from the first use on
	failed  atomic.Bool    // it is not to be had: the microphone goes through as it is
	waiting []int16
	ref     [cleanFrame]float32
	pcm     [cleanFrame]int16
	wide    [cleanFrame]float32 // played's own
}

func newCleaning(c Clean) *cleaning {
	k := &cleaning{
		speaker: lane.NewSamples(voiceRate / 4), limiter: gain.New(voiceRate), open: speex.New,
		waiting: make([]int16, 0, voiceRate/10),
	}
	k.want.Store(&c)
	return k
}

// played takes what goes to the ear. It runs in the device's callback.
func (k *cleaning) played(pcm []int16) {
	if !k.want.Load().Echo {
		return
	}
	for len(pcm) > 0 {
		n := min(len(pcm), len(k.wide))
		for i, v := range pcm[:n] {
			k.wide[i] = float32(v)
		}
		k.speaker.Write(k.wide[:n])
		pcm = pcm[n:]
	}
}

// process cleans what the microphone gave and hands it on.
func (k *cleaning) process(pcm []int16, next func([]int16)) {
	k.limiter.Process(pcm)
	if !k.ready() {
		next(pcm)
		return
	}
	k.waiting = append(k.waiting, pcm...)
	for len(k.waiting) >= cleanFrame {
		frame := k.waiting[:cleanFrame]
		// An error leaves the frame as it was.
		_ = k.lib.Process(frame, k.reference())
		next(frame)
		k.waiting = k.waiting[:copy(k.waiting, k.waiting[cleanFrame:])]
	}
}

// busy tells whether anything is asked of the library.
func (k *cleaning) busy() bool { return *k.want.Load() != (Clean{}) }

// ready brings the library to what is wanted; false when nothing is.
func (k *cleaning) ready() bool {
	want := *k.want.Load()
	if want == (Clean{}) || k.failed.Load() {
		k.waiting = k.waiting[:0]
		return false
	}
	if k.lib == nil {
		lib, err := k.open(voiceRate, 0, want)
		if err != nil {
			k.failed.Store(true)
			return false
		}
		k.lib = lib
	}
	k.lib.Set(want)
	return true
}

// reference is what the ear played meanwhile, nil for nothing.
func (k *cleaning) reference() []int16 {
	k.speaker.Discard(mostSpeaker)
	if k.speaker.Len() < cleanFrame {
		return nil
	}
	k.speaker.Read(k.ref[:])
	for i, v := range k.ref {
		k.pcm[i] = int16(v)
	}
	return k.pcm[:]
}

// restart forgets what waits.
func (k *cleaning) restart() {
	k.waiting = k.waiting[:0]
	k.speaker.Discard(0)
}

func (k *cleaning) close() {
	if k.lib != nil {
		k.lib.Close()
		k.lib = nil
	}
}

// SetClean switches what is done about the microphone's sound, in a call too.
func (p *Phone) SetClean(c Clean) { p.mic.clean.want.Store(&c) }
