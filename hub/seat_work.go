package hub

import (
	"context"
	"errors"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/conf"
	"zuoxi/hub/record"
	"zuoxi/hub/store"
	"zuoxi/hub/voicemail"
	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/wire"
)

// loaded is what the disk says of an agent's day.
type loaded struct {
	ok         bool
	today      wire.Today
	talkS      int
	todo       []wire.Todo
	voicemails []wire.Voicemail
	mentor     string // of who takes calls only from the mentor's hand
}

// ratedLeast is how many graded calls a share must stand for before the agent
// sees it: of fewer, one could tell who gave which grade.
const ratedLeast = 20

// load reads the lists of a seat that comes; a store that is away costs the
// lists, never the sign-in.
func (s *seat) load(ctx context.Context, a store.Agent) loaded {
	out := loaded{ok: true}
	now := s.hub.now().In(s.hub.cfg.Outgoing.Zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	calls, _, err := s.hub.db.Calls.List(ctx, store.CallFilter{Agent: a.No, Span: store.Span{From: day}, Page: store.Page{Limit: store.MaxPage}})
	if err == nil {
		out.todo, err = s.hub.records.Todo(ctx, record.Author{No: a.No, District: a.District})
	}
	if err == nil {
		out.voicemails, err = s.mailFor(ctx, a)
	}
	if err == nil && admin.Accompanied(a) {
		var mentor store.Agent
		mentor, err = admin.Mentor(ctx, s.hub.db, a)
		out.mentor = mentor.No
	}
	if err != nil {
		s.hub.log.Error("loading the day of a seat", "agent", a.No, "err", err)
		out.ok = false
		return out
	}
	for _, c := range calls {
		if c.Outcome.Disposition != store.DispositionHuman || c.Direction == store.Outbound || c.Times.Closed.IsZero() {
			continue
		}
		out.today.Answered++
		out.talkS += int(c.Times.Release.Sub(c.Times.Bridge).Seconds())
		switch c.Outcome.Rating {
		case store.RatingGood:
			out.today.Content++
			out.today.Rated++
		case store.RatingFair, store.RatingUnhappy:
			out.today.Rated++
		}
	}
	if out.today.Rated < ratedLeast {
		out.today.Rated, out.today.Content = 0, 0
	}
	return out
}

// take puts what was loaded in place of what was there.
func (l *lists) take(in loaded) {
	if !in.ok {
		return
	}
	closed := l.today.Closed
	l.read = true
	l.today, l.talkS, l.todo, l.voicemails, l.mentor = in.today, in.talkS, in.todo, in.voicemails, in.mentor
	l.today.Closed = closed
}

// mailFor lists the messages that the agent may hear.
func (s *seat) mailFor(ctx context.Context, a store.Agent) ([]wire.Voicemail, error) {
	switch widest(a, access.VoicemailHear) {
	case access.Other:
		return s.hub.mail.List(ctx)
	case access.Own, access.Self:
		return s.hub.mail.List(ctx, a.District, s.hub.cfg.District)
	}
	return nil, nil
}

// widest is the farthest that any of the agent's roles reaches with a command.
func widest(a store.Agent, cmd access.Command) access.Where { return a.Person().Widest(cmd) }

// refresh reads the lists again.
func (s *seat) refresh() {
	account := s.account
	s.job("", func(ctx context.Context) func() {
		in := s.load(ctx, account)
		return func() {
			s.lists.take(in)
			s.changed()
		}
	})
}

// taken are the numbers that the agent's records have of today and of the day that a session may reach into. A store that
// is away costs them, never the sign-in: a number that is taken is refused when it is saved.
func (s *seat) taken(ctx context.Context) (out []wire.Taken) {
	now := s.hub.now().In(s.hub.cfg.Outgoing.Zone)
	for _, day := range []time.Time{now, now.AddDate(0, 0, 1)} {
		n, err := s.hub.db.Numbers.Highest(ctx, record.Series(day, s.no))
		if err != nil {
			s.hub.log.Error("finding the numbers of a seat", "agent", s.no, "err", err)
			return nil
		}
		if n > 0 {
			out = append(out, wire.Taken{Day: day.Format("0102"), N: n})
		}
	}
	return out
}

// maxChunk is the largest piece of the knowledge base in one message: base64
// and the envelope must stay within the limit of one.
const maxChunk = 64 << 10

func (s *seat) fetchKB(id string, b *wire.KBFetch) {
	s.job(id, func(ctx context.Context) func() {
		answer := s.hub.kbChunk(ctx, b)
		return func() { s.session.Answer(id, answer) }
	})
}

// listening is a message that is played into the headset.
type listening struct {
	id   string
	room *conf.Room
}

func (s *seat) hear(id string, b *wire.HearVoicemail) {
	s.stopHearing()
	if !b.On {
		s.session.Answer(id, done())
		s.changed()
		return
	}
	if s.engaged() {
		s.session.Answer(id, refusal(wire.CodeImpossible, "正在接听来电，不能听留言；请在通话结束后再听"))
		return
	}
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		v, err := s.hub.mail.Get(ctx, b.ID)
		var sound []byte
		if err == nil && s.hub.mayHear(account, v) {
			sound, err = s.hub.tapes.Sound(ctx, v.RecordingID)
		} else if err == nil {
			err = store.ErrNotFound
		}
		if err == nil {
			err = s.hub.audited(ctx, account, "voicemail.hear", "voicemail/"+v.ID, "")
		}
		return func() { s.playMessage(id, b.ID, sound, err) }
	})
}

