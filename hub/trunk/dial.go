package trunk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Outcomes of a call of ours that was not answered. A DialError wraps one of them.
var (
	ErrBusy        = errors.New("对方占线 · 没有接通 · 请稍后再拨")
	ErrDeclined    = errors.New("对方拒接 · 没有接通 · 请改时间或换号码")
	ErrNoAnswer    = errors.New("对方无人接听 · 没有接通 · 请稍后再拨")
	ErrUnreachable = errors.New("号码无法接通 · 可能是空号、停机或线路故障 · 请核对号码")
	ErrTrunkFull   = errors.New("中继线路已满 · 暂时不能外呼 · 请稍后再拨")
	ErrBadNumber   = errors.New("号码含有不能拨的字符 · 没有拨出 · 请只输入数字")
	ErrNoOutbound  = errors.New("没有配置外呼线路 · 不能外呼 · 请管理员填写 outbound.proxy")
)

var errNoReply = errors.New("trunk: the gateway does not answer")

// DialError is how a call of ours failed: errors.Is finds the outcome, Code is the SIP answer or 0.
type DialError struct {
	Outcome error
	Code    int
	Cause   error
}

func (e *DialError) Error() string { return e.Outcome.Error() }

// Unwrap gives the outcome and what lies under it.
func (e *DialError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Outcome}
	}
	return []error{e.Outcome, e.Cause}
}

// DialOpts are the choices of one outgoing call.
type DialOpts struct {
	// From is the number shown; empty takes Config.Outbound.Number.
	From string
	// Display is a name shown next to it, as far as the network carries one.
	Display string
	// RingTimeout gives up ringing (default 60 s).
	RingTimeout time.Duration
	// OnProgress is called in the leg's goroutine when the far side rings (180) or sends sound before the answer
	// (183 with a description). It must not block; the leg may be listened to from then on.
	OnProgress func(leg *Leg, code int, sound bool)
	// OnStart is called with the leg before anything is sent, to set callbacks.
	OnStart func(leg *Leg)
}

// dial is the state of an outgoing call until its answer.
type dial struct {
	opts     DialOpts
	answered chan struct{} // closed at the 2xx
	ringing  bool          // a provisional answer came: a CANCEL may be sent
	final    bool
	cancel   bool // wanted or sent
	timeout  bool // the ringing took too long
	err      error
}

// Dial calls number through Config.Outbound and waits for the answer. When ctx ends first the call is cancelled.
// Errors are DialErrors, or ctx's. Listen must have been called before.
func (t *Trunk) Dial(ctx context.Context, number string, opts DialOpts) (*Leg, error) {
	digits := cleanNumber(number)
	if digits == "" {
		return nil, ErrBadNumber
	}
	if t.cfg.Outbound.Proxy == "" {
		return nil, ErrNoOutbound
	}
	if err := t.serving(ctx); err != nil {
		return nil, err
	}
	setDefault(&opts.RingTimeout, time.Minute)
	setDefault(&opts.From, t.cfg.Outbound.Number)
	l, err := t.outgoing(digits, opts)
	if err != nil {
		return nil, err
	}
	if opts.OnStart != nil {
		opts.OnStart(l)
	}
	t.work.Go(l.run)
	l.post(l.invite)
	select {
	case <-l.call.dial.answered:
		return l, nil
	case <-l.done:
	case <-ctx.Done():
		l.post(func() { _ = l.hangup(End{By: ByHub, Cause: CauseCancelled}) })
		<-l.done
		if l.end.By == ByHub {
			return nil, ctx.Err()
		}
	}
	select {
	case <-l.call.dial.answered: // answered and ended at once
		return l, nil
	default:
		return nil, l.call.dial.outcome(l.end)
	}
}

// serving waits until the listeners are read.
func (t *Trunk) serving(ctx context.Context) error {
	for _, p := range t.points {
		select {
		case <-p.ready:
		case <-ctx.Done():
			return ctx.Err()
		case <-t.life.Done():
			return ErrClosed
		}
	}
	return nil
}

// outgoing makes the leg of a call of ours.
func (t *Trunk) outgoing(digits string, opts DialOpts) (*Leg, error) {
	proxy, err := parseURI(t.cfg.Outbound.Proxy)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoOutbound, err)
	}
	network := strings.ToLower(proxy.UriParams.GetOr("transport", "udp"))
	peer := proxy.Host
	contact, err := t.contact(network, peer, cleanNumber(opts.From))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrNoOutbound, network, err)
	}
	l := t.newLeg()
	l.caller, l.called = Party{Number: cleanNumber(opts.From), Display: cleanDisplay(opts.Display)}, digits
	l.call.dial = &dial{opts: opts, answered: make(chan struct{})}
	l.call.local = localSDP{events: 101, dir: sendRecv}
	domain := t.cfg.Outbound.Domain
	if domain == "" {
		domain = contact.Address.Host
	}
	target := *proxy
	target.User = digits
	callID := rand.Text()
	l.dialog = dialog{
		call: callID, localTag: t.tags.forCall(callID), local: sip.Uri{Scheme: "sip", User: l.caller.Number, Host: domain},
		localName: l.caller.Display, remote: sip.Uri{Scheme: "sip", User: digits, Host: proxy.Host, Port: proxy.Port},
		target: target, network: network, contact: contact, agent: t.cfg.Agent,
	}
	if ok, _ := t.legs.admit(l, inviteKey{}, ""); !ok {
		return nil, &DialError{Outcome: ErrTrunkFull}
	}
	if l.media, err = openMedia(t.cfg.RTP, localHost(t.point(network).host, peer), t.gate, l.log); err != nil {
		t.legs.drop(l)
		return nil, &DialError{Outcome: ErrTrunkFull, Cause: err}
	}
	return l, nil
}

