package trunk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// TestWrongRequests: each gets the answer that RFC 3261 gives it.
func TestWrongRequests(t *testing.T) {
	t.Parallel()
	edit := func(old, new string) string {
		if !strings.Contains(inviteText, old) {
			t.Fatalf("%q is not in the INVITE", old)
		}
		return strings.Replace(inviteText, old, new, 1)
	}
	ask := func(method string) string { return strings.ReplaceAll(requestText, "$METHOD", method) }
	cases := []struct {
		name, text string
		code       int
		header     string // must be there
	}{
		{"options", ask("OPTIONS"), 200, "Allow: " + allowed},
		{"register", ask("REGISTER"), 405, "Allow: " + allowed},
		{"unheard-of method", ask("FEED"), 501, "Allow: " + allowed},
		{"foreign answers only", edit("Max-Forwards", "Accept: text/x-nothing\nMax-Forwards"), 406, ""},
		{"headers in the URI", edit("INVITE $TARGET", "INVITE sip:12333@127.0.0.1?Route=%3Csip:x%3E"), 400, ""},
		{"no call-id", edit("Call-ID: $CALL\n", ""), 400, ""},
		{"no contact", edit("Contact: <sip:gw@$ME;transport=$net>\n", ""), 400, ""},
		{"broken contact", edit("Contact: <sip:gw@$ME;transport=$net>", "Contact: <sip:[::1"), 400, ""},
		{"broken to", edit("To: $TO", "To: \"unterminated <sip:x@y>"), 400, ""},
		{"broken cseq", edit("CSeq: $SEQ INVITE", "CSeq: 99999999999 INVITE"), 400, ""},
		{"cseq of another method", edit("CSeq: $SEQ INVITE", "CSeq: 1 BYE"), 400, ""},
		{"two from", edit("To: $TO", "To: $TO\nf: <sip:1@127.0.0.1>;tag=2"), 400, ""},
		{"broken max-forwards", edit("Max-Forwards: 70", "Max-Forwards: many"), 400, ""},
		{"version 7", edit("$TARGET SIP/2.0", "$TARGET SIP/7.0"), 505, ""},
		{"strange scheme", edit("INVITE $TARGET", "INVITE http://www.example.com/"), 416, ""},
		{"required extension", edit("Max-Forwards", "Require: 100rel, nothing\nMax-Forwards"), 420, "Unsupported: 100rel, nothing"},
		{"text body", edit("application/sdp", "text/plain"), 415, "Accept: application/sdp"},
		{"packed body", edit("Content-Type", "Content-Encoding: gzip\nContent-Type"), 415, "Accept-Encoding: identity"},
		{"no SDP at all", edit("$SDP", "hello"), 400, ""},
		{"video only", edit("$SDP", "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 4000 RTP/AVP 99"), 488, ""},
		{"G.729 only", edit("$SDP", "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 4000 RTP/AVP 18"), 488, ""},
		{"named media address", edit("$SDP", "v=0\no=- 1 1 IN IP4 h\ns=-\nc=IN IP4 h.example.com\nt=0 0\nm=audio 4000 RTP/AVP 8"), 400, ""},
		{"short session", edit("Max-Forwards", "Session-Expires: 30\nMax-Forwards"), 422, "Min-SE: 90"},
		{"BYE of no dialog", strings.Replace(ask("BYE"), "To: $TO", "To: $TO;tag=nobody", 1), 481, ""},
		{"BYE without tag", ask("BYE"), 481, ""},
		{"CANCEL of nothing", ask("CANCEL"), 481, ""},
		{"re-INVITE of no dialog", edit("To: $TO", "To: $TO;tag=nobody"), 481, ""},
	}
	for _, network := range networks {
		r := newRig(t, nil)
		for i, c := range cases {
			t.Run(network+"/"+c.name, func(t *testing.T) {
				g := r.gateway(network)
				g.send(c.text, "BRANCH", fmt.Sprintf("z9hG4bK-%d", i))
				m := g.next("SIP/2.0")
				if !strings.HasPrefix(m.start, fmt.Sprintf("SIP/2.0 %d ", c.code)) {
					t.Fatalf("%s, want %d", m.start, c.code)
				}
				if name, value, ok := strings.Cut(c.header, ": "); ok && m.header[name] != value {
					t.Errorf("%s: %q, want %q", name, m.header[name], value)
				}
			})
		}
		if r.Live() != 0 || len(r.legs) != 0 {
			t.Errorf("%d legs of wrong requests", r.Live())
		}
	}
}

