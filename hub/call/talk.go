package call

import (
	"context"
	"slices"
	"time"

	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
)

// party is a leg besides the caller: the seat that answers for the call, who
// is asked, and who was merged.
type party struct {
	id     string // in the room, on the screen and in the store
	kind   fsm.Party
	role   string // agent, target
	target string // as the agent named it
	who    string // what people see
	seat   Seat
	leg    Leg
	offer  string // the offer on the asked seat's desk
	since  time.Time
	lostAt time.Time // when a seat that is gone was last heard; zero: it is there
	inside bool      // is in the room
	switches
	dialling
	// answered, accepted: an outside party took the call, and pressed the key.
	answered bool
	accepted bool
	stop     context.CancelFunc
}

// switches are what an agent did to a single party of a conference.
type switches struct{ muted, held bool }

func (c *Call) seatParty(s Seat) *party {
	return &party{
		id: "seat:" + s.No(), kind: fsm.PartySeat, role: "agent", who: s.Title(), seat: s, since: c.ex.Now(),
	}
}

// enter puts a seat into the room: its line is warm, so this is all that
// answering takes.
func (c *Call) enter(p *party, how agent.Kind) {
	p.since = c.ex.Now()
	c.attachVoice(p)
	p.seat.Attach(c, how)
	c.addLeg(store.Leg{ID: c.legID(p.id + "@" + p.since.Format("150405.000")), Role: p.role, Agent: p.seat.No(), From: p.since})
}

func (c *Call) attachVoice(p *party) {
	port := c.room.Join(p.id, conf.Rest, p.seat.Voice())
	p.seat.Voice().Plug(port)
	p.inside = true
}

// leave takes a party out of the room and closes its part in the log.
func (c *Call) leave(p *party, outcome string) {
	if !p.inside {
		return
	}
	p.inside = false
	c.missed(p)
	delete(c.flow.playing, p.id)
	c.room.Leave(p.id)
	c.scribe.EndLeg(c.legID(p.id+"@"+p.since.Format("150405.000")), c.ex.Now(), outcome)
}

// announce plays the agent's number to everybody: the caller must know it, and
// the agent must hear when it is over.
func (c *Call) announce() {
	c.unguide()
	sound := c.ex.Prompts.Say("agent_no", map[string]string{"number": c.desk.seat.No()})
	c.armAfter(lasts(sound)) // of its own: who is taken over from while announced is not waited for, nor heard out
	run := c.clock.run
	c.play(c.desk.id, sound, nil)
	for _, p := range c.merged {
		c.play(p.id, sound, nil)
	}
	c.play(callerLeg, sound, func(bool) {
		if c.clock.run == run {
			c.try(fsm.EventAnnounced, "")
		}
	})
}

// bridge is the moment from which both hear each other.
func (c *Call) bridge() {
	if c.facts.times.Bridge.IsZero() {
		c.facts.times.Bridge = c.ex.Now()
	}
	if c.facts.times.Answer.IsZero() {
		c.facts.times.Answer = c.facts.times.Bridge
	}
	c.facts.bridged = true
	if c.state.Phase != fsm.StateSeatLost { // a citizen who answers meanwhile has nobody yet
		c.flow.returned, c.flow.lostSeat = false, ""
	}
	if c.desk != nil {
		c.hush(c.desk.id)
		if hash := c.caller.sealed.Hash; len(hash) > 0 {
			c.ex.Met(hash, c)
		}
	}
	c.save()
}

// record starts the recording, or lets it go on.
func (c *Call) record() {
	if c.flow.tape == nil {
		c.startTape()
	}
}

// releaseSeat sends the seat that answers to its wrap-up.
func (c *Call) releaseSeat() {
	p := c.desk
	if p == nil {
		return
	}
	if c.facts.times.Release.IsZero() && !c.leavesOthers() {
		c.facts.times.Release = c.ex.Now()
	}
	c.leave(p, string(c.state.Phase))
	c.desk = nil
	c.flow.wraps++
	c.flow.last = p
	talked := time.Duration(0)
	if !c.facts.times.Bridge.IsZero() {
		talked = c.ex.Now().Sub(c.facts.times.Bridge)
	}
	view := c.viewFor(p, true)
	p.seat.Release(c, view, talked)
	c.ex.Queue.Handled(c.ex.Now().Sub(p.since))
}

// leavesOthers tells whether the caller goes on talking without the seat.
func (c *Call) leavesOthers() bool {
	switch c.state.Phase {
	case fsm.StateAnnouncing, fsm.StateOutside, fsm.StateThreeParty, fsm.StateQueued:
		return true
	}
	return false
}

