// Package trunk is the hub's telephone side: SIP signalling and RTP towards the gateways of the telephone network.
//
// It owns the listeners, the dialogs, the RTP sockets and every timer that belongs to them; the hub core is its only
// user. It promises one Leg per call with one ending, an answer to every request an allowed gateway may send, silence
// towards everybody else, sound handed over in the goroutine that read it (A-law whatever the gateway speaks), and
// logs without one byte of a datagram. It knows nothing of menus, queues or seats.
package trunk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"zuoxi/internal/obs"
)

// Handler receives the calls that come in.
type Handler interface {
	// Incoming is called in a goroutine of its own for each new call, before any answer was given. The leg lives
	// until its Done channel closes; a handler that returns without an answer leaves the caller waiting. It must
	// return once the leg is done: Run waits for it.
	Incoming(leg *Leg)
}

// Errors of the trunk as a whole.
var (
	ErrClosed = errors.New("中继已停止 · 不能再通话 · 请重新启动枢纽")
	ErrConfig = errors.New("中继配置有误")
)

// Trunk serves the SIP listeners of one hub.
type Trunk struct {
	cfg     Config
	handler Handler
	log     *slog.Logger

	gate      *gate
	auth      *challenger
	tags      *tagger
	legs      *table
	transport *sip.TransportLayer
	tx        *sip.TransactionLayer
	points    []*point // bound listeners, set once by Listen
	work      obs.Crew
	refused   atomic.Uint64
	stop      context.CancelCauseFunc
	life      context.Context
	ending    sync.Once
	down      atomic.Int64 // since when the gateway does not answer, in Unix nanoseconds; 0: it does
}

// point is one listener with what peers must know to reach it.
type point struct {
	network string // "udp" or "tcp"
	host    string // bind address as configured
	port    int    // real port, also when 0 was configured
	packets net.PacketConn
	streams net.Listener
	ready   chan struct{} // closed when the listener serves
}

// New checks the configuration and binds nothing yet. The handler may be nil for a trunk that only dials.
func New(cfg Config, h Handler, log *slog.Logger) (*Trunk, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	g, err := newGate(cfg.Gateways)
	if err != nil {
		return nil, err
	}
	t := &Trunk{cfg: cfg, handler: h, log: log, gate: g, tags: newTagger(), legs: newTable(cfg.MaxLegs, cfg.GatewayLegs), work: obs.Crew{Log: log}}
	t.auth = newChallenger(cfg, t.tags)
	t.life, t.stop = context.WithCancelCause(context.Background())
	t.build()
	return t, nil
}

// Listen binds every listener. Run calls it; a caller that needs the real ports first may call it itself.
func (t *Trunk) Listen() error {
	if len(t.points) > 0 {
		return nil
	}
	for _, spec := range t.cfg.Listen {
		p, err := t.bind(spec)
		if err != nil {
			t.unbind()
			return err
		}
		t.points = append(t.points, p)
	}
	return nil
}

