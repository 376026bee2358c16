package trunk

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
	"github.com/pion/rtp"
)

// answering is a UDP socket that writes to whoever it last read from.
type answering struct {
	*net.UDPConn
	last *net.UDPAddr
}

func (a *answering) Read(b []byte) (int, error) {
	n, from, err := a.ReadFromUDP(b)
	if err == nil {
		a.last = from
	}
	return n, err
}

func (a *answering) Write(b []byte) (int, error) { return a.WriteTo(b, a.last) }

// farEnd is a gateway that is called, and the trunk that calls it.
func farEnd(t *testing.T, network string, change func(*Config)) (*rig, *gateway) {
	t.Helper()
	far := &gateway{t: t, udp: network == "udp", vars: map[string]string{}}
	var addr string
	accepted := make(chan net.Conn, 1)
	if far.udp {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		far.conn, addr = &answering{UDPConn: conn}, conn.LocalAddr().String()
		t.Cleanup(func() { _ = conn.Close() })
	} else {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr = l.Addr().String()
		t.Cleanup(func() { _ = l.Close() })
		go func() {
			if c, err := l.Accept(); err == nil {
				accepted <- c
			}
		}()
	}
	media, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = media.Close() })
	far.sound = sound{media}
	r := newRig(t, func(c *Config) {
		c.Outbound = Outbound{Proxy: "sip:" + addr + ";transport=" + network, Number: "057112333"}
		if change != nil {
			change(c)
		}
	})
	if !far.udp {
		far.conn = &lazyConn{accepted: accepted}
		t.Cleanup(func() { _ = far.conn.Close() })
	}
	return r, far
}

// lazyConn is the connection that will come.
type lazyConn struct {
	net.Conn
	accepted chan net.Conn
}

func (c *lazyConn) SetReadDeadline(t time.Time) error {
	if c.Conn == nil {
		select {
		case c.Conn = <-c.accepted:
		case <-time.After(patience):
			return errors.New("nobody connected")
		}
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *lazyConn) Close() error {
	if c.Conn == nil {
		return nil
	}
	return c.Conn.Close()
}

type dialled struct {
	leg *Leg
	err error
}

func (r *rig) dial(ctx context.Context, opts DialOpts) <-chan dialled {
	out := make(chan dialled, 1)
	go func() {
		l, err := r.Dial(ctx, "138-0000-0001", opts)
		out <- dialled{l, err}
	}()
	return out
}

// answerSDP answers the INVITE with a description of the far end's sound.
func (g *gateway) answerSDP(m message, status string, extra ...string) {
	g.t.Helper()
	g.answerBody(m, status, g.sdp("sendrecv"), extra...)
}

func (g *gateway) answerBody(m message, status, body string, extra ...string) {
	g.t.Helper()
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, h := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		v := m.header[h]
		if h == "To" && !strings.Contains(v, "tag=") && !strings.HasPrefix(status, "100") {
			v += ";tag=far"
		}
		b.WriteString(h + ": " + v + "\r\n")
	}
	for _, e := range extra {
		b.WriteString(e + "\r\n")
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	b.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	g.raw(b.String())
}

func (g *gateway) contact() string { return "Contact: <sip:far@" + g.here() + ">" }

func (g *gateway) here() string { return g.conn.LocalAddr().String() }

func TestDial(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			r, far := farEnd(t, network, nil)
			progress := make(chan int, 4)
			out := r.dial(context.Background(), DialOpts{OnProgress: func(_ *Leg, code int, sound bool) {
				if sound {
					code = -code
				}
				progress <- code
			}})
			inv := far.next("INVITE sip:13800000001@")
			if !strings.Contains(inv.header["From"], "<sip:057112333@") {
				t.Errorf("From %q", inv.header["From"])
			}
			far.answerTo(inv, "180 Ringing")
			if c := wait(t, progress, "180"); c != 180 {
				t.Errorf("progress %d", c)
			}
			far.answerSDP(inv, "183 Session Progress", far.contact())
			if c := wait(t, progress, "183"); c != -183 {
				t.Errorf("progress %d", c)
			}
			far.answerSDP(inv, "200 OK", far.contact())
			d := wait(t, out, "answer")
			if d.err != nil {
				t.Fatal(d.err)
			}
			first := far.next("ACK")
			far.answerSDP(inv, "200 OK", far.contact()) // our ACK was lost
			if again := far.next("ACK"); again.header["CSeq"] != first.header["CSeq"] {
				t.Errorf("ACK %q after %q", again.header["CSeq"], first.header["CSeq"])
			}
			if err := d.leg.SendALaw(make([]byte, 160), false); err != nil {
				t.Fatal(err)
			}
			far.hear(t)
			sounds := make(chan byte, 4)
			d.leg.OnPacket(func(p *rtp.Packet, _ time.Time) { sounds <- p.Payload[0] })
			far.play(t, remote(t, inv), rtp.Packet{Header: rtp.Header{PayloadType: 8}, Payload: []byte{3}})
			if wait(t, sounds, "sound") != 3 {
				t.Error("wrong sound")
			}
			if err := d.leg.Hangup(CauseNormal); err != nil {
				t.Fatal(err)
			}
			far.answerTo(far.next("BYE"), "200 OK")
			if e := ended(t, d.leg); e.By != ByHub || e.Cause != CauseNormal {
				t.Errorf("ended %+v", e)
			}
		})
	}
}

