package call

import (
	"context"

	"zuoxi/hub/trunk"
	fsm "zuoxi/rules/call"
)

// dialCaller calls the citizen.
func (c *Call) dialCaller() {
	number := c.caller.number
	c.side(func() {
		leg, err := c.ex.Trunk.Dial(c.life, number, func(l Leg) {
			c.box.Put(c.life, func() {
				if c.caller.leg == nil {
					c.caller.leg = l
					c.join(l)
					c.setSound()
				}
			})
		})
		if !c.box.Put(c.life, func() { c.dialled(leg, err) }) && leg != nil {
			_ = leg.Hangup(trunk.CauseShutdown)
		}
	})
}

// dialled is how the dialling ended.
func (c *Call) dialled(l Leg, err error) {
	if c.flow.reached != nil {
		c.flow.reached(err)
	}
	if err != nil {
		c.flow.result = dialVerdict(err)
		c.try(fsm.EventDialFailed, c.flow.result.String())
		return
	}
	if c.caller.leg == nil {
		c.caller.leg = l
		c.join(l)
	}
	if !c.try(fsm.EventCalleeAnswered, "") {
		c.hangup()
		return
	}
	if c.flow.mail != "" {
		c.mailCalled()
	}
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

// closeMail ends the message that this call answered.
func (c *Call) closeMail() {
	ctx, cancel := context.WithTimeout(c.ex.disk, sealLimit)
	defer cancel()
	if err := c.ex.Mail.Closed(ctx, c.flow.mail, c.flow.last.seat.No()); err != nil {
		c.log.Warn("closing an answered message", "err", err)
	}
}
