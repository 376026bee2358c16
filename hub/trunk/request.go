package trunk

import (
	"errors"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/emiago/sipgo/sip"

	"zuoxi/internal/obs"
)

const (
	allowed   = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO"
	supported = "timer"
	// retryAfter is when a gateway may try a full trunk again, in seconds.
	retryAfter = "5"
)

// phrases are the reason phrases of the codes we answer with.
var phrases = map[int]string{
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
	406: "Not Acceptable", 415: "Unsupported Media Type", 416: "Unsupported URI Scheme", 420: "Bad Extension", 422: "Session Interval Too Small",
	480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 486: "Busy Here",
	487: "Request Terminated", 488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error",
	501: "Not Implemented", 503: "Service Unavailable", 505: "Version Not Supported", 603: "Decline",
}

// refusal is an answer other than 2xx to a request, with the headers that belong to it.
type refusal struct {
	code    int
	reason  string
	headers []sip.Header
}

func refuse(code int, headers ...sip.Header) *refusal {
	return &refusal{code: code, reason: phrases[code], headers: headers}
}

// known are the methods RFC 3261 and its extensions define: refused with 405, anything else with 501.
var known = map[sip.RequestMethod]bool{
	sip.REGISTER: true, sip.SUBSCRIBE: true, sip.NOTIFY: true, sip.REFER: true, sip.MESSAGE: true, sip.PRACK: true, sip.PUBLISH: true,
}

// onRequest runs in a goroutine of the library for every request outside of the transactions it knows.
func (t *Trunk) onRequest(req *sip.Request, tx *sip.ServerTx) {
	defer func() {
		if v := recover(); v != nil {
			// A request must never end the hub. What it held stays out of the log.
			t.log.Error("trunk request handler failed", "method", methodName(req), "stack", string(debug.Stack()))
			t.respond(req, tx, refuse(500))
		}
	}()
	if req.Method == sip.ACK {
		t.onAck(req)
		tx.Terminate()
		return
	}
	if r := t.examine(req); r != nil {
		t.respond(req, tx, r)
		return
	}
	if !t.isInitial(req) {
		t.inDialog(req, tx)
		return
	}
	switch req.Method {
	case sip.INVITE:
		t.onInvite(req, tx)
	case sip.OPTIONS:
		t.onOptions(req, tx)
	case sip.CANCEL, sip.BYE, sip.UPDATE, sip.INFO:
		t.respond(req, tx, refuse(481))
	default:
		if known[req.Method] {
			t.respond(req, tx, refuse(405, sip.NewHeader("Allow", allowed)))
			return
		}
		t.respond(req, tx, refuse(501, sip.NewHeader("Allow", allowed)))
	}
}

// schemes are the addresses we may be called by.
var schemes = map[string]bool{"sip": true, "sips": true, "tel": true}

// methodName is a method that may stand in a log.
func methodName(req *sip.Request) string {
	if known[req.Method] || strings.Contains(allowed, string(req.Method)) {
		return string(req.Method)
	}
	return "other"
}

// examine checks what RFC 3261 section 8.2 asks of every request.
func (t *Trunk) examine(req *sip.Request) *refusal {
	if req.SipVersion != "SIP/2.0" {
		return refuse(505)
	}
	if req.From() == nil || req.To() == nil || req.CallID() == nil || req.CSeq() == nil || req.Via() == nil {
		return refuse(400)
	}
	if !strings.EqualFold(string(req.CSeq().MethodName), string(req.Method)) || len(req.Recipient.Headers) > 0 || repeated(req) || unreadable(req) {
		return refuse(400)
	}
	if t.isInitial(req) && !schemes[req.Recipient.Scheme] {
		return refuse(416)
	}
	if req.Method != sip.CANCEL {
		if unknown := unsupported(req); unknown != "" {
			return refuse(420, sip.NewHeader("Unsupported", unknown))
		}
	}
	return nil
}

// repeated says whether a header that may stand once stands twice: no two readers would agree on such a request.
func repeated(req *sip.Request) bool {
	count := map[string]int{}
	for _, h := range req.Headers() {
		switch name := sip.HeaderToLower(h.Name()); name {
		case "from", "f", "to", "t", "call-id", "i", "cseq", "max-forwards", "content-length", "l", "content-type", "c":
			count[longName(name)]++
			if count[longName(name)] > 1 {
				return true
			}
		}
	}
	return false
}

