package trunk

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// build sets the library's layers up. Only its transports and transactions are used; dialogs are ours, because the
// library's do not own the ACK timer, the re-INVITE or the order of requests.
func (t *Trunk) build() {
	log := slog.New(newRedactor(t.log.Handler()))
	parser := sip.NewParser(sip.WithHeadersParsers(lenientHeaders()))
	t.transport = sip.NewTransportLayer(net.DefaultResolver, parser, nil, sip.WithTransportLayerLogger(log))
	t.transport.OnMessage(t.tagMessage) // before the transaction layer's own handler
	t.tx = sip.NewTransactionLayer(t.transport,
		sip.WithTransactionLayerLogger(log),
		sip.WithTransactionLayerUnhandledResponseHandler(t.onStray))
	t.tx.OnRequest(func(req *sip.Request, tx *sip.ServerTx) { t.onRequest(req, tx) })
}

// lenientHeaders are the library's header parsers, except that a header that does not parse is kept as text. The
// library would drop the whole message in silence; this way the request gets its 400.
func lenientHeaders() sip.HeadersParser {
	out := sip.HeadersParser{}
	for name, parse := range sip.DefaultHeadersParser() {
		out[name] = func(header []byte, data string) (sip.Header, error) {
			h, err := parse(header, data)
			if err == nil || err.Error() == "comma detected" { // the library's unexported way to say "more to come"
				return h, err
			}
			return sip.NewHeader(string(header), data), nil
		}
	}
	return out
}

// tagger makes our dialog tags from what identifies the request, so that every answer of ours to one request, also
// those the library makes by itself (100, 487, the 200 to CANCEL), carries the same tag.
type tagger struct{ key [32]byte }

func newTagger() *tagger {
	t := &tagger{}
	_, _ = rand.Read(t.key[:]) // never fails since Go 1.24
	return t
}

func (t *tagger) make(parts ...string) string {
	m := hmac.New(sha256.New, t.key[:])
	for _, p := range parts {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(m.Sum(nil)[:8])
}

// forRequest is the To tag of our answers to a request outside of a dialog; "" when the request is too broken.
func (t *tagger) forRequest(req *sip.Request) string {
	if req.CallID() == nil || req.From() == nil || req.Via() == nil {
		return ""
	}
	branch, _ := req.Via().Params.Get("branch")
	from, _ := req.From().Params.Get("tag")
	return t.make("in", req.CallID().Value(), from, branch)
}

// forCall is the From tag of a call of ours.
func (t *tagger) forCall(callID string) string { return t.make("out", callID) }

// tagMessage runs in the reading goroutine, before a transaction exists that could read the message too.
func (t *Trunk) tagMessage(msg sip.Message) {
	req, ok := msg.(*sip.Request)
	if !ok || req.To() == nil || req.From() == nil {
		return
	}
	tidy(req.To().Params)
	tidy(req.From().Params)
	if req.Method == sip.ACK || req.To().Params.Has("tag") {
		return
	}
	if tag := t.tags.forRequest(req); tag != "" {
		req.To().Params.Add("tag", tag)
	}
}

// tidy takes the white space away that may stand around "=" and that the library leaves in names and values.
func tidy(p sip.HeaderParams) {
	for i := range p {
		p[i].K, p[i].V = strings.ToLower(strings.TrimSpace(p[i].K)), strings.TrimSpace(p[i].V)
	}
}

// isInitial says whether the request stands outside of a dialog: its To tag is the one that tagMessage gave it.
func (t *Trunk) isInitial(req *sip.Request) bool {
	tag, _ := req.To().Params.Get("tag")
	return tag == t.tags.forRequest(req)
}

// point finds the listener that a message of the network came by or should leave by.
func (t *Trunk) point(network string) *point {
	for _, p := range t.points {
		if strings.EqualFold(p.network, network) {
			return p
		}
	}
	return nil
}

var errNoListener = errors.New("trunk: no listener of that network")

// hostFor is the address of ours that a peer can reach.
func (t *Trunk) hostFor(bound, peer string) string {
	if t.cfg.Public != "" {
		return t.cfg.Public
	}
	return localHost(bound, peer)
}

// localHost is the bound address, or the one that the system would send from when every address is bound.
func localHost(bound, peer string) string {
	if ip := net.ParseIP(bound); ip != nil && !ip.IsUnspecified() {
		return bound
	}
	host, _, err := net.SplitHostPort(peer)
	if err != nil {
		host = peer
	}
	conn, err := net.Dial("udp", net.JoinHostPort(host, "9")) // asks the routing table, sends nothing
	if err != nil {
		return "127.0.0.1"
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).IP.String()
}

// contact is our address as the peer at the other end of network should use it.
func (t *Trunk) contact(network, peer, user string) (*sip.ContactHeader, error) {
	p := t.point(network)
	if p == nil {
		return nil, errNoListener
	}
	u := sip.Uri{Scheme: "sip", User: user, Host: t.hostFor(p.host, peer), Port: p.port}
	if p.network == "tcp" {
		u.UriParams.Add("transport", "tcp")
	}
	return &sip.ContactHeader{Address: u}, nil
}

// via is a fresh Via for a request of ours.
func via(network string, contact *sip.ContactHeader) *sip.ViaHeader {
	v := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: strings.ToUpper(network),
		Host: contact.Address.Host, Port: contact.Address.Port,
	}
	v.Params.Add("branch", sip.GenerateBranchN(16))
	v.Params.Add("rport", "")
	return v
}

