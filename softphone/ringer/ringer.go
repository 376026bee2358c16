// Package ringer makes the sound of a call that waits: two soft tones, a pause,
// again. It owns the cadence and nothing else; the softphone mixes it into the
// headset or plays it on a device of its own. It promises to begin with the
// first sample after it is switched on, and to neither allocate nor lock.
package ringer

import (
	"math"
	"sync/atomic"

	"zuoxi/media/tone"
)

// Two tones one after the other, then a pause: known as a ring, and different
// from the telephone network's 450 Hz that callers hear.
const (
	firstHz, secondHz = 660, 550
	toneMS, pauseMS   = 400, 2200
	fadeMS            = 15
	levelDBFS         = -18
)

// Ringer is for one listener: Mix is called by one goroutine, the rest by any.
type Ringer struct {
	on            atomic.Bool
	rate          int
	first, second *tone.Generator
	block         []int16
	at            int // samples since the ring began, within one cadence
}

// New returns a silent Ringer.
func New(rate int) *Ringer {
	return &Ringer{
		rate:  rate,
		first: tone.New(rate, levelDBFS, firstHz), second: tone.New(rate, levelDBFS, secondHz),
		block: make([]int16, rate/100),
	}
}

// Set switches it on or off; off is silent from the next sample on.
func (r *Ringer) Set(on bool) { r.on.Store(on) }

// On tells whether it rings.
func (r *Ringer) On() bool { return r.on.Load() }

// Mix adds the ring to dst.
func (r *Ringer) Mix(dst []int16) {
	if !r.on.Load() {
		r.at = 0
		return
	}
	for len(dst) > 0 {
		n := min(len(dst), len(r.block))
		r.add(dst[:n])
		dst = dst[n:]
	}
}

func (r *Ringer) add(dst []int16) {
	toneLen, cycle := r.rate*toneMS/1000, r.rate*(2*toneMS+pauseMS)/1000
	for i := range dst {
		gen := r.first
		within := r.at
		if r.at >= toneLen {
			gen, within = r.second, r.at-toneLen
		}
		if within < toneLen {
			gen.Fill(r.block[:1])
			v := float64(r.block[0]) * fade(within, toneLen, r.rate*fadeMS/1000)
			dst[i] = int16(max(-32768, min(32767, float64(dst[i])+v)))
		}
		if r.at++; r.at == cycle {
			r.at = 0
		}
	}
}

// fade is the gain at a sample of a tone that begins and ends softly.
func fade(at, length, soft int) float64 {
	edge := min(at, length-1-at)
	if edge >= soft {
		return 1
	}
	return 0.5 - 0.5*math.Cos(math.Pi*float64(edge)/float64(soft))
}
