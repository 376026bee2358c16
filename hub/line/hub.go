// Package line is the hub's end of a seat's voice: one WebRTC connection per
// seat, set up at sign-in and kept warm, so that answering a call negotiates
// nothing. All seats share one UDP port, and one TCP port for those whose
// network blocks UDP; who reaches neither brings a WebSocket. Towards the hub
// everything is A-law; towards the seat it is what the seat asks for, and
// A-law passes through untouched. The package knows neither calls nor agents;
// package hub attaches a Line to a room of hub/conf.
package line

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"zuoxi/internal/voiceline"
)

// Sentinels of setting a line up.
var (
	ErrNoCandidate = errors.New("the answer names no address of the hub")
	ErrClosed      = errors.New("line closed")
	ErrNotWeb      = errors.New("a line over a WebSocket is not renewed but replaced")
)

// Config of the hub's voice port. Listen names addresses (never 0.0.0.0: the
// library then offers every address of the machine and connects slowly); the
// same port is opened for UDP and TCP.
type Config struct {
	Listen []string // host:port
	Log    *slog.Logger
	Now    func() time.Time
}

// Hub owns the voice port.
type Hub struct {
	Door  *Door // for voice over WebSockets
	cfg   Config
	api   *webrtc.API
	addrs []net.Addr
	close []func() error
}

// NewHub opens the port.
func NewHub(cfg Config) (*Hub, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	h := &Hub{cfg: cfg, Door: NewDoor(cfg.Now)}
	if err := h.open(); err != nil {
		_ = h.Close()
		return nil, err
	}
	return h, nil
}

func (h *Hub) open() error {
	if len(h.cfg.Listen) == 0 {
		return errors.New("no address for the voice port")
	}
	var udp []ice.UDPMux
	var tcp []ice.TCPMux
	var own []net.IP
	loopback := false
	for _, addr := range h.cfg.Listen {
		u, t, ip, err := h.listen(addr)
		if err != nil {
			return err
		}
		udp, tcp = append(udp, u), append(tcp, t)
		own, loopback = append(own, ip), loopback || ip.IsLoopback()
	}
	var se webrtc.SettingEngine
	se.SetICEUDPMux(ice.NewMultiUDPMuxDefault(udp...))
	se.SetICETCPMux(ice.NewMultiTCPMuxDefault(tcp...))
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4})
	se.SetIncludeLoopbackCandidate(loopback)
	se.SetIPFilter(func(ip net.IP) bool { return slices.ContainsFunc(own, ip.Equal) })
	// The seat that vanished is seen by its missing packets; ICE only has to
	// keep the connection long enough for it to come back on the same one.
	se.SetICETimeouts(5*time.Second, 60*time.Second, time.Second)
	var err error
	h.api, err = voiceline.NewAPI(se, h.cfg.Log)
	return err
}

// freePortTries is how often port 0 is asked for one that is free for both.
const freePortTries = 20

// listen opens one address for UDP and TCP; port 0 takes a free one for both.
func (h *Hub) listen(addr string) (ice.UDPMux, ice.TCPMux, net.IP, error) {
	uaddr, err := net.ResolveUDPAddr("udp4", addr)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("voice address %s: %w", addr, err)
	}
	uc, tl, err := bothPorts(uaddr)
	for n := 1; err != nil && uaddr.Port == 0 && n < freePortTries; n++ {
		uc, tl, err = bothPorts(uaddr)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	voiceline.Expedite(uc)
	voiceline.Expedite(tl)
	_ = uc.SetReadBuffer(1 << 20)
	_ = uc.SetWriteBuffer(1 << 20)
	log := voiceline.Log{To: h.cfg.Log}.NewLogger("ice")
	um := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: uc, Logger: log})
	tm := ice.NewTCPMuxDefault(ice.TCPMuxParams{Listener: tl, ReadBufferSize: 64, Logger: log})
	h.close = append(h.close, um.Close, uc.Close, tm.Close, tl.Close)
	local := uc.LocalAddr().(*net.UDPAddr)
	h.addrs = append(h.addrs, local)
	return um, tm, local.IP, nil
}

// bothPorts opens the UDP port and the TCP port of the same number.
func bothPorts(at *net.UDPAddr) (*net.UDPConn, *net.TCPListener, error) {
	uc, err := net.ListenUDP("udp4", at)
	if err != nil {
		return nil, nil, fmt.Errorf("voice port %s: %w", at, err)
	}
	local := uc.LocalAddr().(*net.UDPAddr)
	tl, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: local.IP, Port: local.Port})
	if err != nil {
		_ = uc.Close()
		return nil, nil, fmt.Errorf("voice port %s over TCP: %w", local, err)
	}
	return uc, tl, nil
}

// Addrs are the addresses in use.
func (h *Hub) Addrs() []net.Addr { return h.addrs }

// Close ends the port; close the lines first.
func (h *Hub) Close() error {
	var errs []error
	for _, f := range h.close {
		if err := f(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	h.close = nil
	return errors.Join(errs...)
}

// Accept answers a seat's offer with a complete answer. The line is warm when
// Ready says so.
func (h *Hub) Accept(ctx context.Context, offer string) (*Line, string, error) {
	pc, err := h.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, "", fmt.Errorf("voice connection: %w", err)
	}
	l := web(h, pc)
	answer, err := l.start(ctx, offer)
	if err != nil {
		l.Close()
		return nil, "", err
	}
	return l, answer, nil
}
