// Package hub is the provincial hub: it wires the rooms below it together and
// keeps the seats. Each call, each seat and the queue is an actor with a
// goroutine and a mailbox; a call lives in hub/call, a seat here. The leaves
// (trunk, line, conf, menu, queue, desk, record, voicemail, admin, store …)
// never see each other, and this package holds the adapters between them.
// internal/cli starts it with New and Run. It promises one call at a time for
// every seat, and that no disk and no slow reader stands in the way of a voice.
package hub

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/board"
	"zuoxi/hub/call"
	"zuoxi/hub/device"
	"zuoxi/hub/line"
	"zuoxi/hub/queue"
	"zuoxi/hub/recording"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/trunk"
	"zuoxi/internal/obs"
	"zuoxi/rules/acd"
	"zuoxi/rules/agent"
	"zuoxi/rules/region"
	"zuoxi/wire"
)

// Hub is one running hub.
type Hub struct {
	cfg Config
	log *slog.Logger
	now func() time.Time
	parts

	life  context.Context // of calls and seats
	kill  context.CancelFunc
	disk  context.Context // of what writes; ends last
	flush context.CancelFunc
	crew

	floor
	born    time.Time     // when the hub was put together
	refused atomic.Uint64 // events that found a full mailbox
	gate    gate
	in      *entrance
	opened  opened
	proof   proof
}

// parts are what the hub is made of; tests bring their own.
type parts struct {
	db      *store.Store
	keys    *seal.Keys
	trunk   call.Dialler
	lines   Lines
	guide   call.Guide
	prompts call.Prompts
	tapes   Tapes
	meter   *meter
	desks
	leaves
}

// leaves are the parts that only New knows.
type leaves struct {
	library *recording.Library
	voice   *line.Hub
	sip     *trunk.Trunk
	metrics *obs.Metrics
	devices *device.Register
}

// floor is who works here.
type floor struct {
	queue    *queue.Queue
	inLine   atomic.Pointer[inLine] // as the desks know it
	staff    int                    // how many could sign in when the hub was started
	seats    *actor.Directory[string, *seat]
	leads    *actor.Directory[string, *seat] // of them, whose agents are shift leads
	calls    *call.Exchange
	ledger   *ledger
	bookings *bookings
	answers  *answers
	board    *board.Board
}

// crew is who has to be home before the hub is.
type crew struct {
	work obs.Crew // actors and their side work
	last obs.Crew // scribes and ledger
}

// gate lets no call in once the hub stops.
type gate struct {
	mu   sync.Mutex
	shut bool
}

// assemble makes a hub of its parts; start lets it run.
func assemble(cfg Config, p parts, log *slog.Logger) *Hub {
	h := &Hub{
		cfg: cfg, log: log, now: cfg.Now, parts: p, born: time.Now(),
		floor: floor{seats: actor.NewDirectory[string, *seat](), leads: actor.NewDirectory[string, *seat]()},
	}
	h.work.Log, h.last.Log = log, log
	h.life, h.kill = context.WithCancel(context.Background())
	h.disk, h.flush = context.WithCancel(context.Background())
	h.ledger = newLedger(p.db, p.audit, log)
	h.bookings = newBookings(h)
	h.answers = newAnswers(h)
	h.board = newBoard(h)
	h.queue = queue.New(queue.Config{
		Settings: cfg.Queue, Handling: cfg.Handling, Now: cfg.Now, Log: log, Offer: h.offered,
		Overflow: func(id string) {
			if c, ok := h.calls.Get(id); ok {
				c.Overflowed()
			}
		},
	})
	h.calls = newExchange(h)
	return h
}

// start runs the actors that are always there.
func (h *Hub) start() {
	var err error
	if h.staff, err = h.db.Agents.Count(h.disk); err != nil {
		h.log.Warn("accounts not counted", "err", err)
	}
	h.last.Keep(h.disk, "ledger", func() { h.ledger.run(h.disk) })
	h.last.Keep(h.disk, "audit anchor", h.watchAudit)
	h.last.Keep(h.disk, "ends of sessions", func() { h.tickets.ends.run(h.disk) })
	h.last.Keep(h.disk, "booked call-backs", func() { h.bookings.notes.run(h.disk) })
	h.last.Keep(h.disk, "answered messages", func() { h.answers.run(h.disk) })
	h.work.Go(func() { h.queue.Run(h.life) })
	h.work.Go(func() { h.bookings.run(h.life) })
	h.work.Go(func() { h.board.Run(h.life) })
	h.work.Keep(h.life, "look at the line", h.tickQueue)
	h.work.Keep(h.life, "board's figures", h.feedBoard)
	h.work.Keep(h.life, "purge", h.purge)
	h.work.Keep(h.life, "recordings of a crash", h.mendTapes)
	h.work.Keep(h.life, "nights", h.settleNights)
	h.startOutside()
}

