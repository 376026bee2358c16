// Package mix adds up who hears whom. A Matrix holds a gain for every pair of
// listener and speaker of a call and makes each listener's sum, one block at
// a time. One goroutine owns a Matrix; Mix does not allocate. Whoever hears
// exactly one voice at unity gets that voice's samples untouched, so that the
// usual call of two loses nothing by passing through.
package mix

import "math"

// MaxLegs is how many parties a Matrix has room for.
const MaxLegs = 16

// MaxBlock is the longest block, in samples (60 ms at 16 kHz).
const MaxBlock = 960

// knee is where the limiter begins to bend the sum.
const knee = 24000

// Matrix is who hears whom. The zero value is silence all round.
type Matrix struct {
	gain [MaxLegs][MaxLegs]float32
	sum  [MaxBlock]float32
}

// SetGain sets how loud listener hears speaker: 1 as it is, 0 not at all. A
// leg may hear itself (side tone). Legs outside 0 to MaxLegs-1 are ignored.
func (m *Matrix) SetGain(listener, speaker int, gain float32) {
	if inRange(listener) && inRange(speaker) {
		m.gain[listener][speaker] = gain
	}
}

// Gain returns what SetGain set.
func (m *Matrix) Gain(listener, speaker int) float32 {
	if !inRange(listener) || !inRange(speaker) {
		return 0
	}
	return m.gain[listener][speaker]
}

// Clear makes a leg neither hear nor be heard; call it when the leg leaves.
func (m *Matrix) Clear(leg int) {
	if !inRange(leg) {
		return
	}
	m.gain[leg] = [MaxLegs]float32{}
	for i := range m.gain {
		m.gain[i][leg] = 0
	}
}

func inRange(leg int) bool { return leg >= 0 && leg < MaxLegs }

// Sole returns the one speaker whom listener hears at unity gain while all
// others are mute to it or not in active (a bit per leg); the caller may then
// pass that speaker's coded packets on as they are.
func (m *Matrix) Sole(listener int, active uint16) (speaker int, ok bool) {
	if !inRange(listener) {
		return 0, false
	}
	for s, g := range m.gain[listener] {
		if g == 0 || active&(1<<s) == 0 {
			continue
		}
		if ok || g != 1 {
			return 0, false
		}
		speaker, ok = s, true
	}
	return speaker, ok
}

// Mix writes to out[listener] what that leg hears of in[speaker]. A nil or
// short in counts as silence from where it ends; a nil out is not wanted.
// Blocks longer than MaxBlock are cut to it.
func (m *Matrix) Mix(out, in [][]int16) {
	active := uint16(0)
	for s := range min(len(in), MaxLegs) {
		if len(in[s]) > 0 {
			active |= 1 << s
		}
	}
	for l := range min(len(out), MaxLegs) {
		dst := out[l][:min(len(out[l]), MaxBlock)]
		if len(dst) == 0 {
			continue
		}
		if s, ok := m.Sole(l, active); ok {
			clear(dst[copy(dst, in[s]):])
			continue
		}
		m.add(dst, in, &m.gain[l])
	}
}

func (m *Matrix) add(dst []int16, in [][]int16, gain *[MaxLegs]float32) {
	sum := m.sum[:len(dst)]
	clear(sum)
	for s := range min(len(in), MaxLegs) {
		g := gain[s]
		if g == 0 {
			continue
		}
		for i, v := range in[s][:min(len(in[s]), len(sum))] {
			sum[i] += g * float32(v)
		}
	}
	for i, v := range sum {
		dst[i] = Limit(v)
	}
}

// Limit rounds a sum to 16 bits. Up to the knee it is exact; above, it bends
// towards full scale instead of being cut off, which sounds like loudness and
// not like a broken line.
func Limit(v float32) int16 {
	if v > -knee && v < knee {
		return int16(math.RoundToEven(float64(v)))
	}
	const room = 32767 - knee
	over := float64(v)
	sign := 1.0
	if over < 0 {
		over, sign = -over, -1
	}
	over = (over - knee) / room
	return int16(sign * (knee + room*over/(1+over)))
}
