package hub

import (
	"context"
	"slices"

	rule "zuoxi/rules/caller"
	"zuoxi/wire"
)

// tag marks the caller of this seat's call. A mark that only a lead takes off is
// set by what happened, or by a lead.
func (s *seat) tag(id string, b *wire.CallerTag) {
	c := s.talkingWith(b.Call)
	r, known := rule.Find(rule.Tag(b.Tag))
	lead := slices.Contains(s.account.Roles, "lead")
	switch {
	case c == nil:
		s.session.Answer(id, wire.Refusal(wire.CodeStale, "这通电话已不在本席，没有改标签；请看当前通话"))
		return
	case !known:
		s.session.Answer(id, wire.Refusal(wire.CodeInvalid, "没有这个标签，没有改动；请确认坐席程序与中心的版本"))
		return
	case len(c.Number().Hash) == 0:
		s.session.Answer(id, wire.Refusal(wire.CodeImpossible, "来电人没有号码，标签记不住；请写在受理单里"))
		return
	case r.Lead && !lead:
		s.session.Answer(id, wire.Refusal(wire.CodeForbidden, "这个标签在终止辱骂来电时自动记，由班长取消；没有改动"))
		return
	}
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		answer := c.Mark(ctx, account, r, b.On, b.Reason)
		return func() { s.session.Answer(id, answer) }
	})
}