// stop ends calls and seats, and then what writes.
func (h *Hub) stop() {
	h.close()
	h.kill()
	h.calls.Wait()
	h.work.Wait()
	h.flush()
	h.calls.WaitWritten()
	h.last.Wait()
}

func (h *Hub) close() {
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	h.gate.shut = true
	h.calls.Shut()
}

// stopping tells whether the hub takes no new call any more.
func (h *Hub) stopping() bool {
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	return h.gate.shut
}

// offered brings a decision of the queue to the call.
func (h *Hub) offered(o queue.Offer) {
	if strings.HasPrefix(o.Call, backPrefix) {
		h.bookings.assigned(o)
		return
	}
	if c, ok := h.calls.Get(o.Call); ok && c.Assigned(o.Seat, o.Epoch, o.Why.String()) {
		return
	}
	h.work.Go(func() { h.queue.Leave(o.Call) }) // the queue must not wait for itself
}

// seatChanged tells the queue how a seat stands.
func (h *Hub) seatChanged(a store.Agent, st *Status) {
	if st.State == agent.StateSignedOut || st.State == agent.StateLost && !st.Connected {
		h.queue.Gone(st.No)
		return
	}
	skills := make([]acd.Skill, 0, len(a.Skills))
	for _, k := range a.Skills {
		skills = append(skills, acd.Skill{Region: region.Name(k.Region), Subject: k.Subject, Level: k.Level})
	}
	h.queue.Seat(acd.Seat{ID: st.No, Certified: certified(a), Ready: st.free, Media: st.Voice, IdleSince: st.Since, Skills: skills})
}

// inLine is how many wait and since when the first of them.
type inLine struct {
	waiting int
	since   time.Time // zero when nobody waits
}

// state is what the desks are told of it now; they count on by themselves.
func (l inLine) state(now time.Time) *wire.QueueState {
	s := &wire.QueueState{Waiting: l.waiting}
	if l.waiting > 0 {
		s.LongestMS = now.Sub(l.since).Milliseconds()
	}
	return s
}

// tickQueue tells the desks when the line changes, at most once a second: not
// when only time has passed, for there may be ten thousand desks.
func (h *Hub) tickQueue() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-h.life.Done():
			return
		case <-tick.C:
		}
		l, ok := h.queue.Look(h.life)
		if !ok {
			return
		}
		h.meter.line(len(l.Rows), l.Longest)
		now := h.now()
		next := inLine{waiting: len(l.Rows)}
		if next.waiting > 0 {
			next.since = now.Add(-l.Longest).Truncate(time.Second)
		}
		if old := h.inLine.Swap(&next); old != nil && *old == next {
			continue
		}
		h.seats.Each(func(s *seat) { s.box.Post(func() { s.session.Latest(next.state(now)) }) })
	}
}

// tellLeads alerts the shift leads of a district, and says how many there are.
func (h *Hub) tellLeads(level, text, district string) int {
	n := 0
	h.leads.Each(func(s *seat) {
		st := s.status.Load()
		if st != nil && st.Connected && st.leads(district, h.cfg.District) {
			s.Alert(level, text, "")
			n++
		}
	})
	return n
}

// seatOf finds or makes the seat of an account and gives it the account as it
// is now.
func (h *Hub) seatOf(a store.Agent) (*seat, bool) {
	if s, ok := h.seats.Get(a.No); ok {
		return s, true
	}
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	if h.gate.shut {
		return nil, false
	}
	s := newSeat(h, a) // waits for nobody: thousands may want the gate
	if had := h.seats.Add(a.No, s); had != s {
		return had, true
	}
	h.work.Go(func() { s.run(h.life) })
	return s, true
}