func (t *Trunk) bind(spec string) (*point, error) {
	network, host, port, err := parseListen(spec)
	if err != nil {
		return nil, err
	}
	family := "4"
	if strings.Contains(host, ":") {
		family = "6"
	}
	addr := net.JoinHostPort(host, port)
	p := &point{network: network, host: host, ready: make(chan struct{})}
	if network == "udp" {
		udpAddr, err := net.ResolveUDPAddr("udp"+family, addr)
		if err != nil {
			return nil, fmt.Errorf("%w · listen %q 地址无法解析 · 请改成“udp://地址:端口”: %w", ErrConfig, spec, err)
		}
		conn, err := net.ListenUDP("udp"+family, udpAddr)
		if err != nil {
			return nil, fmt.Errorf("SIP 端口 %s 打不开 · 电话进不来 · 请检查是否被占用: %w", addr, err)
		}
		// A burst of calls must wait in the kernel, not be lost there; a smaller limit of the system is accepted.
		_ = conn.SetReadBuffer(receiveBuffer)
		_ = conn.SetWriteBuffer(receiveBuffer)
		p.port = conn.LocalAddr().(*net.UDPAddr).Port
		p.packets = &gatedPackets{UDPConn: conn, gate: t.gate, tags: t.tags, ready: sync.OnceFunc(func() { close(p.ready) })}
		return p, nil
	}
	l, err := net.Listen("tcp"+family, addr)
	if err != nil {
		return nil, fmt.Errorf("SIP 端口 %s 打不开 · 电话进不来 · 请检查是否被占用: %w", addr, err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	p.streams = newGatedStreams(l, t.gate)
	close(p.ready) // calls of ours dial their own connection
	return p, nil
}

// Addr tells where the first listener of the network ("udp", "tcp") can be reached, or "".
func (t *Trunk) Addr(network string) string {
	for _, p := range t.points {
		if p.network == network {
			return net.JoinHostPort(p.host, fmt.Sprint(p.port))
		}
	}
	return ""
}

// Run serves until ctx ends, then refuses new calls, ends the remaining ones with BYE and closes everything.
// It returns nil on an orderly stop.
func (t *Trunk) Run(ctx context.Context) error {
	if err := t.Listen(); err != nil {
		return err
	}
	failed := make(chan error, len(t.points)) // one slot each: a listener never blocks on its way out
	for _, p := range t.points {
		t.work.Go(func() { failed <- t.serve(p) })
	}
	t.work.Go(t.watch)
	t.log.Info("trunk serving", "listeners", len(t.points))
	var err error
	select {
	case <-ctx.Done():
	case <-t.life.Done():
	case err = <-failed:
	}
	t.shutdown()
	return err
}

func (t *Trunk) serve(p *point) (err error) {
	defer obs.Guard(t.log, "SIP "+p.network, func() { // without its telephone side a hub is no use: it ends, and is started again
		err = fmt.Errorf("SIP %s 出错停下 · 电话进不来 · 请重新启动枢纽", p.network)
	})
	if p.packets != nil {
		err = t.transport.ServeUDP(p.packets)
	} else {
		err = t.transport.ServeTCP(p.streams)
	}
	if t.life.Err() != nil || errors.Is(err, net.ErrClosed) {
		return nil
	}
	if err == nil {
		err = net.ErrClosed
	}
	return fmt.Errorf("SIP %s 监听中断 · 电话进不来 · 请重新启动枢纽: %w", p.network, err)
}

// Close stops the trunk and returns when nothing of it is left. Run returns too.
func (t *Trunk) Close() {
	t.stop(ErrClosed)
	t.shutdown()
}

// Drain refuses new calls with 503 and waits until the last one has ended or ctx is done.
func (t *Trunk) Drain(ctx context.Context) error {
	t.legs.refuse()
	select {
	case <-t.legs.idle():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Live is the number of legs that have not ended.
func (t *Trunk) Live() int { return t.legs.count() }

// Refused counts datagrams and connections of strangers that were dropped before parsing, and requests turned down.
func (t *Trunk) Refused() (strangers, requests uint64) {
	return t.gate.dropped.Load(), t.refused.Load()
}

// shutdown ends everything, once; whoever comes second waits for the first.
func (t *Trunk) shutdown() { t.ending.Do(t.end) }

func (t *Trunk) end() {
	t.legs.refuse()
	for _, l := range t.legs.all() {
		l.post(func() { _ = l.hangup(End{By: ByTrunk, Cause: CauseShutdown}) }) // a refusal that cannot be sent ends the leg too
	}
	limit := time.NewTimer(t.cfg.HangupWait + time.Second)
	defer limit.Stop()
	select {
	case <-t.legs.idle():
	case <-limit.C:
		t.log.Warn("trunk stopping with calls that did not answer BYE", "legs", t.legs.count())
	}
	t.stop(ErrClosed)
	for _, l := range t.legs.all() {
		l.post(func() { l.finish(End{By: ByTrunk, Cause: CauseShutdown}) })
	}
	<-t.legs.idle()
	t.gate.shut.Store(true)
	settle()
	t.unbind()
	t.tx.Close()
	_ = t.transport.Close()
	t.work.Wait()
	settle()
	_ = t.transport.Close()
}

// settle gives the goroutines that the library starts for each message the time to end: it does not tell when they
// have, and one that finds its socket closed opens another that nobody would close.
func settle() { <-time.After(20 * time.Millisecond) }

func (t *Trunk) unbind() {
	for _, p := range t.points {
		if p.packets != nil {
			_ = p.packets.Close()
		} else {
			_ = p.streams.Close()
		}
	}
}
