package trunk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
)

var networks = []string{"udp", "tcp"}

func TestCallerHangsUp(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			g := r.gateway(network)
			g.send(inviteText)
			l := r.leg()
			if err := l.Ring(); err != nil {
				t.Fatal(err)
			}
			ringing := g.next("SIP/2.0 180")
			if err := l.Answer(context.Background()); err != nil {
				t.Fatal(err)
			}
			ok := g.next("SIP/2.0 200")
			if ringing.tag() == "" || ringing.tag() != ok.tag() {
				t.Errorf("tags differ: %q in 180, %q in 200", ringing.tag(), ok.tag())
			}
			if l.Caller() != (Party{Number: "13900000042"}) || l.Called() != "12333" {
				t.Errorf("caller %+v called %q", l.Caller(), l.Called())
			}
			g.vars["TO"] = ok.header["To"]
			g.ack("1")
			g.request("BYE", "2")
			g.next("SIP/2.0 200")
			if e := ended(t, l); e.By != ByCaller || e.Cause != CauseNormal || e.At.IsZero() {
				t.Errorf("ended %+v", e)
			}
			g.request("BYE", "3")
			g.next("SIP/2.0 481")
			if r.Live() != 0 {
				t.Errorf("%d legs left", r.Live())
			}
		})
	}
}

func TestHubHangsUp(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			g := r.gateway(network)
			l, _ := g.call(r)
			if err := l.Hangup(CauseNormal); err != nil {
				t.Fatal(err)
			}
			bye := g.next("BYE")
			g.answerTo(bye, "200 OK")
			if e := ended(t, l); e.By != ByHub || e.Cause != CauseNormal {
				t.Errorf("ended %+v", e)
			}
			if err := l.Hangup(CauseNormal); !errors.Is(err, ErrEnded) {
				t.Errorf("second hangup: %v", err)
			}
		})
	}
}

// answerTo answers a request of the trunk.
func (g *gateway) answerTo(m message, status string, extra ...string) {
	g.t.Helper()
	g.answerBody(m, status, "", extra...)
}

// TestByeFollowsAck: a hang-up between the 200 and its ACK must not overtake the ACK.
func TestByeFollowsAck(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.T1 = 500 * time.Millisecond })
	g := r.gateway("udp")
	g.send(inviteText)
	l := r.leg()
	if err := l.Answer(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := l.Hangup("closing"); err != nil {
		t.Fatal(err)
	}
	g.vars["TO"] = g.next("SIP/2.0 200").header["To"]
	g.ack("1")
	g.answerTo(g.next("BYE"), "200 OK")
	if e := ended(t, l); e.By != ByHub || e.Cause != "closing" {
		t.Errorf("ended %+v", e)
	}
}

// TestNoAck: the 200 is repeated, then the call is ended with BYE.
func TestNoAck(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.T1 = 40 * time.Millisecond })
	g := r.gateway("udp")
	g.send(inviteText)
	l := r.leg()
	if err := l.Answer(context.Background()); err != nil {
		t.Fatal(err)
	}
	first := g.next("SIP/2.0 200")
	for range 3 {
		if again := g.next("SIP/2.0 200"); again.tag() != first.tag() || again.body != first.body {
			t.Fatal("a repeat differs")
		}
	}
	g.answerTo(g.next("BYE"), "200 OK")
	if e := ended(t, l); e.By != ByTrunk || e.Cause != CauseNoAck {
		t.Errorf("ended %+v", e)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			g := r.gateway(network)
			g.send(inviteText)
			l := r.leg()
			if err := l.Ring(); err != nil {
				t.Fatal(err)
			}
			ringing := g.next("SIP/2.0 180")
			g.send(requestText, "METHOD", "CANCEL")
			var tags []string
			for range 2 { // the 200 to CANCEL and the 487 to INVITE, in either order
				m := g.next("SIP/2.0")
				for strings.HasPrefix(m.start, "SIP/2.0 180") {
					m = g.next("SIP/2.0")
				}
				tags = append(tags, m.tag())
			}
			if want := []string{ringing.tag(), ringing.tag()}; !slices.Equal(tags, want) {
				t.Errorf("tags %q, want %q", tags, want)
			}
			g.vars["TO"] += ";tag=" + ringing.tag()
			g.send(requestText, "METHOD", "ACK")
			if e := ended(t, l); e.By != ByCaller || e.Cause != CauseCancelled {
				t.Errorf("ended %+v", e)
			}
			if err := l.Answer(context.Background()); err == nil {
				t.Error("a cancelled call was answered")
			}
		})
	}
}

func TestReject(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	g.send(inviteText)
	l := r.leg()
	if err := l.Reject(486, "队列已满"); err != nil {
		t.Fatal(err)
	}
	if m := g.next("SIP/2.0 486"); m.start != "SIP/2.0 486 队列已满" {
		t.Error(m.start)
	}
	if e := ended(t, l); e.By != ByHub || e.SIPCode != 486 {
		t.Errorf("ended %+v", e)
	}
}

