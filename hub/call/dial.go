package call

import (
	"context"
	"errors"
	"strings"

	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	fsm "zuoxi/rules/call"
)

// dialCaller calls the citizen, until somebody answers or close stops it. Who
// waits to be told how it went is told, whatever became of the call.
func (c *Call) dialCaller() {
	ctx, stop := context.WithCancelCause(c.life)
	number, reached := c.caller.number, c.flow.reached
	c.flow.undial = stop
	c.side(func() {
		defer stop(nil)
		leg, err := c.ex.Trunk.Dial(ctx, number, c.ex.Limits.Of(fsm.StateDialling), func(p Progress) {
			c.box.Put(c.life, func() { c.calleeComes(p) })
		})
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			err = context.Cause(ctx)
		}
		if reached != nil {
			reached(err)
		}
		if !c.box.Put(c.life, func() { c.dialled(leg, err) }) && leg != nil {
			_ = leg.Hangup(trunk.CauseShutdown)
		}
	})
}

// calleeComes lets the agent hear the network, or that it rings where the
// network is silent.
func (c *Call) calleeComes(p Progress) {
	if c.flow.undial == nil || c.caller.leg != nil {
		return
	}
	c.caller.rings = true
	if p.Leg != nil {
		c.caller.leg = p.Leg
		c.join(p.Leg)
	}
	c.setSound()
	c.flow.dirty = true
}

// dialled is how the dialling ended.
func (c *Call) dialled(l Leg, err error) {
	c.flow.undial = nil
	if err != nil {
		c.flow.result = dialVerdict(err)
		if !c.try(fsm.EventDialFailed, c.flow.result.String()) && (c.caller.leg == nil || c.callerDown()) {
			c.try(fsm.EventClosed, "") // the call waited for the ringing to end
		}
		return
	}
	if c.caller.leg == nil {
		c.caller.leg = l
		c.join(l)
	}
	if c.callerDown() { // answered and gone, before we knew of either
		c.next(func() { c.callerGone(l.End()) })
	}
	if !c.try(fsm.EventCalleeAnswered, "") {
		c.hangup()
		return
	}
	if c.state.Phase == fsm.StateSeatLost {
		c.play(callerLeg, c.ex.Prompts.Say("seat_lost", nil), nil)
	}
	if c.flow.mail != "" {
		c.mailCalled()
	}
}

// ringIn notes that an outside number is rung into the call, whether somebody answers or not.
func (c *Call) ringIn(p *party) {
	sealed, _ := c.ex.Keys.Phone(strings.TrimPrefix(p.target, "number:"))
	c.addLeg(store.Leg{ID: c.legID("dialled/" + p.id), Role: store.RoleDialled, Party: sealed, From: p.since, To: p.since})
}

// stopDial ends the ringing at the citizen's telephone. One that rang as long
// as it may was not answered; anything else is a call that we took back.
func (c *Call) stopDial() {
	why := context.Canceled
	if c.state.Cause == fsm.CauseDialFailed {
		why = trunk.ErrNoAnswer
	}
	c.flow.undial(why)
}

// mailCalled notes that the citizen behind the message was called back.
func (c *Call) mailCalled() {
	mail, no := c.flow.mail, c.deskNo()
	c.beside(func(ctx context.Context) func() {
		if err := c.ex.Mail.Called(ctx, mail, no); err != nil {
			c.log.Warn("noting the call back of a message", "err", err)
		}
		return nil
	})
}
