package call

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/trunk"
	"zuoxi/rules/acd"
	"zuoxi/rules/agent"
	"zuoxi/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is an exchange with everything that a call needs made by the test: the
// ports alone, without a hub.
type house struct {
	*Exchange
	t     *testing.T
	told  []Milestone
	leads []string // what they were told
	seats map[string]*seatAt
	tapes reels
}

func inHouse(t *testing.T, story func(h *house)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db, err := sqlite.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := seal.Load(filepath.Join(dir, "keys"))
		if err != nil {
			t.Fatal(err)
		}
		h := &house{t: t, seats: map[string]*seatAt{}}
		life, kill := context.WithCancel(context.Background())
		disk, flush := context.WithCancel(context.Background())
		h.Exchange = NewExchange(life, disk, Config{District: "320000", SeatSilence: 3 * time.Second, Zone: time.UTC, Now: time.Now}, Ports{
			Store: db, Keys: keys, Guide: usher{}, Prompts: words{}, Tapes: &h.tapes, Queue: line{h}, Floor: floor{h}, Meter: meter{}, Board: h,
			Audit: func(context.Context, store.Agent, string, string, string) error { return nil }, Forget: func(string) {}, Met: func([]byte, *Call) {},
		}, slog.New(slog.DiscardHandler), new(atomic.Uint64))
		defer func() {
			h.Shut()
			kill()
			h.Wait()
			flush()
			h.WaitWritten()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}()
		story(h)
	})
}

func (h *house) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// sit makes a seat that takes calls, and talks on the first that comes.
func (h *house) sit(no string) *seatAt {
	s := &seatAt{no: no}
	h.seats[no] = s
	return s
}

// talking lets a citizen call, and the one free seat answer.
func (h *house) talking(s *seatAt, number string) (*Call, *telephone) {
	h.t.Helper()
	p := newTelephone(number)
	h.work.Go(func() { h.Incoming(p) })
	h.pass(3 * time.Second)
	c, o := s.asked()
	if c == nil {
		h.t.Fatal("nobody was asked")
	}
	c.OfferShown(o)
	var got *wire.Ack
	c.Take(s, o, func(a *wire.Ack) { got = a })
	h.pass(3 * time.Second)
	if got == nil || got.Code != wire.CodeOK {
		h.t.Fatalf("taking the call was answered by %+v", got)
	}
	return c, p
}

// Reached implements Board.
func (h *house) Reached(m Milestone, _ Figures) { h.told = append(h.told, m) }

// line is a Queue that gives every call to the first seat that is free.
type line struct{ h *house }

func (l line) Enter(w acd.Waiting) {
	for _, s := range l.h.seats {
		if c, _ := s.asked(); c == nil {
			if c, ok := l.h.Get(w.ID); ok {
				c.Assigned(s.no, 1, "空闲")
				return
			}
		}
	}
}
func (line) Leave(string)                        {}
func (line) Place(context.Context, string) Place { return Place{} }
func (line) Handled(time.Duration)               {}

// floor is a Floor without leads and targets.
type floor struct{ h *house }

func (f floor) Seat(no string) (Seat, bool)     { s, ok := f.h.seats[no]; return s, ok }
func (f floor) TellLeads(_, text, _ string) int { f.h.leads = append(f.h.leads, text); return 1 }
func (floor) Emergency(Seat, string) int        { return 0 }
func (floor) Find(Seat, string) (Target, *wire.Ack) {
	return Target{}, wire.Refusal(wire.CodeNotFound, "")
}
func (floor) OneOf(s Seat, t string, _ []string) (Target, *wire.Ack) { return floor{}.Find(s, t) }

// seatAt is a Seat that keeps what the call told it.
type seatAt struct {
	no string

	mu       sync.Mutex
	call     *Call
	offer    string
	view     *wire.Call
	released bool
	alerts   []string
}

func (s *seatAt) asked() (*Call, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.call, s.offer
}

