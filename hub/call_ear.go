package hub

import (
	"context"
	"slices"
	"time"

	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// observer is a seat that listens to a call that is another's: a setting of
// the mixer, not a state of the call. Nobody else's sound changes by it.
type observer struct {
	seat  *seat
	since time.Time // of the listening
	from  time.Time // of this way
	at    string    // the seat that is listened to
	port  *conf.Port
	ear
}

// ear is who listens, how, and by which right.
type ear struct {
	account store.Agent
	way     fsm.Ear
	right   access.Command
}

// shown tells whether the agent sees it: who speaks always, the own trainee too,
// and who only listens where the centre wants it.
func (c *call) shown(e ear) bool {
	return e.way != fsm.EarMonitor || e.right == access.ExamShadow || c.hub.cfg.Supervision.Shown
}

func (o *observer) leg() string { return "ear:" + o.seat.no }

// observing are the rights and words of each way of listening.
var observing = map[fsm.Ear]struct {
	right access.Command
	word  string // of what is done
	sign  string // on the agent's screen
}{
	fsm.EarMonitor: {access.LeadMonitor, "监听", "在听"},
	fsm.EarWhisper: {access.LeadWhisper, "耳语", "在耳语"},
	fsm.EarBarge:   {access.LeadBarge, "插话", "已插话"},
}

// observe lets a seat listen, or changes how it does; from any goroutine.
func (c *call) observe(s *seat, e ear, reply func(*wire.Ack)) {
	ok := c.box.Post(func() { reply(c.startEar(s, e)) })
	if !ok {
		reply(refusal(wire.CodeStale, "这通电话已结束，没有监听；请另选坐席"))
	}
}

func (c *call) startEar(s *seat, e ear) *wire.Ack {
	way := e.way
	if !fsm.Observable(c.state) {
		return refusal(wire.CodeImpossible, "现在没有通话可听，没有监听；接通后再试")
	}
	now := c.hub.now()
	o := c.earOf(s)
	switch {
	case o == nil:
		o = &observer{seat: s, since: now}
		c.flow.ears = append(c.flow.ears, o)
	case o.way == way:
		return done()
	default:
		c.noteEar(o)
	}
	joins := o.port == nil || (o.way == fsm.EarBarge) != (way == fsm.EarBarge)
	o.ear, o.from, o.at = e, now, c.deskNo()
	if joins {
		channel := conf.Unrecorded
		if way == fsm.EarBarge {
			channel = conf.Rest // what the caller hears belongs into the recording
		}
		o.port = c.room.Join(o.leg(), channel, s.voice)
		s.voice.port.Store(o.port)
	}
	c.setSound()
	c.scribe.addLeg(store.Leg{ID: c.earID(o), Role: string(way), Agent: s.no, From: now})
	c.scribe.event(now, "observe", observing[way].word+"："+s.no, map[string]any{"agent": s.no, "way": string(way)})
	c.flow.dirty = true
	return done()
}

func (c *call) earID(o *observer) string {
	return c.legID(o.leg() + "/" + string(o.way) + "@" + o.from.Format("150405.000"))
}

// noteEar closes a span of listening: in the log of the call, and in the audit.
func (c *call) noteEar(o *observer) {
	now := c.hub.now()
	c.scribe.endLeg(c.earID(o), now, string(o.way))
	c.auditEar(o, "结束，历时 "+seconds(now.Sub(o.from)))
}

func (c *call) auditEar(o *observer, text string) {
	object, account, right := observed(c.id, o.at), o.account, o.right
	c.hub.last.Go(func() {
		ctx, cancel := context.WithTimeout(c.hub.disk, sealLimit)
		defer cancel()
		if err := c.hub.audited(ctx, account, string(right), object, text); err != nil {
			c.log.Error("a listening is not in the audit", "agent", account.No, "err", err)
		}
	})
}

// followEars lets go on listening, at the seat that answers now, who has the
// right there; for others the listening is over.
func (c *call) followEars() {
	if c.desk == nil {
		return
	}
	no, district := c.desk.seat.no, c.desk.seat.status.Load().District
	for _, o := range slices.Clone(c.flow.ears) {
		switch {
		case o.at == no:
		case !mayOn(o.account, o.right, no, district):
			c.dropEar(o.seat)
			o.seat.alert("warn", "来电已转到别处的坐席 · 监听已结束 · 需要时请找那里的班长", c.id)
		default:
			c.noteEar(o)
			o.at, o.from = no, c.hub.now()
			c.scribe.addLeg(store.Leg{ID: c.earID(o), Role: string(o.way), Agent: o.seat.no, From: o.from})
			c.auditEar(o, "随来电转到这一席")
		}
	}
}

// observed is a call at a seat as the audit names it.
func observed(call, seat string) string { return "call/" + call + "/seat/" + seat }

// stopEar ends a seat's listening; from any goroutine.
func (c *call) stopEar(s *seat) {
	c.box.Post(func() { c.dropEar(s) })
}

func (c *call) dropEar(s *seat) {
	i := slices.IndexFunc(c.flow.ears, func(o *observer) bool { return o.seat == s })
	if i < 0 {
		return
	}
	o := c.flow.ears[i]
	c.flow.ears = slices.Delete(c.flow.ears, i, i+1)
	c.noteEar(o)
	c.room.Leave(o.leg())
	s.voice.port.CompareAndSwap(o.port, nil) // not what it was given since
	s.unwatch(c)
	c.setSound()
	c.flow.dirty = true
}

// dropEars ends all listening when there is nothing to be heard any more.
func (c *call) dropEars() {
	for len(c.flow.ears) > 0 {
		c.dropEar(c.flow.ears[0].seat)
	}
}

func (c *call) earOf(s *seat) *observer {
	for _, o := range c.flow.ears {
		if o.seat == s {
			return o
		}
	}
	return nil
}

// earPaths adds to who hears whom what the listeners may.
func (c *call) earPaths(hear map[[2]string]bool) {
	for _, o := range c.flow.ears {
		ends := func(l fsm.Leg) []end {
			if l == fsm.LegLead {
				return []end{{id: o.leg()}}
			}
			return c.legs(l)
		}
		for _, p := range fsm.Observe(c.state, o.way) {
			for _, to := range ends(p.To) {
				for _, from := range ends(p.From) {
					hear[[2]string{to.id, from.id}] = !from.muted && !from.held && !to.held
				}
			}
		}
		for _, other := range c.flow.ears {
			if other != o && other.way == fsm.EarBarge && fsm.Observable(c.state) {
				hear[[2]string{o.leg(), other.leg()}] = true
			}
		}
	}
}

// watched is what the agent sees of who listens.
func (c *call) watched() string {
	best := ""
	for _, o := range c.flow.ears {
		if c.shown(o.ear) {
			best = roleWord(o.account) + observing[o.way].sign
		}
		if o.way == fsm.EarBarge {
			break
		}
	}
	return best
}

// roleWord is how people call who listens.
func roleWord(a store.Agent) string {
	if len(a.Roles) == 0 {
		return "班长"
	}
	return access.Role(a.Roles[0]).Label()
}

// showEars tells the listening desks how the call stands.
func (c *call) showEars() {
	for _, o := range c.flow.ears {
		w := &wire.Watch{
			Call: c.id, Way: string(o.way), Since: o.since, Phase: string(c.state.Phase), Subject: c.caller.subject, Region: c.caller.region,
			Masked: c.caller.sealed.Masked, Shown: c.shown(o.ear),
		}
		if c.desk != nil {
			w.Seat, w.Who = c.desk.seat.no, c.desk.who
		}
		o.seat.watch(c, w)
	}
	if c.desk != nil {
		c.desk.seat.overheard(c, len(c.flow.ears))
	}
}

// takeOver makes the call the seat's own; from any goroutine.
func (c *call) takeOver(s *seat, reason string, reply func(*wire.Ack)) {
	ok := c.box.Post(func() {
		if c.desk != nil && c.desk.seat == s || !fsm.Possible(c.state, fsm.EventTakeOver) {
			reply(refusal(wire.CodeImpossible, "这通电话现在不能接管，未执行；接通后再试"))
			return
		}
		from := c.desk
		c.dropEar(s)
		c.flow.taker = c.seatParty(s)
		c.enter(c.flow.taker, agent.EventDial)
		c.flow.from, c.flow.context = "", reason
		c.try(fsm.EventTakeOver, s.title()+"："+reason)
		if from != nil {
			from.seat.alert("warn", s.title()+"已接管这通电话 · 来电人由他继续接待 · 请补完受理单", c.id)
		}
		reply(done())
	})
	if !ok {
		reply(refusal(wire.CodeStale, "这通电话已结束，没有接管；请另选坐席"))
	}
}

// pull takes the call from a seat and puts it before everybody in the line.
func (c *call) pull(no, by, reason string, reply func(*wire.Ack)) {
	c.moved(reply, func() bool {
		why := by + " 拉回：" + reason
		if c.state.Phase.OnOffer() {
			return c.try(fsm.EventOfferGone, why)
		}
		if !fsm.Possible(c.state, fsm.EventToQueue) || c.desk == nil || c.desk.seat.no != no {
			return false
		}
		c.flow.refused, c.flow.returned, c.flow.lostSeat = map[string]bool{no: true}, true, ""
		c.flow.from, c.flow.context = by, reason
		seat := c.desk.seat
		c.try(fsm.EventToQueue, why)
		seat.alert("warn", by+" 已把这通电话拉回队列 · 来电人优先派给别的坐席 · 请补完受理单", c.id)
		return true
	})
}

// forceEnd ends the call.
func (c *call) forceEnd(by, reason string, reply func(*wire.Ack)) {
	c.moved(reply, func() bool { return c.try(fsm.EventForceEnd, by+"："+reason) })
}

func (c *call) moved(reply func(*wire.Ack), step func() bool) {
	ok := c.box.Post(func() {
		if !step() {
			reply(refusal(wire.CodeImpossible, "这通电话现在不能这样做，未执行；请看看板上的状态"))
			return
		}
		reply(done())
	})
	if !ok {
		reply(refusal(wire.CodeStale, "这通电话已结束，未执行；请看看板"))
	}
}
