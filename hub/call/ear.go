package call

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
	seat  Seat
	since time.Time // of the listening
	from  time.Time // of this way
	at    string    // the seat that is listened to
	port  *conf.Port
	Listener
}

// Listener is who listens, how, and by which right.
type Listener struct {
	Account store.Agent
	Way     fsm.Ear
	Right   access.Command
}

// shown tells whether the agent sees it: who speaks always, the own trainee too,
// and who only listens where the centre wants it.
func (c *Call) shown(e Listener) bool {
	return e.Way != fsm.EarMonitor || e.Right == access.ExamShadow || c.ex.Shown
}

func (o *observer) leg() string { return "ear:" + o.seat.No() }

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

// RightTo is the right that a way of listening needs; false for what is none.
func RightTo(way fsm.Ear) (access.Command, bool) {
	o, ok := observing[way]
	return o.right, ok
}

// Observe lets a seat listen, or changes how it does; from any goroutine.
func (c *Call) Observe(s Seat, e Listener, reply func(*wire.Ack)) {
	ok := c.box.Post(func() { reply(c.startEar(s, e)) })
	if !ok {
		reply(wire.Refusal(wire.CodeStale, "这通电话已结束，没有监听；请另选坐席"))
	}
}

func (c *Call) startEar(s Seat, e Listener) *wire.Ack {
	way := e.Way
	if !fsm.Observable(c.state) {
		return wire.Refusal(wire.CodeImpossible, "现在没有通话可听，没有监听；接通后再试")
	}
	now := c.ex.Now()
	o := c.earOf(s)
	switch {
	case o == nil:
		o = &observer{seat: s, since: now}
		c.flow.ears = append(c.flow.ears, o)
	case o.Way == way:
		return wire.Done()
	default:
		c.noteEar(o)
	}
	joins := o.port == nil || (o.Way == fsm.EarBarge) != (way == fsm.EarBarge)
	o.Listener, o.from, o.at = e, now, c.deskNo()
	if joins {
		channel := conf.Unrecorded
		if way == fsm.EarBarge {
			channel = conf.Rest // what the caller hears belongs into the recording
		}
		o.port = c.room.Join(o.leg(), channel, s.Voice())
		s.Voice().Plug(o.port)
	}
	c.setSound()
	c.addLeg(store.Leg{ID: c.earID(o), Role: string(way), Agent: s.No(), From: now})
	c.scribe.Event(now, "observe", observing[way].word+"："+s.No(), map[string]any{"agent": s.No(), "way": string(way)})
	c.flow.dirty = true
	return wire.Done()
}

func (c *Call) earID(o *observer) string {
	return c.legID(o.leg() + "/" + string(o.Way) + "@" + o.from.Format("150405.000"))
}

// noteEar closes a span of listening: in the log of the call, and in the audit.
func (c *Call) noteEar(o *observer) {
	now := c.ex.Now()
	c.scribe.EndLeg(c.earID(o), now, string(o.Way))
	c.auditEar(o, "结束，历时 "+seconds(now.Sub(o.from)))
}

func (c *Call) auditEar(o *observer, text string) {
	object, account, right := c.At(o.at), o.Account, o.Right
	c.ex.last.Go(func() {
		ctx, cancel := context.WithTimeout(c.ex.disk, sealLimit)
		defer cancel()
		if err := c.ex.Audit(ctx, account, string(right), object, text); err != nil {
			c.log.Error("a listening is not in the audit", "agent", account.No, "err", err)
		}
	})
}

// followEars lets go on listening, at the seat that answers now, who has the
// right there; for others the listening is over.
func (c *Call) followEars() {
	if c.desk == nil {
		return
	}
	no, district := c.desk.seat.No(), c.desk.seat.Account().District
	for _, o := range slices.Clone(c.flow.ears) {
		switch {
		case o.at == no:
		case !o.Account.Person().May(o.Right, no, district):
			c.dropEar(o.seat)
			o.seat.Alert("warn", "来电已转到别处的坐席 · 监听已结束 · 需要时请找那里的班长", c.id)
		default:
			c.noteEar(o)
			o.at, o.from = no, c.ex.Now()
			c.addLeg(store.Leg{ID: c.earID(o), Role: string(o.Way), Agent: o.seat.No(), From: o.from})
			c.auditEar(o, "随来电转到这一席")
		}
	}
}

// At is the call at a seat as the audit names it.
func (c *Call) At(seat string) string { return "call/" + c.id + "/seat/" + seat }

// StopEar ends a seat's listening; from any goroutine.
func (c *Call) StopEar(s Seat) {
	c.box.Post(func() { c.dropEar(s) })
}

func (c *Call) dropEar(s Seat) {
	i := slices.IndexFunc(c.flow.ears, func(o *observer) bool { return o.seat == s })
	if i < 0 {
		return
	}
	o := c.flow.ears[i]
	c.flow.ears = slices.Delete(c.flow.ears, i, i+1)
	c.noteEar(o)
	c.room.Leave(o.leg())
	s.Voice().Unplug(o.port) // not what it was given since
	s.Unwatch(c)
	c.setSound()
	c.flow.dirty = true
}

// dropEars ends all listening when there is nothing to be heard any more.
func (c *Call) dropEars() {
	for len(c.flow.ears) > 0 {
		c.dropEar(c.flow.ears[0].seat)
	}
}

