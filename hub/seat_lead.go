package hub

import (
	"cmp"
	"context"
	"strings"

	"zuoxi/hub/call"
	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/rules/alarm"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// listen is the call of another seat that is listened to here, and who listens to the one here.
type listen struct {
	call *call.Call
	view *wire.Watch
	ears int // at the call of this seat
	talk *intercom
	hall *hall      // the sitting that is heard here
	port *conf.Port // of this seat in it
}

// idle tells whether nothing is listened to.
func (l *listen) idle() bool { return l.call == nil && l.talk == nil && l.hall == nil }

// lead carries out what somebody wants who looks after other seats; false for
// what is not of this family. No verb asks for a role: the rights table does.
func (s *seat) lead(m wire.Message) bool {
	switch b := m.Body.(type) {
	case *wire.Observe:
		s.observe(m.ID, b)
	case *wire.TakeOver:
		s.takeOver(m.ID, b)
	case *wire.SeatForce:
		s.force(m.ID, b)
	case *wire.CallMove:
		s.move(m.ID, b)
	case *wire.Broadcast:
		s.broadcast(m.ID, b)
	case *wire.AlarmAck:
		s.acknowledge(m.ID, b)
	case *wire.BoardWatch:
		s.watchBoard(m.ID, b)
	case *wire.BoardSeen:
		s.hub.board.Seen(s.no, b.Version)
	default:
		return false
	}
	return true
}

// other finds the seat that is meant, and refuses where no role has a right on it.
func (s *seat) other(no string, cmd access.Command) (*seat, *Status, *wire.Ack) {
	t, ok := s.hub.seats.Get(no)
	if !ok {
		return nil, nil, refusal(wire.CodeNotFound, "没有这个工号，或今天没有签入，未执行；请在看板上另选")
	}
	st := t.status.Load()
	if !s.account.Person().May(cmd, no, st.District) {
		return t, st, refusal(wire.CodeForbidden, "没有权限：对"+t.Title()+"“"+cmd.Label()+"”，未执行；需要时请找他的班长")
	}
	return t, st, nil
}

// deed does something to another's call or seat once it stands in the audit.
func (s *seat) deed(id string, cmd access.Command, object, reason string, do func(a store.Agent, reply func(*wire.Ack))) {
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		err := s.hub.audited(ctx, account, string(cmd), object, reason)
		return func() {
			if err != nil {
				s.hub.log.Error("audit", "agent", account.No, "err", err)
				s.session.Answer(id, refusal(wire.CodeInternal, "审计日志写不进去，未执行；请联系管理员"))
				return
			}
			do(account, s.replier(id))
		}
	})
}

func (s *seat) observe(id string, b *wire.Observe) {
	if b.Way == wire.ObserveOff {
		s.stopListening()
		s.session.Answer(id, done())
		return
	}
	if b.Way == wire.ObserveTalk {
		s.talk(id, b)
		return
	}
	right, ok := call.RightTo(fsm.Ear(b.Way))
	if !ok {
		s.session.Answer(id, refusal(wire.CodeInvalid, "没有这种监听方式，未执行；请确认坐席程序与中心的版本"))
		return
	}
	if no := s.mayListen(); no != nil {
		s.session.Answer(id, no)
		return
	}
	s.onOther(id, b.Seat, right, func(t *seat, st *Status, right access.Command) { s.listenTo(id, b, t, st, right) })
}

// listenTo listens to another's call by a right that there is.
func (s *seat) listenTo(id string, b *wire.Observe, t *seat, st *Status, right access.Command) {
	c, ok := s.hub.calls.Get(st.Call)
	if !ok {
		s.session.Answer(id, refusal(wire.CodeImpossible, t.Title()+"现在没有通话，没有监听；接通后再试"))
		return
	}
	s.stopHearing()
	s.deed(id, right, c.At(t.no), b.Reason, func(a store.Agent, reply func(*wire.Ack)) {
		if no := s.mayListen(); no != nil {
			reply(no)
			return
		}
		if s.bound.listen.call != c {
			s.stopListening()
		}
		s.bound.listen.call = c
		s.publish() // no call is offered to who listens
		c.Observe(s, call.Listener{Account: a, Way: fsm.Ear(b.Way), Right: right}, func(ack *wire.Ack) {
			if ack.Code != wire.CodeOK {
				s.Unwatch(c)
			}
			reply(ack)
		})
	})
}

