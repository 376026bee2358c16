package session

import (
	"zuoxi/session/link"
	"zuoxi/wire"
)

// renewal is what the hub wants of who must choose another password.
type renewal struct {
	offered string // its ticket, until its refusal comes
	ticket  string // from then on: it stands for the old password
	said    int    // how often the hub was told a new one with it
}

// mustRenew takes the hub's ticket, unless it is for somebody who has left this page.
func (s *Session) mustRenew(b *wire.MustChange) {
	if s.id.token == "" && b.AgentNo == s.id.agent {
		s.id.renewal.offered = b.Ticket
	}
}

// refusedSignIn gives the page back to the person, with the hub's reason. Who must
// choose another password is still the one who proved the old one.
func (s *Session) refusedSignIn(text string) {
	was := s.id
	s.leave()
	s.view.SignIn.Error = text
	if was.renewal.offered != "" {
		s.id.agent, s.id.remember, s.id.renewal.ticket = was.agent, was.remember, was.renewal.offered
		s.view.SignIn.Renew = was.agent
	}
}

// renew sets the person's own password and signs in with it.
func (s *Session) renew(v Renew) {
	if s.id.renewal.ticket == "" || v.AgentNo != s.id.agent || s.view.SignIn.Busy {
		return
	}
	switch {
	case v.Password == "":
		s.view.SignIn.Error = "新口令没有填 · 口令没有改，还没有登录 · 请填两遍新口令"
		return
	case v.Password != v.Again:
		s.view.SignIn.Error = "两遍新口令不一样 · 口令没有改，还没有登录 · 请重新填"
		return
	}
	s.id.password = v.Password
	s.fetchKey()
	// The keyring must not go on with the old one.
	s.id.remember = v.Remember || s.id.remember || s.view.SignIn.Stored && v.AgentNo == s.view.SignIn.Agent
	s.view.SignIn.Busy, s.view.SignIn.Error = true, ""
	s.greetWith(&wire.Renew{AgentNo: v.AgentNo, Ticket: s.id.renewal.ticket, Password: v.Password, Device: s.cfg.Device, Program: s.cfg.Program})
	s.link.Redial()
}

// countRenew counts how often the hub is told the new password: from the second time
// on it may have set it the first time, and the answer is lost.
func (s *Session) countRenew(state link.State) {
	if _, is := s.greet.Load().body.(*wire.Renew); is && state == link.Greeting {
		s.id.renewal.said++
	}
}

// stale is that the hub knows a token or a ticket no longer.
func (s *Session) stale() {
	switch {
	case s.id.agent == "": // a greeting from before the sign-out
	case s.id.renewal.said == 1:
		s.refusedSignIn("新口令没有设上，口令这期间又被改过 · 还没有登录 · 请问管理员现在的口令，用它登录")
	default:
		s.id.token = ""
		s.greetWith(&wire.SignIn{AgentNo: s.id.agent, Password: s.id.password, Device: s.cfg.Device, Program: s.cfg.Program})
		s.link.Redial()
	}
}
