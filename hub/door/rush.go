package door

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// How many handshakes are worked on at a time, how many of them of one address,
// for how long one that does not go on keeps its place, how many may wait for
// one before no connection is accepted any more, and how often that is looked at.
const (
	rushAbreast = 32
	rushShare   = rushAbreast / 2
	rushHold    = 100 * time.Millisecond
	rushWaiting = 128
	rushLook    = 2 * time.Millisecond
)

// rush keeps thousands who come at once in line. Were all of them let in
// abreast, each handshake would outlast the patience of its client, be thrown
// away and begin anew. A connection takes a place only when all of its first
// message is there, so whoever stays silent is in nobody's way; and an address
// that says it over and over has no more than its share of the places, and
// waits for it in a line of its own.
type rush struct {
	places  chan struct{} // size rushAbreast; full: wait
	waiting atomic.Int64

	mu     sync.Mutex
	shares map[netip.Addr]*share // of those who are in or wait
}

// share is the places of one address.
type share struct {
	places chan struct{} // size rushShare; full: wait
	users  int
}

func newRush() *rush {
	return &rush{places: make(chan struct{}, rushAbreast), shares: map[netip.Addr]*share{}}
}

// enter waits for a place for as long as ctx; leave gives it back, which happens
// by itself at the end of ctx and after rushHold.
func (r *rush) enter(ctx context.Context, from netip.Addr) (leave func(), err error) {
	own := r.share(from)
	if err := take(ctx, own.places); err != nil {
		r.forgo(from, own)
		return nil, err
	}
	r.waiting.Add(1)
	err = take(ctx, r.places)
	r.waiting.Add(-1)
	if err != nil {
		<-own.places
		r.forgo(from, own)
		return nil, err
	}
	leave = sync.OnceFunc(func() { <-r.places; <-own.places; r.forgo(from, own) })
	late := time.AfterFunc(rushHold, leave)
	context.AfterFunc(ctx, func() { late.Stop(); leave() })
	return leave, nil
}

func take(ctx context.Context, places chan<- struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// share is that of an address, until forgo.
func (r *rush) share(from netip.Addr) *share {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.shares[from]
	if s == nil {
		s = &share{places: make(chan struct{}, rushShare)}
		r.shares[from] = s
	}
	s.users++
	return s
}

func (r *rush) forgo(from netip.Addr, s *share) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(r.shares, from)
	}
}

// through is conf whose handshakes keep in line. Tickets are closed with the
// first of keys; who speaks TLS 1.2 gets none, for there they would open what
// was said.
func (r *rush) through(conf *tls.Config, keys func() [][32]byte) *tls.Config {
	line := conf.Clone()
	line.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		leave, err := r.enter(hello.Context(), source(hello.Conn)) // the context ends with the handshake
		if err != nil {
			return nil, err
		}
		own, verify := conf.Clone(), conf.VerifyConnection
		own.SessionTicketsDisabled = !slices.Contains(hello.SupportedVersions, tls.VersionTLS13)
		if k := keys(); len(k) > 0 {
			own.SetSessionTicketKeys(k)
		}
		own.VerifyConnection = func(cs tls.ConnectionState) error {
			leave() // what a seat's ticket still lacks is its last message, and a herd's seats are slow with it
			return verify(cs)
		}
		return own, nil
	}
	return line
}

// patient is a listener that accepts nobody while too many wait in line: they
// wait in the system, which costs us nothing.
type patient struct {
	net.Listener
	rush *rush
}

// Accept implements net.Listener.
func (p patient) Accept() (net.Conn, error) {
	for p.rush.waiting.Load() > rushWaiting {
		<-time.After(rushLook)
	}
	return p.Listener.Accept()
}
