package call

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zuoxi/hub/actor"
	fsm "zuoxi/rules/call"
)

// Inside is what a call looks like from inside at a moment: what must be true
// of all calls together is checked on it.
type Inside struct {
	Phase fsm.Phase
	Since time.Time
	Due   time.Time // when the state is ended, or somebody reminded
	Desk  string    // the seat that answers for it
	Seats []string  // in its room
	Sound []string  // who hears whom, and who hears music: listener<speaker
	Ears  []string  // who hears whom because somebody listens in: listener<speaker
	Awry  string    // how the parties that are there differ from what the machine counts
}

// Inside asks the call; false when it has ended.
func (c *Call) Inside(ctx context.Context) (Inside, bool) {
	return actor.Ask(ctx, c.box, func() Inside {
		in := Inside{Phase: c.state.Phase, Since: c.clock.since, Due: c.clock.due, Desk: c.deskNo(), Sound: c.sounds(), Awry: c.awry()}
		for _, p := range append([]*party{c.desk, c.third}, c.merged...) {
			if p != nil && p.seat != nil && p.inside {
				in.Seats = append(in.Seats, p.seat.No())
			}
		}
		hear := map[[2]string]bool{}
		c.earPaths(hear)
		for who, on := range hear {
			if on {
				in.Ears = append(in.Ears, who[0]+"<"+who[1])
			}
		}
		slices.Sort(in.Ears)
		return in
	})
}

// sounds is what the mixer was set to.
func (c *Call) sounds() []string {
	var out []string
	for _, l := range c.room.Legs() {
		for _, s := range c.room.Hears(l) {
			out = append(out, l+"<"+s)
		}
		if c.flow.playing[l] == music {
			out = append(out, l+"<"+music)
		}
	}
	return out
}

// awry compares the parties of the call with the machine's count of them.
func (c *Call) awry() string {
	count := map[fsm.Party]uint8{}
	for _, p := range c.merged {
		count[p.kind]++
	}
	third := fsm.PartyNone
	if c.third != nil {
		third = c.third.kind
	}
	if count[fsm.PartySeat] == c.state.Seats && count[fsm.PartyOutside] == c.state.Outside && third == c.state.Third &&
		(c.desk != nil) == c.state.Phase.SeatBound() {
		return ""
	}
	return fmt.Sprintf("asked %q, merged %v, desk %q in %+v", third, count, c.deskNo(), c.state)
}
