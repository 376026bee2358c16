package trunk

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"
)

// inboxSize is the number of events a leg may have waiting; one more blocks its sender until the leg took one.
const inboxSize = 32

// Side says who ended a call.
type Side string

// Sides of an ending.
const (
	ByCaller Side = "caller" // the far side, also the called party of an outgoing call
	ByHub    Side = "hub"
	ByTrunk  Side = "trunk" // nobody wanted it: timers, network, stop
)

// Cause says why a call ended. Hubs may pass causes of their own to Hangup.
type Cause string

// Causes the trunk itself gives.
const (
	CauseNormal    Cause = "normal"
	CauseCancelled Cause = "cancelled" // the caller gave up before the answer, or we did
	CauseRejected  Cause = "rejected"  // a final answer other than 2xx
	CauseNoAck     Cause = "no-ack"
	CauseSilence   Cause = "rtp-silence"
	CauseExpired   Cause = "session-expired"
	CauseNetwork   Cause = "network"
	CauseMedia     Cause = "media" // no agreement on sound
	CauseShutdown  Cause = "shutdown"
	CauseFault     Cause = "fault" // a mistake of ours, logged
)

// End is the one ending of a leg.
type End struct {
	By      Side
	Cause   Cause
	SIPCode int // the final answer to the INVITE when it was refused, else 0
	At      time.Time
}

// Errors of the leg's verbs.
var (
	ErrEnded = errors.New("trunk: the leg has ended")
	ErrState = errors.New("trunk: not possible in this state of the leg")
)

type state int

const (
	stateNew      state = iota // an INVITE came in, or went out, and nothing was answered
	stateEarly                 // 18x was said
	stateAnswered              // 200 was sent, its ACK is missing
	stateUp
	stateEnding // BYE or CANCEL is under way
	stateEnded
)

// Leg is one call between the hub and one telephone. Its methods may be called from any goroutine; its state belongs
// to one goroutine of its own.
type Leg struct {
	trunk  *Trunk
	id     string
	caller Party
	called string
	log    *slog.Logger
	key    inviteKey
	media  *media
	held   atomic.Pointer[func(bool)]

	inbox  chan func()
	gaveUp chan struct{} // closed when the caller sent CANCEL
	gone   chan struct{} // closed first: nobody may wait for the leg any more
	done   chan struct{} // closed last: sockets and callbacks are gone

	// Only the leg's goroutine touches what follows.
	state  state
	dialog dialog
	call   call
	end    End
}

// call is the changing part of a leg's signalling.
type call struct {
	invite   *sip.Request // of either side
	server   *sip.ServerTx
	client   *sip.ClientTx
	local    localSDP
	pending  *pending // our 200 that waits for its ACK
	refresh  bool     // a re-INVITE of ours is out
	onHold   bool
	late     bool // the ACK carries the answer to our offer
	acked    bool // our answer to the first INVITE arrived
	bye      bool // our BYE went out
	expires  expiry
	silence  *time.Timer
	doubted  bool // the silent far side's host is listened to
	denied   int  // looks in a row in which it said that nobody is there
	deadline *time.Timer
	dial     *dial
}

func (t *Trunk) newLeg() *Leg {
	l := &Leg{
		trunk: t, id: strings.ToLower(rand.Text()[:10]),
		inbox: make(chan func(), inboxSize), gaveUp: make(chan struct{}), gone: make(chan struct{}), done: make(chan struct{}),
	}
	l.log = t.log.With("leg", l.id)
	return l
}

// ID names the leg in logs and timelines.
func (l *Leg) ID() string { return l.id }

// Caller is who calls; for a call of ours it is the number we show.
func (l *Leg) Caller() Party { return l.caller }

// Called is the number that was dialled.
func (l *Leg) Called() string { return l.called }

// Done closes after the leg has ended and its last callback has returned.
func (l *Leg) Done() <-chan struct{} { return l.done }

// End is how the leg ended; the zero value until Done is closed.
func (l *Leg) End() End {
	select {
	case <-l.done:
		return l.end
	default:
		return End{}
	}
}

