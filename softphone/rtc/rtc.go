// Package rtc is the seat's end of the voice line: one WebRTC connection to the
// hub, set up at sign-in and kept warm. It owns the connection, its own track,
// which changes between A-law and Opus packet by packet, and the reports of
// both directions; only the softphone uses it. It promises that received
// packets are handed on at once with their time of arrival, that Send neither
// queues nor waits, and that Close leaves no goroutine.
package rtc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"zuoxi/internal/voiceline"
	"zuoxi/media/jitter"
)

// Reasons why a connection is not to be had.
var (
	ErrNoCandidate = errors.New("the answer names no address of the hub")
	ErrClosed      = errors.New("voice connection is closed")
)

// A lost connection heals by itself while the network comes back within
// giveUp, as long as the hub keeps a call for a vanished seat and more.
const (
	disconnectAfter = 3 * time.Second
	giveUp          = 60 * time.Second
	keepAlive       = time.Second
)

// State is how the connection stands.
type State int32

// States of a connection. Lost may become Connected again; Failed does not
// without a new offer.
const (
	Opening State = iota
	Connected
	Lost
	Failed
	Closed
)

// Config of a connection.
type Config struct {
	Loopback bool // offer loopback addresses too: hub and seat on one machine
	TCPOnly  bool // leave UDP alone
	Log      *slog.Logger
	// Push takes the received packets, from one goroutine; the payload is only
	// lent. Arrivals are told on the clock of jitter.Now.
	Push func(p jitter.Packet, arrival time.Duration) bool
	// Changed is told each change of state, from the library's goroutines; it
	// must not block.
	Changed func(State)
}

// Conn is one connection. Any goroutine may use it, Send one at a time.
type Conn struct {
	cfg   Config
	pc    *webrtc.PeerConnection
	track *track
	state atomic.Int32
	order sync.Mutex   // one change of state after the other
	last  atomic.Int64 // arrival of the last packet
	heard atomic.Uint64
	far   farReport
	work  sync.WaitGroup
	once  sync.Once
}

// New makes a connection that has not spoken to anybody yet.
func New(cfg Config) (*Conn, error) {
	api, err := newAPI(cfg)
	if err != nil {
		return nil, err
	}
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, fmt.Errorf("voice connection: %w", err)
	}
	c := &Conn{cfg: cfg, pc: pc, track: newTrack()}
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { c.changed(pc.ConnectionState) })
	pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		c.work.Go(func() { c.hear(r) })
		c.read(t)
	})
	sender, err := pc.AddTrack(c.track)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("voice track: %w", err), pc.Close())
	}
	c.work.Go(func() { c.readReports(sender) })
	return c, nil
}

func newAPI(cfg Config) (*webrtc.API, error) {
	var se webrtc.SettingEngine
	sockets, err := newNet()
	if err != nil {
		return nil, fmt.Errorf("voice sockets: %w", err)
	}
	se.SetNet(sockets)
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4}
	if cfg.TCPOnly {
		networks = networks[1:]
	}
	se.SetNetworkTypes(networks)
	se.SetIncludeLoopbackCandidate(cfg.Loopback)
	se.SetICETimeouts(disconnectAfter, giveUp, keepAlive)
	return voiceline.NewAPI(se, cfg.Log)
}

// Offer is a complete offer, all addresses included. On a connection that has
// been answered before it asks for an ICE restart: the seat's network changed.
func (c *Conn) Offer(ctx context.Context) (string, error) {
	if c.State() == Closed {
		return "", ErrClosed
	}
	if d := c.pc.PendingLocalDescription(); d != nil && d.Type == webrtc.SDPTypeOffer {
		return c.pc.LocalDescription().SDP, nil // the last one found no answer: the link went down meanwhile
	}
	offer, err := c.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: c.pc.RemoteDescription() != nil})
	if err != nil {
		return "", fmt.Errorf("voice offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(c.pc)
	if err := c.pc.SetLocalDescription(offer); err != nil {
		return "", fmt.Errorf("voice offer: %w", err)
	}
	select {
	case <-gathered:
		return c.pc.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", fmt.Errorf("voice offer: %w", ctx.Err())
	}
}

// Answer takes the hub's answer to the last Offer. Without an address in it the
// library would wait for ever, so it is refused.
func (c *Conn) Answer(sdp string) error {
	if c.State() == Closed {
		return ErrClosed
	}
	if !strings.Contains(sdp, "a=candidate:") {
		return ErrNoCandidate
	}
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
		return fmt.Errorf("hub's voice answer: %w", err)
	}
	return nil
}

// State is how the connection stands.
func (c *Conn) State() State { return State(c.state.Load()) }

// changed follows the connection to how it stands now. The library tells each
// change in a goroutine of its own, so that an older one may come last.
func (c *Conn) changed(now func() webrtc.PeerConnectionState) {
	c.order.Lock()
	defer c.order.Unlock()
	next := Opening
	switch now() {
	case webrtc.PeerConnectionStateConnected:
		next = Connected
	case webrtc.PeerConnectionStateDisconnected:
		next = Lost
	case webrtc.PeerConnectionStateFailed:
		next = Failed
	case webrtc.PeerConnectionStateClosed:
		next = Closed
	}
	// Closed is the end, whatever the library reports late.
	if c.State() == Closed {
		return
	}
	if State(c.state.Swap(int32(next))) != next && c.cfg.Changed != nil {
		c.cfg.Changed(next)
	}
}

// Via says how the packets travel: "udp", "tcp", or empty before they do.
func (c *Conn) Via() string {
	for _, s := range c.pc.GetSenders() {
		pair, err := s.Transport().ICETransport().GetSelectedCandidatePair()
		if err == nil && pair != nil {
			return pair.Local.Protocol.String()
		}
	}
	return ""
}

// Close ends the connection and waits for its goroutines.
func (c *Conn) Close() error {
	var err error
	c.once.Do(func() {
		c.changed(func() webrtc.PeerConnectionState { return webrtc.PeerConnectionStateClosed })
		err = c.pc.GracefulClose()
		c.work.Wait()
	})
	return err
}
