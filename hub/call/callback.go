package call

import (
	"context"

	"zuoxi/hub/store/seal"
	fsm "zuoxi/rules/call"
)

// startCallback asks the caller for a number.
func (c *Call) startCallback() {
	c.guided(func(ctx context.Context, e Ear) func() {
		number := c.ex.Guide.Callback(ctx, e, c.visit())
		return func() { c.callbackAsked(number) }
	})
}

// callbackAsked books the call-back of a caller who is not in the line again by now.
func (c *Call) callbackAsked(number string) {
	if c.state.Phase != fsm.StateCallback {
		return
	}
	sealed := c.caller.sealed
	if number != "" {
		var err error
		if sealed, err = c.ex.Keys.Phone(number); err != nil {
			sealed = seal.Value{}
		}
	}
	if sealed.IsZero() {
		c.try(fsm.EventToQueue, "没有登记回电号码")
		return
	}
	entered := c.facts.times.Queue
	if entered.IsZero() {
		entered = c.ex.Now()
	}
	c.ex.Book(Back{Call: c.id, Number: sealed, Region: c.caller.region, Subject: c.caller.subject, Entered: entered})
	c.facts.served = true
	c.try(fsm.EventCallbackAsked, "按排队先后回电")
}
