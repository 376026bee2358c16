// Package netem is a bad network that needs no rights of its own: a relay
// between two UDP programs that delays, loses, doubles, reorders and cuts what
// passes. Tests and benchmarks use it; nothing of the product does. It promises
// that the n-th voice packet of a flow meets the same fate in every run with
// the same seed, however many packets of other kinds pass between, and that
// Close leaves no goroutine.
package netem

import "time"

// Profile is how bad one direction is. The zero value is a perfect line.
type Profile struct {
	Delay     time.Duration // of every packet
	Jitter    time.Duration // on top, even between nothing and this
	Loss      float64       // share of packets, 0 to 1
	Burst     float64       // mean length of a run of losses; up to 1: each by itself
	Duplicate float64       // share of packets that come twice
	Reorder   float64       // share of packets that overtake those before: they skip Delay and Jitter
	InOrder   bool          // jitter never reorders
	Pipe      *Pipe         // shared with other flows; nil: as wide as can be
	NoReports bool          // RTCP does not pass: neither end learns from the other how bad the line is
}

// Direction of a packet through a relay.
type Direction int

// Up is from whoever speaks first to the target, Down is back.
const (
	Up Direction = iota
	Down
)

// Stats of one direction.
type Stats struct {
	Packets, Lost, Doubled, Late int
	// Voice counts packets by RTP payload type. Its header is readable even
	// where the payload is encrypted.
	Voice [128]int
}

// The kinds of packets that are counted, and therefore judged, apart: how often
// the others come depends on the machine.
const (
	voice = iota
	reports
	others
	kinds
)

// kindOf sorts by the first bytes as RFC 7983 and RFC 5761 do.
func kindOf(p []byte) int {
	if len(p) < 12 || p[0]>>6 != 2 {
		return others
	}
	if p[1] >= 192 && p[1] <= 223 {
		return reports
	}
	return voice
}

// What chance is asked for, so that one answer does not depend on another.
const (
	forLoss = iota + 1
	forJitter
	forDouble
	forReorder
)

// dice gives a number in [0,1) that depends on nothing but its arguments.
func dice(seed, flow uint64, n uint64, what uint64) float64 {
	z := seed*0x9E3779B97F4A7C15 + flow*0xD1B54A32D192ED03 + n*0x8CB92BA72F3D8DD7 + what*0xA24BAED4963EE407
	// The finaliser of splitmix64.
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}

// judge decides about the packets of one direction of one flow.
type judge struct {
	flow   uint64
	terms  *terms
	count  [kinds]uint64
	losing [kinds]bool // in a run of losses
	last   time.Time   // when the latest packet is due
}

// terms are what a judge goes by; new ones begin the dice anew.
type terms struct {
	Profile
	seed uint64
}

// sentence is what happens to a packet.
type sentence struct {
	lost, double, late bool
	due                time.Time
}

// decide is called for every packet, in the order of arrival.
func (j *judge) decide(t *terms, kind, size int, now time.Time) sentence {
	if t != j.terms {
		*j = judge{flow: j.flow, terms: t, last: j.last}
	}
	p := t.Profile
	n := j.count[kind]
	j.count[kind]++
	roll := func(what uint64) float64 { return dice(t.seed, j.flow*kinds+uint64(kind), n, what) }
	s := sentence{lost: j.loses(p, kind, roll(forLoss)), double: roll(forDouble) < p.Duplicate}
	s.lost = s.lost || kind == reports && p.NoReports
	s.lost = s.lost || p.Pipe != nil && !p.Pipe.Takes(now)
	if !s.lost && p.Pipe != nil {
		now = p.Pipe.Through(size+datagram, now)
	}
	s.due = now
	if roll(forReorder) >= p.Reorder {
		s.due = now.Add(p.Delay + time.Duration(roll(forJitter)*float64(p.Jitter)))
	}
	if s.lost {
		return s
	}
	if s.due.Before(j.last) {
		if p.InOrder {
			s.due = j.last
		} else {
			s.late = true
		}
	}
	if s.due.After(j.last) {
		j.last = s.due
	}
	return s
}

// loses is a chain of two states where losses come in runs (Gilbert 1960),
// with the wanted share and mean length.
func (j *judge) loses(p Profile, kind int, u float64) bool {
	if p.Burst <= 1 {
		return u < p.Loss
	}
	end := 1 / p.Burst
	begin := p.Loss * end / max(1e-9, 1-p.Loss)
	if j.losing[kind] {
		j.losing[kind] = u >= end
	} else {
		j.losing[kind] = u < begin
	}
	return j.losing[kind]
}
