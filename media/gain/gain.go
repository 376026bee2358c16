// Package gain readies a microphone's samples for the codec: it takes out a
// constant offset, applies a gain and holds peaks below full scale without
// cutting them off. One goroutine owns a Stage; nothing allocates.
package gain

import "math"

const (
	offsetHz  = 20.0  // what is slower than this is no voice
	lookMS    = 1     // the limiter sees a peak this early
	releaseMS = 80    // and recovers this slowly
	ceiling   = 30000 // -0.8 dBFS: the codec overshoots a little
	maxLook   = 48    // samples, at 48 kHz
	maxGainDB = 30.0
)

// Stage is the chain for one mono stream.
type Stage struct {
	pole    float64 // DC filter
	lastIn  float64
	lastOut float64
	gain    float64
	release float64
	hold    float64 // the limiter's gain
	look    int
	delay   [maxLook]float64
	at      int
}

// New returns a Stage at unity gain.
func New(rate int) *Stage {
	return &Stage{
		pole:    1 - 2*math.Pi*offsetHz/float64(rate),
		release: 1 - math.Exp(-1000/(releaseMS*float64(rate))),
		gain:    1,
		hold:    1,
		look:    max(1, min(maxLook, rate*lookMS/1000)),
	}
}

// SetGain sets the gain in dB, at most 30 up.
func (s *Stage) SetGain(db float64) { s.gain = math.Pow(10, min(maxGainDB, db)/20) }

// Delay is how many samples the output lies behind.
func (s *Stage) Delay() int { return s.look }

// Process works in place.
func (s *Stage) Process(pcm []int16) {
	for i, v := range pcm {
		in := float64(v)
		s.lastOut = in - s.lastIn + s.pole*s.lastOut
		s.lastIn = in
		pcm[i] = int16(math.RoundToEven(s.limit(s.lastOut * s.gain)))
	}
}

// limit delays by look samples and has brought its gain down by the time a
// peak leaves the delay.
func (s *Stage) limit(v float64) float64 {
	old := s.delay[s.at]
	s.delay[s.at] = v
	if s.at++; s.at == s.look {
		s.at = 0
	}
	if peak := math.Abs(v); peak*s.hold > ceiling {
		need := ceiling / peak
		// A ramp over the look-ahead; the last word is the clamp below.
		s.hold += (need - s.hold) * 4 / float64(s.look+3)
	} else {
		s.hold += (1 - s.hold) * s.release
	}
	return max(-ceiling, min(ceiling, old*s.hold))
}