// changeSeat makes the seat that accepted answer for the call.
func (c *Call) changeSeat() {
	if c.desk, c.flow.taker = c.flow.taker, nil; c.desk == nil {
		c.desk = c.heir()
	}
	if c.desk != nil {
		if !c.desk.lostAt.IsZero() {
			c.next(func() { c.try(fsm.EventSeatLost, "接手时已断线") })
		}
		c.desk.role, c.desk.switches = "agent", switches{}
		c.entrust()
		c.save()
		c.followEars()
	}
}

// heir takes the seat that goes on with the call out of those who stay: who was asked last, but nobody who is lost while
// another is there.
func (c *Call) heir() *party {
	stay := c.merged
	if c.third != nil && c.third.kind == fsm.PartySeat {
		stay, c.third = c.others(), nil
	}
	i := slices.IndexFunc(stay, func(p *party) bool { return p.kind == fsm.PartySeat && p.lostAt.IsZero() })
	if i < 0 {
		i = slices.IndexFunc(stay, func(p *party) bool { return p.kind == fsm.PartySeat })
	}
	if i < 0 {
		return nil
	}
	p := stay[i]
	c.merged = slices.Delete(slices.Clone(stay), i, i+1)
	return p
}

// startRating asks the caller for a grade. The agent does not hear of it.
func (c *Call) startRating() {
	c.facts.rating = store.RatingNoAnswer
	c.guided(func(ctx context.Context, e Ear) func() {
		grade := c.ex.Guide.Rating(ctx, e, c.visit())
		return func() {
			if grade != "" {
				c.facts.rating = grade
			}
			c.try(fsm.EventRated, "")
		}
	})
}

// goodbye says the wording that fits; close waits for it.
func (c *Call) goodbye() {
	name := "bye"
	switch c.state.Cause {
	case fsm.CauseAgent:
		name = "rating_thanks"
	case fsm.CauseShutdown, fsm.CauseTime:
		name = "sys_busy"
	case fsm.CauseDismissed:
		name = "dismissed"
	case fsm.CauseCallback:
		name = "callback_done"
	}
	c.flow.bye = c.ex.Prompts.Say(name, nil)
}

// close ends everything that is on the line. The recording and the log follow
// when the lines are down.
func (c *Call) close() {
	c.unguide()
	c.leaveQueue()
	if c.facts.times.Release.IsZero() {
		c.facts.times.Release = c.ex.Now()
	}
	c.save()
	if c.flow.undial != nil {
		c.stopDial() // its end is the end of the state
		return
	}
	if c.caller.leg == nil || c.callerDown() {
		c.next(func() { c.try(fsm.EventClosed, "") })
		return
	}
	if len(c.flow.bye) == 0 {
		c.hangup()
		return
	}
	c.armAfter(lasts(c.flow.bye)) // a centre's own goodbye may be longer than the limit
	c.play(callerLeg, c.flow.bye, func(bool) { c.hangup() })
}

func (c *Call) callerDown() bool {
	select {
	case <-c.caller.leg.Done():
		return true
	default:
		return false
	}
}

// hangup lets the caller's line go; its end is the end of the state.
func (c *Call) hangup() {
	leg := c.caller.leg
	c.beside(func(context.Context) func() {
		_ = leg.Hangup(trunk.CauseNormal) // a line that is down already
		return nil
	})
}

var enders = map[fsm.Kind]string{
	fsm.EventCallerHangup: "caller", fsm.EventTrunkFault: "trunk", fsm.EventDismiss: "agent", fsm.EventCancel: "agent",
	fsm.EventRelease: "agent", fsm.EventForceEnd: "lead", fsm.EventMemberGone: "third",
}

// ended notes who ended the call, once. The caller who hangs up in the rating
// was released by the agent.
func (c *Call) ended(e fsm.Event) {
	c.facts.cause = string(c.state.Cause)
	if c.state.Cause == fsm.CauseDialFailed && c.flow.result.known() {
		c.facts.cause = "dial_" + c.flow.result.key
	}
	if c.facts.by != "" {
		return
	}
	c.facts.by = enders[e.Kind]
	if c.facts.by == "" {
		c.facts.by = "hub"
	}
}

// outcome is how the call ended, or would have ended now.
func (c *Call) outcome() store.Outcome {
	o := store.Outcome{
		Disposition: store.DispositionAbandoned, Place: c.facts.place, ReleaseBy: c.facts.by, ReleaseCause: c.facts.cause, Rating: c.facts.rating,
	}
	end := c.facts.times.Release
	if end.IsZero() {
		end = c.ex.Now()
	}
	switch {
	case c.facts.bridged && end.Sub(c.facts.times.Bridge) >= store.LeastTalk:
		o.Disposition, o.Place = store.DispositionHuman, ""
	case c.facts.served:
		o.Disposition, o.Place = store.DispositionAuto, ""
	case c.facts.cause == string(fsm.CauseTrunk) || c.facts.cause == string(fsm.CauseShutdown) || c.facts.cause == string(fsm.CauseTime):
		o.Place = store.PlaceFault
	}
	return o
}
