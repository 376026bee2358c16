package call

import (
	"context"
	"time"

	"zuoxi/hub/store"
	rule "zuoxi/rules/caller"
	"zuoxi/wire"
)

// markLines are the marks in words, for offer and talk pages.
func markLines(list []store.Mark, zone *time.Location) (lines []string) {
	for _, m := range list {
		if r, ok := rule.Find(rule.Tag(m.Tag)); ok {
			lines = append(lines, r.Line(m.Until.In(zone)))
		}
	}
	return lines
}

// Mark keeps a mark of the caller or ends it, and shows what there is then. It
// waits for the disk: it is for a goroutine beside the call.
func (c *Call) Mark(ctx context.Context, a store.Agent, r rule.Rule, on bool, reason string) *wire.Ack {
	now, hash := c.ex.Now(), c.caller.sealed.Hash
	what := map[bool]string{true: "caller.tag", false: "caller.untag"}[on]
	if err := c.ex.Audit(ctx, a, what, "call/"+c.id+"/"+string(r.Tag), reason); err != nil {
		return wire.Refusal(wire.CodeInternal, "审计日志写不进去，没有改标签；请联系管理员")
	}
	var err error
	if on {
		err = c.ex.Store.Marks.Set(ctx, store.Mark{
			ID: store.NewID(now), Hash: hash, Tag: string(r.Tag), District: a.District, Agent: a.No, Reason: reason, From: now, Until: r.Until(now),
		})
	} else {
		_, err = c.ex.Store.Marks.End(ctx, hash, string(r.Tag), now)
	}
	var list []store.Mark
	if err == nil {
		list, err = c.ex.Store.Marks.Of(ctx, hash, now)
	}
	if err != nil {
		c.log.Error("marking a caller", "agent", a.No, "err", err)
		return wire.Refusal(wire.CodeInternal, "标签没有存下；请稍后再试")
	}
	c.box.Post(func() { c.caller.marks = markLines(list, c.ex.Zone); c.show() })
	return wire.Done()
}

// markAbusive notes a caller whose call was ended for abuse, until the mark's end.
func (c *Call) markAbusive(s Seat) {
	r, ok := rule.Find(rule.TagAbusive)
	if !ok || c.caller.withheld || len(c.caller.sealed.Hash) == 0 {
		return
	}
	account := s.Account()
	c.side(func() {
		ctx, cancel := context.WithTimeout(c.ex.disk, sealLimit) // the call may end before a slow disk has it
		defer cancel()
		_ = c.Mark(ctx, account, r, true, "提醒后仍不听劝，坐席终止了来电") // a fault is in the log; the call ends all the same
	})
}
