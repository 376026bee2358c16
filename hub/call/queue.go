package call

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/acd"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/region"
	"zuoxi/wire"
)

// offer is a seat that is asked to take the call.
type offer struct {
	id    string
	epoch uint64
	seat  Seat
	sent  time.Time
}

// routed sends the caller where the menu ended.
func (c *Call) routed(r Route) {
	c.caller.region, c.caller.regionBy, c.caller.subject = r.Region, r.RegionBy, r.Subject
	c.caller.keys, c.caller.priority = r.Keys, r.Priority
	if r.Place != "" {
		c.caller.place = r.Place
	}
	kind := map[Wish]fsm.Kind{
		WishQueue: fsm.EventToQueue, WishVoicemail: fsm.EventToVoicemail, WishCallback: fsm.EventToCallback,
	}[r.To]
	if kind == "" {
		kind = fsm.EventMenuDone
	}
	c.try(kind, r.Why)
}

// joinQueue puts the call into the line, at the place of its first entry. One
// that lost its seat goes before everybody, and to the same seat if it can.
func (c *Call) joinQueue(head bool) {
	prefer := c.caller.last
	if c.flow.offer != nil {
		c.flow.refused[c.flow.offer.seat.No()] = true
	}
	if head {
		c.flow.returned = true
		c.flow.refused = map[string]bool{}
		if c.flow.lostSeat != "" && c.flow.last != nil {
			c.flow.from, c.flow.context = c.flow.last.who, c.flow.paper.whereabouts()
		}
	}
	if c.flow.returned && c.flow.last != nil {
		prefer = c.flow.last.seat.No()
	}
	c.ex.Queue.Enter(acd.Waiting{
		ID: c.id, Region: region.Name(c.caller.region), Subject: c.caller.subject, Priority: c.caller.priority,
		Entered: c.facts.times.Queue, Returned: c.flow.returned, Preferred: prefer,
		Refused: slices.Sorted(maps.Keys(c.flow.refused)),
	})
	if c.flow.waits {
		return
	}
	if c.flow.stop != nil { // cut short while it asked for a number: the keys still to come are not for the line
		c.flow.sorry = c.ex.Prompts.Say("queue_wait", nil)
	}
	c.waitGuided()
}

// waitGuided tells position and estimate, and hears whether the caller wants
// to go elsewhere. It goes on while seats are asked.
func (c *Call) waitGuided() {
	place := func(ctx context.Context) Place { return c.ex.Queue.Place(ctx, c.id) }
	sorry := c.flow.sorry
	c.flow.sorry = nil
	c.guided(func(ctx context.Context, e Ear) func() {
		if len(sorry) > 0 {
			_ = e.Play(ctx, sorry) // one that is interrupted ends the waiting too
			drain(e.Keys())
		}
		wish := c.ex.Guide.Wait(ctx, e, c.visit(), place)
		return func() { c.wished(wish) }
	})
	c.flow.waits = true
}

// drain drops keys that nothing asked for.
func drain(keys <-chan byte) {
	for {
		select {
		case <-keys:
		default:
			return
		}
	}
}

// wished carries out what a waiting caller chose. While a seat is being asked
// the choice waits: an answer is better than a message.
func (c *Call) wished(w Wish) {
	if c.state.Phase != fsm.StateQueued {
		c.flow.wish = w
		return
	}
	c.flow.wish = WishNone
	switch w {
	case WishVoicemail:
		c.try(fsm.EventToVoicemail, "来电人选择留言")
	case WishCallback:
		c.try(fsm.EventToCallback, "来电人选择回电")
	case WishEnd:
		c.try(fsm.EventToVoicemail, "排队结束")
	default:
		c.waitGuided()
	}
}

func (c *Call) leaveQueue() {
	c.ex.Queue.Leave(c.id)
	c.unguide()
}

// widen tells the caller that the whole province is asked now; the queue has
// widened its search by itself.
func (c *Call) widen() {
	if c.flow.playing[callerLeg] == music {
		c.hush(callerLeg)
		c.play(callerLeg, c.ex.Prompts.Say("overflow", nil), nil)
	}
}

// Overflowed is called by the queue: seats of the province count from now on.
func (c *Call) Overflowed() {
	c.box.Post(func() {
		if c.state.Phase == fsm.StateQueued {
			c.try(fsm.EventOverflow, "等候超过限时")
		}
	})
}