// TestDialFarHangsUp: the called party ends the call; its CSeq starts at its own number.
func TestDialFarHangsUp(t *testing.T) {
	t.Parallel()
	r, far := farEnd(t, "udp", nil)
	out := r.dial(context.Background(), DialOpts{})
	inv := far.next("INVITE")
	far.answerSDP(inv, "200 OK", far.contact())
	d := wait(t, out, "answer")
	if d.err != nil {
		t.Fatal(d.err)
	}
	far.next("ACK")
	far.vars = map[string]string{
		"METHOD": "BYE", "TARGET": "sip:hub@" + r.Addr("udp"), "NET": "UDP", "ME": far.here(), "BRANCH": "z9hG4bK-f", "SEQ": "1",
		"FROM": inv.header["To"] + ";tag=far", "TO": inv.header["From"], "CALL": inv.header["Call-ID"],
	}
	far.send(requestText)
	far.next("SIP/2.0 200")
	if e := ended(t, d.leg); e.By != ByCaller {
		t.Errorf("ended %+v", e)
	}
}

func TestDialOutcomes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		status string
		want   error
	}{
		{"486 Busy Here", ErrBusy}, {"600 Busy Everywhere", ErrBusy}, {"603 Decline", ErrDeclined}, {"480 Temporarily Unavailable", ErrNoAnswer},
		{"404 Not Found", ErrUnreachable}, {"503 Service Unavailable", ErrUnreachable}, {"302 Moved", ErrUnreachable}, {"401 Unauthorized", ErrUnreachable},
	}
	r, far := farEnd(t, "udp", nil)
	for _, c := range cases {
		out := r.dial(context.Background(), DialOpts{})
		inv := far.next("INVITE")
		far.answerTo(inv, c.status)
		d := wait(t, out, "outcome")
		var de *DialError
		if !errors.Is(d.err, c.want) || !errors.As(d.err, &de) || strconv.Itoa(de.Code) != c.status[:3] || d.leg != nil {
			t.Errorf("%s: %v", c.status, d.err)
		}
		far.next("ACK")
	}
	if _, err := r.Dial(context.Background(), "12a", DialOpts{}); !errors.Is(err, ErrBadNumber) {
		t.Error(err)
	}
}

// TestDialNobody: a gateway that does not answer at all.
func TestDialNobody(t *testing.T) {
	t.Parallel()
	r, far := farEnd(t, "udp", nil)
	out := r.dial(context.Background(), DialOpts{})
	inv := far.next("INVITE")
	if d := wait(t, out, "outcome"); !errors.Is(d.err, ErrUnreachable) || !errors.Is(d.err, errNoReply) {
		t.Error(d.err)
	}
	// It answers after all: somebody is on the line whom nobody expects any more.
	far.answerSDP(inv, "200 OK", far.contact())
	far.next("ACK")
	far.next("BYE")
}

// TestDialNoAnswer: it rings and rings.
func TestDialNoAnswer(t *testing.T) {
	t.Parallel()
	r, far := farEnd(t, "udp", nil)
	out := r.dial(context.Background(), DialOpts{RingTimeout: 50 * time.Millisecond})
	inv := far.next("INVITE")
	far.answerTo(inv, "180 Ringing")
	cancel := far.next("CANCEL")
	if cancel.header["Via"] != inv.header["Via"] {
		t.Error("CANCEL by another way")
	}
	far.answerTo(cancel, "200 OK")
	far.answerTo(inv, "487 Request Terminated")
	far.next("ACK")
	if d := wait(t, out, "outcome"); !errors.Is(d.err, ErrNoAnswer) {
		t.Error(d.err)
	}
}

// TestDialCancelled: the hub gives up; the far side answers in the same moment and is hung up on.
func TestDialCancelled(t *testing.T) {
	t.Parallel()
	r, far := farEnd(t, "udp", nil)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out := r.dial(ctx, DialOpts{})
	inv := far.next("INVITE")
	cancel()
	far.answerTo(inv, "180 Ringing") // only now a CANCEL may be sent
	far.answerTo(far.next("CANCEL"), "200 OK")
	far.answerSDP(inv, "200 OK", far.contact())
	far.next("ACK")
	far.answerTo(far.next("BYE"), "200 OK")
	if d := wait(t, out, "outcome"); !errors.Is(d.err, context.Canceled) {
		t.Error(d.err)
	}
}

