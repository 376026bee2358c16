// Package link is the seat's end of the WebSocket to the hub: it dials, says
// who the seat is, keeps asking whether the other end still answers, and dials
// again. It belongs to session, which starts Run and reads Events; everything
// that happens comes through that one ordered channel. Texts are cleaned here,
// so nothing behind this door sees an escape sequence from the hub.
package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

// State is where the connection stands.
type State string

// The states of the connection. Degraded means connected but answering late.
const (
	Offline  State = "offline"
	Dialling State = "dialling"
	Greeting State = "greeting" // connected, not yet welcomed
	Online   State = "online"
	Degraded State = "degraded"
)

// Sentinels.
var (
	ErrOffline = errors.New("not connected to the hub")
	ErrBusy    = errors.New("more messages than the link takes")
	// ErrMoved ends a connection whose address this machine no longer uses.
	ErrMoved = errors.New("this machine has another address now")
)

// Event is one of StateChanged, Received and Measured.
type Event interface{ event() }

// StateChanged tells how the link stands now, and why where something failed.
type StateChanged struct {
	State State
	Err   error
	Close *wire.Bye // the hub's reason, where it gave one
}

// Received is a message of the hub, cleaned.
type Received struct{ Message wire.Message }

// Measured is a round trip, and what the hub's clock has shown.
type Measured struct {
	RTT   time.Duration
	Clock Clock
}

// Clock is one moment by our clock and by the hub's.
type Clock struct{ Ours, Hub time.Time }

// Local turns a time of the hub's into ours, as long ago or ahead as it is there.
// What has passed since is told right, whoever sets this machine's clock meanwhile:
// the result counts by the clock that nobody sets.
func (c Clock) Local(t time.Time) time.Time {
	if t.IsZero() || c.Ours.IsZero() {
		return t
	}
	return c.Ours.Add(t.Sub(c.Hub))
}

// Off is how much the hub's clock showed more than ours.
func (c Clock) Off() time.Duration { return c.Hub.Sub(c.Ours) }

func (StateChanged) event() {}
func (Received) event()     {}
func (Measured) event()     {}

// Proxy says which HTTP proxy leads to an address, nil for none.
type Proxy = func(*http.Request) (*url.URL, error)

// Network is this machine's, as far as the link wants to know.
type Network interface {
	// Watch calls changed whenever addresses or routes may have changed, until
	// ctx ends.
	Watch(ctx context.Context, changed func())
	// Source is the address with which a packet would leave; false: none would.
	Source(to netip.Addr) (netip.Addr, bool)
}

// Config of a link. Greet gives the first message of each connection; a nil
// body means: stay offline until Redial. Away says how long the seat may stay
// away from a hub that is not there, so that the herd leaves room for those who
// are waited for; it may be asked from any goroutine.
type Config struct {
	URL     string
	TLS     *tls.Config
	Proxy   Proxy // nil: none
	Greet   func() wire.Body
	Away    func() time.Duration
	Network Network // nil: changes are found by silence
	Log     *slog.Logger
}

// Timing of the link.
const (
	dialLimit   = 5 * time.Second
	knockLimit  = 2 * time.Second // for TCP alone: its third try would come after 3 s
	pingEvery   = 2 * time.Second
	lateAfter   = 2500 * time.Millisecond
	deadAfter   = 4500 * time.Millisecond
	writeLimit  = 3 * time.Second
	firstPause  = 250 * time.Millisecond
	longPause   = time.Second // what was repaired is found soon
	sendQueue   = 64
	eventQueue  = 256
	greetLimit  = 5 * time.Second
	closeLinger = 500 * time.Millisecond
)

// Link is one seat's connection over its whole life. Run owns it.
type Link struct {
	cfg    Config
	events chan Event
	redial chan struct{}
	drop   chan struct{}              // size 1: the connection speaks for somebody who is gone
	moved  chan struct{}              // size 1: the way to the hub is another one than before
	far    atomic.Pointer[netip.Addr] // the last one that answered: the hub or a proxy

	mu  sync.Mutex
	out chan []byte // nil while offline
}

// New makes a link that does nothing until Run.
func New(cfg Config) *Link {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Link{
		cfg: cfg, events: make(chan Event, eventQueue), redial: make(chan struct{}, 1), drop: make(chan struct{}, 1), moved: make(chan struct{}, 1),
	}
}

// Events is the ordered stream; it blocks the link when it is not read, so
// that nothing is lost. It is closed when Run ends.
func (l *Link) Events() <-chan Event { return l.events }

// Redial cuts a wait short, or starts dialling after Greet had nothing to say.
func (l *Link) Redial() {
	select {
	case l.redial <- struct{}{}:
	default:
	}
}

// Drop ends the connection, also one that is still being made, and goes on with
// what Greet says now. What was sent before goes out first.
func (l *Link) Drop() {
	select {
	case l.drop <- struct{}{}:
	default:
	}
}