// TestGarbage: what is no SIP at all is dropped, and nothing of it reaches the log.
func TestGarbage(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	const secret = "13900000042"
	g := r.gateway("udp")
	for _, s := range []string{
		secret, "INVITE " + secret, "INVITE sip:" + secret + " SIP/2.0\r\n\r\n", "\x00\x00", "\r\n\r\n", "SIP/2.0 200 " + secret + "\r\n\r\n",
		"INVITE sip:" + secret + "@h SIP/2.0\r\nVia: \x1b[31m" + secret + "\r\nCall-ID: " + secret + "\r\n\r\n", strings.Repeat(secret, 2000),
	} {
		g.raw(s)
	}
	tcp := r.gateway("tcp")
	tcp.raw("nonsense " + secret + "\r\n\r\n")
	g.send(requestText, "METHOD", "OPTIONS", "BRANCH", "z9hG4bK-alive")
	g.next("SIP/2.0 200")
	if log := r.log.String(); strings.Contains(log, secret) || strings.Contains(log, "\x1b") {
		t.Errorf("the log repeats what a stranger wrote:\n%s", log)
	}
}

// TestStrangers: an address that is no gateway gets no answer over UDP and no connection over TCP.
func TestStrangers(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Gateways = []string{"127.0.0.1"} })
	from, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, _ := net.ResolveUDPAddr("udp4", r.Addr("udp"))
	g := r.gateway("udp")
	stranger := &gateway{t: t, conn: connected{from, to}, udp: true, vars: g.vars}
	stranger.send(requestText, "METHOD", "OPTIONS", "BRANCH", "z9hG4bK-s")
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	if c, err := dialer.Dial("tcp", r.Addr("tcp")); err == nil {
		_ = c.SetReadDeadline(time.Now().Add(patience))
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a stranger's connection was served")
		}
		_ = c.Close()
	}
	g.send(requestText, "METHOD", "OPTIONS", "BRANCH", "z9hG4bK-g") // comes after the stranger's, so that one was seen
	g.next("SIP/2.0 200")
	if strangers, _ := r.Refused(); strangers != 2 {
		t.Errorf("%d strangers counted, want 2", strangers)
	}
	if r.transport.Pool("udp").Size() != 2 { // the listener and the gateway
		t.Errorf("%d addresses remembered", r.transport.Pool("udp").Size())
	}
}

// connected is an unconnected socket with one destination.
type connected struct {
	*net.UDPConn
	to *net.UDPAddr
}

func (c connected) Write(b []byte) (int, error) { return c.WriteTo(b, c.to) }

// TestRepeatedInvite: a repeat is the same call, the same call by another way is a loop.
func TestRepeatedInvite(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	g.send(inviteText)
	g.send(inviteText)
	l := r.leg()
	g.send(inviteText, "BRANCH", "z9hG4bK-other-way")
	g.next("SIP/2.0 482")
	if err := l.Reject(603, ""); err != nil {
		t.Fatal(err)
	}
	g.next("SIP/2.0 603 Decline")
	if len(r.legs) != 0 {
		t.Error("one call became two")
	}
}

// TestFull: one call more than allowed is refused with a time to come back, and OPTIONS says the same.
func TestFull(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.MaxLegs = 1 })
	l, _ := r.gateway("udp").call(r)
	for _, text := range []string{inviteText, strings.ReplaceAll(requestText, "$METHOD", "OPTIONS")} {
		g := r.gateway("udp")
		g.send(text)
		if m := g.next("SIP/2.0 503"); m.header["Retry-After"] == "" {
			t.Error("503 without Retry-After")
		}
	}
	_ = l.Hangup(CauseNormal)
}

