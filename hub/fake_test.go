package hub

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/call"
	"zuoxi/hub/line"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// telephone is a Leg without a network: a citizen, or a called party.
type telephone struct {
	number   string
	answered chan struct{}
	done     chan struct{}
	once     sync.Once
	keys     atomic.Pointer[func(byte, time.Time)]
	sound    atomic.Pointer[func(*rtp.Packet, time.Time)]
	heard    atomic.Int64 // packets sent to it
	pressed  chan byte
	mu       sync.Mutex
	end      trunk.End
	deaf     atomic.Int64 // to so many hang-ups
	keyless  error        // what it says to a key
}

func newTelephone(number string) *telephone {
	return &telephone{number: number, answered: make(chan struct{}), done: make(chan struct{}), pressed: make(chan byte, 64)}
}

func (p *telephone) ID() string               { return "leg-" + p.number }
func (p *telephone) Caller() trunk.Party      { return trunk.Party{Number: p.number} }
func (p *telephone) Called() string           { return "12333" }
func (p *telephone) Ring() error              { return nil }
func (p *telephone) Reject(int, string) error { p.hangup(trunk.ByHub); return nil }
func (p *telephone) Done() <-chan struct{}    { return p.done }
func (p *telephone) Hangup(trunk.Cause) error {
	if p.deaf.Add(-1) < 0 {
		p.hangup(trunk.ByHub)
	}
	return nil
}
func (p *telephone) Send(*rtp.Packet) error { p.heard.Add(1); return nil }
func (p *telephone) SendKey(k byte) error {
	if p.keyless == nil {
		p.pressed <- k
	}
	return p.keyless
}

func (p *telephone) Answer(context.Context) error {
	select {
	case <-p.done:
		return trunk.ErrEnded
	default:
		close(p.answered)
		return nil
	}
}

// take answers a telephone that was called, once.
func (p *telephone) take() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.answered:
	default:
		_ = p.Answer(context.Background()) // one that was given up says so by itself
	}
}

func (p *telephone) OnPacket(f func(*rtp.Packet, time.Time)) { p.sound.Store(&f) }
func (p *telephone) OnKey(f func(byte, time.Time))           { p.keys.Store(&f) }

func (p *telephone) End() trunk.End {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end
}

func (p *telephone) hangup(by trunk.Side) { p.over(by, trunk.CauseNormal) }

func (p *telephone) over(by trunk.Side, why trunk.Cause) {
	p.once.Do(func() {
		p.mu.Lock()
		p.end = trunk.End{By: by, Cause: why, At: time.Now()}
		p.mu.Unlock()
		close(p.done)
	})
}

func (p *telephone) press(k byte) {
	if f := p.keys.Load(); f != nil {
		(*f)(k, time.Now())
	}
}

// headset is a Line without a network.
type headset struct {
	offer string
	watch atomic.Pointer[func(line.State)]
	slow  atomic.Bool  // does not stand yet
	dead  atomic.Int64 // since when nothing comes, Unix ns; 0: it lives
	recv  atomic.Pointer[func(*rtp.Packet, time.Time)]
	heard atomic.Int64
	shut  atomic.Bool
	came  atomic.Pointer[line.Figures] // how it is heard, told once
}

func (l *headset) OnPacket(f func(*rtp.Packet, time.Time)) {
	if f == nil {
		l.recv.Store(nil)
		return
	}
	l.recv.Store(&f)
}

func (l *headset) Send(*rtp.Packet) error   { l.heard.Add(1); return nil }
func (l *headset) Ready() bool              { return l.dead.Load() == 0 && !l.shut.Load() && !l.slow.Load() }
func (l *headset) Watch(f func(line.State)) { l.watch.Store(&f) }
func (l *headset) Owns(offer string) bool   { return l.offer == offer }
func (l *headset) Close()                   { l.shut.Store(true) }
func (l *headset) Restart(context.Context, string) (string, error) {
	l.revive()
	return "answer", nil
}

func (l *headset) Figures() line.Figures {
	if f := l.came.Swap(nil); f != nil {
		return *f
	}
	return line.Figures{}
}

// says brings a packet of the agent's to whoever listens.
func (l *headset) says(p *rtp.Packet) {
	if f := l.recv.Load(); f != nil {
		(*f)(p, time.Now())
	}
}