// unreadable says whether a header we act on stands there but does not parse.
func unreadable(req *sip.Request) bool {
	if h := req.MaxForwards(); h != nil && h.Val() > 255 { // RFC 3261 section 20.22
		return true
	}
	return req.GetHeader("Max-Forwards") != nil && req.MaxForwards() == nil ||
		(req.GetHeader("Contact") != nil || req.GetHeader("m") != nil) && req.Contact() == nil && req.Method != sip.REGISTER
}

func longName(name string) string {
	switch name {
	case "f":
		return "from"
	case "t":
		return "to"
	case "i":
		return "call-id"
	case "l":
		return "content-length"
	case "c":
		return "content-type"
	default:
		return name
	}
}

// unsupported lists the extensions the request requires and we do not have.
func unsupported(req *sip.Request) string {
	var out []string
	for _, h := range req.GetHeaders("Require") {
		for v := range strings.SplitSeq(h.Value(), ",") {
			if v = strings.TrimSpace(v); v != "" && !strings.EqualFold(v, supported) {
				out = append(out, v)
			}
		}
	}
	return strings.Join(out, ", ")
}

// respond refuses without remembering: a repeat of the request gets the same answer again, so a flood of bad
// requests leaves nothing behind. Only refusals of INVITEs wait for their ACK, up to a limit.
func (t *Trunk) respond(req *sip.Request, tx *sip.ServerTx, r *refusal) {
	t.refused.Add(1)
	res := t.response(req, r.code, r.reason)
	for _, h := range r.headers {
		res.AppendHeader(h)
	}
	_ = tx.Respond(res) // a peer that cannot be reached asks again
	tx.Terminate()
}

// response builds an answer with what each of ours carries. Broken headers are returned as they came.
func (t *Trunk) response(req *sip.Request, code int, reason string) *sip.Response {
	res := sip.NewResponseFromRequest(req, code, words(code, reason), nil)
	res.SipVersion = "SIP/2.0"
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		if res.GetHeader(name) == nil {
			if h := req.GetHeader(name); h != nil {
				res.AppendHeader(sip.HeaderClone(h))
			}
		}
	}
	res.AppendHeader(sip.NewHeader("Server", t.cfg.Agent))
	return res
}

// onOptions answers a gateway's question whether we are alive, as an INVITE would be answered now.
func (t *Trunk) onOptions(req *sip.Request, tx *sip.ServerTx) {
	if t.legs.full(sender(req)) {
		t.respond(req, tx, refuse(503, sip.NewHeader("Retry-After", retryAfter)))
		return
	}
	t.sendCapabilities(req, tx)
}

func (t *Trunk) sendCapabilities(req *sip.Request, tx *sip.ServerTx) {
	res := t.response(req, 200, "OK")
	for _, h := range [][2]string{
		{"Allow", allowed}, {"Accept", "application/sdp"}, {"Accept-Encoding", "identity"}, {"Supported", supported},
	} {
		res.AppendHeader(sip.NewHeader(h[0], h[1]))
	}
	if c, err := t.contact(req.Transport(), req.Source(), ""); err == nil {
		res.AppendHeader(c)
	}
	_ = tx.Respond(res)
	tx.Terminate()
}

// inDialog hands a request to its leg.
func (t *Trunk) inDialog(req *sip.Request, tx *sip.ServerTx) {
	l := t.legs.find(requestKey(req))
	if l == nil || !l.post(func() { l.onRequest(req, tx) }) {
		t.respond(req, tx, refuse(481))
	}
}

func (t *Trunk) onAck(req *sip.Request) {
	if req.CSeq() == nil || req.From() == nil || req.To() == nil || req.CallID() == nil {
		return
	}
	if l := t.legs.find(requestKey(req)); l != nil {
		l.post(func() { l.onAck(req) })
	}
}

// requestKey names the dialog of a request of the far side.
func requestKey(req *sip.Request) dialogKey {
	local, _ := req.To().Params.Get("tag")
	remote, _ := req.From().Params.Get("tag")
	return dialogKey{req.CallID().Value(), local, remote}
}

// sender is the address a request came from: the gateway that a call counts for.
func sender(req *sip.Request) string {
	from, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return req.Source()
	}
	return from.Addr().Unmap().WithZone("").String()
}

