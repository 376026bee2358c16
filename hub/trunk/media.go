package trunk

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/obs"
	"zuoxi/media/dtmf"
	"zuoxi/media/g711"
)

const (
	comfortNoise = 13 // RFC 3389: the far side is silent, not gone
	frameTime    = 20 * time.Millisecond
	frameSamples = 160
	// relearn is how long the known source must have been silent before another one may take over.
	relearn = 500 * time.Millisecond
	// maxDatagram is more than any RTP packet of a voice call.
	maxDatagram = 1500
)

// ErrNoMedia is returned for sound sent on a leg whose sound is not agreed yet, is held, or has ended. Callers that
// send a stream may ignore it.
var ErrNoMedia = errors.New("trunk: no sound path")

// ErrNoKeys is returned by SendKey when the far side cannot receive telephone events.
var ErrNoKeys = errors.New("对方设备不支持按键 · 按键没有发出 · 请用语音告知")

// ErrKeysFull is returned by SendKey while the keys before it are still being sent.
var ErrKeysFull = errors.New("按键太快 · 后面的没有发出 · 请稍等再按")

// media is the RTP socket of one leg: one reading goroutine, and any number of senders one after the other.
type media struct {
	conn *net.UDPConn
	gate *gate
	log  *slog.Logger
	born time.Time

	path   atomic.Pointer[path]           // nil until a description was agreed
	target atomic.Pointer[netip.AddrPort] // where sound goes: the description's address, then the learned one
	known  atomic.Bool                    // target has been confirmed by a packet
	heard  atomic.Int64                   // nanoseconds after born of the last packet
	denied atomic.Int64                   // how often the far side's host said that nobody is there
	sound  atomic.Pointer[func(*rtp.Packet, time.Time)]
	keys   atomic.Pointer[func(byte, time.Time)]

	in   inStream
	out  outStream
	work obs.Crew
	done chan struct{}
}

// path is what the last exchange of descriptions agreed on.
type path struct {
	remote   netip.AddrPort
	codec    uint8
	events   uint8
	mayTalk  bool
	maySpeak bool // the far side may send; without it silence means nothing
	rtcpMux  bool
}

// openMedia binds a socket on a random even port.
func openMedia(cfg RTP, host string, g *gate, log *slog.Logger) (*media, error) {
	if cfg.Addr != "" {
		host = cfg.Addr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return nil, fmt.Errorf("RTP address %q: %w", host, err)
	}
	conn, err := bindEven(addr, cfg.PortMin, cfg.PortMax)
	if err != nil {
		return nil, err
	}
	markVoice(conn)
	m := &media{conn: conn, gate: g, log: log, born: time.Now(), work: obs.Crew{Log: log}, done: make(chan struct{})}
	m.out.ssrc, m.out.seq, m.out.ts = rand.Uint32(), uint16(rand.Uint32()), rand.Uint32()
	return m, nil
}

func bindEven(addr netip.Addr, low, high int) (*net.UDPConn, error) {
	var last error
	for range 64 {
		port := 0
		if high > 0 {
			port = low + low%2 + 2*rand.IntN(evenPorts(low, high))
		}
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, uint16(port))))
		if err != nil {
			last = err
			continue
		}
		if conn.LocalAddr().(*net.UDPAddr).Port%2 == 0 {
			return conn, nil
		}
		_ = conn.Close()
	}
	return nil, fmt.Errorf("no free RTP port: %w", last)
}

func (m *media) port() uint16 { return uint16(m.conn.LocalAddr().(*net.UDPAddr).Port) }

// start takes over what was agreed and begins to read; later calls only take over.
func (m *media) start(p path) {
	fresh := m.path.Swap(&p) == nil
	m.target.Store(&p.remote)
	m.known.Store(false)
	m.touch(time.Now())
	if fresh {
		m.work.Go(m.read)
	}
}

// close ends the sound and returns when no callback runs any more. It belongs to the goroutine that calls start.
func (m *media) close() {
	m.out.mu.Lock() // no key pacer may start any more
	close(m.done)
	m.out.mu.Unlock()
	_ = m.conn.Close()
	m.work.Wait()
}

func (m *media) touch(at time.Time) { m.heard.Store(int64(at.Sub(m.born))) }

// quiet is how long nothing was heard.
func (m *media) quiet() time.Duration {
	return time.Since(m.born) - time.Duration(m.heard.Load())
}

func (m *media) read() {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := m.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			select {
			case <-m.done:
				return
			default: // an ICMP error of the far side is not the end of the call
				m.denies(err)
				continue
			}
		}
		m.take(buf[:n], from, time.Now())
	}
}

