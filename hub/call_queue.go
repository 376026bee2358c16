package hub

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"zuoxi/hub/queue"
	"zuoxi/hub/store"
	"zuoxi/rules/acd"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// offer is a seat that is asked to take the call.
type offer struct {
	id    string
	epoch uint64
	seat  *seat
	sent  time.Time
}

// routed sends the caller where the menu ended.
func (c *call) routed(r Route) {
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
func (c *call) joinQueue(head bool) {
	prefer := c.caller.last
	if c.flow.offer != nil {
		c.flow.refused[c.flow.offer.seat.no] = true
	}
	if head {
		c.flow.returned = true
		c.flow.refused = map[string]bool{}
	}
	if c.flow.returned && c.flow.lostSeat != "" {
		prefer = c.flow.lostSeat
	}
	c.hub.queue.Enter(acd.Waiting{
		ID: c.id, Region: c.caller.region, Subject: c.caller.subject, Priority: c.caller.priority,
		Entered: c.facts.times.Queue, Returned: c.flow.returned, Preferred: prefer,
		Refused: slices.Sorted(maps.Keys(c.flow.refused)),
	})
	if c.flow.stop == nil {
		c.waitGuided()
	}
}

// waitGuided tells position and estimate, and hears whether the caller wants
// to go elsewhere. It goes on while seats are asked.
func (c *call) waitGuided() {
	place := func(ctx context.Context) queue.Place {
		p, _ := c.hub.queue.Place(ctx, c.id)
		return p
	}
	c.guided(func(ctx context.Context, e Ear) func() {
		wish := c.hub.guide.Wait(ctx, e, c.visit(), place)
		return func() { c.wished(wish) }
	})
}

// wished carries out what a waiting caller chose. While a seat is being asked
// the choice waits: an answer is better than a message.
func (c *call) wished(w Wish) {
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

func (c *call) leaveQueue() {
	c.hub.queue.Leave(c.id)
	c.unguide()
}

// widen tells the caller that the whole province is asked now; the queue has
// widened its search by itself.
func (c *call) widen() {
	if c.flow.playing[callerLeg] == music {
		c.hush(callerLeg)
		c.play(callerLeg, c.hub.prompts.Say("overflow", nil), nil)
	}
}

// overflowed is called by the queue.
func (c *call) overflowed() {
	c.box.Post(func() {
		if c.state.Phase == fsm.StateQueued {
			c.try(fsm.EventOverflow, "等候超过限时")
		}
	})
}

// assigned is called by the queue: this seat, for this reason.
func (c *call) assigned(o queue.Offer) {
	ok := c.box.Post(func() {
		s, known := c.hub.seats.Get(o.Seat)
		if !known || !fsm.Possible(c.state, fsm.EventOffer) {
			c.hub.queue.Leave(c.id)
			if c.state.Phase == fsm.StateQueued {
				c.joinQueue(false)
			}
			return
		}
		c.flow.offer = &offer{id: store.NewID(c.hub.now()), epoch: o.Epoch, seat: s, sent: c.hub.now()}
		c.try(fsm.EventOffer, s.title()+"："+o.Why.String())
	})
	if !ok {
		c.hub.queue.Leave(c.id)
	}
}

// sendOffer pushes the pop to the chosen seat before anything rings.
func (c *call) sendOffer() {
	o := c.flow.offer
	kind := "inbound"
	if c.flow.returned {
		kind = "returned"
	}
	o.seat.offerCall(wire.Offer{
		ID: o.id, CallID: c.id, Epoch: o.epoch, Kind: kind, From: c.flow.from, Note: c.flow.context, Caller: c.callerView(),
		Expires: c.hub.now().Add(c.hub.cfg.Limits.Of(fsm.StateOffered) + c.hub.cfg.Limits.Of(fsm.StateRinging)),
	}, c)
}

// withdraw takes the offer from the seat, telling it how it went.
func (c *call) withdraw(why fsm.Kind) {
	if c.flow.offer == nil {
		return
	}
	how := goneAway
	if why == fsm.EventDeadline {
		how = goneTimeout
	}
	c.flow.offer.seat.withdraw(c.flow.offer.id, how)
}

// offerNext forgets the seat that did not take the call; joinQueue has told
// the line of it.
func (c *call) offerNext() {
	c.flow.offer = nil
	c.next(func() {
		if c.state.Phase == fsm.StateQueued && c.flow.wish != WishNone {
			c.wished(c.flow.wish)
		}
	})
}

// offerShown is called by a seat that drew the pop.
func (c *call) offerShown(id string) {
	c.box.Post(func() {
		if c.flow.offer != nil && c.flow.offer.id == id {
			c.hub.meter.shown(c.hub.now().Sub(c.flow.offer.sent))
			c.try(fsm.EventOfferDrawn, "")
		} else if p := c.asked(id); p != nil {
			p.seat.ring(id)
		}
	})
}

var offerWhy = map[agent.Kind]string{
	agent.EventReject: "坐席拒接", agent.EventOfferGone: "坐席当时不能接", agent.EventForceBusy: "班长置忙", agent.EventForceSignOut: "班长签出",
	agent.EventMediaFailed: "话路异常", agent.EventLinkLost: "坐席断线", agent.EventRingTimeout: "振铃无人接听",
}

// offerBack is called by a seat that does not take the call; said is the reason
// that the agent gave.
func (c *call) offerBack(id, no string, why agent.Kind, said string) {
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

// take is called by a seat that answers: the offer that was drawn, or nothing.
func (c *call) take(s *seat, id string, reply func(*wire.Ack)) {
	ok := c.box.Post(func() {
		stale := refusal(wire.CodeStale, "来电人已挂机或已转走，没有接通；请等待下一通")
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
		c.desk = c.seatParty(s)
		c.flow.offer = nil
		c.enter(c.desk, agent.EventAnswer)
		s.entrust(c, c.flow.draft)
		if c.facts.times.Answer.IsZero() {
			c.facts.times.Answer = c.hub.now()
		}
		c.try(fsm.EventAnswer, s.title())
		reply(done())
	})
	if !ok {
		reply(refusal(wire.CodeStale, "来电人已挂机，没有接通；请等待下一通"))
	}
}
