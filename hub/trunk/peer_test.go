package trunk

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// patience is how long a test waits for something that must happen; it is never a measure of anything.
const patience = 20 * time.Second

// rig is a running trunk with the legs that came in.
type rig struct {
	*Trunk
	t    testing.TB
	legs chan *Leg
	log  *syncBuffer
}

// syncBuffer collects log lines of several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Incoming hands the leg to the test.
func (r *rig) Incoming(l *Leg) { r.legs <- l }

// newRig starts a trunk on free ports; change may adjust the configuration.
func newRig(t testing.TB, change func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, legs: make(chan *Leg, 256), log: &syncBuffer{}}
	cfg := Config{
		Listen:   []string{"udp://127.0.0.1:0", "tcp://127.0.0.1:0"},
		Gateways: []string{"127.0.0.0/8"},
		T1:       20 * time.Millisecond, HangupWait: time.Second,
	}
	if change != nil {
		change(&cfg)
	}
	var err error
	if r.Trunk, err = New(cfg, r, slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))); err != nil {
		t.Fatal(err)
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := wait(t, ended, "the trunk's end"); err != nil {
			t.Error(err)
		}
	})
	return r
}

// leg waits for the next call.
func (r *rig) leg() *Leg {
	r.t.Helper()
	return wait(r.t, r.legs, "an incoming call")
}

// refuseAll says 486 to every call until the test ends.
func (r *rig) refuseAll() {
	stop := make(chan struct{})
	r.t.Cleanup(func() { close(stop) })
	go func() {
		for {
			select {
			case l := <-r.legs:
				_ = l.Reject(486, "")
			case <-stop:
				return
			}
		}
	}()
}

func wait[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s within %v", what, patience)
		panic("unreachable")
	}
}

// gateway is a telephone gateway written in plain text, so that the tests do not believe our own library.
type gateway struct {
	t    testing.TB
	conn net.Conn
	udp  bool
	rest []byte
	vars map[string]string
	sound
}

// sound is the gateway's RTP socket.
type sound struct{ rtp *net.UDPConn }

var callNumber atomic.Int64 // ports come back, Call-IDs must not

func (r *rig) gateway(network string) *gateway {
	r.t.Helper()
	return r.gatewayAt(network, "127.0.0.1")
}

// gatewayAt is one with an address of its own.
func (r *rig) gatewayAt(network, host string) *gateway {
	r.t.Helper()
	ip := net.ParseIP(host)
	d := net.Dialer{LocalAddr: &net.UDPAddr{IP: ip}}
	if network == "tcp" {
		d.LocalAddr = &net.TCPAddr{IP: ip}
	}
	conn, err := d.Dial(network, r.Addr(network))
	if err != nil {
		r.t.Fatal(err)
	}
	media, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close(); _ = media.Close() })
	g := &gateway{t: r.t, conn: conn, udp: network == "udp", sound: sound{media}}
	g.vars = map[string]string{
		"NET": strings.ToUpper(network), "net": network, "HUB": r.Addr(network), "ME": conn.LocalAddr().String(),
		"CALL": fmt.Sprintf("call-%d", callNumber.Add(1)), "BRANCH": fmt.Sprintf("z9hG4bK-%d", callNumber.Load()), "FROM": "<sip:13900000042@127.0.0.1>;tag=gw1",
		"TO": "<sip:12333@" + r.Addr(network) + ">", "SEQ": "1", "TARGET": "sip:12333@" + r.Addr(network), "SDP": g.sdp("sendrecv"),
	}
	return g
}

func (s sound) addr() *net.UDPAddr { return s.rtp.LocalAddr().(*net.UDPAddr) }

func (s sound) sdp(dir string) string {
	return fmt.Sprintf("v=0\r\no=gw 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=%s\r\n", s.addr().Port, dir)
}

// send fills the template and sends it. Lines end in \n in the source; lines that are empty after filling are kept.
func (g *gateway) send(template string, set ...string) {
	g.t.Helper()
	for i := 0; i+1 < len(set); i += 2 {
		g.vars[set[i]] = set[i+1]
	}
	head, body, _ := strings.Cut(strings.TrimPrefix(template, "\n"), "\n\n")
	head, body = g.fill(strings.TrimRight(head, "\n")), g.fill(body)
	msg := strings.ReplaceAll(head, "\n", "\r\n")
	if !strings.Contains(head, "Content-Length:") {
		msg += fmt.Sprintf("\r\nContent-Length: %d", len(body))
	}
	g.raw(msg + "\r\n\r\n" + body)
}