func (h *Hub) mayHear(a store.Agent, v store.Voicemail) bool {
	where := a.Person().At("", v.District)
	if v.District == h.cfg.District {
		where = access.Own
	}
	return widest(a, access.VoicemailHear) >= where || where == access.Own && widest(a, access.VoicemailHear) != 0
}

// playMessage plays into the headset over the seat's warm line.
func (s *seat) playMessage(id, mail string, sound []byte, err error) {
	switch {
	case errors.Is(err, store.ErrNotFound):
		s.session.Answer(id, refusal(wire.CodeNotFound, "没有这条留言，或不在您的区县；请刷新列表"))
		return
	case err != nil:
		s.hub.log.Error("reading a message", "agent", s.no, "err", err)
		s.session.Answer(id, refusal(wire.CodeInternal, "留言的录音读不出来；请联系管理员"))
		return
	case s.engaged():
		s.session.Answer(id, refusal(wire.CodeImpossible, "来电已到，留言没有播放；请在通话结束后再听"))
		return
	}
	s.stopHearing() // another one was asked for before this one was read
	room := conf.NewRoom(conf.Config{CallID: mail, Log: s.hub.log, Now: s.hub.now})
	room.Join(s.no, conf.Unrecorded, s.voice)
	s.bound.hearing = &listening{id: mail, room: room}
	room.Play(s.no, conf.Clip{ALaw: sound}, func(finished bool) {
		s.box.Post(func() { s.heardOut(mail, finished) })
	})
	s.session.Answer(id, done())
	s.changed()
}

// heardOut notes a message as heard.
func (s *seat) heardOut(mail string, finished bool) {
	if h := s.bound.hearing; h != nil && h.id == mail {
		s.stopHearing()
	}
	if !finished {
		return
	}
	s.job("", func(ctx context.Context) func() {
		if _, err := s.hub.mail.Move(ctx, mail, voicemail.StateHeard, s.no, ""); err != nil && !errors.Is(err, voicemail.ErrState) {
			s.hub.log.Error("noting a message as heard", "agent", s.no, "err", err)
		}
		s.hub.mailChanged()
		return nil
	})
	s.changed()
}

func (s *seat) stopHearing() {
	if h := s.bound.hearing; h != nil {
		s.bound.hearing = nil
		s.jobs.Go(h.room.Close)
	}
}

// mailChanged lets every desk read its lists again.
func (h *Hub) mailChanged() {
	for _, s := range h.seats.List() {
		if st := s.status.Load(); st != nil && st.Connected {
			s.box.Post(s.refresh)
		}
	}
}

// dial calls out for the agent. The store may take its time over it, so what
// holds before is asked again after: a caller may have come.
func (s *seat) dial(id string, b *wire.Dial) {
	if no := s.mayDial(); no != nil {
		s.session.Answer(id, no)
		return
	}
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		out, no := s.hub.outgoing(ctx, account, *b)
		return func() {
			if no == nil {
				no = s.mayDial()
			}
			if no != nil {
				s.session.Answer(id, no)
				return
			}
			s.reserve()
			ack := s.hub.answers.dial(out.Mail, s.no, func() *wire.Ack { return s.hub.calls.Dial(s, out) })
			if ack.Code != wire.CodeOK {
				s.came()
			}
			s.session.Answer(id, ack)
		}
	})
}

// mayDial refuses where this seat cannot call out now.
func (s *seat) mayDial() *wire.Ack {
	switch {
	case s.bound.offer != nil:
		return refusal(wire.CodeImpossible, "来电已到，没有拨出；请先接来电，结束后再拨")
	case s.engaged():
		return refusal(wire.CodeImpossible, "正在通话，不能另外拨号；请用转接框")
	case !agent.Possible(s.presence.State, agent.EventDial):
		return refusal(wire.CodeImpossible, "现在是"+s.presence.Label()+"，没有拨出；请先改成示闲或示忙再拨")
	case !s.voiceReady():
		return refusal(wire.CodeImpossible, "话路还没有接通，没有拨出；请稍等几秒再试")
	}
	return nil
}