// route sets where a request of ours leaves and arrives: by the listener's own socket over UDP, so that answers find
// the way back through a firewall; over TCP on the connection the peer opened, when it still stands.
func (t *Trunk) route(req *sip.Request, network, peer string, to sip.Uri) error {
	p := t.point(network)
	if p == nil {
		return errNoListener
	}
	req.SetTransport(strings.ToUpper(network))
	port := to.Port
	if port == 0 {
		port = sip.DefaultPort(network)
	}
	dest := net.JoinHostPort(strings.Trim(to.Host, "[]"), fmt.Sprint(port))
	if p.network == "udp" {
		req.Laddr = sip.Addr{IP: p.packets.LocalAddr().(*net.UDPAddr).IP, Port: p.port}
		// A peer behind a NAT writes an address into its Contact that leads nowhere; where its INVITE came from
		// does. A Contact at a gateway we know is believed.
		if ip, err := netip.ParseAddr(strings.Trim(to.Host, "[]")); peer != "" && (err != nil || !t.gate.allows(ip)) {
			dest = peer
		}
	} else if peer != "" {
		if c, err := t.transport.GetConnection("tcp", peer); err == nil && c != nil {
			_, _ = c.TryClose() // gives back the reference the look-up took
			dest = peer
		}
	}
	req.SetDestination(dest)
	return nil
}

// send starts a client transaction and hands its responses, repeats of a 2xx included, to the leg's goroutine. onEnd
// is called instead of a final response when there was none. The library blocks a transaction whose responses nobody
// reads, so this reads until it is over.
func (t *Trunk) send(l *Leg, req *sip.Request, onResponse func(*sip.Response), onEnd func(error)) (*sip.ClientTx, error) {
	ctx, cancel := context.WithTimeout(t.life, t.cfg.HangupWait) // bounds name look-up and TCP connect
	defer cancel()
	tx, err := t.tx.Request(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("sending %s: %w", req.Method, err)
	}
	tx.OnRetransmission(func(res *sip.Response) { l.post(func() { onResponse(res) }) })
	t.work.Go(func() {
		for {
			select {
			case res := <-tx.Responses():
				l.post(func() { onResponse(res) })
				if !res.IsProvisional() {
					if req.Method != sip.INVITE { // an INVITE's transaction stays to acknowledge repeats
						tx.Terminate()
					}
					return
				}
			case <-tx.Done():
				l.post(func() { onEnd(tx.Err()) })
				return
			}
		}
	})
	return tx, nil
}
