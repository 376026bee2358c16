package session

import (
	"errors"
	"path/filepath"
	"strconv"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/session/link"
	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// doSign is a verb of who comes or goes.
func (s *Session) doSign(v Verb) bool {
	switch v := v.(type) {
	case SignIn:
		s.signIn(v)
	case Renew:
		s.renew(v)
	case SignOut:
		s.signOut(v)
	case LockScreen:
		s.lockScreen(v.On)
	default:
		return false
	}
	return true
}

func (s *Session) signIn(v SignIn) {
	if v.Password == "" && s.view.SignIn.Stored && v.AgentNo == s.view.SignIn.Agent {
		s.signInStored(v)
		return
	}
	if v.AgentNo == "" || v.Password == "" {
		s.view.SignIn.Error = "工号或口令没有填 · 还没有登录 · 请填好后按 Enter"
		return
	}
	again := v.AgentNo == s.id.agent && v.Password == s.id.password
	s.id = identity{agent: v.AgentNo, password: v.Password, remember: v.Remember, media: s.id.media}
	s.ring.password++
	s.fetchKey()
	s.view.SignIn.Busy, s.view.SignIn.Asking, s.view.SignIn.Error, s.view.SignIn.Renew = true, false, "", ""
	s.greetWith(&wire.SignIn{AgentNo: v.AgentNo, Password: v.Password, Device: s.cfg.Device, Program: s.cfg.Program})
	if !again && s.view.Link.State != "" && s.view.Link.State != LinkOffline {
		s.link.Drop() // it speaks for whoever was here before
	}
	s.link.Redial()
}

// greetWith sets the first words of the next connection; nil rests.
func (s *Session) greetWith(b wire.Body) {
	s.greet.Store(&greeting{b})
	s.view.Link.Resting = b == nil
}

// signOut lets the agent go once the hub has: a seat that it keeps is a
// colleague whom callers are sent to. With the link cut nobody is asked.
func (s *Session) signOut(v SignOut) {
	if v.Guessed {
		s.guessed()
	}
	switch {
	case s.id.leaving:
	case len(s.form.loose) > 0:
		s.flush()
		s.notify(NoticeWarn, "有提交的单中心还没有收下，本机也存不下 · 没有签出，签出就丢了 · 等中心收下再签出，并请管理员检查磁盘")
	case s.exam.Loose() > 0:
		s.notify(NoticeWarn, "答卷本机存不下，中心也还没有收到 · 没有签出，签出就丢了 · 请监考人清出空间，存下再签出")
	case s.desk.Call != nil:
		s.notify(NoticeWarn, "通话或话后还没有结束 · 不能签出 · 请先提交受理单")
	case !s.online():
		s.leave()
	case s.desk.Offer != nil:
		s.notify(NoticeWarn, "有来电正在振铃 · 不能签出 · 请先接听或拒接，再签出")
	default:
		s.id.leaving = s.ask(&wire.SignOut{}, s.signedOut)
	}
}

// signedOut is the hub's answer, or that there is none because the link is lost.
func (s *Session) signedOut(m wire.Message) {
	if s.id.leaving = false; refused(m) != "" {
		s.refusal(m)
		return
	}
	s.leave()
}

// leave forgets who was signed in. Lost is how much of what they did ends with it, nowhere else than here.
func (s *Session) leave() (lost int) {
	lost = s.lastTry()
	s.losses += lost
	s.endCheck()
	s.exam.Leave()
	s.examiner.Leave()
	s.review.Leave()
	s.view.Exam.Offline = false
	s.id = identity{media: s.id.media}
	s.dropKey()
	s.ring.typed, s.view.SignIn.Stored = false, s.view.SignIn.Stored && !s.ring.locked
	s.proof.Store(nil)
	s.desk = wire.DeskState{}
	s.greetWith(nil)
	s.view.SignIn.SignedIn, s.view.SignIn.Busy, s.view.SignIn.Renew = false, false, ""
	s.view.Offer, s.view.Call, s.view.Record = nil, nil, nil
	s.view.Todo, s.view.Voicemail = nil, nil
	s.view.Answers = Answers{Devices: s.view.Devices, Dialled: s.view.Dialled} // what others looked for is not the next one's to see
	s.view.Seat, s.view.Presence = SeatView{}, PresenceView{}
	s.unread, s.view.Notice.Unasked = nil, false // the next one here is told of none of it
	s.form, s.view.Link.Loose = form{}, 0
	s.board, s.view.Floor = board{}, Floor{}
	s.applySound()
	if s.box != nil {
		_ = s.box.Close()
		s.box = nil
	}
	return lost
}

func (s *Session) linkEvent(e link.Event) {
	switch e := e.(type) {
	case link.StateChanged:
		s.linkChanged(e)
	case link.Measured:
		s.view.Link.RTT = e.RTT
		s.measured(e.Clock)
	case link.Received:
		if b, is := e.Message.Body.(*wire.MustChange); is {
			s.mustRenew(b)
			return
		}
		w, is := e.Message.Body.(*wire.Welcome)
		switch {
		case is && !s.meant(w):
			s.turnAway(w)
			return
		case !is && s.id.token == "":
			return // nobody is welcomed yet: it was for who is gone
		}
		if e.Message.Seq > s.id.seq {
			s.id.seq = e.Message.Seq
			s.resumeGreeting()
		}
		s.received(e.Message)
	}
}

// meant tells whether a welcome is for who signs in here now: it may answer the
// greeting of somebody who has signed out since, or who had mistyped their number.
func (s *Session) meant(w *wire.Welcome) bool {
	return s.id.agent == w.AgentNo && s.id.agent != "" && (s.id.token != "" || !w.Resumed)
}

// turnAway signs out at the hub who has left here.
func (s *Session) turnAway(w *wire.Welcome) {
	_ = s.link.Send(wire.Message{ID: newID(), Session: w.Session, Body: &wire.SignOut{}})
	s.link.Drop()
}

// resumeGreeting keeps the next connection's first words up to date.
func (s *Session) resumeGreeting() {
	if s.id.token != "" {
		s.greetWith(&wire.Resume{Token: s.id.token, LastSeq: s.id.seq, Program: s.cfg.Program})
	}
}

func (s *Session) linkChanged(e link.StateChanged) {
	state := map[link.State]LinkState{
		link.Offline: LinkOffline, link.Dialling: LinkDialling, link.Greeting: LinkSigningIn, link.Online: LinkOnline, link.Degraded: LinkDegraded,
	}[e.State]
	if state == LinkSigningIn && s.id.token != "" {
		state = LinkResuming
	}
	lost := state == LinkOffline || state == LinkDialling
	wasLost := s.view.Link.State == LinkOffline || s.view.Link.State == LinkDialling
	if s.view.Link.Since.IsZero() || lost != wasLost || !lost {
		s.view.Link.Since = s.cfg.Now()
	}
	s.view.Link.State = state
	s.countRenew(e.State)
	s.id.media.moved = s.id.media.moved || errors.Is(e.Err, link.ErrMoved)
	if lost {
		s.unanswered()
		s.examAlone()
	}
	switch {
	case e.Close != nil:
		s.dismissed(e.Close)
	case e.Err != nil && !s.view.SignIn.SignedIn:
		s.view.SignIn.Busy = false
		s.view.SignIn.Error = dialFault(e.Err, s.cfg.Now())
	}
}

// mayStayAway is how long this seat need not come back to a hub that was
// killed: not at all where somebody is on the line, may be offered to it, or
// looks at the others.
func (s *Session) mayStayAway() time.Duration {
	if engaged(&s.desk) || s.view.Seat.Leads() || s.view.Presence.State == agent.StateReady || !s.id.media.again.IsZero() {
		return 0
	}
	return s.id.away
}

// unanswered tells everybody who waits for an answer that none will come.
// Commands of the outbox are sent again after the return, others by the person.
func (s *Session) unanswered() {
	waiting := s.waiting
	s.waiting = map[string]func(wire.Message){}
	for _, f := range waiting {
		f(wire.Message{Body: &wire.Ack{Code: wire.CodeUnreachable}})
	}
}

// dialFault says in one line why the hub could not be reached.
func dialFault(err error, now time.Time) string {
	if text, is := link.Untrusted(err, now); is {
		return text
	}
	return "连不上中心 · 还没有登录，正在自动重试 · 请检查网线和中心地址"
}

// dismissed is the hub's last word.
func (s *Session) dismissed(b *wire.Bye) {
	if s.examKept(b) {
		return
	}
	switch b.Code {
	case wire.CodeCredentials, wire.CodeDisabled, wire.CodeLocked, wire.CodeElsewhere, wire.CodeVersion, wire.CodeForbidden:
		s.greetWith(nil)
		if b.Code == wire.CodeCredentials && s.cfg.Vault != nil && s.view.SignIn.Stored {
			s.forgetPassword(s.id.agent, func(error) {})
		}
		s.refusedSignIn(orElse(b.Text, "中心拒绝了登录 · 还不能接听 · 请联系班长"))
	case wire.CodeOK: // the duty is over; whoever asked for that here has left already
		if s.view.SignIn.SignedIn {
			drafts := "写了一半的单在待办里"
			if n := s.leave(); n > 0 {
				drafts = "有 " + strconv.Itoa(n) + " 件本机存不下，丢了，请凭记忆补登"
			}
			s.view.SignIn.Error = "中心已将本席签出 · 不再接听，" + drafts + " · 要接着上班请重新登录，原因请问班长"
		}
	case wire.CodeMoved:
		text := orElse(b.Text, "本工号已在另一处登录 · 这里不再接听 · 如果不是您本人，请立即告诉班长")
		s.leave()
		s.view.SignIn.Error = text
	case wire.CodeStale:
		s.stale()
	default:
		s.notify(NoticeWarn, orElse(b.Text, "中心断开了连接 · 正在自动重连 · 已写的内容都在本机"))
	}
}

func (s *Session) welcome(w *wire.Welcome) {
	s.id.session, s.id.token, s.id.settings = w.Session, w.Token, w.Settings
	s.id.away = time.Duration(w.AwayMS) * time.Millisecond
	if !w.Resumed {
		s.id.seq, s.id.taken = 0, w.Taken
		s.desk = wire.DeskState{}
	}
	s.desk.Version = 0 // a fresh state follows, and a hub that was restarted counts from the beginning
	s.resumeGreeting()
	s.view.Seat = SeatView{AgentNo: w.AgentNo, Name: w.Name, Role: w.Role, District: w.District, Extra: w.Extra, Substitute: w.Settings.Substitute}
	s.id.renewal = renewal{}
	s.view.SignIn.SignedIn, s.view.SignIn.Busy, s.view.SignIn.Error, s.view.SignIn.Renew = true, false, "", ""
	s.proof.Store(newProof(s.id.password))
	s.view.SignIn.Agent = w.AgentNo
	if s.ring.typed {
		s.lockScreen(false)
		s.ring.typed = false
	}
	s.takeClock(w)
	s.openBox()
	s.askPapers()
	s.watchBoard()
	s.examiner.Again()
	s.id.media.fresh = s.id.media.fresh || !w.Resumed
	if w.Resumed {
		s.comeBack(time.Duration(w.SpreadMS) * time.Millisecond)
	}
	if !w.Resumed || !s.cfg.Now().Before(s.id.media.rest) {
		s.mediaAgain(w.Resumed)
	}
	s.flush()
	s.form.course(s)
}

// openBox opens what an earlier session left, with the key that the password
// or the keyring gives.
func (s *Session) openBox() {
	if s.cfg.Vault == nil {
		return
	}
	if s.id.remember {
		s.keepPassword()
		s.id.remember = false
	}
	if s.box == nil && s.ring.key.err != nil {
		s.keyAgain()
		return
	}
	if s.box == nil {
		var err error
		if s.box, err = outbox.Open(filepath.Join(s.cfg.Folder, "outbox-"+s.id.agent), s.ring.key.bytes); err != nil {
			s.boxShut(err)
			return
		}
	}
	if !s.form.read { // it may have been opened for an exam before anybody was let in
		s.form.load(s)
		s.listTodo()
		s.tellForeign()
	}
}

// boxShut says that what is written here is in memory only.
func (s *Session) boxShut(err error) {
	s.cfg.Log.Error("outbox not open", "agent", s.id.agent, "err", err)
	s.notify(NoticeError, "本机草稿箱打不开 · 通话不受影响，但断线时未提交的单子可能丢失 · 请先提交再关机，并联系管理员")
}

// tellForeign says that something unsent cannot be read, and so goes to nobody.
func (s *Session) tellForeign() {
	n := s.box.Foreign() + s.form.unread
	if n == 0 {
		return
	}
	s.cfg.Log.Error("unsent commands and drafts not read", "agent", s.id.agent, "number", n)
	s.notify(NoticeError, "本机有 "+strconv.Itoa(n)+" 份没送出的读不出来（磁盘出错，或换口令以前的） · 没有送到中心，文件原样留着 · 请核对最近几通的受理单，报告管理员")
}
