package session

import (
	rule "zuoxi/rules/identity"
	"zuoxi/wire"
)

// InquiryView is the identity check of the call on this seat, and what may be
// read out after it. It is kept nowhere and ends with the call.
type InquiryView struct {
	Call    string
	Busy    bool
	Answer  rule.Answer // of the last check
	Phase   rule.Phase
	Left    int    // checks that this call still has
	Text    string // one Chinese line
	Read    string // wording to read out
	WasRead bool
	What    string // what Rows are about: wire names account, card, card.loss
	Rows    []BusinessRow
	Sandbox bool // the rows are made up
}

// BusinessRow is one line to read out.
type BusinessRow struct{ Label, Value string }

// What AskBusiness may ask for.
const (
	AskAccount  = wire.AskAccount
	AskCard     = wire.AskCard
	AskCardLoss = wire.AskCardLoss
)

// inquiring gives the check of the call, if it is still the one here.
func (s *Session) inquiring(call string) bool {
	if s.desk.Call == nil || s.desk.Call.ID != call {
		s.notify(NoticeWarn, "这通电话已不在本席 · 没有核验 · 请看当前屏幕")
		return false
	}
	if s.form.inquiry.Call != call {
		s.form.inquiry = InquiryView{Call: call, Phase: rule.StateOpen}
	}
	return true
}

// doInquiry is a verb of the identity check.
func (s *Session) doInquiry(v Verb) {
	switch v := v.(type) {
	case BeginIdentity:
		if s.inquiring(v.Call) {
			s.ask(&wire.IdentityBegin{Call: v.Call}, func(wire.Message) {}) // a refusal is said by the check itself
		}
	case CheckIdentity:
		s.checkIdentity(v)
	case ReadOut:
		if s.inquiring(v.Call) {
			s.ask(&wire.IdentityRead{Call: v.Call, Text: v.Text}, func(m wire.Message) {
				if a, ok := m.Body.(*wire.Ack); ok && a.Code == wire.CodeOK {
					s.inquire(v.Call, func(q *InquiryView) { q.WasRead = true })
					return
				}
				s.refusal(m)
			})
		}
	case AskBusiness:
		s.askBusiness(v)
	}
}

func (s *Session) checkIdentity(v CheckIdentity) {
	if !s.inquiring(v.Call) || s.form.inquiry.Busy {
		return // a key that was pressed twice is one check: there are few of them
	}
	sent := s.ask(&wire.IdentityCheck{Call: v.Call, Number: v.Number, Name: v.Name, Employer: v.Employer, Substitute: v.Substitute}, func(m wire.Message) {
		s.inquire(v.Call, func(q *InquiryView) {
			*q = InquiryView{Call: v.Call, Phase: q.Phase, Left: q.Left}
			switch b := m.Body.(type) {
			case *wire.IdentityAnswer:
				q.Answer, q.Phase, q.Left = rule.Answer(b.Answer), rule.Phase(b.Phase), b.Left
				q.Text, q.Read = b.Text, b.Read
			case *wire.Ack:
				q.Text = orElse(b.Text, "没有核验成 · 不算次数 · 请再试一次")
			}
		})
	})
	if sent {
		s.inquire(v.Call, func(q *InquiryView) { q.Busy = true })
	}
}

func (s *Session) askBusiness(v AskBusiness) {
	if !s.inquiring(v.Call) || s.form.inquiry.Busy {
		return
	}
	sent := s.ask(&wire.BusinessAsk{Call: v.Call, What: v.What}, func(m wire.Message) {
		s.inquire(v.Call, func(q *InquiryView) {
			q.Busy, q.Rows, q.What, q.Text = false, nil, v.What, ""
			switch b := m.Body.(type) {
			case *wire.BusinessAnswer:
				q.Sandbox = b.Sandbox
				for _, r := range b.Rows {
					q.Rows = append(q.Rows, BusinessRow(r))
				}
			case *wire.Ack:
				q.Text = b.Text
			}
		})
	})
	if sent {
		s.inquire(v.Call, func(q *InquiryView) { q.Busy = true })
	}
}

// inquire changes the check of a call and shows it, unless the call has gone.
func (s *Session) inquire(call string, change func(*InquiryView)) {
	if s.form.inquiry.Call != call {
		return
	}
	change(&s.form.inquiry)
	if s.view.Call == nil || s.view.Call.ID != call {
		return // it may come back
	}
	next := *s.view.Call
	shown := s.form.inquiry
	next.Caller.Inquiry = &shown
	s.view.Call = &next
}

// inquiryOf is the check to show with a call; another call's is forgotten.
func (s *Session) inquiryOf(c *wire.Call) *InquiryView {
	if s.form.inquiry.Call != c.ID {
		s.form.inquiry = InquiryView{}
		if c.Caller.Identity == "" {
			return nil
		}
		s.form.inquiry.Call = c.ID
	}
	if p := rule.Phase(c.Caller.Identity); p != "" {
		s.form.inquiry.Phase = p // the hub's word, also about a check at another seat
	}
	shown := s.form.inquiry
	return &shown
}
