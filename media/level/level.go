// Package level measures how loud a stream is: RMS and peak in dBFS with a
// decay fit for a meter on the screen, and how often it hits the ceiling.
// One goroutine (an audio callback) pushes, any may read; there is no lock
// and no allocation.
package level

import (
	"math"
	"sync/atomic"
)

// Floor is what silence reads, in dBFS.
const Floor = -96.0

const (
	rmsSeconds  = 0.15 // a meter that follows syllables without flicker
	peakSeconds = 0.8
	ceiling     = 32700
	clipRun     = 3 // samples in a row at the ceiling: a loud peak may touch it once
)

// Meter is for one mono stream.
type Meter struct {
	perSample float64
	mean      float64 // writer's own
	top       float64
	run       int

	rms  atomic.Uint64
	peak atomic.Uint64
	clip atomic.Int64
	real atomic.Int64
}

// Reading is one look at the meter.
type Reading struct {
	RMS     float64 // dBFS, Floor to 0; a full-scale sine is -3
	Peak    float64 // dBFS, Floor to 0
	Clipped int64   // times the stream ran into the ceiling, since the start
	Sound   int64   // samples that were not digital zero, since the start
}

// New returns a meter that reads Floor.
func New(rate int) *Meter {
	m := &Meter{perSample: 1 / float64(rate)}
	m.publish()
	return m
}

// Push takes the next samples of the stream.
func (m *Meter) Push(pcm []int16) {
	if len(pcm) == 0 {
		return
	}
	var sum, top float64
	sound, clips := int64(0), int64(0)
	for _, s := range pcm {
		v := math.Abs(float64(s))
		sum += v * v
		top = max(top, v)
		if s != 0 {
			sound++
		}
		if v < ceiling {
			m.run = 0
		} else if m.run++; m.run == clipRun {
			clips++
		}
	}
	seconds := float64(len(pcm)) * m.perSample
	keep := math.Exp(-seconds / rmsSeconds)
	m.mean = m.mean*keep + sum/float64(len(pcm))*(1-keep)
	m.top = max(top, m.top*math.Exp(-seconds/peakSeconds))
	m.clip.Add(clips)
	m.real.Add(sound)
	m.publish()
}

func (m *Meter) publish() {
	m.rms.Store(math.Float64bits(dbfs(math.Sqrt(m.mean))))
	m.peak.Store(math.Float64bits(dbfs(m.top)))
}

// Read returns the state after the last Push.
func (m *Meter) Read() Reading {
	return Reading{
		RMS:     math.Float64frombits(m.rms.Load()),
		Peak:    math.Float64frombits(m.peak.Load()),
		Clipped: m.clip.Load(),
		Sound:   m.real.Load(),
	}
}

// RMS returns the level of a whole piece, in dBFS.
func RMS(pcm []int16) float64 {
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return dbfs(math.Sqrt(sum / float64(max(1, len(pcm)))))
}

func dbfs(v float64) float64 {
	return min(0, max(Floor, 20*math.Log10(max(v, 1e-9)/32768)))
}
