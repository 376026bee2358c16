package session

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/session/exam"
	"zuoxi/session/examiner"
	"zuoxi/session/link"
	"zuoxi/session/outbox"
	"zuoxi/session/review"
	"zuoxi/wire"
)

// Queue sizes. Verbs come from one person's hands; jobs from a few goroutines
// of our own that wait for room.
const (
	verbQueue = 64
	jobQueue  = 16
)

// Way is how the hub is reached.
type Way struct {
	URL     string
	TLS     *tls.Config
	Proxy   link.Proxy
	Network link.Network // nil: a change of address is found by silence
}

// Config of a session. KBHead is told of a newer knowledge base and must not block.
type Config struct {
	Way
	AgentNo string // remembered 工号, may be empty
	Folder  string // for the outbox
	Program string
	Device  string // names this machine: a call that is live is not taken over from another
	Auto    bool   // sign in at once where the keyring holds the password
	Phone   Phone
	Sound   Sound
	Vault   Vault
	KBHead  func(KBHead)
	Exam    ExamPort
	// Recogniser hears words; nil: nobody does.
	Recogniser Recogniser
	// Line is where the recogniser hears callers; nil: nowhere.
	Line Line
	Log  *slog.Logger
	Now  func() time.Time
}

// Session is one working session. Run owns everything in it but the channels.
type Session struct {
	cfg  Config
	link *link.Link
	shared
	verbs chan Verb
	views chan View
	jobs  chan func()
	ctx   context.Context // of Run, for jobs
	spawn func(func(context.Context))

	person
	desk wire.DeskState
	screen
	form form
	aside
	waiting map[string]func(wire.Message) // commands sent and not answered, by id
	switches
}

// person is who sits here, with what is kept of them at this machine.
type person struct {
	id   identity
	box  *outbox.Box
	ring keyring
}

// screen is what the person sees.
type screen struct {
	view   View
	unread []Notice // to be shown again
}

// aside is what the person does besides taking calls.
type aside struct {
	exam     *exam.Desk
	examiner *examiner.Desk
	review   *review.Desk
	lastTold lastTold
	board    board
	losses   int // of what was done here by who has signed out
}

// lastTold is what hub and recogniser were last told of an exam.
type lastTold struct {
	phase   string
	hearing bool
}

// switches are what the phone was last told, and what it is to be told.
type switches struct {
	talking, ringing, muted bool

	echoing   bool               // the check listens for the echo of the microphone
	stopCheck context.CancelFunc // of the check that has microphone and ear to itself; nil: none has
	editorAsk int                // number of the last question to the editors' desk
	opened    int                // of the first that is about what is open there now
	todoAsk   int                // of the last record that was to be opened
	line      Quality            // as the phone told it last
	reported  time.Time          // to the hub
	again     bool               // a check was asked for while one was under way
	caller    listening
}

// shared is what other goroutines read.
type shared struct {
	greet atomic.Pointer[greeting] // the next connection's first words; the link asks
	proof atomic.Pointer[proof]    // of the password that signed in; Knows asks
	away  atomic.Int64             // how long nobody would miss this seat; the link asks
}

type greeting struct{ body wire.Body }

// identity is who is signed in and how the hub knows us.
type identity struct {
	agent, password string
	remember        bool
	renewal         renewal
	leaving         bool // the hub was asked to let the agent go
	guessed         bool // somebody tried passwords: the keyring was told to forget this one's
	session         uint64
	token           string
	seq             uint64
	settings        wire.Settings
	taken           []wire.Taken  // numbers that records have, as of the sign-in
	away            time.Duration // how far apart a herd comes back
	clock           clock
	media           mediaState
	asked           time.Time // when the keyring was; zero: its answer is not waited for, somebody has signed in
}

// mediaState says what is under way with the voice connection.
type mediaState struct {
	busy  bool
	path  PathState
	tried time.Time // when the path was last renewed
	tries int       // in vain
	gone  bool      // the hub has lost its end: a new path will not do
	moved bool      // the machine has another address: the path is dead, whatever it seems
	fresh bool      // since this sign-in voice has not flowed
	rest  time.Time // not before then: the hub has a herd to let in
	again time.Time // ready until the link was lost: so again, until then
}

// New makes a session that does nothing until Run.
func New(cfg Config) *Session {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Session{
		cfg: cfg, verbs: make(chan Verb, verbQueue), views: make(chan View, 1), jobs: make(chan func(), jobQueue),
		waiting: map[string]func(wire.Message){},
	}
	s.exam, s.examiner, s.review = s.newExam(), s.newExaminer(), s.newReview()
	s.greetWith(nil)
	s.link = link.New(link.Config{
		URL: cfg.URL, TLS: cfg.TLS, Proxy: cfg.Proxy, Network: cfg.Network, Log: cfg.Log,
		Greet: func() wire.Body { return s.greet.Load().body }, Away: func() time.Duration { return time.Duration(s.away.Load()) },
	})
	return s
}

// Do hands a verb to the session; it never blocks. False means that the
// session has not kept up with the person, who is asked to press again.
func (s *Session) Do(v Verb) bool {
	select {
	case s.verbs <- v:
		return true
	default:
		return false
	}
}

// Views is the stream of views, in order; a reader that is late gets the
// newest. It is closed when Run ends.
func (s *Session) Views() <-chan View { return s.views }

