package hub

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/trunk"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// call is one call from its first ring to its closed log: one goroutine that
// steps the machine of rules/call and does what the machine says. Everything
// that takes time runs beside it and comes back as an event.
type call struct {
	hub    *Hub
	id     string
	log    *slog.Logger
	box    actor.Box
	life   context.Context // ends with the call; all its side work hangs on it
	end    context.CancelFunc
	room   *conf.Room
	scribe *scribe
	clock  clock
	state  fsm.State
	facts  facts
	caller citizen
	desk   *party // the seat that answers for the call
	third  *party // who is being asked
	merged []*party
	flow   flow
}

// clock is the deadline of the state.
type clock struct {
	since time.Time
	timer *time.Timer
	run   uint64 // grows with each arming: a late timer is nobody's
}

// facts are what the log will say.
type facts struct {
	times     store.CallTimes
	by        string // who ended it
	cause     string
	rating    store.Rating
	bridged   bool // a conversation took place
	served    bool // a self-service step or message was completed
	place     string
	heldSince time.Time
	held      time.Duration
	timeline  []wire.Timeline
	recording string
	line      store.Quality
}

// citizen is the telephone side of the call.
type citizen struct {
	leg      Leg
	logged   bool   // its leg is open in the log
	number   string // plain, in memory only
	sealed   seal.Value
	withheld bool
	region   string
	regionBy string
	subject  string
	place    string
	keys     []string
	priority int
	identity string // phase of the check
	acquaintance
}

// acquaintance is what is known of a caller from before.
type acquaintance struct {
	earlier  []wire.Contact
	calls24h int
	last     string // agent of the last contact
	tags     []string
	marks    []string // that agents set, with an end
}

// flow is what is under way in the call.
type flow struct {
	offer   *offer
	refused map[string]bool // seats that did not take it
	playing map[string]string
	plays   uint64
	todo    []func() // what the step itself asks for, done before the next event
	dirty   bool
	over    bool
	failed  bool // a step of it panicked
	wraps   int  // seats still writing
	tape    *lateTape
	guidance
	journey
}

// guidance is what speaks to the caller.
type guidance struct {
	stop context.CancelFunc // ends it
	ear  *earpiece
	keys chan byte // size keyQueue; full: the key is dropped
	wish Wish      // chosen while a seat was asked
	bye  []byte
	tap  atomic.Pointer[capture] // a message that is being left
}

// journey is how the call came to the seat and what stands behind.
type journey struct {
	watch    watch
	returned bool    // lost its seat: goes before everybody
	lostSeat string  // which one
	from     string  // who hands over
	context  string  // what was handed over with it
	last     *party  // the seat that answered last
	taker    *party  // who takes over
	leaving  *party  // the merged party that the event means
	result   verdict // what became of the third party or of whom we called
	why      string  // the agent's reason for the step under way
	mail     string  // the message that this call answers
	booking  *booking
	draft    *wire.Record // goes along with the call that is handed over
	warned   bool         // an abusive caller was asked to stop
	ears     []*observer  // who listens in
	told     uint8        // steps that the board has counted
}

const (
	keyQueue   = 32
	watchEvery = 250 * time.Millisecond
	wrapGrace  = 5 * time.Minute // a log is closed at the latest so long after the call
)

// newCall makes a call for a leg that came in, or with dialled for one of ours.
func newCall(h *Hub, id string, state fsm.State) *call {
	life, end := context.WithCancel(h.life)
	c := &call{
		hub: h, id: id, log: h.log.With("call", id), life: life, end: end, state: state,
		flow: flow{refused: map[string]bool{}, playing: map[string]string{}, guidance: guidance{keys: make(chan byte, keyQueue)}},
	}
	c.box = actor.NewBox(c.log, &h.refused)
	c.room = conf.NewRoom(conf.Config{CallID: id, Log: c.log, Now: h.now})
	c.clock.since = h.now()
	return c
}

// run is the call's goroutine.
func (c *call) run() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	defer c.finish()
	c.arm()
	for !c.flow.over {
		select {
		case <-c.life.Done():
			return
		case f := <-c.box.Next():
			c.guard(f)
		case <-tick.C:
			c.guard(c.look)
		}
		for len(c.flow.todo) > 0 {
			f := c.flow.todo[0]
			c.flow.todo = c.flow.todo[1:]
			c.guard(f)
		}
		if c.flow.dirty && c.box.Idle() {
			c.guard(c.show)
		}
	}
}

// next does f after the step that is under way.
func (c *call) next(f func()) { c.flow.todo = append(c.flow.todo, f) }

// beside runs f outside the call's goroutine; what it returns runs in it.
func (c *call) beside(f func(ctx context.Context) func()) {
	c.side(func() {
		if then := f(c.life); then != nil {
			c.box.Put(c.life, then)
		}
	})
}

