package session

import (
	"context"
	"errors"
	"time"
)

// Phone is the seat's phone as the session drives it; softphone is adapted to
// it by internal/cli. None of the switches blocks.
type Phone interface {
	VoicePath
	Talk(on bool) // microphone open and queues emptied, or shut
	Mute(on bool)
	Ring(on bool)
	Wake() // something is about to be heard: resting devices start already
}

// VoicePath sets up the voice connection.
type VoicePath interface {
	// Offer makes a complete SDP offer; restart keeps the connection and
	// renews its path.
	Offer(ctx context.Context, restart bool) (sdp string, err error)
	Answer(sdp string) error
	// Socket carries voice over a second WebSocket that the ticket opens.
	Socket(ctx context.Context, ticket string) error
}

// Line is what the phone hears from the hub, for a recogniser. None of it blocks.
type Line interface {
	// Overhear begins or ends it; nothing is taken off the line otherwise.
	Overhear(on bool)
	Overheard() <-chan []int16 // 8000 samples a second
}

// Sound is what the phone tells of itself and of its devices.
type Sound interface {
	Events() <-chan PhoneEvent // ordered; levels at most 5 a second
	SoundCheck
	// Devices names the microphones and what can be heard from.
	Devices() (inputs, outputs []string, err error)
	// Use changes one device or setting at once and for the next time;
	// ErrNotKept: for this time only. A device that does not open leaves the one
	// before.
	Use(kind, value string) error
}

// ErrNotKept tells that a choice holds until the program ends, and could not be kept longer.
var ErrNotKept = errors.New("choice not kept")

// SoundCheck is the check before duty. Each tells its rows as they change, and
// ends with ctx. The microphone is the session's to open.
type SoundCheck interface {
	Check(ctx context.Context, row func(CheckRow)) // microphone and ear; needs no hub
	CheckLine(ctx context.Context, row func(CheckRow))
	CheckEcho(ctx context.Context, row func(CheckRow)) // while the hub says back what it hears
}

// PhoneEvent is a fact about the phone: the voice path, the devices, the meters.
type PhoneEvent struct {
	Path  PathState
	Sound SoundView
	Line  Quality
	Spoke bool // the agent's voice was heard for the first time since Talk(true)
	// Button of the headset that was pressed, if the event is that.
	Button Button
	// Note is one Chinese line to be said once.
	Note string
}

// Button is one of a headset's, by what it asks for.
type Button string

// The buttons of headsets; few have all of them.
const (
	ButtonHook   Button = "hook"    // answer, or hang up
	ButtonPickUp Button = "pick_up" // answer
	ButtonHangUp Button = "hang_up" // hang up
	ButtonMute   Button = "mute"    // the microphone, on and off
	ButtonSingle Button = "single"  // the only one: answer; in a call the microphone
)

// PathState is the voice connection to the hub.
type PathState string

// States of the voice connection. A lost one may heal by itself or be renewed,
// a failed one is to be replaced; spare is up, but over the last resort.
const (
	PathNone   PathState = ""
	PathUp     PathState = "up"
	PathSpare  PathState = "spare"
	PathLost   PathState = "lost"
	PathFailed PathState = "failed"
)

// Up tells whether voice flows.
func (p PathState) Up() bool { return p == PathUp || p == PathSpare }

// Quality is the voice line in figures; Word and Why are for people.
type Quality struct {
	Word, Why, Codec           string
	MOS, Loss, Concealed       float64
	RTT, Jitter, Depth, OneWay time.Duration
}

// Vault keeps passwords and keys in the operating system's keyring. Every call
// but Answers has a deadline of its own.
type Vault interface {
	// Answers waits until the keyring has answered; false: there is none, or ctx
	// has ended.
	Answers(ctx context.Context) bool
	Password(agent string) (string, bool)
	Keep(agent, password string) error
	Forget(agent string) error
	// DraftKey is the 32-byte key of the outbox: from the keyring, or derived
	// from the password for this session only where there is no keyring. Who asks
	// at the same time as somebody else gets the same one.
	DraftKey(agent, password, folder string) ([]byte, error)
}

// KBPart is a part of a knowledge package as the hub sent it, or the offer of
// one: then Sum and Signature are there and Data is not.
type KBPart struct {
	From, To       uint64
	Offset, Total  int64
	Sum, Signature []byte
	Data           []byte
}

// KBHead is the newest knowledge base of the hub and the key that signs its packages.
type KBHead struct {
	Revision uint64
	Key      []byte
}
