package hub

import (
	"context"
	"time"

	"zuoxi/hub/desk"
	"zuoxi/hub/store"
	"zuoxi/rules/agent"
	"zuoxi/rules/alarm"
	"zuoxi/wire"
)

// Take implements desk.Seat: the reader of a connection hands a message over
// and waits for room, so that a seat cannot flood its actor.
func (s *seat) Take(ctx context.Context, c *desk.Conn, m wire.Message) {
	s.box.Put(ctx, func() { s.message(c, m) })
}

// Left implements desk.Seat.
func (s *seat) Left(c *desk.Conn) {
	if c.Reason().Code == wire.CodeSlow {
		s.hub.meter.slow.Inc()
		s.hub.log.Warn("a seat read too slowly and was dropped", "agent", s.no, "from", c.Remote())
	}
	s.box.Put(s.hub.life, func() { s.left(c) })
}

// left notes that the link is gone. On a call the voice decides: while it
// goes on, the agent is talking, link or not.
func (s *seat) left(l desk.Link) {
	if !s.session.Lose(l) {
		return
	}
	s.hub.log.Info("seat's link lost", "agent", s.no)
	s.stopHearing()
	s.stopListening()
	s.hub.board.Leave(s.no)
	s.examLeft()
	if s.bound.call == nil {
		_ = s.step(agent.EventLinkLost, "")
	}
	s.changed()
}

// message carries out what the desk wants.
func (s *seat) message(l desk.Link, m wire.Message) {
	if !s.session.Is(l) || !s.session.Fresh(m, s.hub.now()) {
		return
	}
	switch b := m.Body.(type) {
	case *wire.SetPresence:
		s.wish(m.ID, b)
	case *wire.SignOut:
		s.signOut(m.ID)
	case *wire.OfferShown:
		s.session.Answer(m.ID, s.shown(b))
	case *wire.Answer:
		s.answer(m.ID, b)
	case *wire.Reject:
		s.session.Answer(m.ID, s.reject(b))
	case *wire.CallVerb:
		s.verb(m.ID, b)
	default:
		s.mediaMessage(m)
	}
}

// mediaMessage carries out what is about the voice line.
func (s *seat) mediaMessage(m wire.Message) {
	switch b := m.Body.(type) {
	case *wire.MediaOffer:
		s.media(m.ID, b)
	case *wire.MediaSocket:
		s.mediaSocket(m.ID)
	case *wire.MediaEcho:
		s.session.Answer(m.ID, s.echo(b.On))
	case *wire.MediaCheck:
		s.checked(m.ID, b)
	case *wire.MediaReport:
		s.reported(saneReport(*b))
	default:
		s.request(m)
	}
}

// reported keeps what the seat says of its line, and what the hub hears of the
// seat: for the board, the watchers of the machine, and the call's log.
func (s *seat) reported(down wire.MediaReport) {
	up := s.uplink(down)
	s.heard.Store(&heardLine{down: down, up: up, at: s.hub.now()})
	s.hub.meter.heard(down, up)
	if s.bound.call != nil {
		s.bound.call.Heard(s.no, down, up)
	}
}

// request carries out what needs the disk or other seats.
func (s *seat) request(m wire.Message) {
	switch b := m.Body.(type) {
	case *wire.FindTarget:
		found, more := s.hub.targets(s.no, *b)
		s.session.Answer(m.ID, &wire.Targets{Query: b.Query, Outside: b.Outside, List: found, More: more})
	case *wire.Dial:
		s.dial(m.ID, b)
	case *wire.HearVoicemail:
		s.hear(m.ID, b)
	case *wire.CallHelp:
		s.help(m.ID, b)
	case *wire.RecordDraft:
		s.written(b)
	case *wire.RecordSave:
		s.saveRecord(m.ID, b)
	case *wire.RecordGet:
		s.getRecord(m.ID, b)
	case *wire.KBFetch:
		s.fetchKB(m.ID, b)
	default:
		if !s.exam(m) && !s.office(m) && !s.lead(m) && !s.editing(m) && !s.outsideRequest(m) {
			s.recordRequest(m)
		}
	}
}

// recordRequest is what is asked about a record or a citizen.
func (s *seat) recordRequest(m wire.Message) {
	switch b := m.Body.(type) {
	case *wire.RecordStep:
		s.stepRecord(m.ID, b)
	case *wire.RecordLink:
		s.linkRecords(m.ID, b)
	case *wire.RecordUnmask:
		s.unmask(m.ID, b)
	case *wire.IdentityBegin:
		s.beginIdentity(m.ID, b)
	case *wire.IdentityCheck:
		s.checkIdentity(m.ID, b)
	case *wire.IdentityRead:
		s.readOut(m.ID, b)
	case *wire.BusinessAsk:
		s.askBusiness(m.ID, b)
	case *wire.Find:
		s.lookFor(m.ID, b)
	default:
		s.session.Answer(m.ID, refusal(wire.CodeUnknownType, "中心不办理这条消息，未执行；请确认坐席程序与中心的版本"))
	}
}

