package trunk

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"

	"zuoxi/internal/clean"
)

// crlf writes a template as it goes over the wire.
func crlf(s string) string { return strings.ReplaceAll(strings.TrimPrefix(s, "\n"), "\n", "\r\n") }

// FuzzDatagram throws bytes at a whole trunk, the library included: it must still answer afterwards.
func FuzzDatagram(f *testing.F) {
	for _, s := range slices.Concat(tortures, tortures6) {
		f.Add([]byte(crlf(s.text)))
	}
	f.Add([]byte("\r\n\r\n"))
	f.Add([]byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: 1 INVITE\r\n\r\n"))
	r := newRig(f, nil)
	r.refuseAll()
	thrower, prober := r.gateway("udp"), r.gateway("udp")
	n := 0
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 32<<10 {
			return
		}
		prober.t = t
		_, _ = thrower.conn.Write(b)
		n++
		prober.send(requestText, "METHOD", "OPTIONS", "BRANCH", fmt.Sprintf("z9hG4bK-%d", n))
		prober.next("SIP/2.0 200")
	})
}

// FuzzSDP: no description makes us panic, and what we answer to one can be read again.
func FuzzSDP(f *testing.F) {
	f.Add("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n")
	f.Add("v=0\nc=IN IP6 ::1\nm=video 1/2 RTP/AVP 99\nm=audio 4000 RTP/AVP 0\nc=IN IP4 0.0.0.0\na=rtcp-mux\n")
	f.Add("v=0\r\nm=audio 99999 RTP/AVP 8")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSDP([]byte(text))
		if err != nil {
			return
		}
		if s.codec != PCMA && s.codec != PCMU || !s.remote.IsValid() || s.remote.Port() == 0 {
			t.Fatalf("took %+v", s)
		}
		d := localSDP{peer: s, codecs: []uint8{s.codec}, events: s.events, dir: answerTo(s.dir), addr: netip.MustParseAddrPort("127.0.0.1:4000")}
		if _, err := parseSDP(d.bytes()); err != nil {
			t.Fatalf("our own answer does not parse: %v\n%s", err, d.bytes())
		}
	})
}

// FuzzIdentity: whatever stands in the headers, a party is a number and a clean line.
func FuzzIdentity(f *testing.F) {
	f.Add(`"张三" <sip:13900000042@gw>;tag=1`, `"x" <tel:+86-139-0000-0042;phone-context=+86>`, "id", "sip:12333@hub")
	f.Add(`<sip:anonymous@anonymous.invalid>;tag=1`, "sip:1@2, tel:3", "none", "tel:12333")
	f.Add("\"\x1b[31m\xff\u202e\" <sip:%31%33@gw>;tag=1", "\"\\\"\" <sips:a@b", "", "sip:12%zz@hub")
	f.Fuzz(func(t *testing.T, from, asserted, privacy, uri string) {
		text := fmt.Sprintf("INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: %s\r\nTo: <sip:x@h>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nP-Asserted-Identity: %s\r\nPrivacy: %s\r\n\r\n", uri, from, asserted, privacy)
		msg, err := sip.NewParser(sip.WithHeadersParsers(lenientHeaders())).ParseSIP([]byte(text))
		req, ok := msg.(*sip.Request)
		if err != nil || !ok || req.From() == nil || req.To() == nil {
			return
		}
		p := caller(req)
		if cleanNumber(p.Number) != p.Number || clean.Line(p.Display, maxDisplay) != p.Display || cleanNumber(called(req)) != called(req) {
			t.Fatalf("unclean %+v %q", p, called(req))
		}
		if p.Withheld && (p.Number != "" || p.Display != "") {
			t.Fatalf("a withheld number got out: %+v", p)
		}
	})
}

// FuzzSound throws packets at a leg's socket.
func FuzzSound(f *testing.F) {
	for _, p := range []rtp.Packet{
		{Header: rtp.Header{Version: 2, PayloadType: 8}, Payload: make([]byte, 160)},
		{Header: rtp.Header{Version: 2, PayloadType: 101}, Payload: []byte{1, 0x8A, 0, 160}},
		{Header: rtp.Header{Version: 2, PayloadType: 0, CSRC: []uint32{1}}, Payload: []byte{1}},
	} {
		b, _ := p.Marshal()
		f.Add(b)
	}
	f.Add([]byte{0x81, 200, 0, 6, 0, 0, 0, 1})
	f.Add([]byte{0x81, 201, 0, 1, 0, 0, 0, 1})
	f.Fuzz(func(_ *testing.T, b []byte) {
		if len(b) > maxDatagram {
			return
		}
		remote := netip.MustParseAddrPort("127.0.0.1:4000")
		m := &media{gate: &gate{}, born: time.Now()}
		m.path.Store(&path{remote: remote, codec: PCMA, events: 101, mayTalk: true, rtcpMux: true})
		m.target.Store(&remote)
		m.take(b, remote, time.Now())
		m.take(b, remote, time.Now())
		_ = m.stats()
	})
}

// FuzzInfo: bodies of INFO.
func FuzzInfo(f *testing.F) {
	f.Add("application/dtmf-relay", "Signal=5\r\nDuration=160")
	f.Add("application/dtmf", "11")
	f.Fuzz(func(t *testing.T, kind, body string) {
		if k, ok := infoKey(kind, body); ok && !strings.ContainsRune("0123456789*#ABCD", rune(k)) {
			t.Fatalf("%q is no key", k)
		}
	})
}

// FuzzHeaders: the small readers of header values.
func FuzzHeaders(f *testing.F) {
	f.Add("1800;refresher=uas", "<sip:p1;lr>, <sip:p2>")
	f.Fuzz(func(_ *testing.T, expires, route string) {
		_, _ = parseExpires(expires)
		_ = refresher(expires)
		_, _ = routeURI(route)
	})
}
