package softphone

import (
	"math"
	"sync/atomic"

	"zuoxi/softphone/lane"
)

// sideTone lets agents hear themselves softly, as telephones do: who does not,
// shouts. It goes from the one device's callback to the other's, so that it is
// a period late and no more; where the two run at different rates there is none.
type sideTone struct {
	gain    atomic.Uint32 // bits of a float32; 0: off
	live    func() bool
	rate    atomic.Int64 // of the microphone
	ring    *lane.Samples
	scratch [sidePiece]float32 // hear's own
}

const (
	sidePiece = 512
	// What waits longer comes from clocks that drift apart, or a pause.
	sideWaits = 2
)

// newSideTone makes one that is so many dB below what the microphone gives; 0
// is none.
func newSideTone(below float64, live func() bool) *sideTone {
	s := &sideTone{live: live, ring: lane.NewSamples(voiceRate)}
	s.set(below)
	return s
}

// set changes how loud it is; any goroutine may.
func (s *sideTone) set(below float64) {
	gain := float32(0)
	if below > 0 {
		gain = float32(math.Pow(10, -below/20))
	}
	s.gain.Store(math.Float32bits(gain))
}

// SetSideTone lets agents hear themselves so many dB below what the microphone
// gives, in a call too; 0 is not at all.
func (p *Phone) SetSideTone(below float64) { p.mic.side.set(below) }

// say takes what the microphone gives. It runs in the device's callback.
func (s *sideTone) say(in []float32) {
	if s.gain.Load() != 0 && s.live() {
		s.ring.Write(in)
	}
}

// hear adds it to what the ear plays. It runs in the device's callback.
func (s *sideTone) hear(out []float32, rate int) {
	gain := math.Float32frombits(s.gain.Load())
	if gain == 0 || !s.live() || s.rate.Load() != int64(rate) {
		return
	}
	s.ring.Discard(sideWaits * len(out))
	for len(out) > 0 {
		n := s.ring.Read(s.scratch[:min(len(out), sidePiece)])
		if n == 0 {
			return
		}
		for i, v := range s.scratch[:n] {
			out[i] = max(-1, min(1, out[i]+gain*v))
		}
		out = out[n:]
	}
}
