package exam

import "slices"

// Mood is how a caller speaks, compared with the voice as it was rendered.
type Mood struct {
	Speed float64 // times as fast
	Pitch float64 // semitones
	Level float64 // dB
}

// Moods are the moods that a script may name.
var Moods = map[string]Mood{
	"calm": {1, 0, 0}, "anxious": {1.12, 1, 1}, "angry": {1.18, 2, 4}, "tearful": {0.92, 2.5, -2}, "tired": {0.9, -1, -4}, "slow": {0.84, -0.5, 0},
}

// Noises are what may be around a caller.
var Noises = []string{"street", "babble"}

// Bounds of what is around a caller: beyond them nobody can examine by what was understood.
const (
	leastSNR, mostSNR = 3, 40
	mostLoss          = 20
	leastBand         = 1500
	mostBand          = 4000
)

// Mood is how the caller speaks in a state.
func (sc *Scenario) Mood(state string) Mood {
	name := sc.Caller.Mood
	if n, ok := sc.node(state); ok && n.Mood != "" {
		name = n.Mood
	}
	if m, ok := Moods[name]; ok {
		return m
	}
	return Moods["calm"]
}

// sounds checks how the caller speaks, and from where.
func (c *checker) sounds() {
	mood := func(at, name string) {
		if _, ok := Moods[name]; name != "" && !ok {
			c.faultAt(at, "there is no mood %q", name)
		}
	}
	mood("caller", c.sc.Caller.Mood)
	for _, n := range c.sc.Nodes {
		mood(n.ID, n.Mood)
	}
	a := c.sc.Caller.Around
	switch {
	case a.Noise != "" && !slices.Contains(Noises, a.Noise):
		c.faultAt("caller", "there is no noise %q", a.Noise)
	case a.Noise != "" && (a.SNR < leastSNR || a.SNR > mostSNR):
		c.faultAt("caller", "snr_db %g is not between %d and %d", a.SNR, leastSNR, mostSNR)
	case a.Loss < 0 || a.Loss > mostLoss:
		c.faultAt("caller", "loss_pct %g is not between 0 and %d", a.Loss, mostLoss)
	case a.Band != 0 && (a.Band < leastBand || a.Band > mostBand):
		c.faultAt("caller", "band_hz %g is not between %d and %d", a.Band, leastBand, mostBand)
	}
}
