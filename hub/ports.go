package hub

import (
	"context"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/line"
	"zuoxi/hub/trunk"
)

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

// Dialler calls out on the telephone network.
type Dialler interface {
	// Dial returns when the far side has answered, or with one of the trunk's
	// typed errors. early gets the leg when the network can be heard.
	Dial(ctx context.Context, number string, early func(Leg)) (Leg, error)
}

// Line is a seat's voice connection, as hub/line has it.
type Line interface {
	LineSound
	Watch(f func(line.State))
	Owns(offer string) bool
	Restart(ctx context.Context, offer string) (string, error)
	Close()
}

// LineSound is the packet side of a Line.
type LineSound interface {
	OnPacket(f func(p *rtp.Packet, at time.Time))
	Send(p *rtp.Packet) error
	Ready() bool
	LastPacket() time.Time
}

// Lines accepts the voice connections of seats.
type Lines interface {
	Accept(ctx context.Context, offer string) (Line, string, error)
	// Ticket lets a seat open a WebSocket for voice, which take is handed.
	Ticket(take func(Line)) string
}
