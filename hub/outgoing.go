package hub

import (
	"cmp"
	"context"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/voicemail"
	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// outgoing is a call that an agent wants to make, checked.
type outgoing struct {
	number  string // plain, in memory only
	sealed  seal.Value
	region  string
	subject string
	reason  string
	mail    string // the message that it answers
	booking *booking
	how     agent.Kind // how the seat comes to it: dialled, or answered an offer
}

// outgoing finds the number behind a target and asks whether it may be called
// now.
func (h *Hub) outgoing(ctx context.Context, a store.Agent, d wire.Dial) (outgoing, *wire.Ack) {
	if widest(a, access.CallDial) == 0 {
		return outgoing{}, refusal(wire.CodeForbidden, "没有外呼的权限，没有拨出；需要时请联系班长")
	}
	out, err := h.behind(ctx, d)
	if err != nil {
		h.log.Warn("target of an outgoing call", "agent", a.No, "err", err)
		return out, refusal(wire.CodeNotFound, "找不到要拨的号码，没有拨出；请核对后重拨")
	}
	if out.number == "" {
		return out, refusal(wire.CodeInvalid, "对方没有留下号码，不能回拨；请在受理单里写明")
	}
	if out.reason = d.Reason; h.quiet() && d.Reason == "" {
		return out, refusal(wire.CodeImpossible, "现在是夜间免打扰时间，没有拨出；确有急事请写明原因再拨")
	}
	if n, err := h.attempts(ctx, out.sealed); err != nil {
		return out, refusal(wire.CodeInternal, "查不到今天的拨打次数，没有拨出；请稍后再试")
	} else if limit := h.cfg.Outgoing.Attempts; limit > 0 && n >= limit && d.Reason == "" {
		return out, refusal(wire.CodeImpossible, "今天已拨过这个号码多次，没有拨出；请改天再拨，或写明原因")
	}
	if err := h.audited(ctx, a, string(access.CallDial), d.Target[:strings.Index(d.Target+":", ":")], d.Reason); err != nil {
		return out, refusal(wire.CodeInternal, "审计日志写不进去，没有拨出；请联系管理员")
	}
	return out, nil
}

// behind finds the number behind number:…, voicemail:ID, record:NUMBER and
// call:ID. The agent never sees a number that was not theirs to see.
func (h *Hub) behind(ctx context.Context, d wire.Dial) (outgoing, error) {
	kind, what, _ := strings.Cut(d.Target, ":")
	var out outgoing
	var err error
	switch kind {
	case "number":
		out.sealed, err = h.keys.Phone(what)
	case "voicemail":
		var v store.Voicemail
		v, err = h.mail.Get(ctx, what)
		out.sealed, out.region, out.mail = v.Number, v.Region, v.ID
	case "record":
		var r store.Record
		r, err = h.records.Find(ctx, what)
		out.sealed, out.region, out.subject = r.Party.Phone, r.Region, r.Subject
	case "call":
		var l store.Call
		l, err = h.db.Calls.Get(ctx, what)
		out.sealed, out.region, out.subject = l.Caller, l.Origin.Region, l.Subject
	default:
		err = store.ErrNotFound
	}
	if err != nil || out.sealed.IsZero() {
		return out, err
	}
	out.number, err = h.keys.Open(seal.KindPhone, out.sealed)
	return out, err
}

// quiet tells whether citizens are not to be called now.
func (h *Hub) quiet() bool { return h.quietLeft() > 0 }

// quietLeft is how long citizens are not to be called from now on.
func (h *Hub) quietLeft() time.Duration {
	const day = 24 * time.Hour
	o := h.cfg.Outgoing
	now := h.now().In(o.Zone)
	at := time.Duration(now.Hour())*time.Hour + time.Duration(now.Minute())*time.Minute + time.Duration(now.Second())*time.Second
	since := (at - o.QuietFrom + day) % day
	night := o.QuietTo - o.QuietFrom
	if night < 0 {
		night += day
	}
	return max(0, night-since)
}

// attempts counts today's outgoing calls to the number.
func (h *Hub) attempts(ctx context.Context, number seal.Value) (int, error) {
	now := h.now().In(h.cfg.Outgoing.Zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	list, _, err := h.db.Calls.List(ctx, store.CallFilter{CallerHash: number.Hash, Direction: store.Outbound, Span: store.Span{From: day}})
	return len(list), err
}

// callOut makes the call, with the agent on it from the first ring.
func (h *Hub) callOut(s *seat, out outgoing) *wire.Ack {
	now := h.now()
	c := newCall(h, store.NewID(now), fsm.Dialled())
	c.facts.times.Arrive, c.facts.place = now, "dialling"
	c.caller.sealed, c.caller.number = out.sealed, out.number
	c.caller.region, c.caller.subject = out.region, out.subject
	c.flow.mail, c.flow.booking = out.mail, out.booking
	how := out.how
	if how == "" {
		how = agent.EventDial
	}
	if !h.begin(c, store.Outbound) {
		return refusal(wire.CodeStopping, "中心正在停止，没有拨出；请稍后再试")
	}
	c.box.Post(func() {
		c.note("dial", "外呼", cmp.Or(out.reason, out.sealed.Masked))
		c.desk = c.seatParty(s)
		c.enter(c.desk, how)
		c.save()
		c.setSound()
		c.dialCaller()
	})
	go c.run() // counted by begin, ended by finish
	return done()
}

// dialCaller calls the citizen.
func (c *call) dialCaller() {
	number := c.caller.number
	c.side(func() {
		leg, err := c.hub.trunk.Dial(c.life, number, func(l Leg) {
			c.box.Put(c.life, func() {
				if c.caller.leg == nil {
					c.caller.leg = l
					c.join(l)
					c.setSound()
				}
			})
		})
		if !c.box.Put(c.life, func() { c.dialled(leg, err) }) && leg != nil {
			_ = leg.Hangup("shutdown")
		}
	})
}

// dialled is how the dialling ended.
func (c *call) dialled(l Leg, err error) {
	if c.flow.booking != nil {
		c.flow.booking.reached(err)
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
		c.mailStep(voicemail.StateCalled)
	}
}

// closeMail ends the message that this call answered.
func (c *call) closeMail() {
	ctx, cancel := context.WithTimeout(c.hub.disk, sealLimit)
	defer cancel()
	if _, err := c.hub.mail.Move(ctx, c.flow.mail, voicemail.StateClosed, c.flow.last.seat.no, ""); err != nil {
		c.log.Warn("closing an answered message", "err", err)
	}
	c.hub.mailChanged()
}

// mailStep brings the message behind a call one step on.
func (c *call) mailStep(state string) {
	mail, no := c.flow.mail, c.deskNo()
	c.beside(func(ctx context.Context) func() {
		if _, err := c.hub.mail.Move(ctx, mail, state, no, ""); err != nil {
			c.log.Warn("noting the call back of a message", "err", err)
		}
		c.hub.mailChanged()
		return nil
	})
}
