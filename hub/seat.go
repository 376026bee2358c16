package hub

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/admin"
	"zuoxi/hub/call"
	"zuoxi/hub/desk"
	"zuoxi/hub/store"
	"zuoxi/internal/obs"
	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// seat is one agent's workplace from the first sign-in to the hub's end: one
// goroutine that alone changes the agent's presence, and so alone can accept
// an offer. Connections and voice lines come and go below it.
type seat struct {
	hub     *Hub
	no      string
	box     actor.Box
	voice   *voice
	session *desk.Session

	account store.Agent
	chair
	presence presence
	bound    bound
	lists    lists
	alarm    map[string]*time.Timer // the presence timers by name

	version uint64
	dirty   bool // the desk's state differs from what was last sent
	status  atomic.Pointer[Status]
	jobs    errands
}

// errands are a seat's slow work.
type errands struct {
	obs.Crew
	queue chan struct{}          // size jobQueue: all that was asked for; full: refused as busy
	slots chan struct{}          // size jobSlots: what of it is under way; full: the next one waits
	last  map[lane]chan struct{} // the newest of each lane, closed at its end
}

// lane is of work that is done in the order in which it was asked for.
type lane string

const (
	laneOffice lane = "office" // a mark that is set again stays as it was set last; a recording that was opened stays open for its pieces
	laneSteer  lane = "steer"  // who takes over a caller attends first
)

// jobSlots is how much slow work one seat may have under way, and jobQueue how much it may have asked for: a page asks for
// several lists at once, and somebody who turns the pages quickly must not be refused for it.
const jobSlots, jobQueue = 8, 64

// chair is where the agent sits.
type chair struct {
	device string
	conn   deskLink // in use, or the last one
	coming Line     // a voice line that does not stand yet
	heard  atomic.Pointer[heardLine]
	clerk  backOffice
	// parting is what the agent asked to sign out by, until it is answered.
	parting string
	edits   bool // has looked at the editors' desk
}

type presence struct {
	agent.State
	since time.Time
	limit time.Duration
}

// bound is what is on the desk.
type bound struct {
	onOffer
	call      *call.Call // the call that this seat is on
	view      *wire.Call
	seen      time.Time  // since when the desk knows of it
	answered  bool       // not called out
	wrapOf    *call.Call // whose wrap-up it is
	wrapFrom  time.Time
	wrapUntil time.Time
	extended  bool
	hearing   *listening // a message being played
	listen    listen
	hall      *hall // the sitting here, as those hear it who examine
	papers
	noted string // the call whose earlier contacts are in the audit as seen here
}

// onOffer is what rings here.
type onOffer struct {
	offer *wire.Offer
	from  offerer  // who offers
	taken string   // the offer that was answered here: who presses twice is not told that it has gone
	waits []func() // what comes when the call that is expected is here, or will not be; nil: none is
	epoch uint64   // highest of the offers so far: a lower one is from an owner that was replaced
}

type lists struct {
	read       bool // once, for this sign-in or an earlier one
	todo       []wire.Todo
	voicemails []wire.Voicemail
	today      wire.Today
	inState    map[string]int64
	talkS      int
	wrapS      int
	wraps      int
	mentor     string // of who takes calls only from the mentor's hand
}

// Status is what others may know of a seat; a new one replaces it at each change.
type Status struct {
	No        string      `json:"no"`
	Name      string      `json:"name"`
	District  string      `json:"district"`
	Role      string      `json:"role"`
	State     agent.Phase `json:"state"`
	Label     string      `json:"label"`
	Since     time.Time   `json:"since"`
	Connected bool        `json:"connected"`
	Voice     bool        `json:"voice"`
	Call      string      `json:"call,omitempty"`
	Session   uint64      `json:"session"`
	roles     []string
	skills    []store.Skill
	opening
	offer string // the call on offer here
	row   wire.BoardSeat
}

// opening is whether a seat takes a call now, and whose.
type opening struct {
	free   bool
	mentor string // the only one who may give a call to this seat; empty: everybody
}

