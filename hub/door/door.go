// Package door is the way into the hub by network: its own certificate
// authority with the pairing code that seats pin, the TLS listener for seats
// and administrators, plain text on loopback only, and the Unix socket that
// only the hub's owner can open. The hub uses it; it knows no protocol above
// HTTP. It promises that nothing in plain text leaves the machine and that a
// seat which was paired once knows the hub again after every renewal.
package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"zuoxi/internal/obs"
)

// Named failures of opening.
var (
	ErrPlainOutside = errors.New("plain text is for loopback only")
	ErrBusy         = errors.New("the address is in use")
)

const (
	headerWait = 5 * time.Second // the handshake of TLS included
	bodyWait   = 10 * time.Second
	idleWait   = 30 * time.Second
	maxHeader  = 16 << 10
	perSource  = 512
)

// Set is the open listeners of one hub.
type Set struct {
	log     *slog.Logger
	sources *sources
	servers []*http.Server
	opened  []net.Listener
	wait    sync.WaitGroup
}

// NewSet makes an empty set.
func NewSet(log *slog.Logger) *Set { return &Set{log: log, sources: newSources(perSource)} }

// PerSource bounds the connections that one address may have open; it must be
// said before a door is opened.
func (s *Set) PerSource(most int) { s.sources = newSources(most) }

// Refused is how many connections were closed because their address had too
// many.
func (s *Set) Refused() uint64 { return s.sources.refused.Load() }

// TLS opens addr behind a lock.
func (s *Set) TLS(addr string, l Lock, h http.Handler) (net.Addr, error) {
	ln, err := listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	shorten(ln)
	srv, line := s.server(h), newRush()
	srv.TLSConfig = line.through(l.Config(), l.ticketKeys)
	s.serve(srv, ln, func() error { return srv.ServeTLS(bounded{patient{ln, line}, s.sources}, "", "") })
	return ln.Addr(), nil
}

// Plain opens addr without TLS; anything but loopback is refused.
func (s *Set) Plain(addr string, h http.Handler) (net.Addr, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", addr, err)
	}
	if !Loopback(host) {
		return nil, fmt.Errorf("address %q: %w", addr, ErrPlainOutside)
	}
	ln, err := listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	srv := s.server(h)
	s.serve(srv, ln, func() error { return srv.Serve(bounded{ln, s.sources}) })
	return ln.Addr(), nil
}

// Socket opens a Unix socket with mode 0600. A socket left behind by a dead
// hub is replaced; one that answers is not.
func (s *Set) Socket(path string, h http.Handler) error {
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = c.Close()
		return fmt.Errorf("socket %s: %w", path, ErrBusy)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing the old socket: %w", err)
	}
	ln, err := ownSocket(path)
	if err != nil {
		return err
	}
	srv := s.server(h)
	s.serve(srv, ln, func() error { return srv.Serve(ln) })
	return nil
}

// Loopback tells whether a host name or address stays on this machine.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (s *Set) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: s.guarded(h), ReadHeaderTimeout: headerWait, ReadTimeout: bodyWait, IdleTimeout: idleWait, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // handshakes of strangers are no news
	}
}

// guarded lets nothing of a panic's value get into the log, where the server
// would put it.
func (s *Set) guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer obs.Guard(s.log, "door", nil)
		h.ServeHTTP(w, r)
	})
}

func (s *Set) serve(srv *http.Server, ln net.Listener, run func() error) {
	s.servers = append(s.servers, srv)
	s.opened = append(s.opened, ln)
	s.wait.Go(func() {
		if err := run(); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("listener ended", "addr", ln.Addr().String(), "err", err)
		}
	})
}

// Close ends all listeners and waits. Upgraded connections are not the
// listeners' any more: their owner ends them.
func (s *Set) Close(ctx context.Context) {
	for _, srv := range s.servers {
		if srv.Shutdown(ctx) != nil {
			_ = srv.Close()
		}
	}
	s.wait.Wait()
}

func listen(network, addr string) (net.Listener, error) {
	ln, err := net.Listen(network, addr)
	if err == nil {
		return ln, nil
	}
	if inUse(err) {
		return nil, fmt.Errorf("listening on %s: %w", addr, ErrBusy)
	}
	return nil, fmt.Errorf("listening on %s: %w", addr, err)
}