var wishes = map[agent.Phase]agent.Kind{
	agent.StateReady: agent.EventGoReady, agent.StateBreak: agent.EventGoBreak, agent.StateTraining: agent.EventGoTraining,
	agent.StateNotReady: agent.EventGoNotReady,
}

// wish sets the state that the agent wants. What rings keeps a wish for later; a call that is on its way does not.
func (s *seat) wish(id string, b *wire.SetPresence) {
	set := func() { s.session.Answer(id, s.setPresence(b)) }
	if s.presence.Phase == agent.StateRinging {
		set()
		return
	}
	s.afterComing(set)
}

func (s *seat) setPresence(b *wire.SetPresence) *wire.Ack {
	kind, ok := wishes[agent.Phase(b.State)]
	if !ok {
		return refusal(wire.CodeInvalid, "没有这种状态，未改变；请在状态框里重新选择")
	}
	if kind == agent.EventGoReady && !s.takes() {
		return refusal(wire.CodeForbidden, "还没有上岗资格，不能示闲；请继续练习，或联系培训员")
	}
	if s.step(kind, agent.Reason(b.Reason)) != nil {
		return refusal(wire.CodeImpossible, "现在是"+s.presence.Label()+"，不能这样改；小休请选原因")
	}
	return done()
}

func (s *seat) signOut(id string) {
	if s.engaged() {
		s.session.Answer(id, refusal(wire.CodeImpossible, "还有来电人在线，不能签出；请先结束通话"))
		return
	}
	s.parting = id
	if s.step(agent.EventSignOut, "") != nil {
		s.signedOut() // once more: the end could not be kept
	}
}

// mine tells whether the desk speaks of the offer that is on it.
func (s *seat) mine(offer string, epoch uint64) bool {
	return s.bound.offer != nil && s.bound.offer.ID == offer && s.bound.offer.Epoch == epoch
}

var staleOffer = "这通来电已不在本席，未执行；请等待下一通"

func (s *seat) shown(b *wire.OfferShown) *wire.Ack {
	if !s.mine(b.Offer, b.Epoch) {
		return refusal(wire.CodeStale, staleOffer)
	}
	s.contactsSeen(s.bound.offer.CallID, s.bound.offer.Caller)
	s.bound.from.OfferShown(b.Offer)
	return done()
}

func (s *seat) answer(id string, b *wire.Answer) {
	switch {
	case b.Offer != "" && b.Offer == s.bound.taken:
		s.session.Answer(id, done())
		return
	case !s.mine(b.Offer, b.Epoch):
		s.session.Answer(id, refusal(wire.CodeStale, staleOffer))
		return
	}
	s.bound.taken = b.Offer
	s.expect(decideWait)
	s.bound.from.Take(s, b.Offer, func(a *wire.Ack) {
		s.box.Post(func() {
			s.decided(b.Offer, a.Code == wire.CodeOK)
			s.session.Answer(id, a)
		})
	})
}

// decided is what the offer's owner said to the answer. A call that was promised is here by now, or a moment later.
func (s *seat) decided(offer string, comes bool) {
	switch {
	case s.bound.taken != offer || !s.expects():
	case comes:
		s.expect(comingWait)
	default:
		s.bound.taken = ""
		s.came()
	}
}

func (s *seat) reject(b *wire.Reject) *wire.Ack {
	switch {
	case !s.mine(b.Offer, b.Epoch):
		return refusal(wire.CodeStale, staleOffer)
	case s.expects():
		return refusal(wire.CodeStale, "已按了接听，正在接通，没有拒接；不便接待请在接通后转接")
	}
	s.bound.offer.Note = b.Reason
	if s.step(agent.EventReject, "") != nil {
		return refusal(wire.CodeStale, staleOffer)
	}
	return done()
}

// replier answers a command from another goroutine, once it is carried out.
func (s *seat) replier(id string) func(*wire.Ack) {
	return func(a *wire.Ack) {
		s.box.Post(func() { s.session.Answer(id, a) })
	}
}

// verb carries out one step on the call that the desk names.
func (s *seat) verb(id string, b *wire.CallVerb) {
	if s.bound.wrapOf != nil && s.bound.wrapOf.ID() == b.Call {
		s.session.Answer(id, s.wrapVerb(b))
		return
	}
	if s.bound.call == nil || s.bound.call.ID() != b.Call {
		s.session.Answer(id, refusal(wire.CodeStale, "这通电话已不在本席，未执行；请看当前通话"))
		return
	}
	c, account := s.bound.call, s.account
	number, stranger := s.hub.stranger(b)
	if !stranger {
		c.Verb(s, *b, s.replier(id))
		return
	}
	s.job(id, func(ctx context.Context) func() {
		no := s.hub.mayAsk(ctx, account, number, b.Call)
		return func() {
			if no != nil {
				s.session.Answer(id, no)
				return
			}
			c.Verb(s, *b, s.replier(id))
		}
	})
}