// happen steps the machine. why goes to the timeline beside the event's name.
// An impossible step changes nothing and is returned.
func (c *call) happen(e fsm.Event, why string) error {
	from := c.state
	next, effects, err := fsm.Step(from, e)
	if err != nil {
		c.log.Debug("impossible step", "err", err)
		return err
	}
	c.state = next
	c.regroup(from)
	c.note(string(e.Kind), e.Kind.Label(), why)
	if next.Phase != from.Phase {
		c.clock.since = c.hub.now()
		c.arm()
		c.entered(from.Phase)
	}
	if next.Cause != from.Cause {
		c.ended(e)
	}
	for _, do := range effects {
		c.do(do, e)
	}
	c.setSound()
	c.flow.dirty = true
	return nil
}

// try is happen for events that may come too late by nature.
func (c *call) try(kind fsm.Kind, why string) bool {
	return c.happen(fsm.Event{Kind: kind}, why) == nil
}

// arm sets the deadline of the state: nothing can stick.
func (c *call) arm() {
	if c.clock.timer != nil {
		c.clock.timer.Stop()
	}
	c.clock.run++
	run := c.clock.run
	limit := c.hub.cfg.Limits.Of(c.state.Phase)
	if limit <= 0 {
		return
	}
	c.clock.timer = time.AfterFunc(limit, func() {
		c.box.Put(c.life, func() {
			if c.clock.run == run {
				c.deadline()
			}
		})
	})
}

// deadline ends the state by the table. A seat that has not said that it drew
// the call is let ring all the same: it may be slow, and the ring limit follows.
func (c *call) deadline() {
	if c.state.Phase == fsm.StateOffered {
		c.note("offer_late", "未确认弹屏", "超过限时，直接振铃")
		c.try(fsm.EventOfferDrawn, "")
		return
	}
	if p := c.third; p != nil && c.state.Phase.Owner() == fsm.OwnerThird {
		c.flow.result = verdict{p.who, outNoAnswer}
		if p.answered {
			c.flow.result.outcome = outUnconfirmed
		}
	}
	if err := c.happen(fsm.Event{Kind: fsm.EventDeadline}, c.state.Phase.Label()+"超过限时"); err != nil {
		c.log.Error("a state without a way out", "phase", string(c.state.Phase), "err", err)
		c.arm()
	}
}

// entered keeps what would be true if the hub died now, and the time of each
// step.
func (c *call) entered(from fsm.Phase) {
	now := c.hub.now()
	switch {
	case c.state.Phase == fsm.StateHeld && from != fsm.StateSeatLost:
		c.facts.heldSince = now
	case from == fsm.StateHeld && !c.facts.heldSince.IsZero():
		c.facts.held += now.Sub(c.facts.heldSince)
		c.facts.heldSince = time.Time{}
	}
	switch c.state.Phase {
	case fsm.StateQueued:
		if c.facts.times.Queue.IsZero() {
			c.facts.times.Queue = now
		}
		c.facts.place = "queue"
	case fsm.StateOffered, fsm.StateRinging:
		c.facts.times.Offer = now
		c.facts.place = "ringing"
	case fsm.StateMenu:
		c.facts.place = "menu"
	case fsm.StateTalking:
		c.flow.draft = nil // with its new seat, or back with the old one
	case fsm.StateClosed:
		c.next(c.closed)
	}
	if len(c.flow.ears) > 0 && !fsm.Observable(c.state) {
		c.next(c.dropEars)
	}
	c.save()
}

// save writes the log as it stands.
func (c *call) save() {
	c.counted()
	out, times, line := c.outcome(), c.facts.times, c.facts.line
	region, how, subject, agent := c.caller.region, c.caller.regionBy, c.caller.subject, ""
	if c.desk != nil {
		agent = c.desk.seat.no
	}
	c.scribe.edit(func(l *store.Call) {
		l.Outcome, l.Times, l.Subject, l.Quality = out, times, subject, line
		l.Origin.Region, l.Origin.RegionHow = region, how
		if agent != "" {
			l.Agent = agent
		}
	})
}

func (c *call) do(e fsm.Effect, cause fsm.Event) {
	if f, ok := effects[e]; ok {
		f(c, cause)
		return
	}
	c.log.Error("an effect that the hub does not know", "effect", string(e))
}

// incoming takes a call from the trunk.
func (h *Hub) incoming(leg Leg) {
	now := h.now()
	c := newCall(h, store.NewID(now), fsm.State{Phase: fsm.StateArriving})
	c.facts.times.Arrive, c.facts.place = now, "menu"
	c.setCaller(leg)
	c.facts.timeline = nil
	if !h.begin(c, store.Inbound) {
		_ = leg.Reject(503, "Service Unavailable")
		return
	}
	c.guard(func() {
		c.note("arrive", "来电", c.caller.sealed.Masked)
		c.join(leg)
		c.lookUp()
	})
	c.beside(func(ctx context.Context) func() {
		if h.cfg.RingFirst > 0 {
			_ = leg.Ring()
			if !actor.Pause(ctx, h.cfg.RingFirst) {
				return nil
			}
		}
		err := leg.Answer(ctx)
		return func() {
			if err != nil {
				if !errors.Is(err, trunk.ErrEnded) {
					c.log.Warn("answering the caller", "err", err)
				}
				return // the leg's end tells the rest
			}
			c.try(fsm.EventAccepted, "")
		}
	})
	c.run()
}
