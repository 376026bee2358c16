// Package citizen plays the people who phone: a SIP telephone of their own with sound, keys, a script, patience and
// an ear. It serves the demo, load, exams and mystery calls, and shares no code with the hub it calls: to the hub a
// citizen is a stranger. It promises bounded runs: every call ends with its context, its script or its patience.
package citizen

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// The SIP library logs by itself what it reads; citizens have nothing to tell. It can only be told before its use.
func init() { sip.SetDefaultLogger(slog.New(slog.DiscardHandler)) }

// ErrTarget is returned for a hotline that cannot be called.
var ErrTarget = errors.New("热线地址有误 · 拨不出去 · 请写如“sip:12333@127.0.0.1:5060”")

// LineConfig says where citizens call.
type LineConfig struct {
	// Target is the hotline: "sip:12333@127.0.0.1:5060;transport=udp".
	Target string
	// Local is the address citizens call from (default 127.0.0.1).
	Local string
	// User and Password answer a digest challenge of the hotline.
	User, Password string
}

// Line is the telephone exchange that citizens share: one SIP address from which any number of them may call.
type Line struct {
	cfg     LineConfig
	target  sip.Uri
	ua      *sipgo.UserAgent
	dialogs *sipgo.DialogClientCache
	close   func() error
	work    sync.WaitGroup

	mu    sync.Mutex
	calls map[string]*call // by Call-ID
}

// NewLine opens a line. Close it when every Run has returned.
func NewLine(cfg LineConfig) (*Line, error) {
	l := &Line{cfg: cfg, calls: map[string]*call{}}
	if l.cfg.Local == "" {
		l.cfg.Local = "127.0.0.1"
	}
	if err := sip.ParseUri(cfg.Target, &l.target); err != nil || l.target.Scheme != "sip" || l.target.Host == "" {
		return nil, fmt.Errorf("%w: %q", ErrTarget, cfg.Target)
	}
	network := l.target.UriParams.GetOr("transport", "udp")
	if network != "udp" && network != "tcp" {
		return nil, fmt.Errorf("%w: transport=%s", ErrTarget, network)
	}
	silent := slog.New(slog.DiscardHandler)
	ua, err := sipgo.NewUA(sipgo.WithUserAgent("citizen"), sipgo.WithUserAgentHostname(l.cfg.Local),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(silent)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(silent)))
	if err != nil {
		return nil, err
	}
	l.ua = ua
	if err := l.open(network, silent); err != nil {
		_ = ua.Close()
		return nil, err
	}
	return l, nil
}

// open binds the exchange's own socket: requests of the hotline arrive there.
func (l *Line) open(network string, silent *slog.Logger) error {
	server, err := sipgo.NewServer(l.ua, sipgo.WithServerLogger(silent))
	if err != nil {
		return err
	}
	server.OnBye(l.onBye)
	server.OnInvite(l.onReinvite)
	server.OnAck(func(*sip.Request, sip.ServerTransaction) {})
	server.OnOptions(func(req *sip.Request, tx sip.ServerTransaction) {
		_ = tx.Respond(sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil))
	})
	var ready <-chan struct{}
	var port int
	var serve func() error
	options := []sipgo.ClientOption{sipgo.WithClientLogger(silent), sipgo.WithClientNAT()}
	if network == "udp" {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(l.cfg.Local)})
		if err != nil {
			return fmt.Errorf("opening the citizens' line: %w", err)
		}
		_ = conn.SetReadBuffer(1 << 20)
		port = conn.LocalAddr().(*net.UDPAddr).Port
		var s *socket
		s, ready = newSocket(conn)
		l.close = s.Close
		options = append(options, sipgo.WithClientConnectionAddr(conn.LocalAddr().String()), sipgo.WithClientAddr(conn.LocalAddr().String()))
		serve = func() error { return server.ServeUDP(s) }
	} else {
		ln, err := net.Listen("tcp", net.JoinHostPort(l.cfg.Local, "0"))
		if err != nil {
			return fmt.Errorf("opening the citizens' line: %w", err)
		}
		port = ln.Addr().(*net.TCPAddr).Port
		l.close = ln.Close
		serve = func() error { return server.ServeTCP(ln) }
	}
	l.work.Go(func() { _ = serve() }) // ends with the socket
	if ready != nil {
		<-ready
	}
	client, err := sipgo.NewClient(l.ua, options...)
	if err != nil {
		_ = l.close()
		l.work.Wait()
		return err
	}
	contact := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "citizen", Host: l.cfg.Local, Port: port}}
	if network == "tcp" {
		contact.Address.UriParams.Add("transport", "tcp")
	}
	l.dialogs = sipgo.NewDialogClientCache(client, contact)
	return nil
}

