package call

import (
	"zuoxi/hub/trunk"
	"zuoxi/internal/obs"
	fsm "zuoxi/rules/call"
)

// guard runs one step of the call. A panic in it ends this call and no other.
func (c *Call) guard(step func()) {
	defer obs.Guard(c.log, "call", c.fail)
	step()
}

// side runs f in a goroutine of its own beside the call, which a panic in f ends.
func (c *Call) side(f func()) {
	c.ex.work.Go(func() {
		defer obs.Guard(c.log, "beside a call", func() { c.box.Put(c.life, c.fail) })
		f()
	})
}

// fail ends a call that is broken as a fault of the line does: the agent keeps
// the record and is told, the log is closed, the caller's line is let go. When
// that fails too, finish does what is left to do.
func (c *Call) fail() {
	c.flow.asked = nil
	if c.flow.failed {
		c.flow.over = true
		return
	}
	c.flow.failed = true
	c.guard(func() {
		if !c.try(fsm.EventTrunkFault, "中心内部出错") {
			c.flow.over = true
		}
	})
}

// abandonSafely lets the caller's line go even when the rest of the call cannot be ended.
func (c *Call) abandonSafely() {
	defer obs.Guard(c.log, "call's end", func() {
		if c.caller.leg != nil {
			_ = c.caller.leg.Hangup(trunk.CauseFault)
		}
	})
	c.abandon()
}