func newSeat(h *Hub, account store.Agent) *seat {
	s := &seat{
		hub: h, no: account.No, account: account, box: actor.NewBox(h.log.With("agent", account.No), &h.refused),
		voice: &voice{now: h.now, born: h.now()}, session: desk.NewSession(), alarm: map[string]*time.Timer{},
		presence: presence{since: h.now()}, lists: lists{inState: map[string]int64{}},
		jobs: errands{queue: make(chan struct{}, jobQueue), slots: make(chan struct{}, jobSlots), last: map[lane]chan struct{}{}},
	}
	s.jobs.Log = s.box.Log()
	s.status.Store(s.stands())
	return s
}

// own gives the seat its account as it is now.
func (s *seat) own(a store.Agent) {
	s.account = a
	if slices.Contains(a.Roles, string(access.RoleLead)) {
		s.hub.leads.Add(s.no, s)
	} else {
		s.hub.leads.Drop(s.no)
	}
}

// run is the seat's goroutine.
func (s *seat) run(ctx context.Context) {
	defer s.stop()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-s.box.Next():
			s.guard(f)
		}
		if s.dirty && s.box.Idle() && s.alarm[picture] == nil {
			s.guard(s.push)
		}
	}
}

func (s *seat) stop() {
	s.box.End()
	for _, t := range s.alarm {
		t.Stop()
	}
	s.stopHearing()
	s.dropLine()
	s.jobs.Wait()
}

// jobFailed is what an agent reads when the hub failed in doing what was asked.
const jobFailed = "中心内部出错，这一步可能没有做完；请刷新后核对，仍不行请告诉管理员"

// guard runs one step of the seat. What panics is not done; the seat goes on.
func (s *seat) guard(step func()) {
	defer obs.Guard(s.box.Log(), "seat", nil)
	step()
}

// job runs slow work beside the seat; what it returns runs in the seat's
// goroutine. A seat that has asked for too much is told so.
func (s *seat) job(id string, f func(ctx context.Context) func()) {
	s.jobAfter(nil, id, f)
}

// inTurn is job for what comes after all that was asked for before in its lane.
func (s *seat) inTurn(in lane, id string, f func(ctx context.Context) func()) {
	if over := s.jobAfter(s.jobs.last[in], id, f); over != nil {
		s.jobs.last[in] = over
	}
}

// jobAfter is job once before is closed, where there is one. It returns what is
// closed at the end, nil where it was too much.
func (s *seat) jobAfter(before <-chan struct{}, id string, f func(ctx context.Context) func()) chan struct{} {
	select {
	case s.jobs.queue <- struct{}{}:
	default:
		s.session.Decline(id, refusal(wire.CodeBusy, "操作太多，这一步未执行；请稍等再试"))
		return nil
	}
	over := make(chan struct{})
	s.jobs.Go(func() {
		defer close(over)
		defer func() { <-s.jobs.queue }()
		if before != nil { // it closes in any case, and is not waited for in a slot that it may need
			<-before
		}
		select {
		case s.jobs.slots <- struct{}{}:
		case <-s.hub.life.Done():
			return
		}
		defer func() { <-s.jobs.slots }()
		defer obs.Guard(s.box.Log(), "seat's job", func() { s.session.Answer(id, refusal(wire.CodeInternal, jobFailed)) })
		ctx, cancel := context.WithTimeout(s.hub.life, jobLimit)
		defer cancel()
		if then := f(ctx); then != nil {
			s.box.Put(s.hub.life, then)
		}
	})
	return over
}

const jobLimit = 15 * time.Second

// set starts, or with d = 0 stops, the timer of that name. What it does is
// done in the seat's goroutine, and not when it was set anew meanwhile.
func (s *seat) set(name string, d time.Duration, f func()) {
	if old := s.alarm[name]; old != nil {
		old.Stop()
		delete(s.alarm, name)
	}
	if d <= 0 {
		return
	}
	var own *time.Timer
	own = time.AfterFunc(d, func() {
		s.box.Put(s.hub.life, func() { // a full box is no reason to forget it
			if s.alarm[name] == own {
				delete(s.alarm, name)
				f()
			}
		})
	})
	s.alarm[name] = own
}

