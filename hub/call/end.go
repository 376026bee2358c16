package call

import (
	"context"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	fsm "zuoxi/rules/call"
)

const sealLimit = 20 * time.Second // for the last words to the disk

// closed is the machine's end: the lines are down, or are let go now. The
// recording ends; the log waits for those who still write.
func (c *Call) closed() {
	if c.clock.timer != nil {
		c.clock.timer.Stop()
	}
	c.drop("收尾")
	c.dropEars()
	if c.caller.leg != nil && !c.callerDown() {
		c.hangup()
	}
	c.logEnd("closed")
	c.room.Close()
	c.closeTape()
	c.ex.live.Add(-1)
	if c.flow.wraps == 0 {
		c.flow.over = true
		return
	}
	c.clock.run++
	run := c.clock.run
	c.clock.timer = time.AfterFunc(wrapGrace, func() {
		c.box.Put(c.life, func() {
			if c.clock.run == run {
				c.note("wrap_late", "话后超时", "受理单未提交，通话记录先结束")
				c.flow.over = true
			}
		})
	})
}

// drop lets every leg go that is still there.
func (c *Call) drop(why string) {
	for _, p := range c.others() {
		c.letGo(p, why)
	}
	c.third, c.merged = nil, nil
}

func (c *Call) closeTape() {
	t := c.flow.tape
	if t == nil {
		return
	}
	c.flow.tape = nil
	c.side(func() {
		ctx, cancel := context.WithTimeout(c.ex.disk, tapeLimit)
		defer cancel()
		if err := t.close(ctx); err != nil {
			c.log.Error("closing the recording", "err", err)
		}
	})
}

// WrapDone is called by a seat that does not write any more.
func (c *Call) WrapDone(no string, at time.Time) {
	c.box.Post(func() {
		c.flow.wraps--
		c.facts.times.WrapEnd = at
		c.note("wrap_done", "话后结束", no)
		c.save()
		if c.flow.wraps <= 0 && c.state.Phase == fsm.StateClosed {
			c.flow.over = true
		}
	})
}

// finish is the call's last act, whatever ended it: exactly one closed log.
func (c *Call) finish() {
	if c.clock.timer != nil {
		c.clock.timer.Stop()
	}
	c.unguide()
	c.ex.Queue.Leave(c.id)
	if c.state.Phase != fsm.StateClosed {
		c.abandonSafely()
	}
	now := c.ex.Now()
	if c.facts.times.Release.IsZero() {
		c.facts.times.Release = now
	}
	c.facts.times.Closed = now
	out, times := c.outcome(), c.facts.times.Steady()
	ctx, cancel := context.WithTimeout(c.ex.disk, sealLimit)
	defer cancel()
	last := func(l *store.Call) { l.Outcome, l.Times = out, times }
	c.amend(last)
	err := c.scribe.Close(ctx, last)
	if err != nil {
		c.log.Error("the call's log is not closed; the next start closes it", "err", err)
	}
	if c.flow.mail != "" && c.facts.bridged && c.flow.last != nil {
		c.ex.Mail.Answered(c.flow.mail, c.flow.last.seat.No()) // before the call is no longer found
	}
	c.ex.all.Drop(c.id)
	c.ex.Forget(c.id)
	c.box.End()
	c.end()
	c.ex.ended(c, out)
}

// abandon ends a call that the machine could not: the hub itself stops.
func (c *Call) abandon() {
	c.ex.live.Add(-1)
	c.facts.by, c.facts.cause = "hub", string(fsm.CauseShutdown)
	c.note("stopped", "系统停止", "")
	if c.desk != nil {
		c.leave(c.desk, "hub stopped")
		c.desk = nil
	}
	c.drop("hub stopped")
	c.dropEars()
	c.logEnd("hub stopped")
	if c.caller.leg != nil {
		_ = c.caller.leg.Hangup(trunk.CauseShutdown)
	}
	c.room.Close()
	c.closeTape()
}