func (c *Call) earOf(s Seat) *observer {
	for _, o := range c.flow.ears {
		if o.seat == s {
			return o
		}
	}
	return nil
}

// earPaths adds to who hears whom what the listeners may.
func (c *Call) earPaths(hear map[[2]string]bool) {
	for _, o := range c.flow.ears {
		ends := func(l fsm.Leg) []end {
			if l == fsm.LegLead {
				return []end{{id: o.leg()}}
			}
			return c.legs(l)
		}
		for _, p := range fsm.Observe(c.state, o.Way) {
			for _, to := range ends(p.To) {
				for _, from := range ends(p.From) {
					hear[[2]string{to.id, from.id}] = !from.muted && !from.held && !to.held
				}
			}
		}
		for _, other := range c.flow.ears {
			if other != o && other.Way == fsm.EarBarge && fsm.Observable(c.state) {
				hear[[2]string{o.leg(), other.leg()}] = true
			}
		}
	}
}

// watched is what the agent sees of who listens.
func (c *Call) watched() string {
	best := ""
	for _, o := range c.flow.ears {
		if c.shown(o.Listener) {
			best = o.Account.Person().Word() + observing[o.Way].sign
		}
		if o.Way == fsm.EarBarge {
			break
		}
	}
	return best
}

// showEars tells the listening desks how the call stands.
func (c *Call) showEars() {
	for _, o := range c.flow.ears {
		w := &wire.Watch{
			Call: c.id, Way: string(o.Way), Since: o.since, Phase: string(c.state.Phase), Subject: c.caller.subject, Region: c.caller.region,
			Masked: c.caller.sealed.Masked, Shown: c.shown(o.Listener),
		}
		if c.desk != nil {
			w.Seat, w.Who = c.desk.seat.No(), c.desk.who
		}
		o.seat.Watch(c, w)
	}
	if c.desk != nil {
		c.desk.seat.Overheard(c, len(c.flow.ears))
	}
}

// sits tells whether a seat is on the call.
func (c *Call) sits(no string) bool {
	return c.deskNo() == no || slices.ContainsFunc(c.others(), func(p *party) bool { return p.inside && p.seat != nil && p.seat.No() == no })
}

var movedOn = wire.Refusal(wire.CodeStale, "这通电话已不在这一席，未执行；请看看板上现在由谁接待")

// TakeOver makes the call that seat no has the seat's own; from any goroutine.
func (c *Call) TakeOver(s Seat, no, reason string, reply func(*wire.Ack)) {
	ok := c.box.Post(func() {
		if !c.sits(no) { // another lead was faster, or it was handed on
			reply(movedOn)
			return
		}
		if c.desk != nil && c.desk.seat == s || !fsm.Possible(c.state, fsm.EventTakeOver) {
			reply(wire.Refusal(wire.CodeImpossible, "这通电话现在不能接管，未执行；接通后再试"))
			return
		}
		from, paper := c.desk, c.flow.paper
		c.dropEar(s)
		c.flow.taker = c.seatParty(s)
		c.enter(c.flow.taker, agent.EventDial)
		c.flow.from, c.flow.context = "", reason
		c.try(fsm.EventTakeOver, s.Title()+"："+reason)
		if from != nil {
			from.seat.Alert("warn", s.Title()+"已接管这通电话 · 来电人由他继续接待 · "+paper.left(from.seat, false), c.id)
		}
		reply(wire.Done())
	})
	if !ok {
		reply(wire.Refusal(wire.CodeStale, "这通电话已结束，没有接管；请另选坐席"))
	}
}

// Pull takes the call from a seat and puts it before everybody in the line.
func (c *Call) Pull(no, by, reason string, reply func(*wire.Ack)) {
	c.moved(reply, func() bool {
		why := by + " 拉回：" + reason
		if c.state.Phase.OnOffer() {
			return c.flow.offer.seat.No() == no && c.try(fsm.EventOfferGone, why)
		}
		if !fsm.Possible(c.state, fsm.EventToQueue) || c.desk == nil || c.desk.seat.No() != no {
			return false
		}
		c.flow.refused, c.flow.returned, c.flow.lostSeat = map[string]bool{no: true}, true, ""
		c.flow.from, c.flow.context = by, reason
		seat, paper := c.desk.seat, c.flow.paper
		c.try(fsm.EventToQueue, why)
		seat.Alert("warn", by+" 已把这通电话拉回队列 · 来电人优先派给别的坐席 · "+paper.left(seat, true), c.id)
		return true
	})
}

// ForceEnd ends the call that seat no has.
func (c *Call) ForceEnd(no, by, reason string, reply func(*wire.Ack)) {
	c.moved(reply, func() bool { return c.sits(no) && c.try(fsm.EventForceEnd, by+"："+reason) })
}

func (c *Call) moved(reply func(*wire.Ack), step func() bool) {
	ok := c.box.Post(func() {
		if !step() {
			reply(wire.Refusal(wire.CodeImpossible, "这通电话现在不能这样做，未执行；请看看板上的状态"))
			return
		}
		reply(wire.Done())
	})
	if !ok {
		reply(wire.Refusal(wire.CodeStale, "这通电话已结束，未执行；请看看板"))
	}
}
