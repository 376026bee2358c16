// Package call is one call of the hub, from its first ring to its closed log:
// one goroutine that steps the machine of rules/call and does what the machine
// says. A Call owns its legs, its room, its recording, its timeline and its log;
// the Exchange has them all. The hub alone may use it, and brings what it needs
// of seats, queue, board and the rest through the ports of this package; of the
// hub's leaves it knows only those a call is made of: the room (conf), the line
// (trunk), the writer of its log (scribe), the store. It promises exactly one closed log for every call, and
// that no disk and no slow reader stands in the way of a voice.
package call

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/conf"
	"zuoxi/hub/scribe"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/trunk"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/region"
	"zuoxi/wire"
)

// Call is one call. Everything that takes time runs beside it and comes back as
// an event. Its exported verbs may be called from any goroutine and never wait.
type Call struct {
	ex     *Exchange
	id     string
	log    *slog.Logger
	box    actor.Box
	life   context.Context // ends with the call; all its side work hangs on it
	end    context.CancelFunc
	room   *conf.Room
	scribe *scribe.Scribe
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
	due   time.Time // when it fires
	run   uint64    // grows with each arming: a late timer is nobody's
}

// facts are what the log will say.
type facts struct {
	stands    *atomic.Pointer[Log] // and what it says so far, for other goroutines too
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
	district  string // of who answered last
	line      store.Quality
}

// citizen is the telephone side of the call.
type citizen struct {
	leg Leg
	dialling
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
	switches
	acquaintance
}

// dialling is a telephone or a seat that is being called.
type dialling struct {
	rings bool   // the network has said so
	asker Seat   // who chose it
	plain string // its name for the asker's desk alone; empty: as for everybody
	of    group  // that a seat was chosen from
}

// name is what a desk reads of the party: nobody else needs the number that was
// dialled.
func (p *party) name(desk *party) string {
	if p.plain != "" && desk.seat == p.asker {
		return p.plain
	}
	return p.who
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
	asked   []func() // what the step itself asks for, done before the next event
	dirty   bool
	jotted  time.Time // since when a line of the timeline waits to be shown
	over    bool
	failed  bool // a step of it panicked
	wraps   int  // seats still writing
	tape    *lateTape
	guidance
	journey
}

// guidance is what speaks to the caller.
type guidance struct {
	stop  context.CancelFunc // ends it
	waits bool               // it is that of the line
	ear   *earpiece
	keys  chan byte // size keyQueue; full: the key is dropped
	wish  Wish      // chosen while a seat was asked
	bye   []byte
	// sorry is said first to a caller who comes back into the line.
	sorry []byte
	tap   atomic.Pointer[capture] // a message that is being left
}

// journey is how the call came to the seat and what stands behind.
type journey struct {
	returned bool        // lost its seat: goes before everybody
	lostSeat string      // which one
	from     string      // who hands over
	context  string      // what was handed over with it
	last     *party      // the seat that answered last
	taker    *party      // who takes over
	leaving  *party      // the merged party that the event means
	result   verdict     // what the step under way says of the third party or of whom we called
	why      string      // the agent's reason for the step under way
	paper    paper       // the record so far
	pauses   int         // of the recording, so far
	warned   bool        // an abusive caller was asked to stop
	ears     []*observer // who listens in
	told     uint8       // milestones that the board knows, by bit
	outward
}

// outward is a call that we make.
type outward struct {
	mail    string                  // the message that this call answers
	by      string                  // the seat that makes it
	reached func(error)             // told how the dialling ended
	undial  context.CancelCauseFunc // ends the dialling of the citizen; nil: over
}

const (
	keyQueue   = 32
	watchEvery = 250 * time.Millisecond
	wrapGrace  = 5 * time.Minute // a log is closed at the latest so long after the call
)

// newCall makes a call for a leg that came in, or with dialled for one of ours.
func newCall(x *Exchange, id string, state fsm.State) *Call {
	life, end := context.WithCancel(x.life)
	c := &Call{
		ex: x, id: id, log: x.log.With("call", id), life: life, end: end, state: state,
		flow: flow{refused: map[string]bool{}, playing: map[string]string{}, guidance: guidance{keys: make(chan byte, keyQueue)}},
	}
	c.box = actor.NewBox(c.log, x.refused)
	c.room = conf.NewRoom(conf.Config{CallID: id, Log: c.log, Now: x.Now})
	c.clock.since = x.Now()
	return c
}

// ID names the call.
func (c *Call) ID() string { return c.id }

// Number is the sealed number of the citizen; without a hash when it is withheld.
func (c *Call) Number() seal.Value { return c.caller.sealed }

// run is the call's goroutine.
func (c *Call) run() {
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
		for len(c.flow.asked) > 0 {
			f := c.flow.asked[0]
			c.flow.asked = c.flow.asked[1:]
			c.guard(f)
		}
		if c.flow.dirty && c.box.Idle() {
			c.guard(c.show)
		}
	}
}