// TestGatewaysShare: a gateway that has all the calls it may have is told so as by a full trunk, and the others still
// come in; its place is free again with the end of a call.
func TestGatewaysShare(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.MaxLegs, c.GatewayLegs = 3, 1 })
	greedy := r.gateway("udp")
	l, _ := greedy.call(r)
	for _, network := range []string{"udp", "tcp"} {
		for _, text := range []string{inviteText, strings.ReplaceAll(requestText, "$METHOD", "OPTIONS")} {
			g := r.gateway(network)
			g.send(text)
			g.next("SIP/2.0 503")
		}
	}
	other, _ := r.gatewayAt("tcp", "127.0.0.2").call(r)
	greedy.request("BYE", "2")
	greedy.next("SIP/2.0 200")
	ended(t, l)
	again, _ := r.gateway("udp").call(r)
	for _, l := range []*Leg{other, again} {
		_ = l.Hangup(CauseNormal)
	}
}

// TestDrain: new calls are refused, and draining ends with the last call.
func TestDrain(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	l, _ := g.call(r)
	drained := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	go func() { drained <- r.Drain(ctx) }()
	late := r.gateway("udp")
	for i := 0; ; i++ { // until the refusing has begun
		late.send(strings.ReplaceAll(requestText, "$METHOD", "OPTIONS"), "BRANCH", fmt.Sprintf("z9hG4bK-late%d", i))
		if strings.HasPrefix(late.next("SIP/2.0").start, "SIP/2.0 503") {
			break
		}
	}
	g.request("BYE", "2")
	g.next("SIP/2.0 200")
	ended(t, l)
	if err := wait(t, drained, "drain"); err != nil {
		t.Error(err)
	}
}

// TestSilence: a far side that sends nothing for too long is gone, unless it parked us.
func TestSilence(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	silent := func(l *Leg) { // for a minute, and looked at, once the ACK is there
		for looked := make(chan bool); ; {
			l.post(func() {
				up := l.state == stateUp
				if up {
					l.media.touch(time.Now().Add(-time.Minute))
					l.listen()
				}
				looked <- up
			})
			if wait(t, looked, "a look") {
				return
			}
		}
	}
	parked := r.gateway("udp")
	held, _ := parked.call(r)
	parked.send(inviteText, "SEQ", "2", "BRANCH", "z9hG4bK-re2", "SDP", parked.sdp("inactive"))
	m := parked.next("SIP/2.0 200")
	for strings.HasPrefix(m.header["CSeq"], "1 ") { // once more, as the ACK took its time
		m = parked.next("SIP/2.0 200")
	}
	if !strings.Contains(m.body, "a=inactive") {
		t.Error(m.body)
	}
	parked.ack("2")
	g := r.gateway("udp")
	l, _ := g.call(r)
	silent(held)
	silent(l)
	g.answerTo(g.next("BYE"), "200 OK")
	if e := ended(t, l); e.By != ByTrunk || e.Cause != CauseSilence {
		t.Errorf("ended %+v", e)
	}
	select {
	case <-held.Done():
		t.Error("a parked call was ended for its silence")
	default:
	}
}

// TestLateOffer: an INVITE without a description gets our offer, the ACK brings the answer.
func TestLateOffer(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	g.send(strings.Replace(strings.Replace(inviteText, "$SDP", "", 1), "Content-Type: application/sdp\n", "", 1))
	l := r.leg()
	if err := l.Answer(context.Background()); err != nil {
		t.Fatal(err)
	}
	ok := g.next("SIP/2.0 200")
	if !strings.Contains(ok.body, "RTP/AVP 8 0 101") {
		t.Error(ok.body)
	}
	g.vars["TO"] = ok.header["To"]
	g.send(strings.Replace(inviteText, "INVITE", "ACK", 2), "BRANCH", "z9hG4bK-ack")
	g.request("OPTIONS", "2") // proves that the ACK was taken
	g.next("SIP/2.0 200 OK")
	for l.SendALaw(make([]byte, 160), true) != nil {
		g.request("OPTIONS", "2")
		g.next("SIP/2.0 200 OK")
	}
	g.hear(t)
	g.request("BYE", "3")
	ended(t, l)
}