// mayListen refuses where nothing could be heard at this seat: the agent would be told that somebody listens.
func (s *seat) mayListen() *wire.Ack {
	switch {
	case s.engaged():
		return refusal(wire.CodeImpossible, "您自己正在通话，没有监听；请先结束通话")
	case !s.voiceReady():
		return refusal(wire.CodeImpossible, "您的话路还没有接通，没有监听；请稍等几秒再试")
	}
	return nil
}

// deafened ends the call or intercom that is listened to here when this seat's voice stays away: nothing is heard any more.
// A sitting goes on: it is watched too, and heard again with the voice.
func (s *seat) deafened() {
	if s.bound.listen.call == nil && s.bound.listen.talk == nil || s.voice.away() <= voicePatience {
		return
	}
	s.stopListening()
	s.session.Push(&wire.Alert{Level: "warn", Text: "您的话路断了 · 监听已结束 · 正在自动重接，接通后请重新监听"})
}

// stopListening ends what is listened to here, an intercom and a sitting among it.
func (s *seat) stopListening() {
	s.leaveHall()
	if i := s.bound.listen.talk; i != nil {
		s.leaveTalk(i) // now: what comes next may need the voice
		i.end()
	}
	if c := s.bound.listen.call; c != nil {
		s.bound.listen.call, s.bound.listen.view = nil, nil
		c.StopEar(s)
		s.changed()
	}
}

// Watch shows the call that is listened to; from the call's goroutine.
func (s *seat) Watch(c *call.Call, v *wire.Watch) {
	s.box.Post(func() {
		if s.bound.listen.call == c {
			s.bound.listen.view = v
			s.changed()
		}
	})
}

// Unwatch tells that there is nothing to listen to any more.
func (s *seat) Unwatch(c *call.Call) {
	s.box.Post(func() {
		if s.bound.listen.call == c {
			s.bound.listen.call, s.bound.listen.view = nil, nil
			s.changed()
		}
	})
}

// Overheard counts who listens to the call of this seat.
func (s *seat) Overheard(c *call.Call, n int) {
	s.box.Post(func() {
		if s.bound.call == c && s.bound.listen.ears != n {
			s.bound.listen.ears = n
			s.publish()
		}
	})
}

const noReason = "没有写原因，未执行；请写明原因再办"

// anotherCall: whoever chose a reason meant the caller whom they saw.
var anotherCall = refusal(wire.CodeStale, "这一席已换了一通电话，未执行；请看看板再定")

func (s *seat) takeOver(id string, b *wire.TakeOver) {
	s.onOther(id, b.Seat, access.LeadTake, func(t *seat, st *Status, right access.Command) {
		c, ok := s.hub.calls.Get(st.Call)
		no := s.mayTakeOver()
		switch {
		case b.Reason == "":
			no = refusal(wire.CodeInvalid, noReason)
		case no == nil && !ok:
			no = refusal(wire.CodeImpossible, t.Title()+"现在没有通话，没有接管；请另选坐席")
		case no == nil && !strings.HasSuffix(c.ID(), b.Call):
			no = anotherCall
		}
		if no != nil {
			s.session.Answer(id, no)
			return
		}
		s.deed(id, right, c.At(t.no), b.Reason, func(_ store.Agent, reply func(*wire.Ack)) {
			if no := s.mayTakeOver(); no != nil { // a caller may have come while the audit was written
				reply(no)
				return
			}
			s.reserve()
			c.TakeOver(s, t.no, b.Reason, func(a *wire.Ack) {
				if a.Code != wire.CodeOK {
					s.box.Post(s.came)
				}
				reply(a)
			})
		})
	})
}

