package call

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/actor"
	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// regroup moves a third party that was merged into the conference, by the agent or because the agent left it there.
func (c *Call) regroup(from fsm.State) {
	joined := c.state.Outside > from.Outside || c.state.Seats > from.Seats
	if c.third != nil && c.state.Third == fsm.PartyNone && joined {
		c.merged = append(c.merged, c.third)
		c.third = nil
	}
}

// others are the parties besides caller and agent: who is asked, and who was merged.
func (c *Call) others() []*party {
	if c.third == nil {
		return slices.Clone(c.merged)
	}
	return slices.Concat([]*party{c.third}, c.merged)
}

// asked is the party whose seat has this offer on its desk.
func (c *Call) asked(offer string) *party {
	if c.third != nil && c.third.offer == offer && offer != "" {
		return c.third
	}
	return nil
}

// consult begins to ask a third party; blind hands the call over unseen.
func (c *Call) consult(by Seat, target, reason string, blind bool) *wire.Ack {
	t, no := c.ex.Floor.Find(by, target)
	p, no := c.target(t, no)
	if no != nil {
		return no
	}
	if p.kind == fsm.PartyNone { // a group: somebody of it, who can let the call come back
		p, no = c.someone(by, group{target: target})
		switch {
		case no != nil && no.Code == wire.CodeBusy && blind:
			return c.toLine(by, t, reason)
		case no != nil:
			return no
		}
	}
	if blind && p.seat != nil && p.seat.Mentored() {
		return wire.Refusal(wire.CodeForbidden, p.who+"在带教上线，不接盲转，没有转；请先咨询，再转交，转交后在旁边听")
	}
	kind := fsm.EventConsult
	if blind {
		kind = fsm.EventTransfer
	}
	if !fsm.Possible(c.state, kind) {
		return impossible
	}
	c.third, p.asker = p, by
	c.flow.from, c.flow.context = by.Title(), reason
	if err := c.happen(fsm.Event{Kind: kind, Party: p.kind}, p.who); err != nil {
		c.third = nil
		return impossible
	}
	return wire.Done()
}

// target is the party to ask, or why there is none.
func (c *Call) target(t Target, no *wire.Ack) (*party, *wire.Ack) {
	if no != nil {
		return nil, no
	}
	return &party{id: t.ID, kind: t.Kind, role: "target", target: t.Name, who: t.Who, seat: t.Seat, dialling: dialling{plain: t.Plain}}, nil
}

// dialThird calls the party that is to be asked.
func (c *Call) dialThird() {
	p := c.third
	p.since = c.ex.Now()
	if p.kind == fsm.PartySeat {
		c.offerThird(p)
		return
	}
	c.ringIn(p)
	ctx, stop := context.WithCancel(c.life)
	p.stop = stop
	c.side(func() {
		defer stop()
		leg, err := c.ex.Trunk.Dial(ctx, strings.TrimPrefix(p.target, "number:"), c.ex.Limits.Of(fsm.StateConsultDial), func(came Progress) {
			c.box.Put(c.life, func() { c.thirdComes(p, came) })
		})
		c.box.Put(c.life, func() { c.thirdLine(p, leg, err) })
	})
}

// offerThird asks another seat: a pop as for any call, with who asks and why.
func (c *Call) offerThird(p *party) {
	p.offer = store.NewID(c.ex.Now())
	kind := "consult"
	if c.state.Phase == fsm.StateTransferring {
		kind = "transfer"
	}
	ring := c.ex.Limits.Of(fsm.StateRinging)
	p.seat.Offer(wire.Offer{
		ID: p.offer, CallID: c.id, Kind: kind, From: c.flow.from, Note: c.flow.context, Caller: c.callerView(), Expires: c.ex.Now().Add(ring),
	}, c)
	offer := p.offer
	c.after(c.ex.Limits.Of(fsm.StateOffered), func() {
		if p.offer == offer {
			c.ringThird(p)
		}
	})
	c.after(ring, func() {
		if p.offer == offer {
			c.thirdFailed(p, outNoAnswer)
		}
	})
}

// ringThird lets the offer ring at the seat that is asked, and the agent hear it.
func (c *Call) ringThird(p *party) {
	p.seat.Ring(p.offer)
	p.rings = true
	c.setSound()
}

// after does f later, unless the call has ended.
func (c *Call) after(d time.Duration, f func()) {
	c.beside(func(ctx context.Context) func() {
		if !actor.Pause(ctx, d) {
			return nil
		}
		return f
	})
}

// thirdTakes is a seat that answers the asking.
func (c *Call) thirdTakes(p *party, stale *wire.Ack) *wire.Ack {
	if !fsm.Possible(c.state, fsm.EventThirdAccepted) {
		return stale
	}
	p.offer = ""
	c.enter(p, agent.EventAnswer)
	c.try(fsm.EventThirdAccepted, p.who)
	return wire.Done()
}

// thirdComes lets the agent hear the network, or that it rings where the network
// is silent.
func (c *Call) thirdComes(p *party, came Progress) {
	if c.third != p {
		return
	}
	p.rings = true
	if came.Leg != nil {
		c.enterOutside(p, came.Leg)
		return
	}
	c.setSound()
}

