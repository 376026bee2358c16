package call

import "zuoxi/hub/store"

// counted tells the board what has become of the call since it was told last.
func (c *Call) counted() {
	t := c.facts.times
	c.reach(Arrived, true)
	c.reach(Queued, !t.Queue.IsZero())
	c.reach(Answered, !t.Queue.IsZero() && !t.Bridge.IsZero())
}

func (c *Call) reach(m Milestone, reached bool) {
	if c.state.Outbound || !reached || c.flow.told&(1<<m) != 0 {
		return
	}
	c.flow.told |= 1 << m
	c.ex.Board.Reached(m, c.figures())
}

func (c *Call) figures() Figures {
	return Figures{At: c.ex.Now(), Origin: c.origin(), District: c.district(), Subject: c.caller.subject, Times: c.facts.times}
}

// boarded tells the board how the call ended.
func (c *Call) boarded(out store.Outcome) {
	if c.state.Outbound {
		return
	}
	f := c.figures()
	f.Outcome = out
	c.ex.Board.Reached(Ended, f)
}