// step moves the agent's presence. An impossible step changes nothing.
func (s *seat) step(kind agent.Kind, reason agent.Reason) error {
	before := s.presence.State
	next, effects, err := agent.Step(before, agent.Event{Kind: kind, Reason: reason})
	if err != nil {
		return err
	}
	s.presence.State = next
	if next.Phase != before.Phase || next.Reason != before.Reason {
		s.entered(before)
	}
	for _, e := range effects {
		s.do(e, kind)
	}
	switch {
	case next.Phase == agent.StateSignedOut:
		s.signedOut()
	case before.Phase == agent.StateWrapUp && next.Phase != agent.StateWrapUp && next.Phase != agent.StateLost:
		s.endWrap() // a lost seat finds its record again
	}
	s.changed()
	return nil
}

// entered notes the new state in the log of presence.
func (s *seat) entered(before agent.State) {
	now := s.hub.now()
	s.lists.inState[string(before.Phase)] += int64(now.Sub(s.presence.since).Seconds())
	s.presence.since, s.presence.limit = now, 0
	if s.presence.Phase == agent.StateReady {
		s.set("voice", lookEvery, s.lookAtVoice)
	}
	if s.presence.Phase == agent.StateRinging {
		s.presence.limit = s.hub.cfg.Limits.Of(fsm.StateRinging)
	}
	s.hub.ledger.state(store.State{
		ID: store.NewID(now), Agent: s.no, District: s.account.District,
		State: string(s.presence.Phase), Reason: string(s.presence.Reason), From: now,
	})
}

func (s *seat) do(e agent.Effect, why agent.Kind) {
	switch e {
	case agent.EffectStartWrapTimer:
		s.startWrap(why == agent.EventWrapExtend)
	case agent.EffectStopWrapTimer:
		s.set("wrap", 0, nil)
	case agent.EffectStartLostTimer:
		s.set("lost", s.hub.cfg.LostSignOut, func() { _ = s.step(agent.EventLostExpired, "") })
	case agent.EffectStopLostTimer:
		s.set("lost", 0, nil)
	case agent.EffectReturnOffer:
		s.returnOffer(why)
	case agent.EffectTellLead:
		s.hub.tellLeads("warn", s.Title()+"转为"+s.presence.Label()+" · 不再派接来电 · 请关注", s.account.District)
	case agent.EffectAvailable: // the queue learns it by publish
	}
}

// changed publishes the seat and marks the desk's state for sending.
func (s *seat) changed() {
	s.dirty = true
	s.publish()
}

// publish tells the others and the queue how the seat stands.
func (s *seat) publish() {
	st := s.stands()
	s.status.Store(st)
	s.hub.seatChanged(s.account, st)
}

// stands is how the seat stands now.
func (s *seat) stands() *Status {
	st := &Status{
		No: s.no, Name: s.account.Name, District: s.account.District, Role: s.role(),
		State: s.presence.Phase, Label: s.presence.Label(), Since: s.presence.since,
		Connected: s.session.Connected(), Voice: s.voiceReady(), Session: s.session.Number(), skills: s.account.Skills, roles: s.account.Roles,
	}
	if s.presence.Phase == "" {
		st.State = agent.StateSignedOut
	}
	if s.bound.call != nil {
		st.Call = s.bound.call.ID()
	}
	if s.bound.offer != nil {
		st.offer = s.bound.offer.CallID
	}
	if admin.Accompanied(s.account) {
		st.mentor = s.lists.mentor
	}
	st.free = s.takes() && st.State == agent.StateReady && st.Connected && st.Voice && !s.engaged() && s.bound.listen.idle() && s.bound.hall == nil
	st.row = s.row(st)
	return st
}

// callMark is how much of a call's id the board has for each seat.
const callMark = 6

