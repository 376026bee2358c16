// Package stretch plays recordings faster or slower without changing the
// voice's pitch, by WSOLA: pieces of the recording are laid over each other
// at the place where their waves agree best. For listening to recordings; the
// playout of calls has its own, finer way. One goroutine owns a Stretcher;
// after New nothing allocates.
package stretch

import "math"

// The speeds offered.
const (
	Slowest = 0.8
	Fastest = 2.0
)

const (
	hopMS  = 10 // given out at a time; pieces overlap by half
	seekMS = 8  // how far a piece may be moved to fit
)

// Stretcher carries the state of one recording.
type Stretcher struct {
	hop, seek int
	speed     float64
	window    []float32 // rising half of the cross-fade
	in        []int16   // what may still be needed
	have      int
	base      int     // position in in that the next piece nominally starts at
	exact     float64 // its fraction
	tail      []int16 // natural continuation of the last piece
	out       []int16 // ready
	ready     int
	given     int
	begun     bool
}

// New returns a Stretcher for a mono recording, at normal speed.
func New(rate int) *Stretcher {
	s := &Stretcher{hop: rate * hopMS / 1000, seek: rate * seekMS / 1000, speed: 1}
	s.window = make([]float32, s.hop)
	for i := range s.window {
		s.window[i] = float32(0.5 - 0.5*math.Cos(math.Pi*(float64(i)+0.5)/float64(s.hop)))
	}
	s.in = make([]int16, 8*s.hop+4*s.seek)
	s.tail, s.out = make([]int16, s.hop), make([]int16, s.hop)
	return s
}

// SetSpeed takes effect with the next piece; values out of range are brought
// into it.
func (s *Stretcher) SetSpeed(speed float64) { s.speed = min(Fastest, max(Slowest, speed)) }

// Process takes from src and fills dst until one of them is through, and says
// how much of each it dealt with.
func (s *Stretcher) Process(dst, src []int16) (written, read int) {
	for {
		n := copy(dst[written:], s.out[s.given:s.ready])
		written += n
		s.given += n
		if written == len(dst) {
			return written, read
		}
		if s.piece() {
			continue
		}
		n = s.fill(src[read:])
		read += n
		if n == 0 {
			return written, read
		}
	}
}

// fill takes what fits, after dropping what no piece can need any more.
func (s *Stretcher) fill(src []int16) int {
	if drop := min(s.have, s.base-s.seek); drop > 0 {
		copy(s.in, s.in[drop:s.have])
		s.have -= drop
		s.base -= drop
	}
	n := copy(s.in[s.have:], src)
	s.have += n
	return n
}

// piece makes the next hop of output if enough input is there.
func (s *Stretcher) piece() bool {
	if s.base+s.seek+2*s.hop > s.have {
		return false
	}
	at := s.base
	if s.begun {
		at = s.fit()
	}
	x := s.in[at : at+2*s.hop]
	if !s.begun {
		copy(s.tail, x)
		s.begun = true
	}
	for i, w := range s.window {
		s.out[i] = int16(math.RoundToEven(float64((1-w)*float32(s.tail[i]) + w*float32(x[i]))))
	}
	copy(s.tail, x[s.hop:])
	s.ready, s.given = s.hop, 0
	s.exact += float64(s.hop) * s.speed
	step := int(s.exact)
	s.exact -= float64(step)
	s.base += step
	return true
}

// fit finds the place around base whose wave is most like the continuation of
// the last piece: first every fourth, then around the best.
func (s *Stretcher) fit() int {
	from := max(0, s.base-s.seek)
	best := s.bestOf(s.base, from, s.base+s.seek, 4)
	return s.bestOf(best, max(from, best-3), min(s.base+s.seek, best+3), 1)
}

// bestOf starts from a first choice, which wins where nothing is better: in
// silence, or where the recording simply goes on.
func (s *Stretcher) bestOf(best, from, to, step int) int {
	score := s.likeness(best)
	for at := from; at <= to; at += step {
		if q := s.likeness(at); q > score {
			best, score = at, q
		}
	}
	return best
}

func (s *Stretcher) likeness(at int) float64 {
	var cross, energy float32 = 0, 1
	for i := 0; i < s.hop; i += 2 {
		v := float32(s.in[at+i])
		cross += v * float32(s.tail[i])
		energy += v * v
	}
	return float64(cross) / math.Sqrt(float64(energy))
}
