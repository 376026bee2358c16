package trunk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxStreams bounds the TCP connections of all gateways together.
	maxStreams = 256
	// acceptPause is waited when the system has no file descriptor left for a connection.
	acceptPause = 50 * time.Millisecond
)

// gate knows the gateways. Its decision is made on the address alone, before a byte is parsed: the library would
// remember every source it ever read from.
type gate struct {
	nets    []netip.Prefix
	shut    atomic.Bool // nobody may speak any more
	dropped atomic.Uint64
}

func newGate(list []string) (*gate, error) {
	g := &gate{}
	for _, s := range list {
		if p, err := netip.ParsePrefix(s); err == nil {
			g.nets = append(g.nets, p.Masked())
			continue
		}
		if a, err := netip.ParseAddr(s); err == nil {
			g.nets = append(g.nets, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", s)
		cancel()
		if err != nil {
			return nil, fmt.Errorf("%w · 网关 %q 既不是地址也查不到名字 · 它的来电会被丢弃 · 请改成 IP 或网段: %w", ErrConfig, s, err)
		}
		for _, a := range addrs {
			g.nets = append(g.nets, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
		}
	}
	return g, nil
}

func (g *gate) allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range g.nets {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// gatedPackets is a UDP listener that only ever returns datagrams of gateways. The library ends its read loop on
// any error, so only the closing of the socket is passed on.
type gatedPackets struct {
	*net.UDPConn
	gate  *gate
	tags  *tagger
	ready func() // called at the first read: from then on the library sends by this socket too
}

func (p *gatedPackets) ReadFrom(b []byte) (int, net.Addr, error) {
	p.ready()
	for {
		n, from, err := p.ReadFromUDPAddrPort(b)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return 0, nil, err
			}
			continue
		}
		if p.gate.shut.Load() {
			continue
		}
		if !p.gate.allows(from.Addr()) {
			p.gate.dropped.Add(1)
			continue
		}
		if code := broken(b[:n]); code != 0 {
			if answer := badRequest(code, b[:n], p.tags.make("broken", string(b[:n]))); answer != nil {
				_, _ = p.WriteToUDPAddrPort(answer, from) // a lost one is asked for again
			}
			continue
		}
		return n, net.UDPAddrFromAddrPort(netip.AddrPortFrom(from.Addr().Unmap(), from.Port())), nil
	}
}

// gatedStreams accepts connections of gateways only, and no more than maxStreams at a time.
type gatedStreams struct {
	net.Listener
	gate   *gate
	open   atomic.Int32
	closed chan struct{}
	once   sync.Once
}

func newGatedStreams(l net.Listener, g *gate) *gatedStreams {
	return &gatedStreams{Listener: l, gate: g, closed: make(chan struct{})}
}

func (s *gatedStreams) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Listener.Close()
}

func (s *gatedStreams) Accept() (net.Conn, error) {
	for {
		c, err := s.Listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil, err
			}
			select { // out of descriptors, most likely; the listener must survive it
			case <-s.closed:
				return nil, net.ErrClosed
			case <-time.After(acceptPause):
			}
			continue
		}
		from, ok := c.RemoteAddr().(*net.TCPAddr)
		if !ok || s.gate.shut.Load() || !s.gate.allows(from.AddrPort().Addr()) || s.open.Load() >= maxStreams {
			s.gate.dropped.Add(1)
			_ = c.Close()
			continue
		}
		s.open.Add(1)
		return &stream{Conn: c, leave: sync.OnceFunc(func() { s.open.Add(-1) })}, nil
	}
}

// stream counts itself out when it is closed and never lets a write block for long.
type stream struct {
	net.Conn
	leave func()
}

func (s *stream) Write(b []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return 0, err
	}
	return s.Conn.Write(b)
}

func (s *stream) Close() error {
	s.leave()
	return s.Conn.Close()
}