// OnPacket sets who gets the far side's sound: A-law packets in the order of arrival, called from the leg's one
// reading goroutine. The packet and its payload are only valid during the call. Set it before Answer to miss nothing.
func (l *Leg) OnPacket(f func(p *rtp.Packet, arrival time.Time)) { l.media.sound.Store(&f) }

// OnKey sets who gets the far side's keys ("0".."9", "*", "#", "A".."D"), once per press, when it begins.
func (l *Leg) OnKey(f func(key byte, at time.Time)) { l.media.keys.Store(&f) }

// OnHold sets who learns that the far side parked us (true) or took us back (false). It must not block.
func (l *Leg) OnHold(f func(held bool)) { l.held.Store(&f) }

// Send relays an A-law packet of another stream. Sequence and time stamps of the far side's stream stay continuous
// when the source changes; gaps within a source are kept. p is not changed.
func (l *Leg) Send(p *rtp.Packet) error { return l.media.send(p) }

// SendALaw sends the next frame, usually 160 bytes; marker says that silence lay before it. The caller keeps the pace.
func (l *Leg) SendALaw(payload []byte, marker bool) error { return l.media.sendALaw(payload, marker) }

// SendKey plays one key to the far side and returns at once; keys wait for each other.
func (l *Leg) SendKey(key byte) error { return l.media.press(key) }

// PayloadType is what is spoken on the wire, PCMA or PCMU. The hub always sees A-law.
func (l *Leg) PayloadType() uint8 {
	if p := l.media.path.Load(); p != nil {
		return p.codec
	}
	return PCMA
}

// Stats is how the sound fares.
func (l *Leg) Stats() Stats { return l.media.stats() }

// Ring says 180 to a caller.
func (l *Leg) Ring() error {
	return l.do(context.Background(), func() error { return l.provisional(sip.StatusRinging, "Ringing", nil) })
}

// Progress opens the sound towards a caller before the answer (183), for an announcement that costs nothing.
func (l *Leg) Progress() error { return l.do(context.Background(), l.early) }

// Answer sends the 200 and starts the sound at once; it does not wait for the ACK. If none comes the leg ends itself.
func (l *Leg) Answer(ctx context.Context) error { return l.do(ctx, l.answer) }

// Reject refuses a call that was not answered, with a code of 400 to 699.
func (l *Leg) Reject(code int, reason string) error {
	return l.do(context.Background(), func() error { return l.reject(code, reason) })
}

// Hangup ends the leg in whatever way its state needs and returns at once; Done tells when it is over, which takes no
// longer than Config.HangupWait.
func (l *Leg) Hangup(c Cause) error {
	return l.do(context.Background(), func() error { return l.hangup(End{By: ByHub, Cause: c}) })
}

// post hands an event to the leg's goroutine; false when the leg is over.
func (l *Leg) post(f func()) bool {
	select {
	case <-l.gone:
		return false
	default:
	}
	select {
	case l.inbox <- f:
		return true
	case <-l.gone:
		return false
	}
}

