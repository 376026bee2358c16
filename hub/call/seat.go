package call

import (
	"time"

	"zuoxi/hub/conf"
	"zuoxi/hub/store"
	"zuoxi/rules/agent"
	"zuoxi/wire"
)

// Seat is a workplace as a call needs it. Every verb may be called from the
// call's goroutine and never waits; the seat alone decides what it can do.
type Seat interface {
	SeatPerson
	SeatOffer
	SeatCall
	SeatVoice
	SeatEars
}

// SeatPerson says who works at a seat, as it stands now.
type SeatPerson interface {
	No() string
	Title() string // in sentences
	// Account has number, district and roles at least.
	Account() store.Agent
	// Mentored: takes calls only from the mentor's hand.
	Mentored() bool
	Alert(level, text, call string)
}

// SeatOffer is how a seat is asked to take a call. What it does not take comes
// back by OfferBack.
type SeatOffer interface {
	Offer(o wire.Offer, c *Call)
	Ring(offer string)
	Withdraw(offer string, how agent.Kind)
}

// How an offer leaves a seat that did not take it.
const (
	GoneAway    = agent.EventOfferGone
	GoneTimeout = agent.EventRingTimeout
)

// SeatCall is a seat's part in a call.
type SeatCall interface {
	Attach(c *Call, how agent.Kind)
	// Entrust gives the record of the call as far as it is written.
	Entrust(c *Call, draft *wire.Record)
	// Passed tells that another seat finishes the record that was begun here.
	Passed(c *Call, p wire.Passed)
	Show(c *Call, v *wire.Call)
	// Release ends it: who talked writes now, and says WrapDone.
	Release(c *Call, v *wire.Call, talked time.Duration)
}

// SeatVoice is a seat's voice. Lose and Back tell the seat what is heard of it.
type SeatVoice interface {
	Voice() Voice
	Lose(c *Call)
	Back(c *Call)
}

// Voice is the ear and mouth of a seat.
type Voice interface {
	conf.Sink
	Plug(p *conf.Port)
	// Unplug takes p away, unless there is another one since.
	Unplug(p *conf.Port)
	// Silence is for how long the seat was not heard, counted from since at most.
	Silence(since time.Time) time.Duration
}

// SeatEars is a seat that listens in, or is listened to.
type SeatEars interface {
	Watch(c *Call, w *wire.Watch)
	Unwatch(c *Call)
	Overheard(c *Call, ears int)
}
