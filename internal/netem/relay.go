package netem

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	largest   = 2048    // bytes of a datagram; more would not pass a real link
	readSpace = 1 << 20 // of the sockets, so that a burst is not lost by accident
	mostFlows = 256     // who speaks first beyond that is not served
	mostWait  = 100_000 // packets under way in one direction; beyond that they are lost
	noSeed    = 12333   // of a Config without one
)

// Config of a relay.
type Config struct {
	Listen string // host:port, empty for a free port of the loopback
	Target string // host:port that packets are sent on to
	Seed   uint64
	// Pass sees every packet before the network does; what it returns goes on,
	// nil does not. It is called from one goroutine per flow and direction and
	// may change p in place.
	Pass func(d Direction, p []byte, at time.Time) []byte
}

// Relay passes packets between whoever writes to it and its target; each such
// address is a flow of its own, with a port of its own towards the target.
type Relay struct {
	cfg    Config
	conn   *net.UDPConn
	target *net.UDPAddr
	terms  [2]atomic.Pointer[terms]
	cut    atomic.Bool

	mu     sync.Mutex
	flows  map[netip.AddrPort]*flow
	closed bool
	stats  [2]Stats
	work   sync.WaitGroup
}

// flow is one address that speaks to the relay.
type flow struct {
	up   *net.UDPConn
	lane [2]*lane
}

// New starts a relay that changes nothing yet.
func New(cfg Config) (*Relay, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.Seed == 0 {
		cfg.Seed = noSeed
	}
	target, err := net.ResolveUDPAddr("udp", cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("relay's target: %w", err)
	}
	addr, err := net.ResolveUDPAddr("udp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("relay's address: %w", err)
	}
	conn, err := net.ListenUDP("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("opening the relay: %w", err)
	}
	_ = conn.SetReadBuffer(readSpace) // less is enough when nothing bursts
	r := &Relay{cfg: cfg, conn: conn, target: target, flows: map[netip.AddrPort]*flow{}}
	r.Set(Profile{}, Profile{})
	r.work.Go(r.listen)
	return r, nil
}

// Addr is where the relay listens.
func (r *Relay) Addr() netip.AddrPort { return r.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// Set changes the network from the next packet on; the dice begin anew.
func (r *Relay) Set(up, down Profile) { r.Reset(r.cfg.Seed, up, down) }

// Reset is Set with another seed.
func (r *Relay) Reset(seed uint64, up, down Profile) {
	r.terms[Up].Store(&terms{up, seed})
	r.terms[Down].Store(&terms{down, seed})
}

// Cut pulls the cable, or plugs it in again. What is under way is lost.
func (r *Relay) Cut(on bool) { r.cut.Store(on) }

// Move gives everybody who speaks to the relay another address towards the
// target, as a new lease or another network does. What is under way is lost.
func (r *Relay) Move() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for from, f := range r.flows {
		f.close()
		delete(r.flows, from)
	}
}

// Stats counts what has passed since the beginning.
func (r *Relay) Stats() (up, down Stats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats[Up], r.stats[Down]
}

// Close ends the relay and loses what is under way.
func (r *Relay) Close() error {
	r.mu.Lock()
	r.closed = true
	err := r.conn.Close()
	for _, f := range r.flows {
		f.close()
	}
	r.mu.Unlock()
	r.work.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("closing the relay: %w", err)
	}
	return nil
}

func (f *flow) close() {
	_ = f.up.Close()
	f.lane[Up].close()
	f.lane[Down].close()
}

// listen takes what comes from outside and finds its flow.
func (r *Relay) listen() {
	buf := make([]byte, largest)
	for {
		n, from, err := r.conn.ReadFromUDPAddrPort(buf)
		now := time.Now()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // a port that nobody listens on any more is told by ICMP
		}
		if f := r.flow(from); f != nil {
			r.pass(Up, f.lane[Up], buf[:n], now)
		}
	}
}

func (r *Relay) flow(from netip.AddrPort) *flow {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.flows[from]; f != nil || r.closed || len(r.flows) >= mostFlows {
		return f
	}
	up, err := net.DialUDP("udp", nil, r.target)
	if err != nil {
		return nil
	}
	_ = up.SetReadBuffer(readSpace)
	n := uint64(2 * len(r.flows))
	f := &flow{up: up}
	f.lane[Up] = newLane(judge{flow: n}, func(p []byte) { r.send(func() { _, _ = up.Write(p) }) })
	f.lane[Down] = newLane(judge{flow: n + 1}, func(p []byte) {
		r.send(func() { _, _ = r.conn.WriteToUDPAddrPort(p, from) })
	})
	r.flows[from] = f
	r.work.Go(f.lane[Up].run)
	r.work.Go(f.lane[Down].run)
	r.work.Go(func() { r.answers(f) })
	return f
}

// answers takes what the target sends back.
func (r *Relay) answers(f *flow) {
	buf := make([]byte, largest)
	for {
		n, err := f.up.Read(buf)
		now := time.Now()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			r.pass(Down, f.lane[Down], buf[:n], now)
		}
	}
}

// send is the moment a packet leaves: a line cut meanwhile has lost it.
func (r *Relay) send(write func()) {
	if !r.cut.Load() {
		write()
	}
}

// pass puts a packet on its way.
func (r *Relay) pass(d Direction, l *lane, p []byte, now time.Time) {
	if r.cfg.Pass != nil {
		if p = r.cfg.Pass(d, p, now); p == nil {
			return
		}
	}
	kind := kindOf(p)
	s := l.judge.decide(r.terms[d].Load(), kind, len(p), now)
	s.lost = s.lost || r.cut.Load()
	r.count(d, kind, p, s)
	if s.lost {
		return
	}
	l.give(p, s.due)
	if s.double {
		l.give(p, s.due)
	}
}

func (r *Relay) count(d Direction, kind int, p []byte, s sentence) {
	r.mu.Lock()
	defer r.mu.Unlock()
	st := &r.stats[d]
	st.Packets++
	if kind == voice {
		st.Voice[p[1]&0x7f]++
	}
	switch {
	case s.lost:
		st.Lost++
	case s.late:
		st.Late++
	}
	if s.double && !s.lost {
		st.Doubled++
	}
}