func TestDialFull(t *testing.T) {
	t.Parallel()
	r, far := farEnd(t, "udp", func(c *Config) { c.MaxLegs = 1 })
	out := r.dial(context.Background(), DialOpts{})
	inv := far.next("INVITE")
	if _, err := r.Dial(context.Background(), "1", DialOpts{}); !errors.Is(err, ErrTrunkFull) {
		t.Error(err)
	}
	far.answerTo(inv, "486 Busy Here")
	wait(t, out, "outcome")
}

// TestDialDies: a gateway that took our call is gone without BYE.
func TestDialDies(t *testing.T) {
	t.Parallel()
	r, far := farEnd(t, "udp", func(c *Config) { c.RTP.Silence = 50 * time.Millisecond })
	out := r.dial(context.Background(), DialOpts{})
	inv := far.next("INVITE")
	far.answerSDP(inv, "183 Session Progress", far.contact())
	far.answerSDP(inv, "200 OK", far.contact())
	d := wait(t, out, "answer")
	if d.err != nil {
		t.Fatal(d.err)
	}
	far.next("ACK")
	far.answerTo(far.next("BYE"), "200 OK")
	if e := ended(t, d.leg); e.By != ByTrunk || e.Cause != CauseSilence {
		t.Errorf("ended %+v", e)
	}
}

// TestDialDigest: the gateway asks who we are, once with a proxy's and once with a server's challenge.
func TestDialDigest(t *testing.T) {
	t.Parallel()
	r, far := farEnd(t, "udp", func(c *Config) { c.Outbound.User, c.Outbound.Password = "hub", "secret" })
	for _, c := range [][3]string{{"407 Proxy Authentication Required", "Proxy-Authenticate", "Proxy-Authorization"}, {"401 Unauthorized", "WWW-Authenticate", "Authorization"}} {
		out := r.dial(context.Background(), DialOpts{})
		inv := far.next("INVITE")
		ch := &digest.Challenge{Realm: "gw", Nonce: "n1", Algorithm: "SHA-256", QOP: []string{"auth"}}
		far.answerTo(inv, c[0], c[1]+": "+ch.String())
		far.next("ACK")
		again := far.next("INVITE")
		cred, err := digest.ParseCredentials(again.header[c[2]])
		if err != nil {
			t.Fatal(err)
		}
		want, _ := digest.Digest(ch, digest.Options{Method: "INVITE", URI: cred.URI, Username: "hub", Password: "secret", Cnonce: cred.Cnonce, Count: cred.Nc})
		if cred.Response != want.Response || again.header["CSeq"] != "2 INVITE" || again.header["Via"] == inv.header["Via"] {
			t.Errorf("answered the challenge with %+v", again.header)
		}
		far.answerTo(again, c[0], c[1]+": "+ch.String()) // wrong all the same: not a third time
		if d := wait(t, out, "outcome"); !errors.Is(d.err, ErrUnreachable) && !errors.Is(d.err, ErrDeclined) {
			t.Error(d.err)
		}
	}
}

// TestAuth: a gateway must prove who it is; a proof serves once.
func TestAuth(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Auth = Auth{User: "gw", Password: "secret"} })
	for i, algorithm := range []string{"SHA-256", "MD5"} {
		g := r.gateway("udp")
		g.send(inviteText)
		m := g.next("SIP/2.0 401")
		ch, err := digest.ParseChallenge(m.header["WWW-Authenticate"])
		if err != nil {
			t.Fatal(err)
		}
		ch.Algorithm = algorithm
		try := func(seq, password string) {
			cred, err := digest.Digest(ch, digest.Options{Method: "INVITE", URI: "sip:12333@hub", Username: "gw", Password: password})
			if err != nil {
				t.Fatal(err)
			}
			g.send(strings.Replace(inviteText, "Max-Forwards", "Authorization: "+cred.String()+"\nMax-Forwards", 1), "SEQ", seq, "BRANCH", "z9hG4bK-a"+seq)
		}
		try("2", "guess")
		g.next("SIP/2.0 401")
		try("3", "secret")
		if err := r.leg().Reject(486, ""); err != nil {
			t.Fatal(err)
		}
		g.next("SIP/2.0 486")
		try("4", "secret")
		if m := g.next("SIP/2.0 401"); !strings.Contains(m.header["WWW-Authenticate"], "stale=true") {
			t.Errorf("replay %d: %v", i, m.header)
		}
	}
}