// socket tells when the library has begun to read: before that it would not send by it. It falls deaf before it is
// closed: a message that finds its socket closed makes the library open another that nobody would close.
type socket struct {
	*net.UDPConn
	ready func()
	deaf  atomic.Bool
}

func newSocket(c *net.UDPConn) (*socket, <-chan struct{}) {
	ready := make(chan struct{})
	return &socket{UDPConn: c, ready: sync.OnceFunc(func() { close(ready) })}, ready
}

func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	s.ready()
	for {
		n, from, err := s.UDPConn.ReadFrom(b)
		if err != nil || !s.deaf.Load() {
			return n, from, err
		}
	}
}

func (s *socket) Close() error {
	s.deaf.Store(true)
	settle()
	return s.UDPConn.Close()
}

// settle gives the goroutines that the library starts for each message the time to end; it does not tell when they have.
func settle() { <-time.After(20 * time.Millisecond) }

// Close gives the line up.
func (l *Line) Close() error {
	err := errors.Join(l.close(), l.ua.Close())
	l.work.Wait()
	return err
}

func (l *Line) put(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[c.id] = c
}

func (l *Line) drop(c *call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.calls, c.id)
}

func (l *Line) find(req *sip.Request) *call {
	l.mu.Lock()
	defer l.mu.Unlock()
	if req.CallID() == nil {
		return nil
	}
	return l.calls[req.CallID().Value()]
}

// onBye: the hotline ends the call.
func (l *Line) onBye(req *sip.Request, tx sip.ServerTransaction) {
	c := l.find(req)
	if err := l.dialogs.ReadBye(req, tx); err != nil || c == nil {
		_ = tx.Respond(sip.NewResponseFromRequest(req, sip.StatusCallTransactionDoesNotExists, "", nil))
		return
	}
	c.hungUp(errHotline)
}

// onReinvite: the hotline refreshes the session. The citizen's sound stays where it is.
func (l *Line) onReinvite(req *sip.Request, tx sip.ServerTransaction) {
	c := l.find(req)
	if c == nil || req.To() == nil || !req.To().Params.Has("tag") {
		_ = tx.Respond(sip.NewResponseFromRequest(req, sip.StatusTemporarilyUnavailable, "Temporarily Unavailable", nil))
		return
	}
	res := sip.NewSDPResponseFromRequest(req, c.sound.offer())
	res.AppendHeader(c.contact())
	_ = tx.Respond(res)
	select { // the transaction must live until the ACK
	case <-tx.Acks():
	case <-tx.Done():
	case <-c.over.Done():
	}
}

var errHotline = errors.New("hung up by the hotline")

// dial calls the hotline and waits for the answer.
func (l *Line) dial(ctx context.Context, c *call, number string) error {
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: number, Host: l.cfg.Local}}
	from.Params.Add("tag", sip.GenerateTagN(12))
	c.id = rand.Text()
	id := sip.CallIDHeader(c.id)
	l.put(c) // before the answer: the hotline may hang up right after it
	d, err := l.dialogs.Invite(ctx, *l.target.Clone(), c.sound.offer(), from, &id, sip.NewHeader("Content-Type", "application/sdp"))
	if err != nil {
		return fmt.Errorf("calling: %w", err)
	}
	c.dialog = d
	if err := d.WaitAnswer(ctx, sipgo.AnswerOptions{Username: l.cfg.User, Password: l.cfg.Password}); err != nil {
		_ = d.Close()
		return fmt.Errorf("waiting for the answer: %w", err)
	}
	if err := d.Ack(ctx); err != nil {
		return fmt.Errorf("acknowledging: %w", err)
	}
	return c.sound.start(d.InviteResponse.Body())
}