// invite sends the INVITE.
func (l *Leg) invite() {
	l.dialog.localSeq = 1
	req := l.dialog.request(sip.INVITE, 1)
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	req.AppendHeader(sip.NewHeader("Supported", supported))
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	req.SetBody(l.describe())
	l.sendInvite(req)
	patience := min(16*l.trunk.cfg.T1, l.call.dial.opts.RingTimeout)
	l.call.deadline = l.after(patience, func() { l.unheard(l.call.dial.opts.RingTimeout - patience) })
}

// unheard gives up on a gateway that does not even say "Trying", long before the transaction would.
func (l *Leg) unheard(left time.Duration) {
	d := l.call.dial
	if l.state > stateEarly {
		return
	}
	if !d.ringing {
		d.err = errNoReply
		l.finish(End{By: ByTrunk, Cause: CauseNetwork})
		return
	}
	l.call.deadline = l.after(left, func() {
		if l.state <= stateEarly {
			d.timeout = true
			l.cancel(End{By: ByTrunk, Cause: CauseCancelled})
		}
	})
}

func (l *Leg) sendInvite(req *sip.Request) {
	l.call.invite = req
	err := l.trunk.route(req, l.dialog.network, "", l.dialog.target)
	if err == nil {
		l.call.client, err = l.trunk.send(l, req, l.onInviteResponse, func(err error) {
			l.call.dial.err = err
			l.finish(End{By: ByTrunk, Cause: CauseNetwork})
		})
	}
	if err != nil {
		l.call.dial.err = err
		l.finish(End{By: ByTrunk, Cause: CauseNetwork})
	}
}

// onInviteResponse serves every answer to our INVITE, repeats included.
func (l *Leg) onInviteResponse(res *sip.Response) {
	d := l.call.dial
	if res.CSeq().SeqNo != l.call.invite.CSeq().SeqNo {
		return
	}
	switch {
	case res.IsProvisional():
		l.onProgress(res)
	case res.IsSuccess() && d.final:
		l.onSecondAnswer(res)
	case res.IsSuccess():
		d.final = true
		l.onAnswer(res)
	case challenged(res) && l.call.invite.GetHeader("Authorization") == nil && l.call.invite.GetHeader("Proxy-Authorization") == nil && !d.cancel:
		l.retryWithCredentials(res)
	default:
		d.final = true
		by := ByCaller
		if d.cancel {
			by = l.end.By
		}
		l.finish(End{By: by, Cause: CauseRejected, SIPCode: res.StatusCode})
	}
}

func (l *Leg) retryWithCredentials(res *sip.Response) {
	again := l.call.invite.Clone()
	l.dialog.localSeq++
	if err := l.trunk.reply(again, res, l.dialog.localSeq); err != nil {
		l.call.dial.final = true
		l.finish(End{By: ByCaller, Cause: CauseRejected, SIPCode: res.StatusCode})
		return
	}
	l.sendInvite(again)
}

func (l *Leg) onProgress(res *sip.Response) {
	d := l.call.dial
	if d.final || l.state > stateEarly && !d.cancel {
		return
	}
	if !d.ringing {
		d.ringing = true
		if d.cancel {
			l.sendCancel()
		}
	}
	if res.StatusCode == sip.StatusTrying || d.cancel {
		return
	}
	l.state = stateEarly
	s, err := parseSDP(res.Body())
	if err == nil {
		l.dialog.peer = res.Source()
		l.startMedia(s)
	}
	if d.opts.OnProgress != nil {
		d.opts.OnProgress(l, res.StatusCode, err == nil)
	}
}