func (l *headset) LastPacket() time.Time {
	if at := l.dead.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Now()
}

// become tells the hub how a slow line ended: it stands, or comes to nothing.
func (l *headset) become(s line.State) {
	l.slow.Store(s != line.Warm)
	(*l.watch.Load())(s)
}

func (l *headset) kill()   { l.dead.Store(time.Now().UnixNano()) }
func (l *headset) revive() { l.dead.Store(0) }

// headsets is a Lines; the newest line of each offer is remembered.
type headsets struct {
	mu   sync.Mutex
	made map[string]*headset
	slow bool // the next ones do not stand at once
}

func (h *headsets) Accept(_ context.Context, offer string) (Line, string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &headset{offer: offer}
	l.slow.Store(h.slow)
	h.made[offer] = l
	return l, "answer", nil
}

func (h *headsets) Ticket(take func(Line)) string {
	take(&headset{})
	return "ticket"
}

func (h *headsets) of(no string) *headset {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.made[no]
}

// screen is the seat's end of a desk: it keeps what the hub said.
type screen struct {
	mu      sync.Mutex
	state   *wire.DeskState   // as it is shown
	states  []*wire.DeskState // as they came
	answers map[string]wire.Body
	alerts  []string
	boards  []*wire.Board
	welcome *wire.Welcome
	bye     wire.Code
	quiet   time.Duration
	late    bool
}

func (s *screen) Send(m wire.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch b := m.Body.(type) {
	case *wire.DeskState:
		s.states = append(s.states, b)
		s.state = s.filled(m)
	case *wire.Alert:
		s.alerts = append(s.alerts, b.Text)
	case *wire.Welcome:
		s.welcome = b
	}
	if m.Re != "" {
		s.answers[m.Re] = m.Body
	}
	return nil
}

// filled is a state as a seat has it that got those before.
func (s *screen) filled(m wire.Message) *wire.DeskState {
	data, err := wire.Encode(m)
	if err == nil {
		m, err = wire.Decode(data)
	}
	if err != nil {
		panic(err)
	}
	d := m.Body.(*wire.DeskState)
	before := s.state
	if before == nil {
		before = &wire.DeskState{}
	}
	if !d.Fill(before) {
		panic("a state builds on what was not sent")
	}
	return d
}

func (s *screen) Latest(m wire.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := m.Body.(*wire.Board); ok {
		s.boards = append(s.boards, b)
	}
}

func (s *screen) Close(code wire.Code, _ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bye = code
}

func (s *screen) Quiet() time.Duration { return s.quiet }
func (s *screen) Late() bool           { return s.late }

func (s *screen) Device() string { return "" }

// dialler is the telephone network: who is called is who was put there.
type dialler struct {
	mu   sync.Mutex
	fate map[string]error
	made map[string]*telephone
	mute bool          // nothing is heard before the answer: it rings
	slow bool          // and that not before ring
	lag  time.Duration // until the hub knows what became of a call
	tell map[string]func(call.Progress)
}

// ring lets the network say that the telephone rings.
func (d *dialler) ring(number string) {
	d.mu.Lock()
	tell := d.tell[number]
	d.mu.Unlock()
	tell(call.Progress{})
	synctest.Wait()
}

func (d *dialler) Dial(ctx context.Context, number string, ring time.Duration, tell func(call.Progress)) (call.Leg, error) {
	d.mu.Lock()
	err, mute, slow, lag := d.fate[number], d.mute, d.slow, d.lag
	d.tell[number] = tell
	p := newTelephone(number)
	d.made[number] = p
	d.mu.Unlock()
	switch {
	case !mute:
		tell(call.Progress{Leg: p})
	case !slow:
		tell(call.Progress{})
	}
	if err == nil {
		return p, nil
	}
	if errors.Is(err, trunk.ErrNoAnswer) {
		rung := time.NewTimer(ring)
		defer rung.Stop()
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-p.done: // the hub hung up
			err = &trunk.DialError{Outcome: trunk.ErrUnreachable}
		case <-p.answered:
			<-time.After(lag)
			return p, nil
		case <-rung.C:
		}
	}
	p.hangup(trunk.ByCaller)
	<-time.After(lag)
	return nil, err
}

