package hub

import (
	"context"
	"errors"
	"slices"

	"zuoxi/hub/call"
	"zuoxi/hub/record"
	"zuoxi/hub/reply"
	"zuoxi/hub/sms"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	rule "zuoxi/rules/sms"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// outsideRequest is what a seat wants of others; false when it is none of that.
func (s *seat) outsideRequest(m wire.Message) bool {
	switch b := m.Body.(type) {
	case *wire.SMSAsk:
		s.session.Answer(m.ID, s.hub.templates())
	case *wire.SMSSend:
		s.sendText(m.ID, b)
	case *wire.SheetAsk:
		s.sheet(m.ID, b)
	case *wire.CallerTag:
		s.tag(m.ID, b)
	default:
		return false
	}
	return true
}

var noTexts = refusal(wire.CodeUnreachable, "中心没有接短信网关，不能发短信；请口头告知来电人")

func (h *Hub) templates() wire.Body {
	if h.out == nil || h.out.gateway == nil {
		return noTexts
	}
	out := &wire.SMSTemplates{}
	for _, t := range h.out.texts.Templates() {
		blanks := slices.DeleteFunc(t.Blanks(), func(b string) bool { return slices.Contains(sms.Own, b) })
		out.List = append(out.List, wire.SMSTemplate{ID: t.ID, Title: t.Title, Text: t.Text, Legal: t.Legal, Blanks: blanks})
	}
	return out
}

// sendText sends a text to the citizen of this seat's call or of a record of
// this agent's.
func (s *seat) sendText(id string, b *wire.SMSSend) {
	account := s.account
	order := smsOrder(b, id)
	switch c := s.talkingWith(b.Call); {
	case s.hub.out == nil || s.hub.out.gateway == nil:
		s.session.Answer(id, noTexts)
		return
	case b.Call != "" && c == nil:
		s.session.Answer(id, refusal(wire.CodeStale, "这通电话已不在本席，没有发短信；请从受理单里发"))
		return
	case b.Call != "":
		order.To = c.Number()
	}
	s.job(id, func(ctx context.Context) func() {
		answer := s.hub.sentText(ctx, account, order, b.Record)
		return func() { s.session.Answer(id, answer) }
	})
}

func smsOrder(b *wire.SMSSend, id string) sms.Order {
	o := sms.Order{Key: id, Template: b.Template, Values: map[string]string{}}
	for _, v := range b.Values {
		o.Values[v.Blank] = v.Value
	}
	return o
}

// talkingWith is the call of this id on the seat, wrap-up included.
func (s *seat) talkingWith(id string) *call.Call {
	if id == "" {
		return nil
	}
	if c := s.bound.call; c != nil && c.ID() == id {
		return c
	}
	if c := s.bound.wrapOf; c != nil && c.ID() == id {
		return c
	}
	return nil
}

func (h *Hub) sentText(ctx context.Context, a store.Agent, o sms.Order, number string) wire.Body {
	if widest(a, access.SMSSend) == 0 {
		return refusal(wire.CodeForbidden, "没有发短信的权限，没有发；需要时请找班长")
	}
	object := "call"
	o.Agent, o.District = a.No, a.District
	if number != "" {
		r, no := h.allowed(ctx, a, number, access.RecordReply)
		switch {
		case no != nil && no.Code == wire.CodeNotFound && !o.To.IsZero() && record.IsNumber(number):
			o.Number, object = number, "record/"+number // it is still being written, on this call
		case no != nil:
			return no
		case ticket.Kind(r.Kind).Secret():
			return refusal(wire.CodeForbidden, "举报和行风投诉不发短信，免得别人看到；没有发，请用电话告知")
		default:
			o.RecordID, o.Number, object = r.ID, r.No, "record/"+r.No
			if o.To.IsZero() {
				o.To = r.Party.Phone
			}
		}
	}
	if err := h.audited(ctx, a, string(access.SMSSend), object, o.Template); err != nil {
		return refusal(wire.CodeInternal, "审计日志写不进去，没有发短信；请联系管理员")
	}
	p, text, err := h.out.texts.Send(ctx, o)
	var fault *rule.FaultError
	switch {
	case errors.As(err, &fault):
		return refusal(wire.CodeInvalid, fault.Error())
	case err != nil:
		h.log.Error("sending a text", "agent", a.No, "err", err)
		return refusal(wire.CodeInternal, "短信没有存下，没有发；请稍后再试")
	}
	return &wire.SMSSent{To: p.Number.Masked, Text: text, Parts: rule.Parts(text)}
}

// sheet makes the reply form of a record.
func (s *seat) sheet(id string, b *wire.SheetAsk) {
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		l, dept, no := s.hub.reissued(ctx, account, b.Number)
		var answer wire.Body = no
		if no == nil {
			answer = s.hub.sheetFor(ctx, b.Number, dept, l)
		}
		return func() { s.session.Answer(id, answer) }
	})
}

// sheetFor is a link with the sheet that it belongs to; without the sheet where
// that cannot be drawn, for the link is the way to answer.
func (h *Hub) sheetFor(ctx context.Context, number, dept string, l reply.Link) *wire.Sheet {
	out := &wire.Sheet{Number: number, Dept: dept, URL: l.URL, Expires: l.Expires}
	page, err := h.paper(ctx, number, dept, l)
	switch {
	case err != nil:
		h.log.Error("drawing a sheet", "record", number, "err", err)
	case len(page) <= mostPaper:
		out.Page = page
	}
	return out
}

// mostPaper is how much of a message a sheet may take: base64 and the envelope
// must stay within the limit of one.
const mostPaper = wire.MaxMessage / 2

// paper is the sheet of a record that a department has.
func (h *Hub) paper(ctx context.Context, number, dept string, l reply.Link) ([]byte, error) {
	r, err := h.records.Find(ctx, number)
	if err != nil {
		return nil, err
	}
	sheet, err := casesPort{&h.parts}.Sheet(ctx, r.ID, dept)
	if err != nil {
		return nil, err
	}
	return h.out.forms.Print(sheet, l)
}

// reissued gives a department its link. The audit row stands before it.
func (h *Hub) reissued(ctx context.Context, a store.Agent, number string) (reply.Link, string, *wire.Ack) {
	if h.out == nil || h.out.forms == nil {
		return reply.Link{}, "", refusal(wire.CodeUnreachable, "中心没有开部门答复网页，没有生成链接；请管理员配置 outside.forms")
	}
	r, no := h.allowed(ctx, a, number, access.RecordReply)
	switch {
	case no != nil:
		return reply.Link{}, "", no
	case !ticket.Status(r.Status.State).Theirs():
		return reply.Link{}, "", refusal(wire.CodeImpossible, "这张单不在部门手里，没有生成链接；请先转办")
	case r.Kind == string(ticket.KindConduct):
		return reply.Link{}, "", refusal(wire.CodeForbidden, "行风投诉不发链接，没有生成；由专门渠道办理")
	}
	if err := h.audited(ctx, a, "record.sheet", "record/"+r.No, r.Status.Owner); err != nil {
		return reply.Link{}, "", refusal(wire.CodeInternal, "审计日志写不进去，没有生成链接；请联系管理员")
	}
	l, err := h.out.forms.Issue(ctx, r.ID, r.District, r.Status.Owner, a.No)
	if err != nil {
		h.log.Error("making a link", "agent", a.No, "err", err)
		return l, "", refusal(wire.CodeInternal, "链接没有存下，没有生成；请稍后再试")
	}
	return l, r.Status.Owner, nil
}