// onAnswer takes the first 2xx.
func (l *Leg) onAnswer(res *sip.Response) {
	d := l.call.dial
	if l.call.deadline != nil {
		l.call.deadline.Stop()
	}
	if err := l.dialog.fromAnswer(res); err != nil {
		d.err = err
		l.finish(End{By: ByTrunk, Cause: CauseNetwork})
		return
	}
	l.trunk.legs.bind(l.dialog.key(), l)
	l.acknowledge(l.call.invite.CSeq().SeqNo)
	s, err := parseSDP(res.Body())
	if err != nil {
		d.err = err
		l.ending(End{By: ByTrunk, Cause: CauseMedia})
	}
	if d.cancel || err != nil { // the answer and our CANCEL crossed
		l.sendBye()
		return
	}
	l.state = stateUp
	l.call.local.peer = nil
	l.startMedia(s)
	if h := res.GetHeader("Session-Expires"); h != nil {
		if e, ok := parseExpires(h.Value()); ok && e.seconds >= minExpires {
			e.ours = refresher(h.Value()) != "uas"
			l.call.expires = e
			l.call.expires.arm(l)
		}
	}
	close(d.answered)
}

// onSecondAnswer acknowledges a repeated 2xx, and ends the second call when a proxy forked ours.
func (l *Leg) onSecondAnswer(res *sip.Response) {
	if tag, _ := res.To().Params.Get("tag"); tag == l.dialog.remoteTag {
		l.acknowledge(res.CSeq().SeqNo)
		return
	}
	l.trunk.onStray(res)
}

// cancel gives up a call that was not answered. A CANCEL may only follow a provisional answer (RFC 3261 section 9.1).
func (l *Leg) cancel(e End) {
	d := l.call.dial
	if l.state > stateEarly || d.cancel {
		return
	}
	d.cancel = true
	l.ending(e)
	if l.call.deadline != nil {
		l.call.deadline.Stop()
	}
	l.call.deadline = l.after(l.trunk.cfg.HangupWait, func() { l.finish(l.end) })
	if d.ringing {
		l.sendCancel()
	}
}

func (l *Leg) sendCancel() {
	inv := l.call.invite
	req := sip.NewRequest(sip.CANCEL, inv.Recipient)
	req.AppendHeader(inv.Via().Clone())
	for _, name := range []string{"Max-Forwards", "From", "To", "Call-ID", "Route"} {
		for _, h := range inv.GetHeaders(name) {
			req.AppendHeader(sip.HeaderClone(h))
		}
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: inv.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.SetBody(nil)
	req.SetTransport(inv.Transport())
	req.SetDestination(inv.Destination())
	req.Laddr = inv.Laddr
	_, _ = l.trunk.send(l, req, func(*sip.Response) {}, func(error) {})
}

// onStray ends a call that somebody answered after we had given up on it: it acknowledges the 2xx and says BYE. Only
// answers that carry a tag of ours count. It runs in a goroutine of the library.
func (t *Trunk) onStray(res *sip.Response) {
	if t.life.Err() != nil || !res.IsSuccess() || res.CSeq() == nil || res.CSeq().MethodName != sip.INVITE {
		return
	}
	d, ok := t.strayDialog(res)
	if !ok {
		return
	}
	seq := res.CSeq().SeqNo
	t.write(d.request(sip.ACK, seq), &d)
	if t.legs.find(d.key()) == nil { // else it is a late repeat for a call that stands
		t.write(d.request(sip.BYE, seq+1), &d)
	}
}

// strayDialog is the dialog that an answer would open; ok is false when the call was not ours.
func (t *Trunk) strayDialog(res *sip.Response) (d dialog, ok bool) {
	if res.From() == nil || res.To() == nil || res.CallID() == nil {
		return d, false
	}
	call := res.CallID().Value()
	local, _ := res.From().Params.Get("tag")
	network := strings.ToLower(res.Transport())
	contact, err := t.contact(network, res.Source(), res.From().Address.User)
	if err != nil || local != t.tags.forCall(call) {
		return d, false
	}
	d = dialog{call: call, localTag: local, local: res.From().Address, network: network, contact: contact, agent: t.cfg.Agent}
	return d, d.fromAnswer(res) == nil
}

// write sends a request of the dialog without a transaction: the far side's own timers repeat or end what is lost.
func (t *Trunk) write(req *sip.Request, d *dialog) {
	if err := t.address(req, d); err == nil {
		_ = t.transport.WriteMsg(req)
	}
}

// outcome turns the ending of an unanswered call into its error.
func (d *dial) outcome(e End) error {
	out := &DialError{Outcome: ErrUnreachable, Code: e.SIPCode, Cause: d.err}
	switch {
	case d.timeout:
		out.Outcome = ErrNoAnswer
	case e.SIPCode == 486 || e.SIPCode == 600:
		out.Outcome = ErrBusy
	case e.SIPCode == 603 || e.SIPCode == 403 || e.SIPCode == 607 || e.SIPCode == 608:
		out.Outcome = ErrDeclined
	case e.SIPCode == 480 || e.SIPCode == 408 || e.SIPCode == 487:
		out.Outcome = ErrNoAnswer
	}
	if e.SIPCode > 0 && out.Cause == nil {
		out.Cause = errors.New("SIP " + strconv.Itoa(e.SIPCode))
	}
	return out
}
