package hub

import (
	"context"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/call"
	"zuoxi/hub/line"
)

// Tapes opens recordings, and reads them.
type Tapes interface {
	call.Tapes
	// Sound is the caller's channel of a finished recording, as A-law.
	Sound(ctx context.Context, id string) ([]byte, error)
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
	// Figures are how the seat was heard since they were last asked for.
	Figures() line.Figures
}

// Lines accepts the voice connections of seats.
type Lines interface {
	Accept(ctx context.Context, offer string) (Line, string, error)
	// Ticket lets a seat open a WebSocket for voice, which take is handed.
	Ticket(take func(Line)) string
}
