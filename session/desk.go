package session

import (
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/wire"
)

// received is one message of the hub.
func (s *Session) received(m wire.Message) {
	if m.Re != "" {
		if f, ok := s.waiting[m.Re]; ok {
			delete(s.waiting, m.Re)
			f(m)
			return
		}
	}
	switch b := m.Body.(type) {
	case *wire.Welcome:
		s.welcome(b)
	case *wire.DeskState:
		s.deskState(b)
	case *wire.QueueState:
		s.view.Queue = QueueView{Waiting: b.Waiting, Longest: time.Duration(b.LongestMS) * time.Millisecond, At: s.cfg.Now()}
	case *wire.Alert:
		s.announce(NoticeLevel(b.Level), b.Text)
	case *wire.Board:
		s.boardTold(b)
	case *wire.KBHead:
		if s.cfg.KBHead != nil {
			s.cfg.KBHead(KBHead{Revision: b.Revision, Key: b.Key})
		}
	case *wire.KBMoved:
		s.deskMoved()
	default:
		s.examMessage(m)
	}
}

// deskState takes the hub's state of this desk.
func (s *Session) deskState(d *wire.DeskState) {
	if d.Version < s.desk.Version {
		return
	}
	if !d.Fill(&s.desk) {
		s.cfg.Log.Error("the hub takes for known what this desk never got", "version", d.Version)
	}
	if engaged(d) {
		s.giveWay()
	}
	was := s.desk.Call
	over := was != nil && d.Call == nil
	s.desk = *d
	s.wentOn()
	s.id.clock.forget()
	s.showDesk()
	s.view.Today = todayView(d.Today)
	s.form.follow(s)
	s.listTodo()
	if s.earTaken() {
		s.review.Yield()
	}
	s.applySound()
	if over {
		s.flush()
	}
}

// showDesk shows what the hub told last, with its times by our clock.
func (s *Session) showDesk() {
	v, d := &s.view, &s.desk
	v.Presence = PresenceView{
		State: agent.Phase(d.Presence.State), Reason: agent.Reason(d.Presence.Reason),
		Since: s.moment(d.Presence.Since), Limit: time.Duration(d.Presence.LimitS) * time.Second,
	}
	v.Offer = s.offerView(d.Offer)
	v.Call = s.callView(d.Call)
	v.Watch = s.watchView(d.Watch)
	v.Voicemail = nil
	for _, m := range d.Voicemails {
		v.Voicemail = append(v.Voicemail, VoicemailRow{
			ID: m.ID, Who: m.Masked, At: s.moment(m.At), Seconds: m.Seconds, State: voicemailWord(m.State), Due: s.moment(m.Due), Playing: m.Playing,
		})
	}
}

// applySound lets the phone do what the state says: ring, talk, be quiet. Nobody
// else turns these switches. Muted is the call, not the phone: it ends with it.
func (s *Session) applySound() {
	s.listen()
	if s.cfg.Phone == nil {
		return
	}
	ring := s.desk.Offer != nil && s.desk.Offer.Ringing || s.cfg.Now().Sub(s.board.rung) < alarmTime
	if ring != s.ringing {
		s.ringing = ring
		s.cfg.Phone.Ring(ring)
	}
	live := s.live()
	talk := live || speaks(s.desk.Watch) || s.echoing
	muted := live && s.view.Call != nil && s.view.Call.Muted
	if talk != s.talking {
		s.cfg.Phone.Talk(talk)
	}
	if talk && !s.talking || muted != s.muted {
		s.cfg.Phone.Mute(muted)
	}
	s.talking, s.muted = talk, muted
}

// live tells whether this seat answers for a call in which people talk.
func (s *Session) live() bool {
	c := s.desk.Call
	return c != nil && c.Ended.IsZero() && call.Phase(c.Phase).SeatBound()
}

// engaged tells whether somebody is heard on a desk, or is about to be.
func engaged(d *wire.DeskState) bool { return d.Call != nil || d.Offer != nil || d.Watch != nil }

// wake readies the headset for what the hub is asked to let be heard.
func (s *Session) wake() {
	if s.cfg.Phone != nil {
		s.cfg.Phone.Wake()
	}
}

func (s *Session) offerView(o *wire.Offer) *OfferView {
	if o == nil {
		return nil
	}
	return &OfferView{
		ID: o.ID, CallID: o.CallID, Epoch: o.Epoch, Caller: s.callerView(o.Caller), Expires: s.moment(o.Expires),
		Ringing: o.Ringing, Kind: o.Kind, From: o.From, Note: o.Note,
	}
}

func (s *Session) callerView(c wire.Caller) CallerView {
	v := CallerView{
		Masked: c.Masked, Place: c.Place, Region: c.Region, RegionBy: c.RegionBy, Subject: c.Subject, Keys: c.Keys,
		Waited: time.Duration(c.WaitedMS) * time.Millisecond, Calls24h: c.Calls24h, Tags: c.Tags,
	}
	for _, e := range c.Earlier {
		v.Earlier = append(v.Earlier, Contact{At: s.moment(e.At), Subject: e.Subject, Result: e.Result, Agent: e.Agent, Record: e.Record, Open: e.Open})
	}
	return v
}

