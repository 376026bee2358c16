package softphone

import (
	"sync/atomic"
	"time"

	"zuoxi/media/jitter"
	"zuoxi/media/level"
	"zuoxi/media/resample"
	"zuoxi/media/tone"
	"zuoxi/softphone/device"
	"zuoxi/softphone/ringer"
)

// ear is the way from the hub's packets to the output device. fill runs in the
// device's callback; any goroutine may turn the switches.
type ear struct {
	line      atomic.Pointer[line]
	chime     atomic.Pointer[chime]
	clip      atomic.Pointer[clip]
	overheard atomic.Pointer[overheard]
	ring      *ringer.Ringer
	here      atomic.Bool // the ringer sounds in the headset
	meter     *level.Meter
	clean     *cleaning // wants to know what is played
	side      *sideTone
	last      time.Duration
	thaw      int
}

// After a freeze the network's own queues come through in a burst, read within
// this many callbacks.
const (
	frozenAfter = 300 * time.Millisecond
	thawBlocks  = 5
)

// prepare is the output device's device.Prepare.
func (e *ear) prepare(rate int) device.Callback {
	play := outlet(rate, e.fill)
	return func(out []float32) {
		play(out)
		e.side.hear(out, rate)
	}
}

// used tells whether there is something of our own to be played. What comes
// from the hub tells so by itself.
func (e *ear) used() bool { return e.ring.On() || e.chime.Load() != nil || e.clip.Load() != nil }

// fill makes the next voiceRate samples.
func (e *ear) fill(pcm []int16) {
	now := jitter.Now()
	if e.last != 0 && now-e.last > frozenAfter {
		e.thaw = thawBlocks
	}
	e.last = now
	if l := e.line.Load(); l != nil {
		if e.thaw > 0 {
			e.thaw--
			l.sound.Reset()
		}
		l.sound.Pull(pcm)
	} else {
		clear(pcm)
	}
	if o := e.overheard.Load(); o != nil {
		o.write(pcm)
	}
	if c := e.chime.Load(); c != nil && !c.mix(pcm) {
		e.chime.CompareAndSwap(c, nil)
	}
	if c := e.clip.Load(); c != nil && !c.mix(pcm) {
		e.clip.CompareAndSwap(c, nil)
	}
	if e.here.Load() {
		e.ring.Mix(pcm)
	}
	e.clean.played(pcm)
	e.meter.Push(pcm)
}

// outlet brings sound made at voiceRate to a device of any rate.
func outlet(rate int, fill func([]int16)) device.Callback {
	up := resample.New(voiceRate, rate)
	longest := rate / 50
	pcm := make([]int16, up.Need(longest)+voiceRate/50)
	wide := make([]float32, len(pcm))
	return func(out []float32) {
		for len(out) > 0 {
			piece := out[:min(len(out), longest)]
			n := min(up.Need(len(piece)), len(pcm))
			fill(pcm[:n])
			for i, v := range pcm[:n] {
				wide[i] = float32(v) / 32768
			}
			done, _ := up.Process(piece, wide[:n])
			clear(piece[done:])
			for i, v := range piece[:done] {
				piece[i] = max(-1, min(1, v))
			}
			out = out[len(piece):]
		}
	}
}

// chime is a tone of the phone's own, played once.
type chime struct {
	sound *tone.Generator
	left  int
	block []int16
}

func newChime(hz, dbfs float64, length time.Duration) *chime {
	return &chime{
		sound: tone.New(voiceRate, dbfs, hz),
		left:  int(length.Seconds() * voiceRate),
		block: make([]int16, voiceRate/50),
	}
}

// mix adds the tone and tells whether there is more of it.
func (c *chime) mix(dst []int16) bool {
	for len(dst) > 0 && c.left > 0 {
		n := min(len(dst), len(c.block), c.left)
		c.sound.Fill(c.block[:n])
		for i, v := range c.block[:n] {
			dst[i] = int16(max(-32768, min(32767, int(dst[i])+int(v))))
		}
		dst, c.left = dst[n:], c.left-n
	}
	return c.left > 0
}
