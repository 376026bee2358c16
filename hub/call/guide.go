package call

import (
	"context"
	"errors"
	"time"

	"zuoxi/hub/store"
)

// Guide speaks to the caller where no agent does. Each verb runs in a
// goroutine of its own and returns when the caller has chosen, or when ctx
// ends because something else happens.
type Guide interface {
	Welcome(ctx context.Context, e Ear, v Visit) Route
	Wait(ctx context.Context, e Ear, v Visit, place func(context.Context) Place) Wish
	Message(ctx context.Context, e Ear, v Visit) Message
	Callback(ctx context.Context, e Ear, v Visit) string
	Rating(ctx context.Context, e Ear, v Visit) store.Rating
}

// Ear is the caller's end for a Guide.
type Ear interface {
	// Play returns nil when the sound was heard out.
	Play(ctx context.Context, alaw []byte) error
	// Keys gives the keys in order, those pressed earlier included.
	Keys() <-chan byte
	// Record keeps what the caller says until ctx ends.
	Record(ctx context.Context) (Message, error)
}

// Visit is what a Guide may know of a call, and whom to tell what happened.
type Visit struct {
	Call       string
	Number     string // plain; empty when withheld
	Region     string
	Now        func() time.Time
	Disclaimed func(version string)    // the disclaimer was heard out
	Served     func(what string)       // a self-service step was completed
	Mark       func(kind, text string) // a line for the timeline
	// Keep puts a message on the list of those who answer, and tells whether it stands there.
	Keep func(recording string, length time.Duration) bool
	// Graded takes a grade as it is given: what comes after it is often cut short by a hang-up.
	Graded func(store.Rating)
}

// Wish is where a caller wants to go.
type Wish string

// Where a Guide sends a caller.
const (
	WishNone      Wish = ""
	WishQueue     Wish = "queue"
	WishVoicemail Wish = "voicemail"
	WishCallback  Wish = "callback"
	WishEnd       Wish = "end"
)

// Route is how the menu ended.
type Route struct {
	To       Wish
	Region   string
	RegionBy string
	Subject  string
	Place    string // of the number's area
	Keys     []string
	Priority int
	Why      string
}

// Message is what a caller left.
type Message struct {
	Recording string
	Length    time.Duration
	Voiced    time.Duration // how much of it was not silence
}

// Prompts are the hub's own words, as A-law. An unknown name is silence.
type Prompts interface {
	Say(name string, fill map[string]string) []byte
	Music() []byte
	Ringing() []byte // of a telephone elsewhere
}

// Tapes opens recordings. trouble is called once when the disk refuses what was
// said, from a goroutine that must not wait.
type Tapes interface {
	Open(ctx context.Context, call, district string, start time.Time, trouble func()) (Tape, error)
}

// Tape is one recording; conf.Recorder is its sound side.
type Tape interface {
	Write(at int64, caller, rest []int16)
	// Held is Write for sound that had to wait for the tape: it may wait for its turn.
	Held(at int64, caller, rest []int16)
	Gap(from, to int64, who, why string)
	ID() string
	Close(ctx context.Context) error
}

var errInterrupted = errors.New("the sound was interrupted")

// earpiece is the Ear of one call. What the call says after it was dismissed
// is not heard.
type earpiece struct {
	call      *Call
	message   bool // what it records is a message
	told      bool // that it cannot; the call's goroutine only
	dismissed bool // the call's goroutine only
}

// Play implements Ear.
func (l *earpiece) Play(ctx context.Context, alaw []byte) error {
	over := make(chan bool, 1) // one slot: the room never waits
	start := func() {
		if l.dismissed {
			over <- false
			return
		}
		l.call.play(callerLeg, alaw, func(finished bool) { over <- finished })
	}
	if !l.call.box.Put(ctx, start) {
		return errInterrupted
	}
	select {
	case finished := <-over:
		if !finished {
			return errInterrupted
		}
		return nil
	case <-ctx.Done():
		l.call.box.Post(func() {
			if !l.dismissed && l.call.flow.playing[callerLeg] != music {
				l.call.hush(callerLeg)
				l.call.setSound()
			}
		})
		return ctx.Err()
	}
}

// Keys implements Ear.
func (l *earpiece) Keys() <-chan byte { return l.call.flow.keys }

// guided runs one piece of guidance beside the actor; one before it ends.
func (c *Call) guided(f func(ctx context.Context, e Ear) func()) {
	c.unguide()
	ctx, stop := context.WithCancel(c.life)
	ear := &earpiece{call: c}
	c.flow.stop, c.flow.ear = stop, ear
	c.side(func() {
		then := f(ctx, ear)
		c.box.Put(c.life, func() {
			if ear.dismissed {
				return
			}
			c.unguide()
			then()
		})
		stop()
	})
}

// unguide ends what guides the caller; what it still says is not heard.
func (c *Call) unguide() {
	if c.flow.stop == nil {
		return
	}
	c.flow.ear.dismissed = true
	c.flow.stop()
	c.flow.stop, c.flow.ear, c.flow.waits = nil, nil, false
	if p := c.flow.playing[callerLeg]; p != "" && p != music {
		c.hush(callerLeg)
	}
}