// mayTakeOver refuses where this seat cannot take a call over now.
func (s *seat) mayTakeOver() *wire.Ack {
	switch {
	case s.engaged() || !agent.Possible(s.presence.State, agent.EventDial):
		return refusal(wire.CodeImpossible, "您现在是"+s.presence.Label()+"，不能接管；请先结束自己的事")
	case !s.voiceReady():
		return refusal(wire.CodeImpossible, "您的话路还没有接通，不能接管；请稍等几秒再试")
	}
	return nil
}

// forces are the states that one may set at another's seat.
var forces = map[string]agent.Kind{
	string(agent.StateReady): agent.EventForceReady, string(agent.StateNotReady): agent.EventForceBusy,
	string(agent.StateSignedOut): agent.EventForceSignOut,
}

func (s *seat) force(id string, b *wire.SeatForce) {
	kind, known := forces[b.State]
	t, _, no := s.other(b.Seat, access.LeadState)
	switch {
	case no == nil && !known:
		no = refusal(wire.CodeInvalid, "不能置成这种状态，未改变；请在状态框里重新选择")
	case no == nil && b.Reason == "":
		no = refusal(wire.CodeInvalid, noReason)
	}
	if no != nil {
		s.session.Answer(id, no)
		return
	}
	by := s.Title()
	s.deed(id, access.LeadState, "seat/"+t.no, agent.Phase(b.State).Label()+"："+b.Reason, func(_ store.Agent, reply func(*wire.Ack)) {
		if !t.box.Post(func() { t.afterComing(func() { reply(t.forced(kind, by, b.Reason)) }) }) {
			reply(refusal(wire.CodeStale, "这个坐席已不在，未改变；请看看板"))
		}
	})
}

// forced sets the state of this seat, as another wants it.
func (s *seat) forced(kind agent.Kind, by, reason string) *wire.Ack {
	if kind == agent.EventForceReady && (!s.takes() || !s.voiceReady()) {
		return refusal(wire.CodeImpossible, s.Title()+"没有上岗资格或话路未通，不能置闲；请联系本人")
	}
	if !agent.Possible(s.presence.State, kind) {
		return refusal(wire.CodeImpossible, s.Title()+"现在是"+s.presence.Label()+"，不能这样改；请看看板")
	}
	s.session.Push(&wire.Alert{Level: "warn", Text: by + " 改了您的状态：" + reason + " · 通话中的在话后生效 · 有疑问请联系班长"})
	if err := s.step(kind, ""); err != nil {
		return refusal(wire.CodeImpossible, s.Title()+"现在是"+s.presence.Label()+"，不能这样改；请看看板")
	}
	return done()
}

func (s *seat) move(id string, b *wire.CallMove) {
	cmd := map[string]access.Command{wire.MovePull: access.LeadPull, wire.MovePush: access.LeadPush, wire.MoveEnd: access.LeadRelease}[b.Do]
	t, st, no := s.other(b.Seat, cmd)
	switch {
	case cmd == "":
		no = refusal(wire.CodeInvalid, "没有这一步，未执行；请确认坐席程序与中心的版本")
	case no == nil && b.Reason == "":
		no = refusal(wire.CodeInvalid, noReason)
	}
	if no != nil {
		s.session.Answer(id, no)
		return
	}
	callID := b.Call
	if b.Do != wire.MovePush {
		callID = cmp.Or(st.Call, st.offer)
	}
	c, ok := s.hub.calls.Get(callID)
	switch {
	case !ok:
		no = refusal(wire.CodeImpossible, "没有这通电话，未执行；请看看板")
	case !strings.HasSuffix(callID, b.Call):
		no = anotherCall
	}
	if no != nil {
		s.session.Answer(id, no)
		return
	}
	by := s.Title()
	s.deed(id, cmd, c.At(t.no), b.Reason, func(_ store.Agent, reply func(*wire.Ack)) {
		switch b.Do {
		case wire.MovePull:
			c.Pull(t.no, by, b.Reason, reply)
		case wire.MoveEnd:
			c.ForceEnd(t.no, by, b.Reason, reply)
		default:
			s.push2(t, c, reply)
		}
	})
}

