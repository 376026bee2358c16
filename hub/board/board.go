// Package board keeps the live picture of the floor: queues, seats, lines,
// today's sums, alarms, and the curves of the last hour. The hub gives it a look
// once a second and tells it what becomes of calls; it tells each watcher what
// changed since the version that the watcher has confirmed. Nobody else may use
// it. It promises that a delta reaches back to what was confirmed, so that a lost
// one costs nothing; that a watcher sees the seats of its districts only; and that
// there is no personal data in it beyond an agent's 工号 and name.
package board

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/obs"
	"zuoxi/rules/acd"
	"zuoxi/rules/alarm"
	"zuoxi/wire"
)

// Every is how often the board looks.
const Every = time.Second

// LineFresh is how old a line's figure may be until it is not shown any more.
const LineFresh = 12 * time.Second

// inbox is how many events may wait. Who tells more waits: a sum that lost an
// event would be wrong for the rest of the day.
const inbox = 1024

// Config of a board.
type Config struct {
	Now   func() time.Time
	Zone  *time.Location
	Home  string // the hub's own district: calls without a region count there
	Rules []alarm.Rule
	Log   *slog.Logger
	// Look fills in what is so now. It and Alarmed are called in the board's
	// goroutine and must not wait for it.
	Look    func(*Look)
	Alarmed func([]alarm.Change) // of one moment
}

// Look is what is so now. The board keeps the slices for the next look.
type Look struct {
	Seats    []Seat
	Waiting  []wire.BoardWait
	Estimate int // seconds for the next caller, -1 = not known
	Crews    []acd.Crew
	Handling time.Duration // mean of a call
	Trunk    int
	Down     time.Time // since when the gateway does not answer; zero: it does
	TrunkMax int
	Wrong    []string // what does not fit in what the hub keeps, for people
}

// Seat is a seat as the hub sees it; one that is signed out stays, with that state.
type Seat struct {
	wire.BoardSeat
	LineAt time.Time // when MOS10 was heard
}

// Board is the live picture. Its methods may be called from any goroutine.
type Board struct {
	cfg    Config
	events chan func()
	done   chan struct{}

	now      time.Time // of the look under way
	look     Look
	pic      picture
	floor    floor
	day      day
	alarms   alarm.State
	shown    map[string]*cell[wire.BoardAlarm]
	watchers map[string]*watcher
	scopes   map[string]*scope
}

// floor is what the rows of the picture stand for.
type floor struct {
	seats   map[string]*seatRow
	waiting map[string]*waitRow
	asked   map[acd.Asked]int         // the line by what is asked for
	states  map[string]map[string]int // seats by district and state
	records map[string]Records        // by district
	dueAt   time.Time
	first   map[string]wire.BoardFirst // settled in the first call, by district
}

// New makes a board; Run must follow.
func New(cfg Config) *Board {
	b := &Board{
		cfg: cfg, events: make(chan func(), inbox), done: make(chan struct{}), day: newDay(),
		floor: floor{seats: map[string]*seatRow{}, waiting: map[string]*waitRow{}, records: map[string]Records{}},
		shown: map[string]*cell[wire.BoardAlarm]{}, watchers: map[string]*watcher{}, scopes: map[string]*scope{},
	}
	b.now = cfg.Now()
	// Higher than any version of an earlier run.
	b.pic.init(uint64(b.now.UnixMilli()))
	b.scope("")
	return b
}

// Run looks and tells until ctx ends.
func (b *Board) Run(ctx context.Context) {
	defer close(b.done)
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-b.events:
			obs.Safely(b.cfg.Log, "board", f)
		case <-tick.C:
			obs.Safely(b.cfg.Log, "board", b.tick)
		}
	}
}

// tell hands f to the board's goroutine and waits for room; it gives up when the board has stopped.
func (b *Board) tell(f func()) {
	select {
	case b.events <- f:
	case <-b.done:
	}
}

// tick is the board's second.
func (b *Board) tick() {
	b.now = b.cfg.Now()
	b.cfg.Look(&b.look)
	b.day.turn(b.now.In(b.cfg.Zone))
	b.seeSeats()
	b.seeWaiting()
	for _, s := range b.scopes {
		b.seeScope(s)
	}
	b.judge()
	b.pic.forget(b.now)
	b.deliver()
}

