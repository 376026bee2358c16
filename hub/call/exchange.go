package call

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/scribe"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/internal/obs"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// Config is how the centre wants its calls.
type Config struct {
	District    string
	TrunkName   string // in the log of calls
	Limits      fsm.Limits
	SeatSilence time.Duration // without a packet the seat counts as lost
	RingFirst   time.Duration // ring so long before answering the caller
	Shown       bool          // an agent sees that somebody only listens
	Zone        *time.Location
	Now         func() time.Time
}

// Exchange has all calls of a hub and hands each what it needs of the house.
type Exchange struct {
	Config
	Ports
	log     *slog.Logger
	life    context.Context // of calls
	disk    context.Context // of what writes; ends last
	refused *atomic.Uint64  // events that found a full mailbox
	all     *actor.Directory[string, *Call]
	logs    unwritten
	live    atomic.Int64 // calls with somebody on the line
	gate    gate
	mail    sync.Mutex     // of who begins to answer a message
	work    sync.WaitGroup // calls and what runs beside them
	last    sync.WaitGroup // who writes
}

// gate lets no call in once the hub stops.
type gate struct {
	mu   sync.Mutex
	shut bool
}

// NewExchange makes an exchange without calls. They live until life ends, and
// write until disk does; refused counts what they could not be told.
func NewExchange(life, disk context.Context, cfg Config, p Ports, log *slog.Logger, refused *atomic.Uint64) *Exchange {
	return &Exchange{Config: cfg, Ports: p, log: log, life: life, disk: disk, refused: refused, all: actor.NewDirectory[string, *Call](), logs: newUnwritten()}
}

// Get finds a call whose log is open.
func (x *Exchange) Get(id string) (*Call, bool) { return x.all.Get(id) }

// List is all of them.
func (x *Exchange) List() []*Call { return x.all.List() }

// Count is how many logs are open.
func (x *Exchange) Count() int { return x.all.Count() }

// Live is how many have somebody on the line; a log that waits for a record
// does not count.
func (x *Exchange) Live() int { return int(x.live.Load()) }

// Shut lets no call in any more.
func (x *Exchange) Shut() {
	x.gate.mu.Lock()
	defer x.gate.mu.Unlock()
	x.gate.shut = true
}

// Shutdown ends every call in order: the caller hears why.
func (x *Exchange) Shutdown() {
	for _, c := range x.all.List() {
		c.box.Post(func() { c.try(fsm.EventShutdown, "") })
	}
}

// Wait waits until the calls have ended, and what ran beside them.
func (x *Exchange) Wait() { x.work.Wait() }

// WaitWritten waits for those who write, once disk has ended.
func (x *Exchange) WaitWritten() { x.last.Wait() }

// begin enters a call; false when the hub takes none any more. The caller runs
// c.run, which ends with ended.
func (x *Exchange) begin(c *Call, direction string) bool {
	x.gate.mu.Lock()
	defer x.gate.mu.Unlock()
	if x.gate.shut {
		return false
	}
	x.work.Add(1) // under the lock, so that nobody waits yet
	l := c.openLog(direction)
	c.facts.stands = new(atomic.Pointer[Log])
	c.facts.stands.Store(&Log{Call: l})
	c.scribe = scribe.New(x.Store, c.log, l)
	x.logs.begin(c.id, c.facts.stands, x.Now())
	id, s, log := c.id, c.scribe, c.log // not c: a slow disk would keep its room
	x.last.Go(func() {
		whole := false
		defer func() { x.logs.written(id, whole, x.Now()) }()
		defer obs.Guard(log, "scribe", nil) // the next start closes the log
		whole = s.Run(x.disk)
	})
	x.all.Add(c.id, c)
	x.live.Add(1)
	x.Meter.Began(direction)
	return true
}

// ended counts a call whose log is closed.
func (x *Exchange) ended(c *Call, out store.Outcome) {
	x.Meter.Ended(out)
	c.boarded(out)
	c.log.Info("call ended", "disposition", string(out.Disposition), "by", out.ReleaseBy, "cause", out.ReleaseCause)
	x.work.Done()
}

// Incoming takes a call from the trunk and returns when it has ended.
func (x *Exchange) Incoming(leg Leg) {
	now := x.Now()
	c := newCall(x, store.NewID(now), fsm.State{Phase: fsm.StateArriving})
	c.facts.times.Arrive, c.facts.place = now, "menu"
	c.setCaller(leg)
	c.facts.timeline = nil
	if !x.begin(c, store.Inbound) {
		_ = leg.Reject(503, "Service Unavailable")
		return
	}
	c.guard(func() {
		c.note("arrive", "来电", c.caller.sealed.Masked)
		c.join(leg)
		c.lookUp()
	})
	c.beside(func(ctx context.Context) func() {
		if x.RingFirst > 0 {
			_ = leg.Ring()
			if !actor.Pause(ctx, x.RingFirst) {
				return nil
			}
		}
		err := leg.Answer(ctx)
		return func() { c.accepted(err) }
	})
	c.run()
}

// Order is a call that an agent wants to make, checked.
type Order struct {
	Number  string // plain, in memory only
	Sealed  seal.Value
	Region  string
	Subject string
	Reason  string
	Mail    string          // the message that it answers
	How     agent.Kind      // how the seat comes to it; empty: it dialled
	Reached func(err error) // told how the dialling ended; nil: nobody
}

// answering is the seat that calls back about a message, or still writes about it.
func (x *Exchange) answering(mail string) (no string, is bool) {
	for _, c := range x.all.List() {
		if mail != "" && c.flow.mail == mail {
			return c.flow.by, true
		}
	}
	return "", false
}

// Dial makes the call, with the agent on it from the first ring.
func (x *Exchange) Dial(s Seat, o Order) *wire.Ack {
	x.mail.Lock()
	defer x.mail.Unlock()
	if no, is := x.answering(o.Mail); is && no != s.No() {
		return wire.Refusal(wire.CodeConflict, no+" 正在回这条留言，没有拨出；请回别的留言，办完后它会从清单里消失")
	}
	now := x.Now()
	c := newCall(x, store.NewID(now), fsm.Dialled())
	c.facts.times.Arrive, c.facts.place = now, "dialling"
	c.caller.sealed, c.caller.number = o.Sealed, o.Number
	c.caller.region, c.caller.subject = o.Region, o.Subject
	c.flow.mail, c.flow.by, c.flow.reached = o.Mail, s.No(), o.Reached
	if !x.begin(c, store.Outbound) {
		return wire.Refusal(wire.CodeStopping, "中心正在停止，没有拨出；请稍后再试")
	}
	c.box.Post(func() {
		c.note("dial", "外呼", cmp.Or(o.Reason, o.Sealed.Masked))
		c.lookUp()
		c.desk = c.seatParty(s)
		c.enter(c.desk, cmp.Or(o.How, agent.EventDial))
		c.save()
		c.setSound()
		c.dialCaller()
	})
	go c.run() // counted by begin, ended by finish
	return wire.Done()
}
