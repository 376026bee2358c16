package hub

import (
	"context"
	"errors"
	"slices"
	"strings"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/business"
	"zuoxi/hub/record"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/access"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/identity"
	"zuoxi/wire"
)

// openBusiness connects to the business system, if there is one.
func openBusiness(cfg Config, p *parts, o *opened) error {
	if cfg.Business.URL == "" {
		return nil
	}
	c, err := business.New(cfg.Business)
	if err != nil {
		return err
	}
	o.add(c.Close)
	p.business = business.NewDesk(c, trailPort{p.audit}, business.Rules{Zone: cfg.Outgoing.Zone, Now: cfg.Now, Hash: idHash(p.keys), Substitute: cfg.Business.Substitute})
	return nil
}

func idHash(keys *seal.Keys) func(string) []byte {
	return func(number string) []byte { return keys.Hash(seal.KindIDNo, number) }
}

// trailPort is the audit log as the business desk uses it.
type trailPort struct{ log *audit.Log }

// Note implements business.Trail.
func (p trailPort) Note(ctx context.Context, by business.By, action, object, reason string) error {
	_, err := p.log.Append(ctx, audit.Entry{Who: by.No, Role: by.Role, District: by.District, Action: action, Object: object, Reason: reason})
	return err
}

// List implements business.Trail.
func (p trailPort) List(ctx context.Context, f store.AuditFilter) ([]store.AuditRow, string, error) {
	return p.log.List(ctx, f)
}

// evidence gives what the logs prove of a call to an agent who was on it.
func (h *Hub) evidence(ctx context.Context, agent string) record.Calls {
	return func(id string) (record.Evidence, error) {
		var out record.Evidence
		if l, open := h.calls.Log(id); open {
			out.Present = slices.Contains(l.Agents, agent)
		} else {
			legs, err := h.db.Legs.List(ctx, id)
			if err != nil {
				return out, err
			}
			out.Present = slices.ContainsFunc(legs, func(l store.Leg) bool { return l.Agent == agent && l.Role != string(fsm.EarMonitor) })
		}
		l, err := h.callLog(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound) || !out.Present:
			return out, nil
		case err != nil:
			return out, err
		}
		out.Caller, out.Disclaimer = l.Caller, l.Disclaimer.Version
		if h.business == nil {
			return out, nil
		}
		p, err := h.business.Proof(ctx, id)
		if err != nil {
			h.log.Error("reading the identity checks of a call", "call", id, "err", err)
		}
		out.Verified, out.Identity, out.Told = p.Verified, p.Words, p.Told
		return out, nil
	}
}

// callLog is the log of a call, as it will stand where the disk has not all of it yet.
func (h *Hub) callLog(ctx context.Context, id string) (store.Call, error) {
	if l, open := h.calls.Log(id); open {
		return l.Call, nil
	}
	return h.db.Calls.Get(ctx, id)
}

// onCall tells whether the desk speaks of the call that it is on, and may ask
// who the caller is.
func (s *seat) onCall(call string) (business.By, *wire.Ack) {
	by := business.By{No: s.no, Role: s.role(), District: s.account.District, Call: call}
	switch {
	case s.bound.call == nil || s.bound.call.ID() != call:
		return by, refusal(wire.CodeStale, "这通电话已不在本席，没有核验；请看当前通话")
	case widest(s.account, access.IdentityCheck) == 0:
		return by, refusal(wire.CodeForbidden, "没有核验身份的权限，没有核验；需要时请找班长")
	case s.hub.business == nil:
		return by, refusal(wire.CodeUnreachable, "中心没有接业务系统，不能核验；请来电人到经办机构办理")
	}
	return by, nil
}

// beginIdentity notes on the call that the agent begins to ask who the caller is.
func (s *seat) beginIdentity(id string, b *wire.IdentityBegin) {
	_, no := s.onCall(b.Call)
	if no != nil {
		s.session.Answer(id, no)
		return
	}
	c := s.bound.call
	c.Note("identity_begin", "开始核验身份")
	s.session.Answer(id, done())
}

// checkIdentity compares three elements, blind.
func (s *seat) checkIdentity(id string, b *wire.IdentityCheck) {
	by, no := s.onCall(b.Call)
	e := identity.Elements{Number: b.Number, Name: b.Name, Employer: b.Employer, Substitute: b.Substitute}
	if no == nil {
		e = s.hub.business.Elements(e)
	}
	if miss := e.Missing(e.Substitute != ""); no == nil && len(miss) > 0 {
		no = refusal(wire.CodeInvalid, "还缺"+strings.Join(miss, "、")+"，没有核验，不算次数；说不全的请参保人本人来电")
	}
	if no != nil {
		s.session.Answer(id, no)
		return
	}
	c := s.bound.call
	s.job(id, func(ctx context.Context) func() {
		r, err := s.hub.business.Check(ctx, by, e)
		answer := s.hub.checked(by, r, err)
		if a, ok := answer.(*wire.IdentityAnswer); ok && r.Answer != "" {
			c.Identified(r.Phase, a.Text)
		}
		if r.Lock {
			s.hub.tellLeads("warn", by.No+" 的通话中，一个证件号码当天第 5 次核验不符，已锁定 · 可能有人冒用 · 请关注这通电话；确认是本人的用 zuoxi identity unlock 解除", by.District)
		}
		return func() { s.session.Answer(id, answer) }
	})
}