// onInvite starts a call to us, or says why not.
func (t *Trunk) onInvite(req *sip.Request, tx *sip.ServerTx) {
	if t.handler == nil {
		t.respond(req, tx, refuse(480))
		return
	}
	if t.legs.full(sender(req)) {
		t.respond(req, tx, refuse(503, sip.NewHeader("Retry-After", retryAfter)))
		return
	}
	if r := t.auth.check(req); r != nil {
		t.respond(req, tx, r)
		return
	}
	if !takesSDP(req) {
		t.respond(req, tx, refuse(406))
		return
	}
	offer, r := readOffer(req)
	if r != nil {
		t.respond(req, tx, r)
		return
	}
	l, r := t.incoming(req, tx, offer)
	if r != nil {
		t.respond(req, tx, r)
		return
	}
	// In this order: the leg keeps the trunk from stopping until run is over, so neither start can come too late.
	t.work.Go(func() {
		defer obs.Guard(l.log, "incoming call", func() { _ = l.Hangup(CauseFault) })
		t.handler.Incoming(l)
	})
	t.work.Go(l.run)
}

// takesSDP says whether the caller would understand our answer.
func takesSDP(req *sip.Request) bool {
	accept := req.GetHeaders("Accept")
	for _, h := range accept {
		for v := range strings.SplitSeq(h.Value(), ",") {
			kind, _, _ := strings.Cut(v, ";")
			switch strings.ToLower(strings.TrimSpace(kind)) {
			case "application/sdp", "application/*", "*/*":
				return true
			}
		}
	}
	return len(accept) == 0
}

// readOffer reads the session description of an INVITE or UPDATE; nil without a refusal means that there is none.
func readOffer(req *sip.Request) (*session, *refusal) {
	if len(req.Body()) == 0 {
		return nil, nil
	}
	kind := ""
	if h := req.ContentType(); h != nil {
		kind, _, _ = strings.Cut(strings.ToLower(h.Value()), ";")
	}
	if strings.TrimSpace(kind) != "application/sdp" {
		return nil, refuse(415, sip.NewHeader("Accept", "application/sdp"))
	}
	if h := req.GetHeader("Content-Encoding"); h != nil && !strings.EqualFold(strings.TrimSpace(h.Value()), "identity") {
		return nil, refuse(415, sip.NewHeader("Accept-Encoding", "identity"))
	}
	s, err := parseSDP(req.Body())
	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, errNoCodec):
		return nil, refuse(488, sip.NewHeader("Warning", `304 zuoxi "PCMA or PCMU over RTP/AVP"`))
	default:
		return nil, refuse(400)
	}
}

// incoming makes the leg of an INVITE.
func (t *Trunk) incoming(req *sip.Request, tx *sip.ServerTx, offer *session) (*Leg, *refusal) {
	if req.Contact() == nil || req.Contact().Address.Wildcard || req.Contact().Address.Host == "" {
		return nil, refuse(400)
	}
	gap, r := readExpiry(req)
	if r != nil {
		return nil, r
	}
	contact, err := t.contact(req.Transport(), req.Source(), called(req))
	if err != nil {
		return nil, refuse(500)
	}
	l := t.newLeg()
	l.caller, l.called = caller(req), called(req)
	l.call.invite, l.call.server, l.call.expires = req, tx, gap
	l.dialog.agent, l.dialog.contact = t.cfg.Agent, contact
	l.dialog.fromInvite(req, t.tags.forRequest(req))
	l.call.local = localSDP{peer: offer, events: noEvents, dir: sendRecv}
	from, _ := req.From().Params.Get("tag")
	if ok, twice := t.legs.admit(l, inviteKey{l.dialog.call, from, req.CSeq().SeqNo}, sender(req)); twice {
		return nil, refuse(482)
	} else if !ok {
		return nil, refuse(503, sip.NewHeader("Retry-After", retryAfter))
	}
	if l.media, err = openMedia(t.cfg.RTP, localHost(t.point(req.Transport()).host, req.Source()), t.gate, l.log); err != nil {
		t.log.Error("no socket for the sound of a call", "error", err)
		t.legs.drop(l)
		return nil, refuse(503, sip.NewHeader("Retry-After", retryAfter))
	}
	t.legs.bind(l.dialog.key(), l)
	c := l.gaveUp // not the leg: the library keeps the transaction for half a minute
	gaveUp := sync.OnceFunc(func() { close(c) })
	if !tx.OnCancel(func(*sip.Request) { gaveUp() }) { // called under the transaction's lock: it must not wait
		gaveUp()
	}
	return l, nil
}
