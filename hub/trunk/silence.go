package trunk

import (
	"errors"
	"syscall"
	"time"
)

// A far side that is silent may suppress silence, which is its right. Its host is asked after RTP.Doubt: where
// nobody has the port any more, because the gateway was restarted or died, it says so about our own sound (ICMP port
// unreachable, RFC 1122 section 3.2.2.1). A host that says nothing is given RTP.Silence.
const denials = 4 // looks in a row: longer than a gateway takes to move its sound elsewhere

// listen ends a call whose far side has fallen silent. Silence on hold is what hold means.
func (l *Leg) listen() {
	c := &l.trunk.cfg.RTP
	quiet := l.media.quiet()
	if p := l.media.path.Load(); l.call.onHold || l.state != stateUp || !p.maySpeak {
		quiet = 0
	}
	if quiet >= c.Silence || l.denied(quiet) {
		_ = l.hangup(End{By: ByTrunk, Cause: CauseSilence})
		return
	}
	next := min(c.Silence, c.Doubt) - quiet
	if quiet >= c.Doubt {
		next = min(c.Silence-quiet, c.LookAgain)
	}
	l.call.silence = l.after(max(next, time.Millisecond), l.listen)
}

// denied counts the looks in which the silent far side's host said that nobody is there.
func (l *Leg) denied(quiet time.Duration) bool {
	said, doubtful := l.media.denied.Swap(0) > 0, quiet >= l.trunk.cfg.RTP.Doubt
	if !doubtful || !said {
		l.call.denied = 0
	} else {
		l.call.denied++
	}
	// Anew each time: what the kernel has gathered for who would read it is dropped.
	if l.call.doubted {
		tellDenials(l.media.conn, false)
	}
	if l.call.doubted = doubtful; doubtful {
		tellDenials(l.media.conn, true)
	}
	return l.call.denied >= denials
}

// denies notes what the far side's host says of our sound.
func (m *media) denies(err error) {
	if errors.Is(err, syscall.ECONNREFUSED) {
		m.denied.Add(1)
	}
}
