// Package emodel estimates how a call is heard, from what can be measured on
// the line, by the E-model of ITU-T G.107 (06/2015) for narrow band: a rating
// R of 0 to 93.2 and the MOS that goes with it. It is an estimate of what an
// average listener would say, never a measurement, and is always handed on
// together with its inputs. Pure functions.
package emodel

import (
	"math"
	"time"
)

// Codec holds the equipment impairment of a coding without loss (Ie) and its
// robustness against loss (Bpl).
type Codec struct {
	Name string
	Ie   float64
	Bpl  float64
}

// The codings in use. G.711: ITU-T G.113 appendix I. Opus is not in G.113 for
// narrow band; its values are this project's approximations: as robust as the
// predictive coder G.729A (Ie 11, Bpl 19 there), at its Ie below 12 kbit/s and
// better above, twice as robust and a little worse where packets repeat the
// ones before.
var (
	G711Plain  = Codec{"G.711 without concealment", 0, 4.3}
	G711       = Codec{"G.711 with concealment", 0, 25.1}
	Opus       = Codec{"Opus from 12 kbit/s", 4, 19}
	OpusLow    = Codec{"Opus below 12 kbit/s", 11, 19}
	OpusFEC    = Codec{"Opus from 12 kbit/s, repeating", 7, 38}
	OpusFECLow = Codec{"Opus below 12 kbit/s, repeating", 15, 32}
)

// Coded is the Opus of so many bits a second, repeating or not.
func Coded(bitrate int, repeats bool) Codec {
	const low = 12000
	switch {
	case repeats && bitrate < low:
		return OpusFECLow
	case repeats:
		return OpusFEC
	case bitrate < low:
		return OpusLow
	}
	return Opus
}

// Ends is what devices and resamplers at both ends of a call take, and one
// packet's length.
const Ends = 45 * time.Millisecond

// Input is what was measured.
type Input struct {
	OneWay time.Duration // mouth to ear
	Loss   float64       // share of packets that could not be played, 0 to 1
	Burst  float64       // mean length of losses over that of random loss; 1 is random
	Codec  Codec
}

// Result is the estimate, with everything it was made from.
type Result struct {
	Input Input
	Id    float64 // impairment by delay
	IeEff float64 // impairment by coding and loss
	R     float64
	MOS   float64
}

// base is R with every other parameter at its default (G.107 table 2):
// Ro - Is, with A = 0.
const base = 93.2

// Estimate computes the rating. Inputs out of range are brought into it.
func Estimate(in Input) Result {
	in.Loss = min(1, max(0, in.Loss))
	in.Burst = max(1, in.Burst)
	in.OneWay = max(0, in.OneWay)
	r := Result{Input: in, Id: delay(in.OneWay), IeEff: equipment(in)}
	r.R = max(0, base-r.Id-r.IeEff)
	r.MOS = MOS(r.R)
	return r
}

// equipment is G.107 equation 7-29.
func equipment(in Input) float64 {
	ppl := in.Loss * 100
	return in.Codec.Ie + (95-in.Codec.Ie)*ppl/(ppl/in.Burst+in.Codec.Bpl)
}

// delay is Idd, G.107 equations 7-27 and 7-28 with the default sT = 1 and
// mT = 100 ms; echo is the handsets' affair and taken as cancelled, so Idte
// and Idle are left at their values for a perfect path.
func delay(d time.Duration) float64 {
	ta := float64(d) / float64(time.Millisecond)
	if ta <= 100 {
		return 0
	}
	x := math.Log2(ta / 100)
	return 25 * (math.Pow(1+math.Pow(x, 6), 1.0/6) - 3*math.Pow(1+math.Pow(x/3, 6), 1.0/6) + 2)
}

// MOS converts a rating (G.107 annex B).
func MOS(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	return max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)
}