// take tells RTCP from RTP (RFC 5761 section 4) and drops what is neither.
func (m *media) take(b []byte, from netip.AddrPort, now time.Time) {
	if len(b) >= 2 && b[1] >= 192 && b[1] <= 223 {
		m.rtcp(b, from, now)
		return
	}
	p := &m.in.packet
	if err := p.Unmarshal(b); err != nil || p.Version != 2 {
		m.in.bad.Add(1)
		return
	}
	m.packet(p, from, now)
}

// packet sorts one RTP packet. It runs in the reading goroutine.
func (m *media) packet(p *rtp.Packet, from netip.AddrPort, now time.Time) {
	path := m.path.Load()
	switch p.PayloadType {
	case PCMA, PCMU, comfortNoise, path.events:
	default:
		m.in.bad.Add(1)
		return
	}
	if !m.learn(from, path) {
		m.in.bad.Add(1)
		return
	}
	m.touch(now)
	m.in.count(p, now)
	switch p.PayloadType {
	case comfortNoise:
	case path.events:
		if key, ok := m.in.keys.Push(p.Timestamp, p.Marker, p.Payload); ok {
			if f := m.keys.Load(); f != nil {
				(*f)(key, now)
			}
		}
	case PCMU:
		g711.ULawToALaw(p.Payload, p.Payload)
		p.PayloadType = PCMA
		fallthrough
	default:
		if f := m.sound.Load(); f != nil {
			(*f)(p, now)
		}
	}
}

// learn decides whether a packet of this source is the far side's, and sends our sound back where its sound comes
// from. A stranger's packet must neither be heard nor pull our sound away.
func (m *media) learn(from netip.AddrPort, p *path) bool {
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	switch {
	case from == *m.target.Load():
	case from.Addr() != p.remote.Addr() && !m.gate.allows(from.Addr()):
		return false
	case m.known.Load() && m.quiet() < relearn:
		return false
	default:
		found := from // a copy: the common way must not allocate
		m.target.Store(&found)
	}
	m.known.Store(true)
	return true
}

// inStream is what the reading goroutine knows of the far side's stream.
type inStream struct {
	packet rtp.Packet // reused: the reading goroutine allocates nothing
	keys   dtmf.Receiver
	bad    atomic.Uint64

	mu       sync.Mutex
	ssrc     uint32
	started  bool
	base     uint16
	top      uint16
	cycles   uint32
	received uint64
	before   uint64 // expected packets of earlier SSRCs
	transit  uint32
	jitter   float64 // in samples, RFC 3550 section 6.4.1
}

func (s *inStream) count(p *rtp.Packet, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received++
	transit := uint32(now.UnixMicro()*8/1000) - p.Timestamp
	if !s.started || s.ssrc != p.SSRC {
		s.before = s.expected()
		s.started, s.ssrc, s.base, s.top, s.cycles, s.transit = true, p.SSRC, p.SequenceNumber, p.SequenceNumber, 0, transit
		s.keys.Reset()
		return
	}
	if step := int16(p.SequenceNumber - s.top); step > 0 {
		if p.SequenceNumber < s.top {
			s.cycles++
		}
		s.top = p.SequenceNumber
	}
	if p.PayloadType == PCMA || p.PayloadType == PCMU { // events repeat one timestamp
		d := float64(int32(transit - s.transit))
		s.transit = transit
		s.jitter += (max(d, -d) - s.jitter) / 16
	}
}

func (s *inStream) expected() uint64 {
	if !s.started {
		return 0
	}
	return s.before + uint64(s.cycles)<<16 + uint64(s.top) + 1 - uint64(s.base)
}

// Stats is how a leg's sound fares.
type Stats struct {
	Received uint64        // packets of the far side
	Lost     uint64        // of those that were expected
	Bad      uint64        // dropped: no RTP, wrong payload, wrong source
	Jitter   time.Duration // RFC 3550
	Sent     uint64
	// What the far side says about our sound; zero without RTCP.
	PeerLoss  float64 // 0..1 since its last report
	RoundTrip time.Duration
}

func (m *media) stats() Stats {
	s := Stats{Bad: m.in.bad.Load()}
	m.in.mu.Lock()
	s.Received = m.in.received
	if exp := m.in.expected(); exp > s.Received {
		s.Lost = exp - s.Received
	}
	s.Jitter = time.Duration(m.in.jitter * float64(time.Second) / 8000)
	m.in.mu.Unlock()
	m.out.mu.Lock()
	s.Sent, s.PeerLoss, s.RoundTrip = m.out.packets, m.out.peer.loss, m.out.peer.trip
	m.out.mu.Unlock()
	return s
}
