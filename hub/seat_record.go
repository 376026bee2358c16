package hub

import (
	"context"
	"errors"
	"slices"

	"zuoxi/hub/call"
	"zuoxi/hub/record"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

func (s *seat) author() record.Author {
	return record.Author{No: s.no, District: s.account.District}
}

// saveRecord keeps a record; the wrap-up ends when the seat says so.
func (s *seat) saveRecord(id string, b *wire.RecordSave) {
	account, by := s.account, s.author()
	if b.Record.Version == 0 && widest(account, access.RecordWrite) == 0 {
		s.session.Answer(id, refusal(wire.CodeForbidden, "没有登记受理单的权限，没有保存到中心，内容留在本席；需要时请联系管理员"))
		return
	}
	s.job(id, func(ctx context.Context) func() {
		if b.Record.Version > 0 {
			if _, no := s.hub.allowed(ctx, account, b.Record.Number, access.RecordReply); no != nil {
				return func() { s.session.Answer(id, no) }
			}
		}
		saved, err := s.hub.records.Save(ctx, by, id, b.Record, s.hub.evidence(ctx, account.No))
		if err != nil {
			s.hub.log.Error("saving a record", "agent", s.no, "err", err)
			text, known := store.Plain(err)
			if !known {
				text = "受理单没有保存到中心；内容已留在本席，稍后自动重发"
			}
			return func() { s.session.Answer(id, refusal(wire.CodeInternal, text)) }
		}
		if saved.Code == wire.CodeOK && b.Record.Version == 0 {
			s.hub.given(account, saved, ticket.EventForward)
		}
		todo, listErr := s.hub.records.Todo(ctx, by)
		return func() {
			s.recordSaved(b, saved)
			if listErr == nil {
				s.lists.todo = todo
			}
			s.session.Answer(id, &saved)
			s.changed()
		}
	})
}

func (s *seat) recordSaved(b *wire.RecordSave, saved wire.RecordSaved) {
	if saved.Code != wire.CodeOK {
		return
	}
	if b.Record.Version == 0 {
		s.lists.today.Closed++
	}
	if v := s.bound.view; v != nil && len(b.Record.CallIDs) > 0 && b.Record.CallIDs[0] == v.ID {
		next := *v
		next.RecordNo = saved.Number
		s.bound.view, s.bound.draft = &next, nil
	}
	for _, c := range []*call.Call{s.bound.call, s.bound.wrapOf} {
		if c != nil && slices.Contains(b.Record.CallIDs, c.ID()) { // else one of an earlier day, sent again
			c.Recorded(saved.Number)
		}
	}
	if b.End {
		s.finishWrap(b.Next, b.Reason)
	}
}

// where relates a record to somebody.
func where(a store.Agent, r store.Record) access.Where {
	at := a.Person().At(r.Agent, r.District)
	if at == access.Other && record.Has(r.Status.Owner, a.No, a.District) {
		return access.Own
	}
	return at
}

// may tells whether any of somebody's roles has a right on a record. A
// complaint about our own staff is for those who handle such complaints alone,
// and never for who wrote it.
func may(a store.Agent, cmd access.Command, r store.Record) bool {
	at := where(a, r)
	if r.Kind == string(ticket.KindConduct) {
		cmd = access.RecordConduct
	}
	for _, role := range a.Roles {
		if access.Can(access.Role(role), cmd, at) {
			return true
		}
	}
	return false
}

var noRecord = &wire.Ack{Code: wire.CodeNotFound, Text: "没有这张受理单，或不在您的区县；请核对单号"}

// allowed finds a record on which somebody has a right.
func (h *Hub) allowed(ctx context.Context, a store.Agent, no string, cmd access.Command) (store.Record, *wire.Ack) {
	r, err := h.records.Find(ctx, no)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && !may(a, access.RecordView, r):
		return r, noRecord
	case err != nil:
		h.log.Error("reading a record", "agent", a.No, "err", err)
		return r, refusal(wire.CodeInternal, "受理单暂时读不出来；请稍后再试")
	case !may(a, cmd, r):
		return r, refusal(wire.CodeForbidden, "没有权限：“"+cmd.Label()+"”，没有执行；需要时请找班长")
	}
	return r, nil
}

func (s *seat) getRecord(id string, b *wire.RecordGet) {
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		var answer wire.Body
		r, no := s.hub.allowed(ctx, account, b.Number, access.RecordView)
		if no == nil {
			no = s.hub.seen(ctx, account, b.Number)
		}
		if no != nil {
			answer = no
		} else if v, err := s.hub.records.Show(ctx, r); err != nil {
			s.hub.log.Error("showing a record", "agent", account.No, "err", err)
			answer = refusal(wire.CodeInternal, "受理单暂时读不出来；请稍后再试")
		} else {
			answer = &v
		}
		return func() { s.session.Answer(id, answer) }
	})
}

