package trunk

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

const maxT2 = 8 // T2 is 4 s where T1 is 500 ms

// pending is a 200 of ours to an INVITE that waits for its ACK. The library does not repeat it.
type pending struct {
	res   *sip.Response
	tx    *sip.ServerTx
	seq   uint32
	wait  time.Duration
	timer *time.Timer
	until time.Time
}

func (p *pending) timerOf() *time.Timer {
	if p == nil {
		return nil
	}
	return p.timer
}

func (p *pending) stop() {
	if p != nil && p.timer != nil {
		p.timer.Stop()
	}
}

// provisional says 180 or 183.
func (l *Leg) provisional(code int, reason string, body []byte) error {
	if l.call.server == nil || l.state > stateEarly {
		return ErrState
	}
	res := l.inviteResponse(code, reason, body)
	if err := l.call.server.Respond(res); err != nil {
		return fmt.Errorf("saying %d: %w", code, err)
	}
	l.state = stateEarly
	return nil
}

// inviteResponse builds an answer to the INVITE that carries our Contact.
func (l *Leg) inviteResponse(code int, reason string, body []byte) *sip.Response {
	res := l.trunk.response(l.call.invite, code, reason)
	l.dress(res, body)
	return res
}

// dress adds what an answer within a dialog needs.
func (l *Leg) dress(res *sip.Response, body []byte) {
	res.AppendHeader(l.dialog.contact.Clone())
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("Supported", supported))
	if body != nil {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		res.SetBody(body)
	}
}

// early opens the sound before the answer.
func (l *Leg) early() error {
	if l.call.server == nil || l.state > stateEarly || l.call.local.peer == nil {
		return ErrState
	}
	if err := l.provisional(sip.StatusSessionInProgress, "Session Progress", l.describe()); err != nil {
		return err
	}
	l.startMedia(l.call.local.peer)
	return nil
}

// describe writes our side of the session: the answer to the far side's offer, or an offer when it made none.
func (l *Leg) describe() []byte {
	d := &l.call.local
	if d.id == 0 {
		d.id = uint64(time.Now().Unix()) + 2208988800
	}
	d.version++
	host := l.trunk.cfg.Public
	if host == "" {
		host = l.dialog.contact.Address.Host
		if l.trunk.cfg.RTP.Addr != "" {
			host = l.trunk.cfg.RTP.Addr
		}
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil {
		addr = netip.IPv4Unspecified()
	}
	d.addr = netip.AddrPortFrom(addr, l.media.port())
	if d.peer == nil {
		d.codecs, d.events, d.dir, d.rtcpMux = []uint8{PCMA, PCMU}, 101, sendRecv, true
	} else {
		d.codecs, d.events, d.dir, d.rtcpMux = []uint8{d.peer.codec}, d.peer.events, answerTo(d.peer.dir), d.peer.rtcpMux
	}
	return d.bytes()
}

// startMedia takes over what the far side's description says.
func (l *Leg) startMedia(s *session) {
	l.media.start(path{
		remote: s.remote, codec: s.codec, events: s.events, rtcpMux: s.rtcpMux,
		mayTalk:  (s.dir == sendRecv || s.dir == recvOnly) && !s.remote.Addr().IsUnspecified(),
		maySpeak: s.dir == sendRecv || s.dir == sendOnly,
	})
	if l.call.silence == nil && l.trunk.cfg.RTP.Silence > 0 {
		l.call.silence = l.after(min(l.trunk.cfg.RTP.Doubt, l.trunk.cfg.RTP.Silence), l.listen)
	}
	hold := s.dir == sendOnly || s.dir == inactive
	if hold != l.call.onHold {
		l.call.onHold = hold
		if f := l.held.Load(); f != nil {
			(*f)(hold)
		}
	}
}

// answer says 200 and starts the sound without waiting for the ACK.
func (l *Leg) answer() error {
	if l.call.server == nil || l.state > stateEarly {
		return ErrState
	}
	res := l.inviteResponse(sip.StatusOK, "OK", l.describe())
	l.call.expires.dress(res)
	l.call.late = l.call.local.peer == nil
	if err := l.accept(res, l.call.server, l.call.invite.CSeq().SeqNo); err != nil {
		l.finish(End{By: ByTrunk, Cause: CauseNetwork})
		return fmt.Errorf("answering: %w", err)
	}
	l.state = stateAnswered
	if l.call.local.peer != nil {
		l.startMedia(l.call.local.peer)
	}
	l.call.expires.arm(l)
	return nil
}

// accept sends a 200 to an INVITE and repeats it until its ACK comes (RFC 3261 section 13.3.1.4).
func (l *Leg) accept(res *sip.Response, tx *sip.ServerTx, seq uint32) error {
	l.call.pending.stop()
	if err := tx.Respond(res); err != nil {
		return err
	}
	t1 := l.trunk.cfg.T1
	p := &pending{res: res, tx: tx, seq: seq, wait: t1, until: time.Now().Add(64 * t1)}
	p.timer = l.after(t1, func() { l.repeat(p) })
	l.call.pending = p
	return nil
}

func (l *Leg) repeat(p *pending) {
	if l.call.pending != p || l.call.bye {
		return
	}
	if !time.Now().Before(p.until) {
		l.call.pending = nil
		if l.state != stateEnding {
			l.ending(End{By: ByTrunk, Cause: CauseNoAck})
		}
		l.sendBye()
		return
	}
	_ = p.tx.Respond(p.res) // the next repeat is the remedy for a lost one
	p.wait = min(2*p.wait, maxT2*l.trunk.cfg.T1)
	p.timer = l.after(min(p.wait, time.Until(p.until)), func() { l.repeat(p) })
}

// acked is called when the far side has proved that our 200 arrived.
func (l *Leg) acked() {
	l.call.pending.stop()
	if l.call.pending.tx == l.call.server {
		l.call.acked = true
	} else {
		l.call.pending.tx.Terminate() // whoever acknowledged will not ask again
	}
	l.call.pending = nil
	switch l.state {
	case stateAnswered:
		l.state = stateUp
	case stateEnding:
		l.sendBye()
	}
}

func (l *Leg) onAck(req *sip.Request) {
	p := l.call.pending
	if p == nil || req.CSeq().SeqNo != p.seq { // a late ACK of an older INVITE
		return
	}
	l.acked()
	if !l.call.late {
		return
	}
	l.call.late = false
	s, err := parseSDP(req.Body())
	if err != nil {
		l.ending(End{By: ByTrunk, Cause: CauseMedia})
		l.sendBye()
		return
	}
	l.startMedia(s)
}

// cancelled is called when the caller gave up; the library has answered the CANCEL and the INVITE.
func (l *Leg) cancelled() {
	if l.state <= stateEarly {
		l.finish(End{By: ByCaller, Cause: CauseCancelled, SIPCode: sip.StatusRequestTerminated})
	}
}

func (l *Leg) reject(code int, reason string) error {
	if l.call.server == nil || l.state > stateEarly || code < 400 || code > 699 {
		return ErrState
	}
	return l.refuse(code, reason, End{By: ByHub, Cause: CauseRejected, SIPCode: code})
}

func (l *Leg) refuse(code int, reason string, e End) error {
	res := l.trunk.response(l.call.invite, code, reason)
	if code == sip.StatusServiceUnavailable {
		res.AppendHeader(sip.NewHeader("Retry-After", retryAfter))
	}
	err := l.call.server.Respond(res) // the transaction repeats it until the ACK
	l.finish(e)
	if err != nil {
		return fmt.Errorf("refusing with %d: %w", code, err)
	}
	return nil
}