// enterOutside puts a telephone into the room before it has answered: the
// agent hears the network.
func (c *Call) enterOutside(p *party, l Leg) {
	if c.third != p || p.inside {
		return
	}
	p.leg = l
	p.since = c.ex.Now()
	port := c.room.Join(p.id, conf.Rest, l)
	p.inside = true
	l.OnPacket(func(pkt *rtp.Packet, at time.Time) { port.Receive(pkt, at) })
	l.OnKey(func(key byte, _ time.Time) { c.box.Post(func() { c.thirdKey(p, key) }) })
	sealed, _ := c.ex.Keys.Phone(strings.TrimPrefix(p.target, "number:"))
	c.addLeg(store.Leg{ID: c.legID(p.id + "@" + p.since.Format("150405.000")), Role: p.role, Party: sealed, From: p.since})
	c.setSound()
}

// thirdLine is how the dialling of an outside party ended.
func (c *Call) thirdLine(p *party, l Leg, err error) {
	if c.third != p {
		if l != nil {
			_ = l.Hangup(trunk.CauseNormal)
		}
		return
	}
	if err != nil {
		c.thirdFailed(p, dialOutcome(err))
		return
	}
	c.enterOutside(p, l)
	c.beside(func(ctx context.Context) func() {
		select {
		case <-l.Done():
		case <-ctx.Done():
			return nil
		}
		return func() { c.partyGone(p, lineOutcome(l.End())) }
	})
	p.answered = true
	c.try(fsm.EventThirdAnswered, p.who)
}

const askTimes = 3 // how often an outside party hears who calls

// askThird says who calls and waits for key 1: an answering machine takes no
// caller over.
func (c *Call) askThird() { c.askAgain(c.third, askTimes) }

func (c *Call) askAgain(p *party, left int) {
	if left == 0 {
		c.thirdFailed(p, outUnconfirmed)
		return
	}
	c.play(p.id, c.ex.Prompts.Say("third_accept", nil), func(finished bool) {
		if c.third != p || !finished {
			return
		}
		c.after(2*time.Second, func() {
			if c.third == p && !p.accepted {
				c.askAgain(p, left-1)
			}
		})
	})
}

// thirdKey is a key of an outside party.
func (c *Call) thirdKey(p *party, key byte) {
	if c.third != p || p.accepted || key != '1' {
		return
	}
	if !fsm.Possible(c.state, fsm.EventThirdAccepted) {
		return
	}
	c.accept(p, p.who)
}

// accept ends the asking: an outside party takes the call.
func (c *Call) accept(p *party, why string) {
	p.accepted = true
	c.hush(p.id)
	c.try(fsm.EventThirdAccepted, why)
}

// asking tells whether an outside party has answered, is asked for the key, and is heard by the agent.
func (c *Call) asking() bool {
	return c.state.Phase == fsm.StateConsultDial && c.third != nil && c.third.answered && !c.third.accepted
}

// acceptMenu takes an outside party that the agent hears as it is: a menu presses no key.
func (c *Call) acceptMenu() *wire.Ack {
	if !c.asking() {
		return impossible
	}
	c.accept(c.third, c.third.who+"，由坐席接通")
	return wire.Done()
}

// thirdFailed brings the caller back to the agent, with what happened, where nobody else of the group is to be asked.
func (c *Call) thirdFailed(p *party, o outcome) {
	if c.third != p || c.askNext(p, o) {
		return
	}
	c.flow.result = verdict{p.who, o}
	c.log.Info("third party not reached", "outcome", o.key, "code", string(o.code))
	c.try(fsm.EventThirdFailed, c.flow.result.String())
}

// partyGone is a third party that left: asked, consulted or merged.
func (c *Call) partyGone(p *party, how outcome) {
	if c.third == p {
		c.flow.result = verdict{p.who, how}
		c.try(fsm.EventThirdHangup, c.flow.result.String())
		return
	}
	if !slices.Contains(c.merged, p) {
		return
	}
	kind := fsm.EventMemberGone
	if how.key == outSilent.key && fsm.Possible(c.state, fsm.EventMemberDead) {
		kind = fsm.EventMemberDead
		c.flow.sorry = c.ex.Prompts.Say("line_dead", nil)
	}
	c.flow.leaving, c.flow.result = p, verdict{p.who, how}
	_ = c.happen(fsm.Event{Kind: kind, Party: p.kind}, c.flow.result.String())
	c.flow.leaving, c.flow.sorry = nil, nil // nothing to say to a caller who has others
}

// dropThird lets the party go that is being asked.
func (c *Call) dropThird(why fsm.Kind) {
	if c.third == nil {
		return
	}
	c.letGo(c.third, why.Label())
	c.third = nil
}

// dropMember lets the merged party go that the event means.
func (c *Call) dropMember() {
	if p := c.flow.leaving; p != nil {
		c.letGo(p, "离开")
		c.merged = slices.DeleteFunc(c.merged, func(q *party) bool { return q == p })
	}
}

// letGo ends a party's part, whatever it had come to.
func (c *Call) letGo(p *party, why string) {
	if p.stop != nil {
		p.stop()
	}
	if p.offer != "" {
		how := GoneAway
		if c.flow.result.key == outNoAnswer.key {
			how = GoneTimeout // it rang out, as it would have for a waiting caller
		}
		p.seat.Withdraw(p.offer, how)
		p.offer = ""
	}
	wasInside := p.inside
	c.leave(p, why)
	switch {
	case p.leg != nil:
		leg := p.leg
		c.beside(func(context.Context) func() { _ = leg.Hangup(trunk.CauseNormal); return nil })
	case p.seat != nil && wasInside:
		c.flow.wraps++
		p.seat.Release(c, c.viewFor(p, true), c.ex.Now().Sub(p.since))
	}
}