// Run works until ctx ends, then saves the draft and says goodbye to the hub.
// Lost is how much of what was done here ends with it: neither the disk has it
// nor the hub.
func (s *Session) Run(ctx context.Context) (lost int) {
	ctx, cancel := context.WithCancel(ctx)
	var jobs sync.WaitGroup
	s.ctx = ctx
	s.spawn = func(f func(context.Context)) { jobs.Go(func() { f(ctx) }) }
	done := make(chan struct{})
	go func() { defer close(done); s.link.Run(ctx) }()
	defer func() {
		cancel()
		for range s.link.Events() { // what came too late
		}
		<-done
		jobs.Wait()
		lost = s.losses + s.lastTry()
		s.exam.Leave()
		if s.box != nil {
			_ = s.box.Close()
		}
		close(s.views)
	}()
	s.begin()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for changed := true; ctx.Err() == nil; {
		if changed {
			s.publish()
		}
		changed = s.turn(ctx, tick.C)
	}
	return 0 // but for what the last try leaves
}

// turn takes one event; false means that nothing to be drawn has changed.
func (s *Session) turn(ctx context.Context, tick <-chan time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case pcm := <-s.examMic():
		return s.examFrame(pcm)
	case pcm := <-s.callerVoice():
		s.callerFrame(pcm)
		return false
	case e, open := <-s.words():
		if !open {
			s.deafened()
			return false
		}
		s.heard(e)
	case v := <-s.verbs:
		s.do(v)
	case e := <-s.linkEvents():
		s.linkEvent(e)
	case e, open := <-s.soundEvents():
		if !open {
			s.cfg.Sound = nil
			return false
		}
		s.phoneEvent(e)
	case f := <-s.jobs:
		f()
	case <-tick:
		s.tick()
	}
	return true
}

// linkEvents is nil, which never comes, while the drafts cannot be opened yet.
func (s *Session) linkEvents() <-chan link.Event {
	if s.ring.key.waits {
		return nil
	}
	return s.link.Events()
}

// soundEvents is nil, which never comes, where there is no phone.
func (s *Session) soundEvents() <-chan PhoneEvent {
	if s.cfg.Sound == nil {
		return nil
	}
	return s.cfg.Sound.Events()
}

// later runs f in the session's goroutine, from a job.
func (s *Session) later(ctx context.Context, f func()) {
	select {
	case s.jobs <- f:
	case <-ctx.Done():
	}
}

// publish offers the newest view; the reader's slot holds one.
func (s *Session) publish() {
	s.view.Version++
	s.away.Store(int64(s.mayStayAway()))
	v := s.view
	s.showExam(&v)
	v.Review = s.review.View()
	for {
		select {
		case s.views <- v:
			return
		default:
		}
		select {
		case <-s.views:
		default:
		}
	}
}

// tick is the session's second: drafts are saved, and a lost path tried again.
func (s *Session) tick() {
	s.keyringLate()
	s.form.tick(s)
	s.mask()
	s.remind()
	s.exam.Tick()
	s.countLoose()
	s.applySound()
	s.reportLine()
	s.examiner.Tick()
	s.review.Tick()
	s.tellExam()
	s.renewMedia()
	s.readyAgain()
	s.showAgain()
}

func (s *Session) online() bool {
	return s.view.Link.State == LinkOnline || s.view.Link.State == LinkDegraded
}

const notSent = "与中心的连接中断 · 这一步没有送出，通话不受影响 · 恢复后请再按一次"

// ask sends a command and keeps what to do with its answer. It tells the
// person when the hub cannot be reached.
func (s *Session) ask(b wire.Body, answered func(wire.Message)) bool {
	id := newID()
	if err := s.send(wire.Message{ID: id, Session: s.id.session, Body: b}); err != nil {
		s.notTaken(b, NoticeWarn, notSent)
		return false
	}
	s.waiting[id] = answered
	return true
}

// send is for what a person has done: it calls the seat back to the hub where
// it stays away.
func (s *Session) send(m wire.Message) error {
	err := s.link.Send(m)
	if errors.Is(err, link.ErrOffline) {
		s.link.Redial()
	}
	return err
}

// tell is ask where only a refusal is of interest.
func (s *Session) tell(b wire.Body) bool {
	return s.ask(b, func(m wire.Message) {
		if why := refused(m); why != "" && !s.overtaken(b) {
			s.notTaken(b, NoticeError, why)
		} else if a, ok := m.Body.(*wire.Ack); ok && a.Code == wire.CodeOK {
			s.taken(b)
		}
	})
}

// refusal shows the hub's reason where it said no.
func (s *Session) refusal(m wire.Message) {
	if why := refused(m); why != "" {
		s.notify(NoticeError, why)
	}
}

// refused is the hub's reason where it said no, else empty. Of a lost link the
// status line tells.
func refused(m wire.Message) string {
	a, ok := m.Body.(*wire.Ack)
	if !ok || a.Code == wire.CodeOK || a.Code == wire.CodeUnreachable && a.Text == "" {
		return ""
	}
	return orElse(a.Text, "中心没有接受这一步 · 状态未变 · 请看屏幕上的状态再试")
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

// newID names a command; the hub keeps it 24 h.
func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand stops the program instead
	return hex.EncodeToString(b[:])
}
