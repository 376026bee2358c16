package call

import (
	"context"
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
	Desk  string   // the seat that answers for it
	Seats []string // in its room
	Ears  []string // who hears whom because somebody listens in: listener<speaker
}

// Inside asks the call; false when it has ended.
func (c *Call) Inside(ctx context.Context) (Inside, bool) {
	return actor.Ask(ctx, c.box, func() Inside {
		in := Inside{Phase: c.state.Phase, Since: c.clock.since, Desk: c.deskNo()}
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
