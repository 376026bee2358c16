package call

import (
	"context"
	"errors"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	fsm "zuoxi/rules/call"
)

// setCaller takes over who calls. The number is sealed at once; the plain one
// stays in memory for the menu's area code and is never logged.
func (c *Call) setCaller(leg Leg) {
	p := leg.Caller()
	c.caller.leg, c.caller.number, c.caller.withheld = leg, p.Number, p.Withheld || p.Number == ""
	if c.caller.withheld {
		c.caller.sealed.Masked = "号码未显示"
		return
	}
	sealed, err := c.ex.Keys.Phone(p.Number)
	if err != nil {
		c.caller.withheld, c.caller.sealed.Masked = true, "号码无法识别"
		c.log.Warn("sealing the caller's number", "err", err)
		return
	}
	c.caller.sealed = sealed
}

// join puts the telephone into the room and follows its end.
func (c *Call) join(leg Leg) {
	port := c.room.Join(callerLeg, conf.Caller, leg)
	leg.OnPacket(func(p *rtp.Packet, at time.Time) {
		port.Receive(p, at)
		if t := c.flow.tap.Load(); t != nil {
			t.write(p, at)
		}
	})
	leg.OnKey(func(key byte, _ time.Time) { c.box.Post(func() { c.key(key) }) })
	c.caller.logged = true
	c.addLeg(store.Leg{ID: c.legID(callerLeg), Role: callerLeg, Party: c.caller.sealed, From: c.ex.Now()})
	c.beside(func(ctx context.Context) func() {
		select {
		case <-leg.Done():
		case <-ctx.Done():
			return nil
		}
		return func() { c.callerGone(leg.End()) }
	})
}

// accepted is how answering the caller went.
func (c *Call) accepted(err error) {
	if err == nil {
		c.try(fsm.EventAccepted, "")
	} else if !errors.Is(err, trunk.ErrEnded) { // the leg's end tells the rest
		c.log.Warn("answering the caller", "err", err)
	}
}

// legID names a leg in the store.
func (c *Call) legID(leg string) string { return c.id + "/" + leg }

// logEnd ends the caller's leg in the log, once.
func (c *Call) logEnd(outcome string) {
	if c.caller.logged {
		c.caller.logged = false
		c.scribe.EndLeg(c.legID(callerLeg), c.ex.Now(), outcome)
	}
}

// callerGone ends the call: by the citizen, or by a fault that is nobody's.
func (c *Call) callerGone(e trunk.End) {
	c.logEnd(string(e.Cause))
	if c.flow.undial != nil { // it was heard before anybody answered: how the dialling ended says more, and comes now
		return
	}
	if c.state.Phase == fsm.StateClosing {
		c.try(fsm.EventClosed, "")
		return
	}
	if c.state.Phase == fsm.StateClosed {
		return
	}
	kind := fsm.EventCallerHangup
	if e.By == trunk.ByTrunk {
		kind = fsm.EventTrunkFault
	}
	why := string(e.Cause)
	if e.Cause == trunk.CauseNormal {
		why = ""
	}
	c.try(kind, why)
}

// key is a key of the citizen: to the guide, while there is one.
func (c *Call) key(k byte) {
	if c.flow.stop == nil {
		return
	}
	select {
	case c.flow.keys <- k:
	default:
	}
}

var dispositions = map[store.Disposition]string{
	store.DispositionHuman: "人工", store.DispositionAuto: "自助", store.DispositionAbandoned: "未接通",
}

// guide leads the caller through disclaimer and menu, beside the actor.
func (c *Call) guide() {
	c.guided(func(ctx context.Context, e Ear) func() {
		route := c.ex.Guide.Welcome(ctx, e, c.visit())
		return func() { c.routed(route) }
	})
}

// visit is what the guide may know of the call.
func (c *Call) visit() Visit {
	return Visit{
		Call: c.id, Number: c.caller.number, Now: c.ex.Now,
		Disclaimed: func(version string) {
			at := c.ex.Now()
			c.box.Post(func() { c.disclaimed(version, at) })
		},
		Served: func(what string) {
			c.box.Post(func() { c.facts.served = true; c.remark("served", what, nil); c.save() })
		},
		Mark:   func(kind, text string) { c.box.Post(func() { c.remark(kind, text, nil) }) },
		Graded: func(g store.Rating) { c.box.Post(func() { c.facts.rating = g; c.save() }) },
	}
}

// disclaimed keeps the evidence of what was played, and when it was heard out.
func (c *Call) disclaimed(version string, at time.Time) {
	c.edit(func(l *store.Call) { l.Disclaimer = store.Disclaimer{Version: version, End: at} })
	c.try(fsm.EventDisclaimerDone, "版本 "+version)
}
