package call

import (
	"slices"

	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// group is the skill group that an asked seat was chosen from, and who of it was asked before.
type group struct {
	target string // group:…; empty: the seat itself was meant
	asked  []string
}

// someone is the seat of a group to ask, or why there is none.
func (c *Call) someone(by Seat, g group) (*party, *wire.Ack) {
	p, no := c.target(c.ex.Floor.OneOf(by, g.target, g.asked))
	if no == nil {
		p.asker, p.of = by, g
	}
	return p, no
}

// askNext asks the next seat of the group in place of one that does not take the call; false when nobody is left. How long
// that goes on is the limit of the state: the caller waits no longer for a group than for a telephone.
func (c *Call) askNext(p *party, how outcome) bool {
	if p.of.target == "" || c.state.Phase.Owner() != fsm.OwnerThird {
		return false
	}
	next, no := c.someone(p.asker, group{p.of.target, append(slices.Clone(p.of.asked), p.seat.No())})
	if no != nil {
		return false
	}
	c.flow.result = verdict{p.who, how}
	c.remark("third_next", c.flow.result.String()+"，改请 "+next.who, nil)
	c.letGo(p, how.text)
	c.flow.result = verdict{}
	c.third = next
	c.dialThird()
	c.setSound()
	return true
}

// toLine lets the caller wait for a group of which nobody is free, at the place of the first entry: nobody who was handed
// on waits behind those who came later. The seat that hands over is done with them.
func (c *Call) toLine(by Seat, t Target, reason string) *wire.Ack {
	if !fsm.Possible(c.state, fsm.EventToQueue) {
		return impossible
	}
	if t.Region != "" {
		c.caller.region, c.caller.regionBy = t.Region, "agent"
	}
	if t.Subject != "" {
		c.caller.subject = t.Subject
	}
	c.flow.refused, c.flow.returned, c.flow.lostSeat = map[string]bool{by.No(): true}, false, ""
	c.flow.from, c.flow.context = by.Title(), reason
	c.flow.sorry = c.ex.Prompts.Say("queue_wait", nil)
	c.try(fsm.EventToQueue, by.Title()+" 转给 "+t.Who+"，没有空闲坐席")
	by.Alert("info", t.Who+"没有空闲坐席 · 来电人已转入排队，按原来的先后等候 · "+c.flow.paper.left(by, true), c.id)
	return wire.Done()
}
