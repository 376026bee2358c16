package session

import "zuoxi/wire"

// mustRenew takes the hub's ticket, unless it is for somebody who has left this page.
func (s *Session) mustRenew(b *wire.MustChange) {
	if s.id.token == "" && b.AgentNo == s.id.agent {
		s.id.offered = b.Ticket
	}
}

// refusedSignIn gives the page back to the person, with the hub's reason. Who must
// choose another password is still the one who proved the old one.
func (s *Session) refusedSignIn(text string) {
	was := s.id
	s.leave()
	s.view.SignIn.Error = text
	if was.offered != "" {
		s.id.agent, s.id.remember, s.id.renewal = was.agent, was.remember, was.offered
		s.view.SignIn.Renew = was.agent
	}
}

// renew sets the person's own password and signs in with it.
func (s *Session) renew(v Renew) {
	if s.id.renewal == "" || v.AgentNo != s.id.agent || s.view.SignIn.Busy {
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
	s.greetWith(&wire.Renew{AgentNo: v.AgentNo, Ticket: s.id.renewal, Password: v.Password, Device: s.cfg.Device, Program: s.cfg.Program})
	s.link.Redial()
}