// push2 gives a waiting caller to a seat; the queue decides whether both are still there.
func (s *seat) push2(t *seat, c *call.Call, reply func(*wire.Ack)) {
	s.jobs.Go(func() {
		ctx, cancel := context.WithTimeout(s.hub.life, jobLimit)
		defer cancel()
		if ok, answered := s.hub.queue.Assign(ctx, c.ID(), t.no); !ok || !answered {
			reply(refusal(wire.CodeImpossible, "来电人已不在等候，或"+t.Title()+"现在不能接，没有派出；请看看板"))
			return
		}
		reply(done())
	})
}

func (s *seat) broadcast(id string, b *wire.Broadcast) {
	text := strings.TrimSpace(b.Text)
	switch {
	case widest(s.account, access.LeadSpeak) == 0:
		s.session.Answer(id, refusal(wire.CodeForbidden, "没有权限：“"+access.LeadSpeak.Label()+"”，没有发出；需要时请找班长"))
		return
	case text == "":
		s.session.Answer(id, refusal(wire.CodeInvalid, "通知是空的，没有发出；请写好再发"))
		return
	}
	s.deed(id, access.LeadSpeak, "district/"+s.account.District, text, func(a store.Agent, reply func(*wire.Ack)) {
		for _, t := range s.hub.seats.List() {
			if st := t.status.Load(); t != s && st.Connected && access.Covers(a.District, st.District) {
				t.Alert("warn", a.Person().Word()+" "+a.No+" 通知："+text, "")
			}
		}
		reply(done())
	})
}

// acknowledge notes who looks after an alarm; who called for help is told.
func (s *seat) acknowledge(id string, b *wire.AlarmAck) {
	account, by := s.account, s.Title()
	refuse := func(code wire.Code, text string) func() {
		return func() { s.session.Answer(id, refusal(code, text)) }
	}
	s.job(id, func(ctx context.Context) func() {
		a, ok := s.hub.board.Alarm(ctx, b.ID)
		switch {
		case !ok:
			return refuse(wire.CodeNotFound, "这条预警已消除，不用再确认")
		case !account.Person().May(access.AlarmAck, a.Seat, cmp.Or(a.District, account.District)):
			return refuse(wire.CodeForbidden, "没有权限：“"+access.AlarmAck.Label()+"”，没有确认；需要时请找他的班长")
		}
		if err := s.hub.audited(ctx, account, string(access.AlarmAck), "alarm/"+a.ID, a.Says(s.hub.now())); err != nil {
			return refuse(wire.CodeInternal, "审计日志写不进去，没有确认；请联系管理员")
		}
		s.hub.board.Acknowledge(b.ID, by, func(a alarm.Alarm, ok bool) {
			if t, there := s.hub.seats.Get(a.Seat); ok && there && (a.Code == alarm.CodeHelp || a.Code == alarm.CodeEmergency) {
				t.Alert("info", by+" 已看到您的求助，正在处理", "")
			}
		})
		return func() { s.session.Answer(id, done()) }
	})
}

// watchBoard begins or ends the stream of the board.
func (s *seat) watchBoard(id string, b *wire.BoardWatch) {
	where := widest(s.account, access.BoardView)
	if where == 0 {
		s.session.Answer(id, refusal(wire.CodeForbidden, "没有权限：“"+access.BoardView.Label()+"”；需要时请找管理员"))
		return
	}
	s.session.Answer(id, done())
	if !b.On {
		s.hub.board.Leave(s.no)
		return
	}
	scope := s.account.District
	if where == access.Other || scope == s.hub.cfg.District {
		scope = ""
	}
	number := s.session.Number()
	s.hub.board.Watch(s.no, scope, b.Have, func(d *wire.Board) {
		s.box.Post(func() {
			if s.session.Number() == number {
				s.session.Latest(d)
			}
		})
	})
}