// seen writes down that somebody reads a record; what cannot be written down
// is not shown. It returns what to answer instead.
func (h *Hub) seen(ctx context.Context, a store.Agent, no string) *wire.Ack {
	if err := h.audited(ctx, a, string(access.RecordView), "record/"+no, ""); err != nil {
		h.log.Error("auditing a look at a record", "agent", a.No, "err", err)
		return refusal(wire.CodeInternal, "查看没有记入审计，所以没有打开；请稍后再试")
	}
	return nil
}

// rightOf is the right that a step needs.
func rightOf(e ticket.Event) access.Command {
	switch e {
	case ticket.EventVoid:
		return access.RecordVoid
	case ticket.EventForward, ticket.EventAssign, ticket.EventSupervise:
		return access.RecordAssign
	}
	return access.RecordReply
}

// stepRecord does one step of a record's life.
func (s *seat) stepRecord(id string, b *wire.RecordStep) {
	account, by := s.account, s.author()
	s.job(id, func(ctx context.Context) func() {
		_, no := s.hub.allowed(ctx, account, b.Number, rightOf(ticket.Event(b.Event)))
		if no != nil {
			return func() { s.session.Answer(id, no) }
		}
		var saved wire.RecordSaved
		var err error
		if b.Event == string(ticket.EventVoid) {
			err = s.hub.audited(ctx, account, string(access.RecordVoid), "record/"+b.Number, b.Reason)
		}
		if err == nil {
			saved, err = s.hub.records.Step(ctx, by, id, *b)
		}
		if err != nil {
			s.hub.log.Error("stepping a record", "agent", by.No, "err", err)
			text, plain := store.Plain(err)
			if !plain {
				text = "这一步没有办成，单子没有变；请稍后再试"
			}
			return func() { s.session.Answer(id, refusal(wire.CodeInternal, text)) }
		}
		if saved.Code == wire.CodeOK {
			s.hub.given(account, saved, ticket.Event(b.Event))
		}
		todo, listErr := s.hub.records.Todo(ctx, by)
		return func() {
			if listErr == nil {
				s.lists.todo = todo
			}
			s.session.Answer(id, &saved)
			s.changed()
		}
	})
}

func (s *seat) linkRecords(id string, b *wire.RecordLink) {
	account, by := s.account, s.author()
	s.job(id, func(ctx context.Context) func() {
		answer := done()
		for _, no := range []string{b.Number, b.Other} {
			if _, refused := s.hub.allowed(ctx, account, no, access.RecordReply); refused != nil {
				answer = refused
			}
		}
		if answer.Code == wire.CodeOK {
			if err := s.hub.records.Link(ctx, by, b.Number, b.Other); err != nil {
				answer = refusal(wire.CodeInvalid, "这两张单不能关联，没有改动；保密的单和它自己不能关联")
			}
		}
		return func() { s.session.Answer(id, answer) }
	})
}

// plainFor is how long a seat shows an unmasked field.
const plainFor = 30

// unmask opens one sealed field. The audit row stands before the value leaves.
func (s *seat) unmask(id string, b *wire.RecordUnmask) {
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		answer := s.hub.unmasked(ctx, account, b)
		return func() { s.session.Answer(id, answer) }
	})
}

func (h *Hub) unmasked(ctx context.Context, a store.Agent, b *wire.RecordUnmask) wire.Body {
	if b.Reason == "" {
		return refusal(wire.CodeInvalid, "没有写原因，没有显示；查看完整信息要写明原因")
	}
	r, no := h.allowed(ctx, a, b.Number, access.RecordUnmask)
	if no != nil {
		return no
	}
	if ticket.Kind(r.Kind).Secret() && !may(a, access.RecordReporter, r) {
		return refusal(wire.CodeForbidden, "举报人和投诉人受保护，不能查看；由办理单位依职权查看")
	}
	if err := h.audited(ctx, a, string(access.RecordUnmask), "record/"+r.No+"/"+b.Field, b.Reason); err != nil {
		return refusal(wire.CodeInternal, "审计日志写不进去，没有显示；请联系管理员")
	}
	value, err := h.records.Open(r, b.Field)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return refusal(wire.CodeNotFound, "这一项没有填，没有可显示的；请看其他项")
	case err != nil:
		h.log.Error("opening a sealed field", "agent", a.No, "err", err)
		return refusal(wire.CodeInternal, "这一项解不开，没有显示；请联系管理员检查密钥")
	}
	return &wire.RecordPlain{Number: r.No, Field: b.Field, Value: value, Seconds: plainFor}
}
