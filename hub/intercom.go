package hub

import (
	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// intercom is two seats that talk with each other without a citizen: a lead
// and an agent between calls. It is not recorded; that it took place stands in
// the audit. The one who began it ends it, or whoever goes away.
type intercom struct {
	room     *conf.Room
	from, to *seat
	mine     map[*seat]*conf.Port
}

// talk begins an intercom with another seat.
func (s *seat) talk(id string, b *wire.Observe) {
	s.onOther(id, b.Seat, access.LeadWhisper, func(t *seat, st *Status, _ access.Command) {
		if no := s.partner(t, st); no != nil {
			s.session.Answer(id, no)
			return
		}
		s.talkTo(id, b, t)
	})
}

func (s *seat) talkTo(id string, b *wire.Observe, t *seat) {
	s.stopListening()
	s.deed(id, access.LeadWhisper, "seat/"+t.no, "对讲："+b.Reason, func(_ store.Agent, reply func(*wire.Ack)) {
		i := &intercom{room: conf.NewRoom(conf.Config{Log: s.hub.log, Now: s.hub.now}), from: s, to: t, mine: map[*seat]*conf.Port{}}
		i.mine[s], i.mine[t] = i.room.Join("from", conf.Unrecorded, s.voice), i.room.Join("to", conf.Unrecorded, t.voice)
		i.room.Bridge("from", "to")
		busy := func() {
			i.room.Close()
			reply(refusal(wire.CodeBusy, t.Title()+"刚有来电，没有呼叫；通话中请用耳语"))
		}
		ok := t.box.Post(func() {
			if t.engaged() || !t.joinTalk(i, s) {
				busy()
				return
			}
			s.box.Post(func() {
				if s.engaged() || !s.joinTalk(i, t) {
					i.end()
				}
			})
			reply(done())
		})
		if !ok {
			busy()
		}
	})
}

// partner refuses where this seat cannot talk with another now.
func (s *seat) partner(t *seat, st *Status) *wire.Ack {
	switch {
	case st.Call != "" || st.offer != "" || !st.Connected || !st.Voice:
		return refusal(wire.CodeImpossible, t.Title()+"正在通话或话路未通，没有呼叫；通话中请用耳语")
	case s.engaged() || !s.voiceReady():
		return refusal(wire.CodeImpossible, "您自己正在通话或话路未通，没有呼叫；请稍后再试")
	}
	return nil
}

// joinTalk puts this seat's voice into the intercom; false when it is elsewhere.
func (s *seat) joinTalk(i *intercom, with *seat) bool {
	if s.bound.listen.call != nil || !s.voice.claim(i.mine[s]) {
		return false
	}
	s.stopHearing()
	s.bound.listen.talk = i
	s.bound.listen.view = &wire.Watch{Seat: with.no, Who: with.Title(), Way: wire.ObserveTalk, Since: s.hub.now(), Shown: true}
	if s == i.to {
		s.session.Push(&wire.Alert{Level: "warn", Text: with.Title() + " 正在和您对讲 · 他马上听得到您 · 请说话"})
	}
	s.changed()
	return true
}

// end brings both seats back; from any goroutine.
func (i *intercom) end() {
	for _, s := range []*seat{i.from, i.to} {
		s.box.Post(func() { s.leaveTalk(i) })
	}
	i.room.Close()
}

func (s *seat) leaveTalk(i *intercom) {
	if s.bound.listen.talk != i {
		return
	}
	s.voice.Unplug(i.mine[s])
	s.bound.listen.talk, s.bound.listen.view = nil, nil
	s.changed()
}