// TestReinvite: hold and unhold, the repeated 200, and a late ACK of the older INVITE.
func TestReinvite(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	l, _ := g.call(r)
	held := make(chan bool, 4)
	l.OnHold(func(h bool) { held <- h })
	g.send(inviteText, "SEQ", "2", "BRANCH", "z9hG4bK-re2", "SDP", g.sdp("sendonly"))
	ok := g.next("SIP/2.0 200")
	if !strings.Contains(ok.body, "a=recvonly") || !wait(t, held, "hold") {
		t.Errorf("hold answered with %q", ok.body)
	}
	g.ack("1") // late
	if again := g.next("SIP/2.0 200"); again.header["CSeq"] != "2 INVITE" {
		t.Errorf("no repeat of the 200: %v", again.start)
	}
	g.ack("2")
	if err := l.SendALaw(make([]byte, 160), true); !errors.Is(err, ErrNoMedia) {
		t.Errorf("sound on hold: %v", err)
	}
	g.send(inviteText, "SEQ", "3", "BRANCH", "z9hG4bK-re3", "SDP", g.sdp("sendrecv"))
	if m := g.next("SIP/2.0 200"); m.header["CSeq"] != "3 INVITE" {
		m = g.next("SIP/2.0 200")
	}
	g.ack("3")
	if wait(t, held, "unhold") {
		t.Error("still held")
	}
	g.request("BYE", "2")
	g.next("SIP/2.0 500")
	g.request("BYE", "4")
	g.next("SIP/2.0 200")
	ended(t, l)
}

// TestSound: both directions, µ-law, keys, and an address learned from the first packet.
func TestSound(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	other := r.gateway("udp") // a NAT: the sound comes from a port the description did not name
	g.send(strings.ReplaceAll(inviteText, "Content-Type", "P-Asserted-Identity: \"张三\\\" x\" <tel:+86-139-0000-0043>\nContent-Type"))
	l := r.leg()
	type heard struct {
		payload byte
		kind    uint8
	}
	sounds, keys := make(chan heard, 16), make(chan byte, 16)
	l.OnPacket(func(p *rtp.Packet, _ time.Time) { sounds <- heard{p.Payload[0], p.PayloadType} })
	l.OnKey(func(k byte, _ time.Time) { keys <- k })
	if err := l.Answer(context.Background()); err != nil {
		t.Fatal(err)
	}
	if p := l.Caller(); p.Number != "+8613900000043" || p.Display != `张三" x` {
		t.Errorf("caller %+v", p)
	}
	ok := g.next("SIP/2.0 200")
	to := remote(t, ok)
	if to.Port%2 != 0 {
		t.Errorf("odd RTP port %d", to.Port)
	}
	if err := l.SendALaw([]byte{1, 2}, false); err != nil {
		t.Fatal(err)
	}
	first := g.hear(t)
	other.play(t, to, rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: 1, Timestamp: 160, SSRC: 7}, Payload: []byte{0x55}})
	if h := wait(t, sounds, "sound"); h != (heard{0x55, 8}) {
		t.Errorf("heard %+v", h)
	}
	for seq := range uint16(3) {
		other.play(t, to, rtp.Packet{Header: rtp.Header{PayloadType: 101, SequenceNumber: 2 + seq, Timestamp: 320, SSRC: 7, Marker: seq == 0}, Payload: []byte{10, 10, 0, 160}})
	}
	other.play(t, to, rtp.Packet{Header: rtp.Header{PayloadType: 0, SequenceNumber: 5, Timestamp: 480, SSRC: 7}, Payload: []byte{0xFF}})
	if k := wait(t, keys, "key"); k != '*' {
		t.Errorf("key %c", k)
	}
	if h := wait(t, sounds, "µ-law sound"); h != (heard{0xD5, 8}) {
		t.Errorf("µ-law silence came as %+v", h)
	}
	if err := l.Send(&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 99, SequenceNumber: 500, Timestamp: 7}, Payload: []byte{9}}); err != nil {
		t.Fatal(err)
	}
	second := other.hear(t)
	if second.SSRC != first.SSRC || second.SequenceNumber != first.SequenceNumber+1 || second.Timestamp == first.Timestamp || second.PayloadType != 8 {
		t.Errorf("stream broke: %v then %v", first.Header, second.Header)
	}
	if len(keys) > 0 {
		t.Error("one press was reported twice")
	}
	if s := l.Stats(); s.Received != 5 || s.Lost != 0 || s.Sent != 2 {
		t.Errorf("stats %+v", s)
	}
}

// TestKeysOut: RFC 4733 packets in the place of sound.
func TestKeysOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	l, _ := g.call(r)
	for _, k := range []byte("5#") {
		if err := l.SendKey(k); err != nil {
			t.Fatal(err)
		}
	}
	var got []byte
	for last := byte(0xFF); len(got) < 2; {
		p := g.hear(t)
		if p.PayloadType != 101 {
			t.Fatalf("payload type %d", p.PayloadType)
		}
		if p.Payload[0] != last {
			got = append(got, p.Payload[0])
		}
		last = p.Payload[0]
	}
	if !slices.Equal(got, []byte{5, 11}) {
		t.Errorf("keys %v", got)
	}
	if err := l.SendKey('x'); err == nil {
		t.Error("x is no key")
	}
}