func (s *seatAt) No() string                  { return s.no }
func (s *seatAt) Title() string               { return s.no + " 王某" }
func (s *seatAt) Account() store.Agent        { return store.Agent{No: s.no, District: "320100"} }
func (s *seatAt) Mentored() bool              { return false }
func (s *seatAt) Voice() Voice                { return mouth{} }
func (s *seatAt) Ring(string)                 {}
func (s *seatAt) Lose(*Call)                  {}
func (s *seatAt) Back(*Call)                  {}
func (s *seatAt) Unwatch(*Call)               {}
func (s *seatAt) Overheard(*Call, int)        {}
func (s *seatAt) Watch(*Call, *wire.Watch)    {}
func (s *seatAt) Entrust(*Call, *wire.Record) {}
func (s *seatAt) Passed(*Call, wire.Passed)   {}
func (s *seatAt) Attach(*Call, agent.Kind)    {}
func (s *seatAt) Withdraw(string, agent.Kind) {}

func (s *seatAt) Alert(_, text, _ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alerts = append(s.alerts, text)
}

func (s *seatAt) Offer(o wire.Offer, c *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.call, s.offer = c, o.ID
}

func (s *seatAt) Show(_ *Call, v *wire.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view = v
}

func (s *seatAt) Release(c *Call, v *wire.Call, _ time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view, s.released = v, true
	c.WrapDone(s.no, time.Now())
}

type mouth struct{}

func (mouth) Send(*rtp.Packet) error          { return nil }
func (mouth) Plug(*conf.Port)                 {}
func (mouth) Unplug(*conf.Port)               {}
func (mouth) Silence(time.Time) time.Duration { return 0 }

type meter struct{}

func (meter) Began(string)        {}
func (meter) Ended(store.Outcome) {}
func (meter) Shown(time.Duration) {}

type words struct{}

func (words) Say(string, map[string]string) []byte { return make([]byte, 8000) }
func (words) Music() []byte                        { return make([]byte, 8000) }
func (words) Ringing() []byte                      { return make([]byte, 8000) }

// reels keeps no sound.
type reels struct {
	full    error  // why none can be opened
	trouble func() // of the last one
}

func (r *reels) Open(_ context.Context, _, _ string, _ time.Time, trouble func()) (Tape, error) {
	r.trouble = trouble
	return reel{}, r.full
}

type reel struct{}

func (reel) ID() string                       { return "recording" }
func (reel) Write(int64, []int16, []int16)    {}
func (reel) Held(int64, []int16, []int16)     {}
func (reel) Gap(int64, int64, string, string) {}
func (reel) Close(context.Context) error      { return nil }

// usher sends everybody to the line.
type usher struct{}

func (usher) Welcome(_ context.Context, _ Ear, v Visit) Route {
	v.Disclaimed("t1")
	return Route{To: WishQueue, Region: "320100", RegionBy: "menu", Subject: "养老保险"}
}

func (usher) Wait(ctx context.Context, _ Ear, _ Visit, _ func(context.Context) Place) Wish {
	<-ctx.Done()
	return WishNone
}
func (usher) Message(context.Context, Ear, Visit) Message     { return Message{} }
func (usher) Callback(context.Context, Ear, Visit) string     { return "" }
func (usher) Rating(context.Context, Ear, Visit) store.Rating { return "" }

// telephone is a citizen's Leg.
type telephone struct {
	number   string
	done     chan struct{}
	once     sync.Once
	rejected int
}

func newTelephone(number string) *telephone {
	return &telephone{number: number, done: make(chan struct{})}
}

func (p *telephone) hangup()                               { p.once.Do(func() { close(p.done) }) }
func (p *telephone) ID() string                            { return "leg" }
func (p *telephone) Caller() trunk.Party                   { return trunk.Party{Number: p.number} }
func (p *telephone) Called() string                        { return "12333" }
func (p *telephone) Ring() error                           { return nil }
func (p *telephone) Answer(context.Context) error          { return nil }
func (p *telephone) Reject(code int, _ string) error       { p.rejected = code; p.hangup(); return nil }
func (p *telephone) OnPacket(func(*rtp.Packet, time.Time)) {}
func (p *telephone) OnKey(func(byte, time.Time))           {}
func (p *telephone) Send(*rtp.Packet) error                { return nil }
func (p *telephone) SendKey(byte) error                    { return nil }
func (p *telephone) Hangup(trunk.Cause) error              { p.hangup(); return nil }
func (p *telephone) Done() <-chan struct{}                 { return p.done }
func (p *telephone) End() trunk.End {
	return trunk.End{By: trunk.ByCaller, Cause: trunk.CauseNormal, At: time.Now()}
}