func (s *Session) callView(c *wire.Call) *CallView {
	if c == nil {
		return nil
	}
	v := &CallView{
		ID: c.ID, Phase: call.Phase(c.Phase), Since: s.moment(c.Since), Bridged: s.moment(c.Bridged), Ended: s.moment(c.Ended),
		EndedBy: c.EndedBy, Caller: s.callerView(c.Caller), Recording: recordingWord(c.Recording), WrapUntil: s.moment(c.WrapUntil),
		Extended: c.Extended, Watched: c.Watched, Held: time.Duration(c.HeldMS) * time.Millisecond,
	}
	if old := s.view.Call; old != nil && old.ID == c.ID {
		v.Muted = old.Muted // the microphone is this seat's own
		v.Caller.Said = old.Caller.Said
	}
	v.Caller.Inquiry = s.inquiryOf(c)
	for _, a := range c.Allowed {
		v.Allowed = append(v.Allowed, call.Kind(a))
	}
	for _, l := range c.Legs {
		v.Legs = append(v.Legs, LegView{ID: l.ID, Role: l.Role, Who: l.Who, State: l.State, Since: s.moment(l.Since), Muted: l.Muted, Held: l.Held})
	}
	for _, t := range c.Timeline {
		v.Timeline = append(v.Timeline, TimelineRow{At: s.moment(t.At), Text: t.Text})
	}
	return v
}

func todayView(t wire.Today) TodayView {
	v := TodayView{
		Answered: t.Answered, Closed: t.Closed, Open: t.Open, TalkMean: time.Duration(t.TalkS) * time.Second,
		WrapMean: time.Duration(t.WrapS) * time.Second, Rated: t.Rated, Content: t.Content,
	}
	if len(t.InStateS) > 0 {
		v.InState = map[agent.Phase]time.Duration{}
		for k, n := range t.InStateS {
			v.InState[agent.Phase(k)] = time.Duration(n) * time.Second
		}
	}
	return v
}

func recordingWord(w string) string {
	return map[string]string{"on": "录音", "paused": "录音暂停"}[w]
}

func voicemailWord(w string) string {
	if cn := map[string]string{"new": "新", "heard": "已听", "record": "已建单", "called_back": "已回电", "closed": "已结"}[w]; cn != "" {
		return cn
	}
	return w
}

// reportEvery is how often the hub is told how a call is heard here.
const reportEvery = 5 * time.Second

// reportLine tells the hub how its voice arrives, while somebody talks. It is lossy.
func (s *Session) reportLine() {
	now, q := s.cfg.Now(), s.line
	if !s.talking || s.echoing || s.onHold() || q.MOS == 0 || now.Sub(s.reported) < reportEvery {
		return
	}
	s.reported = now
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	_ = s.link.Send(wire.Message{Session: s.id.session, Body: &wire.MediaReport{
		RTT: ms(q.RTT), Jitter: ms(q.Jitter), Loss: q.Loss, Concealed: q.Concealed, Depth: ms(q.Depth), MOS: q.MOS, Codec: q.Codec,
	}})
}

// onHold tells that nobody is heard here: the hub sends nothing then, which
// the phone cannot tell from loss until sound comes again.
func (s *Session) onHold() bool { return s.view.Presence.State == agent.StateHold }

func (s *Session) showLine(q Quality) {
	l := &s.view.Link
	s.line = q
	l.Quality, l.Why, l.Codec = q.Word, q.Why, q.Codec
	l.MOS, l.Loss, l.Jitter = q.MOS, q.Loss, q.Jitter
}

// phoneEvent is a fact about the phone.
func (s *Session) phoneEvent(e PhoneEvent) {
	s.view.Sound = e.Sound
	if s.onHold() {
		s.view.Sound.Warning = ""
	}
	s.exam.Trouble(e.Sound.Problem)
	if !s.onHold() || !e.Path.Up() {
		s.showLine(e.Line)
	}
	if s.id.media.fresh && e.Path.Up() && s.online() && s.view.SignIn.SignedIn {
		s.id.media.fresh = false
		s.checkLine()
	}
	if e.Path != s.id.media.path {
		s.id.media.path = e.Path
		s.id.media.tried, s.id.media.tries = time.Time{}, 0
		s.renewMedia()
	}
	s.button(e.Button)
	if e.Note != "" {
		s.notify(NoticeWarn, e.Note)
	}
	if e.Spoke && s.desk.Call != nil {
		_ = s.link.Send(wire.Message{ID: newID(), Session: s.id.session, Body: &wire.CallVerb{Call: s.desk.Call.ID, Do: wire.DoSpeechBegan}})
	}
}