// checked is the answer to a check in words. It never tells what was wrong.
func (h *Hub) checked(by business.By, r business.Result, err error) wire.Body {
	if err != nil {
		return refusal(wire.CodeRefused, h.plainly(by, err))
	}
	out := &wire.IdentityAnswer{Answer: string(r.Answer), Phase: string(r.Phase), Left: r.Left, Text: r.Answer.Label()}
	switch r.Phase {
	case identity.StateRefused:
		out.Read, out.Text = identity.WordingFailed, "本通电话不能再核验"
	case identity.StateLocked:
		out.Read, out.Text = identity.WordingFailed, "这个号码今天不能再核验"
	}
	return out
}

// sayable are the faults that the agent may be told as they are.
var sayable = []error{
	business.ErrAway, business.ErrOpen, business.ErrRefused, business.ErrExpired,
	identity.ErrEmpty, identity.ErrLength, identity.ErrDigit, identity.ErrRegion, identity.ErrDate, identity.ErrChecksum,
}

// proofPort is the business desk as administrators use it.
type proofPort struct{ h *Hub }

// Unlock implements admin.Proofs.
func (p proofPort) Unlock(ctx context.Context, who admin.Person, number, reason string) (bool, error) {
	by := business.By{No: who.No, District: who.District}
	if len(who.Roles) > 0 {
		by.Role = string(who.Roles[0])
	}
	locked, err := p.h.business.Unlock(ctx, by, number, reason)
	if text := said(err); text != "" {
		err = admin.Say(wire.CodeInvalid, text)
	}
	return locked, err
}

// said is a fault that may be told as it is; empty: it may not.
func said(err error) string {
	for _, known := range sayable {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ""
}

// plainly is a fault of the business desk for the agent.
func (h *Hub) plainly(by business.By, err error) string {
	if text := said(err); text != "" {
		return text
	}
	h.log.Error("business desk", "agent", by.No, "call", by.Call, "err", err)
	if text, ok := store.Plain(err); ok {
		return text
	}
	return "核验没有做成，不算次数；请稍后再试"
}

// wordings are those that may be noted as read out.
var wordings = map[string]bool{identity.WordingRefuse: true, identity.WordingRisk: true, identity.WordingFailed: true}

func (s *seat) readOut(id string, b *wire.IdentityRead) {
	by, no := s.onCall(b.Call)
	if no == nil && !wordings[b.Text] {
		no = refusal(wire.CodeInvalid, "没有这段用语，没有记下；请确认坐席程序与中心的版本")
	}
	if no != nil {
		s.session.Answer(id, no)
		return
	}
	c := s.bound.call
	s.job(id, func(ctx context.Context) func() {
		answer := done()
		if err := s.hub.business.Read(ctx, by, b.Text); err != nil {
			answer = refusal(wire.CodeInternal, s.hub.plainly(by, err))
		} else {
			c.NoteShown("told", "已读：“"+b.Text+"”")
		}
		return func() { s.session.Answer(id, answer) }
	})
}

var businessPaths = map[string]string{wire.AskAccount: business.Account, wire.AskCard: business.Card, wire.AskCardLoss: business.CardLoss}

var businessWords = map[string]string{wire.AskAccount: "查询参保信息", wire.AskCard: "查询社保卡状态", wire.AskCardLoss: "社保卡临时挂失"}

// askBusiness asks about the person matched on the call.
func (s *seat) askBusiness(id string, b *wire.BusinessAsk) {
	by, no := s.onCall(b.Call)
	path, ok := businessPaths[b.What]
	if no == nil && !ok {
		no = refusal(wire.CodeInvalid, "没有这种查询，没有执行；请确认坐席程序与中心的版本")
	}
	if no != nil {
		s.session.Answer(id, no)
		return
	}
	c := s.bound.call
	s.job(id, func(ctx context.Context) func() {
		sheet, err := s.hub.business.Ask(ctx, by, path)
		if err != nil {
			text := s.hub.plainly(by, err)
			return func() { s.session.Answer(id, refusal(wire.CodeRefused, text)) }
		}
		c.NoteShown("business", businessWords[b.What])
		answer := &wire.BusinessAnswer{What: b.What, Sandbox: sheet.Sandbox}
		for _, r := range sheet.Rows {
			answer.Rows = append(answer.Rows, wire.BusinessRow(r))
		}
		return func() { s.session.Answer(id, answer) }
	})
}
