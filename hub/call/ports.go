package call

import (
	"context"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/trunk"
	"zuoxi/rules/acd"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// Ports are what calls need of the house around them.
type Ports struct {
	Store   *store.Store
	Keys    *seal.Keys
	Trunk   Dialler
	Guide   Guide
	Prompts Prompts
	Tapes   Tapes
	Queue   Queue
	Floor   Floor
	Mail    Mail
	Meter   Meter
	Board   Board
	// Audit writes down what somebody is about to do; without it nothing is done.
	Audit func(ctx context.Context, a store.Agent, action, object, reason string) error
	// Book takes down who is to be called back.
	Book func(b Back)
	// Met is told of a citizen who talks with somebody, and need not be called back.
	Met func(hash []byte, c *Call)
	// Forget is told of a call that is over, for what was kept about it in memory.
	Forget func(call string)
}

// Leg is one telephone line, as the trunk has it.
type Leg interface {
	LegParty
	LegAnswer
	LegSound
	LegLife
}

// LegParty says who is on a leg.
type LegParty interface {
	ID() string
	Caller() trunk.Party
	Called() string
}

// LegAnswer is how a leg that came in is taken.
type LegAnswer interface {
	Ring() error
	Answer(ctx context.Context) error
	Reject(code int, reason string) error
}

// LegSound is a leg's sound and keys.
type LegSound interface {
	OnPacket(f func(p *rtp.Packet, at time.Time))
	OnKey(f func(key byte, at time.Time))
	Send(p *rtp.Packet) error
	SendKey(key byte) error
}

// LegLife is the end of a leg.
type LegLife interface {
	Hangup(c trunk.Cause) error
	Done() <-chan struct{}
	End() trunk.End
}

// Progress is what the telephone network says before the answer. With a Leg it
// can be heard from now on; without, a telephone rings that cannot be heard, and
// the ringing is ours to play (RFC 3960 section 3.2).
type Progress struct{ Leg Leg }

// Dialler calls out on the telephone network.
type Dialler interface {
	// Dial returns when the far side has answered, or with one of the trunk's
	// typed errors, at the latest when it has rung for so long. tell is told, in
	// order, how it goes on before that.
	Dial(ctx context.Context, number string, ring time.Duration, tell func(Progress)) (Leg, error)
}

// Queue is the line of waiting callers.
type Queue interface {
	Enter(w acd.Waiting)
	Leave(call string)
	Place(ctx context.Context, call string) Place
	// Handled tells how long a seat had a call.
	Handled(d time.Duration)
}

// Place is where a call stands in the line. Known is false while no estimate
// is honest.
type Place struct {
	Ahead    int
	Estimate time.Duration
	Known    bool
}

// Floor is who works here.
type Floor interface {
	Seat(no string) (Seat, bool)
	// TellLeads alerts the shift leads of a district, and says how many there are.
	TellLeads(level, text, district string) int
	// Emergency is a seat whose caller is in danger.
	Emergency(s Seat, text string) (told int)
	// Find is the target behind what an agent chose, or why there is none.
	Find(by Seat, target string) (Target, *wire.Ack)
	// OneOf is the seat of a group that has been free for longest, but for those that were asked.
	OneOf(by Seat, group string, asked []string) (Target, *wire.Ack)
}

// Target is who can be asked to join a call.
type Target struct {
	ID   string    // of the leg
	Kind fsm.Party // PartyNone: a group
	Name string    // desk:…, number:…, group:…
	Who  string    // what people see, and the log
	// Plain is what the desk that asks sees in its place; empty: the same.
	Plain string
	Seat  Seat // of PartySeat
	// Region and Subject are a group's; empty: any.
	Region, Subject string
}

// Mail keeps the messages that callers leave.
type Mail interface {
	Keep(ctx context.Context, m Left) error
	Called(ctx context.Context, id, agent string) error
	// Answered has the message closed, however long the store is away.
	Answered(id, agent string)
}

// Left is a message with who left it.
type Left struct {
	Call, Recording  string
	District, Region string
	Number           seal.Value
	Length           time.Duration
	At               time.Time // when it was left
}

// Back is a caller who is to be called back, at the place in line of the first
// entry.
type Back struct {
	Call            string
	Number          seal.Value
	Region, Subject string
	Entered         time.Time
}

// Meter counts calls for the machine's watchers.
type Meter interface {
	Began(direction string)
	Ended(o store.Outcome)
	// Shown is how long a pop took from the decision to the screen.
	Shown(d time.Duration)
}

// Board is told, once each, what has become of a call that came in.
type Board interface {
	Reached(m Milestone, f Figures)
}

// Milestone is how far a call has come.
type Milestone uint8

// The milestones, in their order.
const (
	Arrived Milestone = iota
	Queued
	Answered
	Ended
)

// Figures are what is counted of a call.
type Figures struct {
	At       time.Time
	Origin   string // the district that the caller calls from
	District string // where the call belongs
	Subject  string
	Times    store.CallTimes
	Outcome  store.Outcome // of one that has ended
}