// Assigned is called by the queue: this seat, for this reason. epoch grows with
// each decision. False: the call has ended or hangs, and is to leave the line.
func (c *Call) Assigned(seat string, epoch uint64, why string) bool {
	return c.box.Post(func() {
		s, known := c.ex.Floor.Seat(seat)
		if !known || !fsm.Possible(c.state, fsm.EventOffer) {
			c.ex.Queue.Leave(c.id)
			if c.state.Phase == fsm.StateQueued {
				c.joinQueue(false)
			}
			return
		}
		c.flow.offer = &offer{id: store.NewID(c.ex.Now()), epoch: epoch, seat: s, sent: c.ex.Now()}
		c.try(fsm.EventOffer, s.Title()+"："+why)
	})
}

// sendOffer pushes the pop to the chosen seat before anything rings.
func (c *Call) sendOffer() {
	o := c.flow.offer
	kind := "inbound"
	switch {
	case c.flow.returned:
		kind = "returned"
	case c.flow.from != "":
		kind = "transfer"
	}
	o.seat.Offer(wire.Offer{
		ID: o.id, CallID: c.id, Epoch: o.epoch, Kind: kind, From: c.flow.from, Note: c.flow.context, Caller: c.callerView(),
		Expires: c.ex.Now().Add(c.ex.Limits.Of(fsm.StateOffered) + c.ex.Limits.Of(fsm.StateRinging)),
	}, c)
}

// withdraw takes the offer from the seat, telling it how it went.
func (c *Call) withdraw(why fsm.Kind) {
	if c.flow.offer == nil {
		return
	}
	how := GoneAway
	if why == fsm.EventDeadline {
		how = GoneTimeout
	}
	c.flow.offer.seat.Withdraw(c.flow.offer.id, how)
}

// offerNext forgets the seat that did not take the call; joinQueue has told
// the line of it.
func (c *Call) offerNext() {
	c.flow.offer = nil
	c.next(func() {
		if c.state.Phase == fsm.StateQueued && c.flow.wish != WishNone {
			c.wished(c.flow.wish)
		}
	})
}

// OfferShown is called by a seat that drew the pop.
func (c *Call) OfferShown(id string) {
	c.box.Post(func() {
		if c.flow.offer != nil && c.flow.offer.id == id {
			c.ex.Meter.Shown(c.ex.Now().Sub(c.flow.offer.sent))
			c.try(fsm.EventOfferDrawn, "")
		} else if p := c.asked(id); p != nil {
			c.ringThird(p)
		}
	})
}

var offerWhy = map[agent.Kind]string{
	agent.EventReject: "坐席拒接", agent.EventOfferGone: "坐席当时不能接", agent.EventForceBusy: "班长置忙", agent.EventForceSignOut: "班长签出",
	agent.EventMediaFailed: "话路异常", agent.EventLinkLost: "坐席断线", agent.EventRingTimeout: "振铃无人接听",
}

// OfferBack is called by a seat that does not take the call; said is the reason
// that the agent gave.
func (c *Call) OfferBack(id, no string, why agent.Kind, said string) {
	c.box.Post(func() {
		text := no + " " + cmp.Or(said, offerWhy[why])
		if p := c.asked(id); p != nil {
			p.offer = ""
			c.thirdFailed(p, seatOutcome(why))
			return
		}
		if c.flow.offer == nil || c.flow.offer.id != id {
			return
		}
		kind := fsm.EventOfferGone
		switch why {
		case agent.EventReject:
			kind = fsm.EventReject
		case agent.EventLinkLost:
			kind = fsm.EventSeatLost
		}
		c.try(kind, text)
	})
}

// Take is called by a seat that answers: the offer that was drawn, or nothing.
func (c *Call) Take(s Seat, id string, reply func(*wire.Ack)) {
	ok := c.box.Post(func() {
		stale := wire.Refusal(wire.CodeStale, "来电人已挂机或已转走，没有接通；请等待下一通")
		if p := c.asked(id); p != nil {
			reply(c.thirdTakes(p, stale))
			return
		}
		if c.flow.offer == nil || c.flow.offer.id != id || c.flow.offer.seat != s {
			reply(stale)
			return
		}
		if c.state.Phase == fsm.StateOffered {
			c.try(fsm.EventOfferDrawn, "")
		}
		if !fsm.Possible(c.state, fsm.EventAnswer) {
			reply(stale)
			return
		}
		c.unguide()
		c.flow.wish = WishNone // an answer was better: it is not for the next time in the line
		drain(c.flow.keys)
		c.desk = c.seatParty(s)
		c.flow.offer = nil
		c.enter(c.desk, agent.EventAnswer)
		c.entrust()
		if c.facts.times.Answer.IsZero() {
			c.facts.times.Answer = c.ex.Now()
		}
		c.try(fsm.EventAnswer, s.Title())
		reply(wire.Done())
	})
	if !ok {
		reply(wire.Refusal(wire.CodeStale, "来电人已挂机，没有接通；请等待下一通"))
	}
}
