package hub

import (
	"context"
	"slices"

	"zuoxi/hub/store"
	rule "zuoxi/rules/caller"
	"zuoxi/wire"
)

// marked shows what is known of the caller: lines for offer and talk pages.
func (c *call) marked(list []store.Mark) {
	c.caller.marks = nil
	zone := c.hub.cfg.Outgoing.Zone
	for _, m := range list {
		if r, ok := rule.Find(rule.Tag(m.Tag)); ok {
			c.caller.marks = append(c.caller.marks, r.Line(m.Until.In(zone)))
		}
	}
	c.flow.dirty = true
}

// tag marks the caller of this seat's call. A mark that only a lead takes off is
// set by what happened, or by a lead.
func (s *seat) tag(id string, b *wire.CallerTag) {
	c := s.talkingWith(b.Call)
	r, known := rule.Find(rule.Tag(b.Tag))
	lead := slices.Contains(s.account.Roles, "lead")
	switch {
	case c == nil:
		s.session.Answer(id, refusal(wire.CodeStale, "这通电话已不在本席，没有改标签；请看当前通话"))
		return
	case !known:
		s.session.Answer(id, refusal(wire.CodeInvalid, "没有这个标签，没有改动；请确认坐席程序与中心的版本"))
		return
	case c.caller.withheld || len(c.caller.sealed.Hash) == 0:
		s.session.Answer(id, refusal(wire.CodeImpossible, "来电人没有号码，标签记不住；请写在受理单里"))
		return
	case r.Lead && !lead:
		s.session.Answer(id, refusal(wire.CodeForbidden, "这个标签在终止辱骂来电时自动记，由班长取消；没有改动"))
		return
	}
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		answer := s.hub.mark(ctx, account, c, r, b.On, b.Reason)
		return func() { s.session.Answer(id, answer) }
	})
}

// mark keeps a mark or ends it, and shows what there is then.
func (h *Hub) mark(ctx context.Context, a store.Agent, c *call, r rule.Rule, on bool, reason string) *wire.Ack {
	now, hash := h.now(), c.caller.sealed.Hash
	what := map[bool]string{true: "caller.tag", false: "caller.untag"}[on]
	if err := h.audited(ctx, a, what, "call/"+c.id+"/"+string(r.Tag), reason); err != nil {
		return refusal(wire.CodeInternal, "审计日志写不进去，没有改标签；请联系管理员")
	}
	var err error
	if on {
		err = h.db.Marks.Set(ctx, store.Mark{
			ID: store.NewID(now), Hash: hash, Tag: string(r.Tag), District: a.District, Agent: a.No, Reason: reason, From: now, Until: r.Until(now),
		})
	} else {
		_, err = h.db.Marks.End(ctx, hash, string(r.Tag), now)
	}
	var list []store.Mark
	if err == nil {
		list, err = h.db.Marks.Of(ctx, hash, now)
	}
	if err != nil {
		h.log.Error("marking a caller", "agent", a.No, "call", c.id, "err", err)
		return refusal(wire.CodeInternal, "标签没有存下；请稍后再试")
	}
	c.box.Post(func() { c.marked(list); c.show() })
	return done()
}

// markAbusive notes a caller whose call was ended for abuse, until the mark's end.
func (c *call) markAbusive(s *seat) {
	r, ok := rule.Find(rule.TagAbusive)
	if !ok || c.caller.withheld || len(c.caller.sealed.Hash) == 0 {
		return
	}
	account := s.account
	c.beside(func(ctx context.Context) func() {
		_ = c.hub.mark(ctx, account, c, r, true, "提醒后仍不听劝，坐席终止了来电") // a fault is in the log; the call ends all the same
		return nil
	})
}
