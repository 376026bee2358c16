package hub

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/conf"
)

var errNoVoice = errors.New("the seat has no voice line")

// voice is the ear and mouth of one seat. The line below it changes when the
// seat returns on another network or from another process; the port above it
// changes with the call. Both are swapped without a lock in the packet's way.
type voice struct {
	line atomic.Pointer[Line]
	port atomic.Pointer[conf.Port]
	echo atomic.Pointer[conf.EchoLoop] // while no port is there
	now  func() time.Time
	born time.Time
	tune sync.Mutex   // held while it is settled whether the line's packets are wanted
	set  atomic.Int64 // when the line was set, ns after born by the clock that nobody sets
}

// Send implements conf.Sink.
func (v *voice) Send(p *rtp.Packet) error {
	l := v.line.Load()
	if l == nil {
		return errNoVoice
	}
	return (*l).Send(p)
}

// receive is called from the line's read goroutine.
func (v *voice) receive(p *rtp.Packet, at time.Time) {
	if port := v.port.Load(); port != nil {
		port.Receive(p, at)
	} else if echo := v.echo.Load(); echo != nil {
		echo.Receive(p, at)
	}
}

// swap takes a new line, or nil, and returns the one before.
func (v *voice) swap(l Line) Line {
	var next *Line
	if l != nil {
		next = &l
	}
	v.set.Store(int64(v.now().Sub(v.born)))
	old := v.line.Swap(next)
	v.listen()
	if old == nil {
		return nil
	}
	(*old).OnPacket(nil)
	return *old
}

// Plug gives the voice to a room. How it was heard is asked from here on.
func (v *voice) Plug(p *conf.Port) {
	v.port.Store(p)
	v.listen()
	if l := v.current(); l != nil {
		l.Figures()
	}
}

// Unplug takes it back, unless it was given elsewhere since.
func (v *voice) Unplug(p *conf.Port) {
	v.port.CompareAndSwap(p, nil)
	v.listen()
}

// claim gives the voice to a room unless another has it.
func (v *voice) claim(p *conf.Port) bool {
	got := v.port.CompareAndSwap(nil, p)
	v.listen()
	return got
}

// free takes the voice back from whoever has it.
func (v *voice) free() {
	v.port.Store(nil)
	v.listen()
}

// loop gives the voice back to the seat while no port is there; nil ends it.
func (v *voice) loop(e *conf.EchoLoop) {
	v.echo.Store(e)
	v.listen()
}

// listen takes the line's packets while somebody is there for them: a line that
// only waits for a call then costs next to nothing.
func (v *voice) listen() {
	v.tune.Lock()
	defer v.tune.Unlock()
	l := v.current()
	switch {
	case l == nil:
	case v.port.Load() != nil || v.echo.Load() != nil:
		l.OnPacket(v.receive)
	default:
		l.OnPacket(nil)
	}
}

func (v *voice) current() Line {
	if l := v.line.Load(); l != nil {
		return *l
	}
	return nil
}

// ready tells whether voice flows the moment somebody speaks: the line is
// warm, and the seat was heard within the limit.
func (v *voice) ready(limit time.Duration) bool {
	l := v.line.Load()
	return l != nil && (*l).Ready() && v.away() <= limit
}

// away is for how long the seat was not heard on the line that it has.
func (v *voice) away() time.Duration { return v.Silence(v.born.Add(time.Duration(v.set.Load()))) }

// Silence is for how long the seat was not heard: it always sends, so silence
// means that it is frozen, cut off or gone.
func (v *voice) Silence(since time.Time) time.Duration {
	last := since
	if l := v.line.Load(); l != nil {
		if heard := (*l).LastPacket(); heard.After(last) {
			last = heard
		}
	}
	return v.now().Sub(last)
}
