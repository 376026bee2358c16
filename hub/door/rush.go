package door

import (
	"context"
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// How many handshakes are worked on at a time, for how long one that does not
// go on keeps its place, how many may wait for one before no connection is
// accepted any more, and how often that is looked at.
const (
	rushAbreast = 32
	rushHold    = 100 * time.Millisecond
	rushWaiting = 128
	rushLook    = 2 * time.Millisecond
)

// rush keeps thousands who come at once in line. Were all of them let in
// abreast, each handshake would outlast the patience of its client, be thrown
// away and begin anew. A connection takes a place only when all of its first
// message is there, so whoever stays silent is in nobody's way.
type rush struct {
	places  chan struct{} // size rushAbreast; full: wait
	waiting atomic.Int64
}

func newRush() *rush { return &rush{places: make(chan struct{}, rushAbreast)} }

// enter waits for a place; leave gives it back.
func (r *rush) enter(ctx context.Context) (leave func(), err error) {
	r.waiting.Add(1)
	defer r.waiting.Add(-1)
	select {
	case r.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	leave = sync.OnceFunc(func() { <-r.places })
	time.AfterFunc(rushHold, leave)
	return leave, nil
}

// through is conf whose handshakes keep in line. Tickets are closed with the
// first of keys; who speaks TLS 1.2 gets none, for there they would open what
// was said.
func (r *rush) through(conf *tls.Config, keys func() [][32]byte) *tls.Config {
	line := conf.Clone()
	line.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		leave, err := r.enter(hello.Context())
		if err != nil {
			return nil, err
		}
		own, verify := conf.Clone(), conf.VerifyConnection
		own.SessionTicketsDisabled = !slices.Contains(hello.SupportedVersions, tls.VersionTLS13)
		if k := keys(); len(k) > 0 {
			own.SetSessionTicketKeys(k)
		}
		own.VerifyConnection = func(cs tls.ConnectionState) error {
			leave()
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