// next does f after the step that is under way.
func (c *Call) next(f func()) { c.flow.asked = append(c.flow.asked, f) }

// beside runs f outside the call's goroutine; what it returns runs in it.
func (c *Call) beside(f func(ctx context.Context) func()) {
	c.side(func() {
		if then := f(c.life); then != nil {
			c.box.Put(c.life, then)
		}
	})
}

// happen steps the machine. why goes to the timeline beside the event's name.
// An impossible step changes nothing and is returned. What became of a party
// is known for this step and no other.
func (c *Call) happen(e fsm.Event, why string) error {
	defer func() { c.flow.result = verdict{} }()
	from := c.state
	next, effects, err := fsm.Step(from, e)
	if err != nil {
		c.log.Debug("impossible step", "err", err)
		return err
	}
	c.state = next
	c.regroup(from)
	if c.third != nil && !c.flow.result.known() && slices.Contains(effects, fsm.EffectDropThird) {
		c.flow.result = verdict{c.third.who, outDropped}
	}
	c.note(string(e.Kind), e.Kind.Label(), why)
	if next.Phase != from.Phase {
		c.clock.since = c.ex.Now()
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
func (c *Call) try(kind fsm.Kind, why string) bool {
	return c.happen(fsm.Event{Kind: kind}, why) == nil
}

// arm sets the deadline of the state: nothing can stick.
func (c *Call) arm() { c.armAfter(0) }

// armAfter is arm for a state whose time counts from so long after now.
func (c *Call) armAfter(d time.Duration) {
	if c.clock.timer != nil {
		c.clock.timer.Stop()
	}
	c.clock.run++
	run := c.clock.run
	limit := c.ex.Limits.Of(c.state.Phase)
	if limit <= 0 {
		return
	}
	c.clock.due = c.ex.Now().Add(d + limit)
	c.clock.timer = time.AfterFunc(d+limit, func() {
		c.box.Put(c.life, func() {
			if c.clock.run == run {
				c.deadline()
			}
		})
	})
}

// deadline ends the state by the table. A seat that has not said that it drew
// the call is let ring all the same: it may be slow, and the ring limit follows.
func (c *Call) deadline() {
	if c.state.Phase == fsm.StateOffered {
		c.note("offer_late", "未确认弹屏", "超过限时，直接振铃")
		c.try(fsm.EventOfferDrawn, "")
		return
	}
	switch p := c.third; {
	case c.state.Phase == fsm.StateDialling:
		c.flow.result = dialVerdict(trunk.ErrNoAnswer)
	case c.state.Phase == fsm.StateSeatLost:
		c.dropLost()
	case p != nil && c.state.Phase.Owner() == fsm.OwnerThird:
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
func (c *Call) entered(from fsm.Phase) {
	now := c.ex.Now()
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
		c.flow.paper.given = false // with its new seat, or back with the old one
	case fsm.StateClosed:
		c.next(c.closed)
	}
	c.unswitch()
	if len(c.flow.ears) > 0 && !fsm.Observable(c.state) {
		c.next(c.dropEars)
	}
	c.save()
}

// unswitch takes back what an agent did to single parties and nobody is there to undo: to the caller outside the
// conference, to the others when that agent has left.
func (c *Call) unswitch() {
	switch c.state.Phase {
	case fsm.StateThreeParty:
		return
	case fsm.StateAnnouncing, fsm.StateOutside:
		for _, p := range c.merged {
			p.switches = switches{}
		}
	}
	c.caller.switches = switches{}
}

// district is where the call belongs and who may look after it: where the agent works who answered it last, before that
// where the caller calls from, else at the hub.
func (c *Call) district() string {
	if c.desk != nil {
		c.facts.district = c.desk.seat.Account().District
	}
	if c.facts.district != "" {
		return c.facts.district
	}
	return c.origin()
}

// origin is the district of who calls, the hub's own where it is not known.
func (c *Call) origin() string {
	if code, ok := region.Code(c.caller.region); ok {
		return code
	}
	return c.ex.District
}

// save writes the log as it stands.
func (c *Call) save() {
	c.counted()
	out, times, line, district := c.outcome(), c.facts.times.Steady(), c.facts.line, c.district()
	region, how, subject, agent := c.caller.region, c.caller.regionBy, c.caller.subject, ""
	if c.desk != nil {
		agent = c.desk.seat.No()
	}
	c.edit(func(l *store.Call) {
		l.Outcome, l.Times, l.Subject, l.Quality, l.District = out, times, subject, line, district
		l.Origin.Region, l.Origin.RegionHow = region, how
		if agent != "" {
			l.Agent = agent
		}
	})
}

func (c *Call) do(e fsm.Effect, cause fsm.Event) {
	if f, ok := effects[e]; ok {
		f(c, cause)
		return
	}
	c.log.Error("an effect that the hub does not know", "effect", string(e))
}