// TestSessionTimer: the far side's wish is answered, and a session it does not refresh is ended.
func TestSessionTimer(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	g.send(strings.Replace(inviteText, "Max-Forwards", "Supported: timer\nSession-Expires: 1800\nMax-Forwards", 1))
	l := r.leg()
	if err := l.Answer(context.Background()); err != nil {
		t.Fatal(err)
	}
	ok := g.next("SIP/2.0 200")
	if ok.header["Session-Expires"] != "1800;refresher=uac" || ok.header["Require"] != "timer" {
		t.Errorf("%q %q", ok.header["Session-Expires"], ok.header["Require"])
	}
	g.vars["TO"] = ok.header["To"]
	g.ack("1")
	g.send(strings.Replace(requestText, "Max-Forwards", "Session-Expires: 900;refresher=uas\nMax-Forwards", 1), "METHOD", "UPDATE", "SEQ", "2", "BRANCH", "z9hG4bK-up")
	if up := g.next("SIP/2.0 200"); up.header["Session-Expires"] != "900;refresher=uas" || up.body != "" {
		t.Errorf("UPDATE answered %+v", up)
	}
	l.post(l.refreshSession)
	re := g.next("INVITE")
	if re.header["Session-Expires"] != "900;refresher=uac" {
		t.Errorf("refresh %+v", re.header)
	}
	g.answerTo(re, "200 OK", "Contact: <sip:gw@"+g.vars["ME"]+">")
	if ack := g.next("ACK"); ack.header["CSeq"] != strings.Replace(re.header["CSeq"], "INVITE", "ACK", 1) {
		t.Errorf("ACK %v for %v", ack.header["CSeq"], re.header["CSeq"])
	}
	g.request("BYE", "3")
	ended(t, l)
}

// TestStop: whoever is still on the line hears of it, one who rings gets 503, and the trunk is gone afterwards.
func TestStop(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	talking, ringing := r.gateway("udp"), r.gateway("tcp")
	up, _ := talking.call(r)
	ringing.send(inviteText)
	waiting := r.leg()
	closed := make(chan struct{})
	go func() { r.Close(); close(closed) }()
	talking.answerTo(talking.next("BYE"), "200 OK")
	if m := ringing.next("SIP/2.0 503"); m.header["Retry-After"] == "" {
		t.Error("503 without Retry-After")
	}
	for _, l := range []*Leg{up, waiting} {
		if e := ended(t, l); e.By != ByTrunk || e.Cause != CauseShutdown {
			t.Errorf("ended %+v", e)
		}
	}
	wait(t, closed, "end of Close")
	if _, err := net.Dial("tcp", r.Addr("tcp")); err == nil {
		t.Error("still listening")
	}
}

// TestConfig: what cannot work is said before anything is bound, in one line.
func TestConfig(t *testing.T) {
	t.Parallel()
	good := func() Config {
		return Config{Listen: []string{"udp://127.0.0.1:0"}, Gateways: []string{"127.0.0.1"}}
	}
	for name, spoil := range map[string]func(*Config){
		"no listener": func(c *Config) { c.Listen = nil }, "strange listener": func(c *Config) { c.Listen = []string{"5060"} },
		"no gateway": func(c *Config) { c.Gateways = nil }, "RTP name": func(c *Config) { c.RTP.Addr = "localhost" },
		"RTP range": func(c *Config) { c.RTP.PortMin, c.RTP.PortMax = 3, 3 }, "no password": func(c *Config) { c.Auth.User = "x" },
		"public name": func(c *Config) { c.Public = "hub" }, "proxy": func(c *Config) { c.Outbound.Proxy = "10.0.0.1" },
	} {
		c := good()
		spoil(&c)
		if _, err := New(c, nil, nil); !errors.Is(err, ErrConfig) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(good(), nil, nil); err != nil {
		t.Error(err)
	}
}