// wrapVerb is what can be done after the conversation.
func (s *seat) wrapVerb(b *wire.CallVerb) *wire.Ack {
	switch b.Do {
	case wire.DoExtendWrap:
		if s.bound.extended {
			return refusal(wire.CodeImpossible, "话后时间只能延长一次，未再延长；请尽快提交，未填完的会进入待办")
		}
		if s.presence.Phase != agent.StateWrapUp || s.step(agent.EventWrapExtend, "") != nil {
			return refusal(wire.CodeImpossible, "话后时间已结束，未延长；未填完的单在待办里")
		}
	case wire.DoEndWrap:
		s.finishWrap(b.Next, b.Reason)
	case wire.DoArticle:
		s.bound.wrapOf.Article(s.no, b.Target)
	default:
		return refusal(wire.CodeImpossible, "通话已结束，不能这样做；请填写受理单")
	}
	return done()
}

// finishWrap ends the wrap-up and goes to what the agent wants next.
func (s *seat) finishWrap(next, reason string) {
	if s.presence.Phase != agent.StateWrapUp {
		return
	}
	if kind, ok := wishes[agent.Phase(next)]; ok && kind != agent.EventGoReady {
		_ = s.step(kind, agent.Reason(reason))
	}
	s.afterComing(func() { _ = s.step(agent.EventWrapDone, "") }) // in a call it is over anyhow
}

// help calls the shift lead.
func (s *seat) help(id string, b *wire.CallHelp) {
	text := s.Title() + "请求帮助"
	if b.Text != "" {
		text += "：" + b.Text
	}
	callID := ""
	if s.bound.call != nil {
		c := s.bound.call
		callID = c.ID()
		c.Note("help", "坐席请求班长帮助")
	}
	s.hub.calling(s.account, alarm.CodeHelp, text)
	if s.hub.tellLeads("warn", text+" · 请尽快联系", s.account.District) == 0 {
		s.session.Answer(id, refusal(wire.CodeUnreachable, "现在没有班长在线，求助没有送到；请用转接框查找同事"))
		return
	}
	s.hub.log.Info("help called", "agent", s.no, "call", callID)
	s.session.Answer(id, done())
}

// accountChanged takes the account as the administrator left it. One that was
// disabled is sent away when its call and record are done, and so is who sits
// here by a password that is no longer the account's.
func (s *seat) accountChanged(a store.Agent) {
	renewed := a.Password != s.account.Password
	if renewed {
		s.session.Void() // whoever returns must know the new one
	}
	s.own(a)
	code, text := wire.CodeDisabled, "账号已停用，已签出；请联系管理员"
	switch {
	case a.Disabled:
	case renewed:
		code, text = wire.CodeCredentials, "口令已改，已签出；请用新口令登录，不是您改的请立即告诉班长"
	default:
		s.changed()
		return
	}
	if !s.engaged() {
		s.hub.tickets.end(s.no, a.District, s.session.Number())
		s.session.End(code, text)
	}
	_ = s.step(agent.EventForceSignOut, "")
	s.changed()
}

// partPatience is how long who signs out waits for the disk.
const partPatience = 5 * time.Second

// signedOut ends the session of an agent whose duty is over. It is not said
// before a hub that is killed right then knows it too: the token would be good
// again.
func (s *seat) signedOut() {
	s.endWrap()
	s.stopHearing()
	s.stopListening()
	s.hub.board.Leave(s.no)
	s.session.Void()
	number, id := s.session.Number(), s.parting
	s.parting = ""
	kept := s.hub.tickets.end(s.no, s.account.District, number)
	s.jobs.Go(func() {
		done := false
		select {
		case <-kept:
			done = true
		case <-time.After(partPatience):
		case <-s.hub.life.Done():
			return
		}
		s.box.Put(s.hub.life, func() { s.part(id, number, done) })
	})
}

// part lets the seat go that signed out of the session of this number; id is
// what it asked by, empty when it was sent away.
func (s *seat) part(id string, number uint64, kept bool) {
	switch {
	case s.session.Number() != number: // somebody sits here again
	case id != "" && !kept:
		s.session.Answer(id, refusal(wire.CodeInternal, "中心的磁盘没有记下签出，没有签出，也不再派接来电；请再签出一次，仍不行请告诉管理员"))
	default:
		s.session.Answer(id, done())
		s.session.End(wire.CodeOK, "已签出")
		s.dropLine()
	}
}