func (g *gateway) raw(msg string) {
	g.t.Helper()
	if _, err := g.conn.Write([]byte(msg)); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gateway) fill(s string) string {
	return regexp.MustCompile(`\$[A-Za-z]+`).ReplaceAllStringFunc(s, func(name string) string {
		if v, ok := g.vars[name[1:]]; ok {
			return v
		}
		return name
	})
}

// message is something the trunk sent.
type message struct {
	start  string
	header map[string]string
	body   string
}

func (m message) tag() string {
	_, tag, _ := strings.Cut(m.header["To"], "tag=")
	return tag
}

// next reads the next message; "" as wanted start takes any, otherwise messages that do not begin so are passed over.
func (g *gateway) next(want string) message {
	g.t.Helper()
	_ = g.conn.SetReadDeadline(time.Now().Add(patience))
	for {
		text, err := g.read()
		if err != nil {
			g.t.Fatalf("waiting for %q: %v", want, err)
		}
		m := parseMessage(text)
		if strings.HasPrefix(m.start, want) {
			return m
		}
	}
}

// lateAnswer is waited for an answer that should not come.
const lateAnswer = 100 * time.Millisecond

func (g *gateway) readBy(d time.Duration) (string, error) {
	_ = g.conn.SetReadDeadline(time.Now().Add(d))
	return g.read()
}

func (g *gateway) read() (string, error) {
	buf := make([]byte, 65536)
	if g.udp {
		n, err := g.conn.Read(buf)
		return string(buf[:n]), err
	}
	for {
		if head, body, ok := strings.Cut(string(g.rest), "\r\n\r\n"); ok {
			n := 0
			_, _ = fmt.Sscanf(parseMessage(head).header["Content-Length"], "%d", &n)
			if len(body) >= n {
				g.rest = []byte(body[n:])
				return head + "\r\n\r\n" + body[:n], nil
			}
		}
		n, err := g.conn.Read(buf)
		if err != nil {
			return "", err
		}
		g.rest = append(g.rest, buf[:n]...)
	}
}

func parseMessage(text string) message {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	m := message{start: lines[0], header: map[string]string{}, body: body}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		if m.header[name] == "" {
			m.header[name] = strings.TrimSpace(value)
		}
	}
	return m
}

const inviteText = `
INVITE $TARGET SIP/2.0
Via: SIP/2.0/$NET $ME;branch=$BRANCH;rport
Max-Forwards: 70
From: $FROM
To: $TO
Call-ID: $CALL
CSeq: $SEQ INVITE
Contact: <sip:gw@$ME;transport=$net>
Content-Type: application/sdp

$SDP`

const requestText = `
$METHOD $TARGET SIP/2.0
Via: SIP/2.0/$NET $ME;branch=$BRANCH;rport
Max-Forwards: 70
From: $FROM
To: $TO
Call-ID: $CALL
CSeq: $SEQ $METHOD

`

// call sets up a call and acknowledges it.
func (g *gateway) call(r *rig) (*Leg, message) {
	g.t.Helper()
	g.send(inviteText)
	l := r.leg()
	if err := l.Answer(context.Background()); err != nil {
		g.t.Fatal(err)
	}
	ok := g.next("SIP/2.0 200")
	g.vars["TO"] = ok.header["To"]
	g.ack("1")
	return l, ok
}

func (g *gateway) ack(seq string) {
	g.send(requestText, "METHOD", "ACK", "SEQ", seq, "BRANCH", "z9hG4bK-"+g.vars["CALL"]+"ack"+seq)
}

// request sends a request in the dialog.
func (g *gateway) request(method, seq string) {
	g.send(requestText, "METHOD", method, "SEQ", seq, "BRANCH", "z9hG4bK-"+g.vars["CALL"]+method+seq)
}

// remote is where a description wants its sound.
func remote(t testing.TB, m message) *net.UDPAddr {
	t.Helper()
	s, err := parseSDP([]byte(m.body))
	if err != nil {
		t.Fatalf("%v in %q", err, m.body)
	}
	return net.UDPAddrFromAddrPort(s.remote)
}

// play sends one RTP packet.
func (s sound) play(t testing.TB, to *net.UDPAddr, p rtp.Packet) {
	t.Helper()
	p.Version = 2
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.rtp.WriteTo(b, to); err != nil {
		t.Fatal(err)
	}
}

// hear reads one RTP packet.
func (s sound) hear(t testing.TB) rtp.Packet {
	t.Helper()
	buf := make([]byte, 1500)
	_ = s.rtp.SetReadDeadline(time.Now().Add(patience))
	n, err := s.rtp.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	var p rtp.Packet
	if err := p.Unmarshal(buf[:n]); err != nil {
		t.Fatal(err)
	}
	return p
}

// ended waits for the leg's end.
func ended(t *testing.T, l *Leg) End {
	t.Helper()
	wait(t, l.Done(), "end of the leg")
	return l.End()
}
