package door

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// sources bounds how many connections one address may have open at a time, so
// that a single machine cannot take the place of all the others. Over the
// bound a connection is closed before a byte is read, and counted.
type sources struct {
	most    int
	refused atomic.Uint64

	mu   sync.Mutex
	open map[netip.Addr]int
}

func newSources(most int) *sources { return &sources{most: most, open: map[netip.Addr]int{}} }

func (s *sources) enter(a netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[a] >= s.most {
		s.refused.Add(1)
		return false
	}
	s.open[a]++
	return true
}

func (s *sources) leave(a netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[a]--; s.open[a] <= 0 {
		delete(s.open, a)
	}
}

// source is the address that a connection comes from.
func source(c net.Conn) netip.Addr {
	from, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return from.AddrPort().Addr().Unmap()
}

// bounded is a listener under sources.
type bounded struct {
	net.Listener
	sources *sources
}

// Accept implements net.Listener.
func (b bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		addr := source(c)
		if !b.sources.enter(addr) {
			_ = c.Close()
			continue
		}
		return &counted{Conn: c, leave: sync.OnceFunc(func() { b.sources.leave(addr) })}, nil
	}
}

// counted leaves its place when it is closed.
type counted struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}