// Send hands a message to the writer; it does not wait for the network.
func (l *Link) Send(m wire.Message) error {
	data, err := wire.Encode(m)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out == nil {
		return ErrOffline
	}
	select {
	case l.out <- data:
		return nil
	default:
		return ErrBusy
	}
}

// Run keeps the link until ctx ends.
func (l *Link) Run(ctx context.Context) {
	defer close(l.events)
	defer l.watch(ctx)()
	pause := time.Duration(0)
	for ctx.Err() == nil {
		l.forget()
		greet := l.cfg.Greet()
		if greet == nil {
			l.emit(ctx, StateChanged{State: Offline})
			if !l.wait(ctx, nil) {
				return
			}
			continue
		}
		l.emit(ctx, StateChanged{State: Dialling})
		welcomed, bye, err := l.connect(ctx, greet)
		if ctx.Err() != nil {
			return
		}
		l.emit(ctx, StateChanged{State: Offline, Err: err, Close: bye})
		if welcomed {
			pause = 0
		}
		var until <-chan time.Time
		if bye == nil || !final(bye.Code) {
			until = time.After(l.pause(pause, err))
		}
		if !l.wait(ctx, until) {
			return
		}
		pause = min(max(2*pause, firstPause), longPause)
	}
}

// forget takes back what was asked for and happens now anyway.
func (l *Link) forget() {
	select {
	case <-l.redial:
	default:
	}
	select {
	case <-l.drop:
	default:
	}
}

// final tells whether saying the same again would get the same answer: then
// the link rests until Redial, so that a wrong password is not tried twice, and
// nobody whom the hub has signed out comes back by themselves.
func final(c wire.Code) bool {
	switch c {
	case wire.CodeOK, wire.CodeCredentials, wire.CodeDisabled, wire.CodeLocked, wire.CodeElsewhere, wire.CodeMoved, wire.CodeVersion,
		wire.CodeForbidden, wire.CodeStale:
		return true
	}
	return false
}

// wait pauses until the time has come, or until Redial where there is no time.
func (l *Link) wait(ctx context.Context, until <-chan time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case <-l.redial:
		return true
	case <-until:
		return true
	case <-l.movedIf(until != nil):
		return true
	}
}

// pause is how long the link rests after a try. Where the machine answers that
// nothing listens, the network is sound and the hub down, with all its seats.
func (l *Link) pause(usual time.Duration, err error) time.Duration {
	if l.cfg.Away != nil && errors.Is(err, syscall.ECONNREFUSED) {
		if away := l.cfg.Away(); away > usual {
			return rand.N(away)
		}
	}
	return jitter(usual)
}

// jitter spreads the herd after a hub's restart.
func jitter(d time.Duration) time.Duration {
	if d == 0 {
		return 0
	}
	return d/2 + rand.N(d)
}

func (l *Link) emit(ctx context.Context, e Event) {
	select {
	case l.events <- e:
	case <-ctx.Done():
	}
}

// Dialer reaches the hub's doors; proxy may be nil.
func Dialer(conf *tls.Config, proxy Proxy) *websocket.Dialer {
	return &websocket.Dialer{
		HandshakeTimeout: dialLimit, TLSClientConfig: conf, Proxy: proxy,
		NetDialContext: (&net.Dialer{Timeout: knockLimit, KeepAlive: 5 * time.Second}).DialContext,
	}
}

// connect lives through one connection.
func (l *Link) connect(ctx context.Context, greet wire.Body) (welcomed bool, bye *wire.Bye, err error) {
	dialer := Dialer(l.cfg.TLS, l.cfg.Proxy)
	dialer.EnableCompression, dialer.Subprotocols = true, []string{wire.Subprotocol}
	dctx, cancel := l.untilMoved(ctx)
	ws, resp, err := dialer.DialContext(dctx, l.cfg.URL, http.Header{})
	cancel()
	if err != nil {
		return false, nil, fmt.Errorf("dialling the hub: %w", Handshake(resp, err))
	}
	if at, ok := host(ws.RemoteAddr()); ok {
		l.far.Store(&at)
	}
	if ws.Subprotocol() != wire.Subprotocol {
		_ = ws.Close()
		return false, &wire.Bye{Code: wire.CodeVersion}, errors.New("the hub speaks another protocol version")
	}
	return newConn(l, ws).live(ctx, greet)
}

// Handshake makes what is known of a handshake that went wrong into one error;
// nil stays nil.
func Handshake(resp *http.Response, err error) error {
	if err == nil {
		return nil
	}
	err = deviceFault(err)
	switch {
	case resp != nil && resp.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%w: %w", ErrDevice, err)
	case resp != nil:
		return fmt.Errorf("answer %d: %w", resp.StatusCode, err)
	}
	return err
}

func (l *Link) attach(out chan []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = out
}
