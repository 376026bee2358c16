package trunk

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"zuoxi/media/dtmf"
)

// onRequest serves a request of the far side within the dialog.
func (l *Leg) onRequest(req *sip.Request, tx *sip.ServerTx) {
	t := l.trunk
	if req.Method == sip.CANCEL { // one that matched no transaction
		t.respond(req, tx, refuse(481))
		return
	}
	if seq := req.CSeq().SeqNo; seq < l.dialog.remoteSeq {
		t.respond(req, tx, refuse(500))
		return
	} else if seq > l.dialog.remoteSeq {
		l.dialog.remoteSeq = seq
		if l.call.pending != nil && !l.call.late { // nobody goes on in a dialog whose 200 never arrived
			l.acked()
		}
	}
	l.dialog.peer = req.Source()
	switch req.Method {
	case sip.BYE:
		l.onBye(req, tx)
	case sip.INVITE:
		l.onReinvite(req, tx)
	case sip.UPDATE:
		l.onUpdate(req, tx)
	case sip.INFO:
		l.onInfo(req, tx)
	case sip.OPTIONS:
		t.sendCapabilities(req, tx)
	default:
		code := 501
		if known[req.Method] {
			code = 405
		}
		t.respond(req, tx, refuse(code, sip.NewHeader("Allow", allowed)))
	}
}

func (l *Leg) onBye(req *sip.Request, tx *sip.ServerTx) {
	res := l.trunk.response(req, sip.StatusOK, "OK")
	_ = tx.Respond(res) // kept for 32 s over UDP: a repeated BYE gets the same 200
	if l.state <= stateEarly && l.call.server != nil {
		_ = l.call.server.Respond(l.trunk.response(l.call.invite, sip.StatusRequestTerminated, ""))
	}
	l.finish(End{By: ByCaller, Cause: CauseNormal})
}

// onReinvite serves hold, unhold, a changed address or codec, and session refreshes.
func (l *Leg) onReinvite(req *sip.Request, tx *sip.ServerTx) {
	switch {
	case l.call.refresh:
		l.trunk.respond(req, tx, refuse(491))
		return
	case l.state <= stateEarly || l.call.pending != nil:
		l.trunk.respond(req, tx, refuse(500, sip.NewHeader("Retry-After", "1")))
		return
	case l.state >= stateEnding:
		l.trunk.respond(req, tx, refuse(481))
		return
	}
	l.renegotiate(req, tx, func(res *sip.Response) error { return l.accept(res, tx, req.CSeq().SeqNo) })
}

// onUpdate is a re-INVITE that needs no ACK (RFC 3311).
func (l *Leg) onUpdate(req *sip.Request, tx *sip.ServerTx) {
	if l.state <= stateEarly || l.call.pending != nil {
		l.trunk.respond(req, tx, refuse(500, sip.NewHeader("Retry-After", "1")))
		return
	}
	if l.state >= stateEnding {
		l.trunk.respond(req, tx, refuse(481))
		return
	}
	l.renegotiate(req, tx, func(res *sip.Response) error { return tx.Respond(res) })
}

// renegotiate answers a new description. A refusal leaves the call as it was.
func (l *Leg) renegotiate(req *sip.Request, tx *sip.ServerTx, send func(*sip.Response) error) {
	offer, r := readOffer(req)
	if r == nil {
		var gap expiry
		if gap, r = readExpiry(req); r == nil {
			l.call.expires.adopt(gap)
		}
	}
	if r != nil {
		l.trunk.respond(req, tx, r)
		return
	}
	if c := req.Contact(); c != nil && c.Address.Host != "" && !c.Address.Wildcard {
		l.dialog.target = c.Address
	}
	var body []byte
	if offer != nil || req.Method == sip.INVITE {
		l.call.local.peer = offer
		body = l.describe()
	}
	res := l.trunk.response(req, sip.StatusOK, "OK")
	l.dress(res, body)
	l.call.expires.dress(res)
	l.call.late = offer == nil && req.Method == sip.INVITE
	if err := send(res); err != nil {
		return // the far side asks again or gives up; the call stands
	}
	if offer != nil {
		l.startMedia(offer)
	}
	l.call.expires.arm(l)
}

// onInfo takes keys from gateways that send them as messages.
func (l *Leg) onInfo(req *sip.Request, tx *sip.ServerTx) {
	kind := ""
	if h := req.ContentType(); h != nil {
		kind = strings.ToLower(h.Value())
	}
	key, ok := infoKey(kind, string(req.Body()))
	if len(req.Body()) > 0 && !ok {
		l.trunk.respond(req, tx, refuse(415, sip.NewHeader("Accept", "application/dtmf-relay, application/dtmf")))
		return
	}
	_ = tx.Respond(l.trunk.response(req, sip.StatusOK, "OK"))
	if f := l.media.keys.Load(); ok && f != nil {
		(*f)(key, time.Now())
	}
}

// infoKey reads the body of an INFO: "Signal=5\r\nDuration=160" or a bare "5".
func infoKey(kind, body string) (byte, bool) {
	text := strings.TrimSpace(body)
	switch kind, _, _ = strings.Cut(kind, ";"); strings.TrimSpace(kind) {
	case "application/dtmf-relay":
		text = ""
		for line := range strings.Lines(body) {
			name, value, _ := strings.Cut(line, "=")
			if strings.EqualFold(strings.TrimSpace(name), "signal") {
				text = strings.TrimSpace(value)
			}
		}
	case "application/dtmf":
	default:
		return 0, false
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 10 && n < len(dtmf.Digits) { // some count "*" as 10
		return dtmf.Digits[n], true
	}
	if text = strings.ToUpper(text); len(text) == 1 && dtmf.Valid(text) {
		return text[0], true
	}
	return 0, false
}