// do runs a verb in the leg's goroutine and waits for its result.
func (l *Leg) do(ctx context.Context, f func() error) error {
	result := make(chan error, 1) // one slot: the leg never waits for who asked
	if !l.post(func() { result <- f() }) {
		return ErrEnded
	}
	select {
	case err := <-result:
		return err
	case <-l.gone:
		select {
		case err := <-result: // the verb itself ended the leg
			return err
		default:
			return ErrEnded
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// after posts f when d has passed.
func (l *Leg) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() { l.post(f) })
}

// run is the leg's goroutine.
func (l *Leg) run() {
	gaveUp := l.gaveUp
	for l.state != stateEnded {
		select {
		case f := <-l.inbox:
			l.guard(f)
		case <-gaveUp:
			gaveUp = nil
			l.guard(l.cancelled)
		}
	}
	close(l.gone)
	for _, t := range []*time.Timer{l.call.silence, l.call.deadline, l.call.expires.timer, l.call.pending.timerOf()} {
		if t != nil {
			t.Stop()
		}
	}
	l.media.close()
	l.trunk.legs.drop(l)
	l.log.Info("leg ended", "by", string(l.end.By), "cause", string(l.end.Cause), "sip", l.end.SIPCode)
	close(l.done)
}

// guard keeps a mistake in one call from ending all the others.
func (l *Leg) guard(f func()) {
	defer func() {
		if v := recover(); v != nil {
			l.log.Error("leg failed", "stack", string(debug.Stack()))
			l.finish(End{By: ByTrunk, Cause: CauseFault})
		}
	}()
	f()
}

// finish ends the leg; the first ending stands.
func (l *Leg) finish(e End) {
	if l.state == stateEnded {
		return
	}
	l.state = stateEnded
	if l.end == (End{}) {
		e.At = time.Now()
		l.end = e
	}
	if l.call.client != nil && !l.call.dial.final {
		l.call.client.Terminate()
	}
	if l.call.acked { // else the transaction still has to repeat our answer
		l.call.server.Terminate()
	}
}

// ending notes why the leg is on its way out.
func (l *Leg) ending(e End) {
	if l.end == (End{}) {
		e.At = time.Now()
		l.end = e
	}
	l.state = stateEnding
}

// hangup ends the leg from our side.
func (l *Leg) hangup(e End) error {
	switch l.state {
	case stateNew, stateEarly:
		if l.call.server == nil {
			l.cancel(e)
			return nil
		}
		code := sip.StatusTemporarilyUnavailable
		if e.Cause == CauseShutdown {
			code = sip.StatusServiceUnavailable
		}
		e.SIPCode = code
		return l.refuse(code, "", e)
	case stateAnswered:
		// A BYE must not overtake the ACK (RFC 3261 section 15): it follows when the ACK or its deadline came.
		l.ending(e)
		l.call.deadline = l.after(l.trunk.cfg.HangupWait, l.sendBye)
		return nil
	case stateUp:
		l.ending(e)
		l.sendBye()
		return nil
	default:
		return nil
	}
}

// sendBye says goodbye and waits for the answer, but not for ever.
func (l *Leg) sendBye() {
	if l.call.bye || l.state == stateEnded {
		return
	}
	l.call.bye = true
	l.call.pending.stop()
	if l.call.deadline != nil {
		l.call.deadline.Stop()
	}
	over := func() { l.finish(l.end) }
	l.call.deadline = l.after(l.trunk.cfg.HangupWait, over)
	_, err := l.request(sip.BYE, nil, func(res *sip.Response) {
		if !res.IsProvisional() {
			over()
		}
	}, func(error) { over() })
	if err != nil {
		over()
	}
}

// request sends the next request of the dialog, with one answer to a digest challenge.
func (l *Leg) request(method sip.RequestMethod, fill func(*sip.Request), onResponse func(*sip.Response), onEnd func(error)) (*sip.Request, error) {
	l.dialog.localSeq++
	req := l.dialog.request(method, l.dialog.localSeq)
	if fill != nil {
		fill(req)
	}
	return req, l.transmit(req, func(res *sip.Response) {
		if !challenged(res) || req.GetHeader("Authorization") != nil || req.GetHeader("Proxy-Authorization") != nil {
			onResponse(res)
			return
		}
		l.dialog.localSeq++
		if err := l.trunk.reply(req, res, l.dialog.localSeq); err != nil {
			onResponse(res)
			return
		}
		if err := l.transmit(req, onResponse, onEnd); err != nil {
			onEnd(err)
		}
	}, onEnd)
}

// transmit addresses the request and starts its transaction.
func (l *Leg) transmit(req *sip.Request, onResponse func(*sip.Response), onEnd func(error)) error {
	if err := l.trunk.address(req, &l.dialog); err != nil {
		return err
	}
	_, err := l.trunk.send(l, req, onResponse, onEnd)
	return err
}

func challenged(res *sip.Response) bool {
	return res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
}

// words is the reason phrase of a code when the hub gave none.
func words(code int, reason string) string {
	if reason = strings.TrimSpace(reason); reason != "" {
		return reason
	}
	if w, ok := phrases[code]; ok {
		return w
	}
	return "Refused"
}