// row is the seat as the board shows it.
func (s *seat) row(st *Status) wire.BoardSeat {
	row := wire.BoardSeat{
		No: st.No, Name: st.Name, District: st.District, State: string(st.State), Reason: string(s.presence.Reason), Since: st.Since.Unix(),
		Answered: s.lists.today.Answered, NoVoice: st.Connected && !st.Voice,
	}
	for i, k := range st.skills {
		if i > 0 {
			row.Skills += ","
		}
		row.Skills += k.Region + "/" + k.Subject
	}
	if id := cmp.Or(st.Call, st.offer); id != "" {
		row.Call = id[max(0, len(id)-callMark):]
	}
	if s.bound.call != nil {
		row.Ears = s.bound.listen.ears
		if s.bound.view != nil {
			row.Subject = s.bound.view.Caller.Subject
		}
	}
	return row
}

// voiceReady tells whether the voice line was heard working just now.
func (s *seat) voiceReady() bool { return s.voice.ready(s.hub.cfg.SeatSilence) }

// lookEvery is how often the seat compares its voice line with what it told.
const lookEvery = 2 * time.Second

// voicePatience is how long a free seat's voice may be away, while the session
// makes or renews its path, before the agent is told that no call can come, or
// that nothing is listened to any more; until the voice stands no call is
// offered to a ready seat.
const voicePatience = 10 * time.Second

// lookAtVoice publishes the seat when its voice came or went meanwhile.
func (s *seat) lookAtVoice() {
	if s.status.Load().Voice != s.voiceReady() {
		s.publish()
	}
	s.deafened()
	if s.presence.Phase == agent.StateReady && s.session.Connected() && s.voice.Silence(s.presence.since) > voicePatience {
		_ = s.step(agent.EventMediaFailed, "") // a ready seat can always take it
		s.session.Push(&wire.Alert{Level: "warn", Text: "话路不通，已自动示忙 · 来电会派给别的坐席 · 正在自动重接，接通后请按 Ctrl+T 示闲"})
	}
	if s.session.Connected() && (s.presence.Phase == agent.StateReady || s.voice.current() != nil) {
		s.set("voice", lookEvery, s.lookAtVoice)
	}
}

func (s *seat) role() string {
	if len(s.account.Roles) == 0 {
		return "agent"
	}
	return s.account.Roles[0]
}

// Title is how a seat is called in sentences.
func (s *seat) Title() string { return s.no + " " + s.account.Name }

// push sends what has changed on the desk.
func (s *seat) push() {
	s.dirty = false
	s.version++
	s.session.Show(s.state())
}

func (s *seat) state() *wire.DeskState {
	d := &wire.DeskState{
		Version: s.version,
		Presence: wire.Presence{
			State: string(s.status.Load().State), Reason: string(s.presence.Reason), Since: shown(s.presence.since, s.bound.seen),
			LimitS: int(s.presence.limit.Seconds()),
		},
		Todo: s.lists.todo, Voicemails: s.lists.voicemails, Today: s.today(),
	}
	if !s.lists.read {
		d.Kept = wire.Lists()
	}
	d.Watch = s.bound.listen.view
	if s.bound.offer != nil {
		o := *s.bound.offer
		d.Offer = &o
	}
	if s.bound.view != nil {
		v := s.asTold()
		v.WrapUntil, v.Extended = s.bound.wrapUntil, s.bound.extended
		d.Call = v
		if s.bound.unread {
			d.Draft = s.bound.draft
		}
	}
	d.Passed = s.bound.passed
	return d
}

func (s *seat) today() wire.Today {
	t := s.lists.today
	if t.Answered > 0 {
		t.TalkS = s.lists.talkS / t.Answered
	}
	if s.lists.wraps > 0 {
		t.WrapS = s.lists.wrapS / s.lists.wraps
	}
	t.InStateS = make(map[string]int64, len(s.lists.inState))
	for k, v := range s.lists.inState {
		t.InStateS[k] = v
	}
	t.Open = len(s.lists.todo)
	return t
}

// alert tells the person at the desk one line; from any goroutine.
func (s *seat) Alert(level, text, callID string) {
	s.box.Post(func() { s.session.Push(&wire.Alert{Level: level, Text: text, Call: callID}) })
}

func refusal(code wire.Code, text string) *wire.Ack { return &wire.Ack{Code: code, Text: text} }

func done() *wire.Ack { return &wire.Ack{Code: wire.CodeOK} }
