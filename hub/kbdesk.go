package hub

import (
	"context"
	"errors"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/editor"
	"zuoxi/hub/store"
	"zuoxi/kb"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// openEditors opens the editors' desk over the hub's library.
func (h *Hub) openEditors() {
	h.editors = editor.New(editor.Config{
		DB: h.db, Library: announced{h.cfg.KB, h}, Moved: h.edited, District: h.cfg.District, Zone: h.cfg.Outgoing.Zone, Now: h.cfg.Now,
		Audit: func(ctx context.Context, who editor.Person, action, object, reason string) error {
			role := ""
			if len(who.Roles) > 0 {
				role = string(who.Roles[0])
			}
			_, err := h.audit.Append(ctx, audit.Entry{Who: who.No, Role: role, District: who.District, Action: action, Object: object, Reason: reason})
			return err
		},
	})
}

// edited tells the seats that look at the editors' desk that something changed there.
func (h *Hub) edited() {
	for _, s := range h.seats.List() {
		s.box.Post(func() {
			if s.edits {
				s.session.Latest(&wire.KBMoved{})
			}
		})
	}
}

// announced is the library whose changes the seats are told of.
type announced struct {
	KnowledgeBase
	hub *Hub
}

// Change implements editor.Library.
func (a announced) Change(ctx context.Context, change func(b *kb.Base, revision string) error) error {
	err := a.KnowledgeBase.Change(ctx, change)
	if err == nil {
		a.hub.published()
	}
	return err
}

// editing carries out what a seat wants of the editors' desk; false for what is not its business.
func (s *seat) editing(m wire.Message) bool {
	switch m.Body.(type) {
	case *wire.KBAsk:
		s.edits = true
	case *wire.KBOpen, *wire.KBSave, *wire.KBStep, *wire.KBTell, *wire.KBAsked, *wire.KBSettle:
	default:
		return false
	}
	desk, account := s.hub.editors, s.account
	if desk == nil {
		s.session.Answer(m.ID, refusal(wire.CodeNotFound, "中心没有知识库；请管理员导入"))
		return true
	}
	who := editor.Person{No: account.No, District: account.District}
	for _, r := range account.Roles {
		who.Roles = append(who.Roles, access.Role(r))
	}
	s.job(m.ID, func(ctx context.Context) func() {
		answer, err := desk.Answer(ctx, who, m.ID, m.Body)
		if err != nil {
			answer = s.editFault(err)
		}
		return func() { s.session.Answer(m.ID, answer) }
	})
	return true
}

func (s *seat) editFault(err error) *wire.Ack {
	var no *editor.Refusal
	var denied *access.Denied
	switch {
	case errors.As(err, &no):
		return refusal(no.Code, no.Text)
	case errors.As(err, &denied):
		return refusal(wire.CodeForbidden, denied.Text())
	}
	s.hub.log.Error("editors' desk", "agent", s.no, "err", err)
	text, known := store.Plain(err)
	if !known {
		text = "知识库暂时改不了，没有执行；请稍后再试"
	}
	return refusal(wire.CodeInternal, text)
}

// editorPort is the editors' desk as administrators use it.
type editorPort struct{ *editor.Desk }

// Ask implements admin.Knowledge.
func (p editorPort) Ask(ctx context.Context, who admin.Person, b wire.Body) (any, error) {
	return p.Answer(ctx, editor.Person{No: who.No, District: who.District, Roles: who.Roles}, "", b)
}

// Draft implements admin.Knowledge.
func (p editorPort) Draft(ctx context.Context, who admin.Person, list []kb.Article) (any, error) {
	return p.Import(ctx, editor.Person{No: who.No, District: who.District, Roles: who.Roles}, list)
}