func (d *dialler) of(number string) *telephone {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.made[number]
}

// usher is a Guide in a few lines: everybody goes to the queue, 4 is
// voicemail, 7 a call-back.
type usher struct{ night atomic.Bool }

func (u *usher) Welcome(ctx context.Context, e call.Ear, v call.Visit) call.Route {
	if e.Play(ctx, clip(time.Second)) != nil {
		return call.Route{To: call.WishEnd}
	}
	v.Disclaimed("t1")
	if u.night.Load() {
		return call.Route{To: call.WishVoicemail, Why: "夜间"}
	}
	return call.Route{To: call.WishQueue, Region: "320100", RegionBy: "menu", Subject: "养老保险", Keys: []string{"人工"}}
}

func (u *usher) Wait(ctx context.Context, e call.Ear, _ call.Visit, _ func(context.Context) call.Place) call.Wish {
	for {
		select {
		case <-ctx.Done():
			return call.WishNone
		case k := <-e.Keys():
			switch k {
			case '4':
				return call.WishVoicemail
			case '7':
				return call.WishCallback
			}
		}
	}
}

func (u *usher) Message(ctx context.Context, e call.Ear, _ call.Visit) call.Message {
	speak, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer stop()
		for {
			select {
			case <-speak.Done():
				return
			case k := <-e.Keys():
				if k == '#' {
					return
				}
			}
		}
	}()
	m, _ := e.Record(speak)
	return m
}

func (u *usher) Callback(ctx context.Context, e call.Ear, _ call.Visit) string {
	select {
	case <-ctx.Done():
	case <-e.Keys():
	}
	return ""
}

func (u *usher) Rating(ctx context.Context, e call.Ear, v call.Visit) store.Rating {
	if e.Play(ctx, clip(time.Second)) != nil {
		return ""
	}
	wait := time.NewTimer(10 * time.Second)
	defer wait.Stop()
	select {
	case <-ctx.Done():
	case <-wait.C:
	case k := <-e.Keys():
		grade := map[byte]store.Rating{'1': store.RatingGood, '2': store.RatingFair, '3': store.RatingUnhappy}[k]
		if grade == store.RatingUnhappy { // is asked why
			v.Graded(grade)
			_ = e.Play(ctx, clip(time.Minute)) // most hang up
		}
		return grade
	}
	return ""
}

func clip(d time.Duration) []byte { return make([]byte, d.Milliseconds()*8) }

// words are prompts that remember which were wanted.
type words struct {
	mu   sync.Mutex
	said map[string]int
	long map[string]time.Duration // those that do not take a second
}

func (w *words) Say(name string, _ map[string]string) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said[name]++
	if d := w.long[name]; d > 0 {
		return clip(d)
	}
	return clip(time.Second)
}

func (w *words) Music() []byte { return clip(2 * time.Second) }

func (w *words) Ringing() []byte { return clip(2 * time.Second) }

func (w *words) count(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.said[name]
}

// reels is a Tapes in memory.
type reels struct {
	mu   sync.Mutex
	all  map[string]*reel
	shut error // what closing one says
}

type reel struct {
	id, call string
	mu       sync.Mutex
	samples  int64
	gaps     []string
	closed   bool
	shut     error
}

func (r *reels) Open(_ context.Context, id, _ string, start time.Time, _ func()) (call.Tape, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &reel{id: store.NewID(start), call: id, shut: r.shut}
	r.all[t.id] = t
	return t, nil
}

func (r *reels) Sound(context.Context, string) ([]byte, error) { return clip(2 * time.Second), nil }

func (r *reels) of(call string) []*reel {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*reel
	for _, t := range r.all {
		if t.call == call {
			out = append(out, t)
		}
	}
	return out
}

func (t *reel) ID() string { return t.id }

func (t *reel) Write(at int64, caller, rest []int16) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.samples = max(t.samples, at+int64(max(len(caller), len(rest))))
}

func (t *reel) Held(at int64, caller, rest []int16) { t.Write(at, caller, rest) }

func (t *reel) Gap(_, _ int64, who, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gaps = append(t.gaps, who+" "+why)
}

func (t *reel) Close(context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return t.shut
}