// judge brings the alarms up to date; people are told of those that come and go, not of each figure that moves.
func (b *Board) judge() {
	changes := b.alarms.Judge(b.cfg.Rules, b.facts(), b.now)
	for _, c := range changes {
		b.showAlarm(c.Alarm, c.Kind == alarm.Cleared)
	}
	changes = slices.DeleteFunc(changes, func(c alarm.Change) bool { return c.Kind == alarm.Moved })
	if len(changes) > 0 {
		b.cfg.Alarmed(changes)
	}
}

// Yesterday and today are read at the start from the log of calls.
func (b *Board) Yesterday(calls []store.Call) {
	b.tell(func() {
		for i := range calls {
			b.before(&calls[i])
		}
	})
}

// Today counts calls that had ended before the hub started.
func (b *Board) Today(calls []store.Call) {
	b.tell(func() {
		for i := range calls {
			for _, c := range history(&calls[i]) {
				b.count(c)
			}
		}
	})
}

// Count counts a step of a call.
func (b *Board) Count(c Count) { b.tell(func() { b.count(c) }) }

// Records are counts of a district's records: those past their deadline, and those made today.
type Records struct {
	Overdue int
	wire.BoardFiled
}

// Records takes the counts by district.
func (b *Board) Records(by map[string]Records, at time.Time) {
	b.tell(func() { b.floor.records, b.floor.dueAt = by, at })
}

// First takes what was settled in the first call on the last day that was judged, by district.
func (b *Board) First(by map[string]wire.BoardFirst) { b.tell(func() { b.floor.first = by }) }

// Call raises the alarm of a person at a seat.
func (b *Board) Call(a alarm.Alarm) {
	b.tell(func() {
		b.now = b.cfg.Now()
		a = b.alarms.Call(a, b.now)
		b.showAlarm(a, false)
		b.helps(a.Seat, a.Code)
		b.deliver() // a person waits: not only with the next second
	})
}

// Acknowledge notes who looks after an alarm. found gets it in the board's
// goroutine, or false where there is none.
func (b *Board) Acknowledge(id, by string, found func(alarm.Alarm, bool)) {
	b.tell(func() {
		b.now = b.cfg.Now()
		a, ok := b.alarms.Acknowledge(id, by, b.now)
		if ok {
			over := a.Code == alarm.CodeHelp || a.Code == alarm.CodeEmergency
			b.showAlarm(a, over)
			if over {
				b.helps(a.Seat, "")
			}
			b.deliver()
		}
		found(a, ok)
	})
}

// Alarm tells what is known of an alarm; for who has to decide about a right first.
func (b *Board) Alarm(ctx context.Context, id string) (alarm.Alarm, bool) {
	out := make(chan alarm.Alarm, 1) // one slot: the board never waits for who asked
	b.tell(func() {
		for _, a := range b.alarms.List() {
			if a.ID == id {
				out <- a
				return
			}
		}
		out <- alarm.Alarm{}
	})
	select {
	case a := <-out:
		return a, a.ID != ""
	case <-ctx.Done():
	case <-b.done:
	}
	return alarm.Alarm{}, false
}

func (b *Board) showAlarm(a alarm.Alarm, gone bool) {
	c := b.shown[a.ID]
	if c == nil {
		c = newCell(&b.pic, a.District, func(d *wire.Board, v wire.BoardAlarm, _ bool) { d.Alarms = append(d.Alarms, v) })
		c.own = a.Own
		b.shown[a.ID] = c
	}
	v := wire.BoardAlarm{ID: a.ID, Gone: gone}
	if !gone {
		v = wire.BoardAlarm{
			ID: a.ID, Code: a.Code, Level: string(a.Level), Text: a.Text, Seat: a.Seat, Since: a.Since.Unix(), From: seconds(a.From),
			Sound: a.Sound, By: a.By, ByAt: seconds(a.ByAt),
		}
	}
	c.set(v)
	if gone {
		c.bury(b.now)
		delete(b.shown, a.ID)
	}
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
