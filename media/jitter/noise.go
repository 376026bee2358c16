package jitter

import "math"

// noise is the background heard while a sender is silent: without it a pause
// sounds like a dead line.
type noise struct {
	floor float64 // RMS of the quietest sound lately
	state uint32
	low   float64
}

const (
	loudestFloor = 150.0 // louder is not background
	noiseFromMS  = 40
	noiseRampMS  = 60
)

func (n *noise) clear() { *n = noise{floor: loudestFloor, state: 12333} }

// listen follows the quietest pieces down at once and up by 3 dB a second.
func (n *noise) listen(x []int16) {
	if len(x) == 0 {
		return
	}
	rms := rms(x)
	if rms < n.floor {
		n.floor = rms
	} else {
		n.floor = min(loudestFloor, n.floor*1.007+0.02)
	}
}

// set takes the level of a comfort noise packet: -dBov (RFC 3389).
func (n *noise) set(level byte) {
	n.floor = min(loudestFloor, 32768*math.Pow(10, -float64(level&127)/20))
}

// silent says whether x is hardly louder than the background.
func (n *noise) silent(x []int16) bool { return rms(x) < max(20, 2*n.floor) }

func rms(x []int16) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(max(1, len(x))))
}

// add mixes noise into dst, whose end lies gap samples into a pause.
func (n *noise) add(dst []int16, gap, perMS int64) {
	at := gap - int64(len(dst)) - noiseFromMS*perMS
	for i := range dst {
		n.state ^= n.state << 13
		n.state ^= n.state >> 17
		n.state ^= n.state << 5
		white := float64(int32(n.state)) / (1 << 31)
		// Low-passed, as rooms are; 3 brings white of ±1 back to an RMS of one.
		n.low += 0.5 * (white - n.low)
		if ramp := float64(at+int64(i)) / float64(noiseRampMS*perMS); ramp > 0 {
			dst[i] += int16(3 * n.floor * min(1, ramp) * n.low)
		}
	}
}
