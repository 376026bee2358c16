package line

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"zuoxi/internal/obs"
	"zuoxi/media/adapt"
	"zuoxi/media/jitter"
)

// State is how a line stands.
type State int32

// States of a line. A lost one may become warm again by itself.
const (
	Opening State = iota
	Warm
	Lost
	Closed
)

// sendQueue holds 400 ms of packets towards a seat whose network does not take
// them; the oldest go first when it is full.
const sendQueue = 20

// Line is the voice connection of one seat.
type Line struct {
	hub *Hub
	pc  *webrtc.PeerConnection // nil over a WebSocket
	wire
	width adapt.Width // of what comes; of the goroutine that reads
	standing
	born  time.Time
	last  atomic.Int64 // when the last packet came, ns after born by the clock that nobody sets
	recv  atomic.Pointer[func(*rtp.Packet, time.Time)]
	queue chan *outgoing

	hearing  *hearing
	speaking *speaking

	drops atomic.Uint64
	work  obs.Crew
	stop  chan struct{}
	once  sync.Once
}

// standing is how a line stands, and who is told when that changes.
type standing struct {
	state atomic.Int32
	order sync.Mutex // one change after the other
	watch atomic.Pointer[func(State)]
}

// wire is the way to the seat.
type wire struct {
	write  func(*rtp.Packet) // puts a packet on it
	tell   func(*rtcp.ApplicationDefined)
	hangup func()
}

type outgoing struct {
	pkt rtp.Packet
	buf [1500]byte
}

var outgoingPool = sync.Pool{New: func() any { return new(outgoing) }}

func newLine(h *Hub) *Line {
	l := &Line{hub: h, born: h.cfg.Now(), queue: make(chan *outgoing, sendQueue), stop: make(chan struct{}), speaking: newSpeaking(), work: obs.Crew{Log: h.cfg.Log}}
	l.hearing = newHearing(h.cfg.Now, func() bool { return l.recv.Load() != nil }, l.heard)
	return l
}

// web makes a line of a WebRTC connection.
func web(h *Hub, pc *webrtc.PeerConnection) *Line {
	l := newLine(h)
	l.pc = pc
	l.hangup = func() { _ = pc.GracefulClose() }
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { l.changed() })
	pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		l.work.Go(func() { l.readReports(r) })
		defer obs.Guard(h.cfg.Log, "seat's voice", func() { l.become(Lost) }) // the seat makes a new one
		l.read(t)
	})
	return l
}

func (l *Line) start(ctx context.Context, offer string) (string, error) {
	track := &track{}
	l.write = track.write
	l.tell = func(p *rtcp.ApplicationDefined) {
		p.SSRC = track.ssrc()
		_ = l.pc.WriteRTCP([]rtcp.Packet{p})
	}
	l.work.Go(l.send)
	sender, err := l.pc.AddTrack(track)
	if err != nil {
		return "", fmt.Errorf("voice track: %w", err)
	}
	l.work.Go(func() { drain(sender) })
	return l.answer(ctx, offer)
}

// answer runs the one exchange of offer and answer, all candidates included.
func (l *Line) answer(ctx context.Context, offer string) (string, error) {
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", fmt.Errorf("seat's voice offer: %w", err)
	}
	answer, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("voice answer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(l.pc)
	if err := l.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("voice answer: %w", err)
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return "", fmt.Errorf("voice answer: %w", ctx.Err())
	}
	sdp := l.pc.LocalDescription().SDP
	if !strings.Contains(sdp, "a=candidate:") {
		return "", ErrNoCandidate
	}
	return sdp, nil
}

// Owns tells whether an offer is of the connection at the other end of this
// line: a certificate is made for each.
func (l *Line) Owns(offer string) bool {
	if l.pc == nil {
		return false
	}
	d := l.pc.RemoteDescription()
	return d != nil && fingerprint(d.SDP) != "" && fingerprint(d.SDP) == fingerprint(offer)
}

// fingerprint is the certificate's in a description, empty where there is none.
func fingerprint(sdp string) string {
	_, after, _ := strings.Cut(sdp, "a=fingerprint:")
	mark, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(mark)
}

// Restart answers an offer with new ICE credentials on the same connection:
// the seat's network changed.
func (l *Line) Restart(ctx context.Context, offer string) (string, error) {
	if State(l.state.Load()) == Closed {
		return "", ErrClosed
	}
	if l.pc == nil {
		return "", ErrNotWeb
	}
	return l.answer(ctx, offer)
}

// changed follows the connection to how it stands now. The library tells each
// change in a goroutine of its own, so that an older one may come last.
func (l *Line) changed() {
	l.order.Lock()
	defer l.order.Unlock()
	next := Opening
	switch l.pc.ConnectionState() {
	case webrtc.PeerConnectionStateConnected:
		next = Warm
	case webrtc.PeerConnectionStateDisconnected, webrtc.PeerConnectionStateFailed:
		next = Lost
	case webrtc.PeerConnectionStateClosed:
		next = Closed
	}
	l.become(next)
}

func (s *standing) become(next State) {
	if State(s.state.Swap(int32(next))) == next {
		return
	}
	if f := s.watch.Load(); f != nil {
		(*f)(next)
	}
}

// Watch sets who is told of changes of state; the callback must not block.
func (s *standing) Watch(f func(State)) { s.watch.Store(&f) }

// OnPacket sets who gets the seat's packets, one after the other; nil for
// nobody. They are A-law whatever the seat speaks, and valid during the call
// only.
func (l *Line) OnPacket(f func(*rtp.Packet, time.Time)) {
	if f == nil {
		l.recv.Store(nil)
		return
	}
	l.recv.Store(&f)
}

// State is how the line stands.
func (s *standing) State() State { return State(s.state.Load()) }

// Ready says that voice flows the moment somebody speaks.
func (s *standing) Ready() bool { return s.State() == Warm }

// LastPacket is when the seat was last heard; it sends always, silence
// included, so a missing packet means a missing seat. Zero before the first.
func (l *Line) LastPacket() time.Time {
	ns := l.last.Load()
	if ns == 0 {
		return time.Time{}
	}
	return l.born.Add(time.Duration(ns))
}

// Dropped counts packets that the seat's network did not take in time.
func (l *Line) Dropped() uint64 { return l.drops.Load() }

// came notes that a packet came.
func (l *Line) came(now time.Time) { l.last.Store(max(1, int64(now.Sub(l.born)))) }

func (l *Line) read(t *webrtc.TrackRemote) {
	buf := make([]byte, 1500)
	var pkt rtp.Packet
	for {
		n, _, err := t.Read(buf)
		if err != nil {
			return
		}
		now := l.hub.cfg.Now()
		l.came(now)
		if pkt.Unmarshal(buf[:n]) != nil {
			continue
		}
		l.measure(&pkt, jitter.Now())
		l.hearing.take(&pkt, now)
	}
}

func (l *Line) heard(p *rtp.Packet, at time.Time) {
	if f := l.recv.Load(); f != nil {
		(*f)(p, at)
	}
}

// Send takes an A-law packet towards the seat, who gets it in the coding that
// it asked for. It never blocks and keeps nothing of p.
func (l *Line) Send(p *rtp.Packet) error {
	if l.State() == Closed {
		return ErrClosed
	}
	o := outgoingPool.Get().(*outgoing)
	o.pkt = rtp.Packet{Header: p.Header}
	o.pkt.Payload = o.buf[:copy(o.buf[:], p.Payload)]
	for {
		select {
		case l.queue <- o:
			return nil
		default:
		}
		select {
		case old := <-l.queue:
			l.drops.Add(1)
			outgoingPool.Put(old)
		default:
		}
	}
}

// send is the line's one writer.
func (l *Line) send() {
	for {
		select {
		case <-l.stop:
			return
		case o := <-l.queue:
			l.speaking.take(&o.pkt, l.write)
			outgoingPool.Put(o)
		}
	}
}

// Close ends the connection and waits for its goroutines.
func (l *Line) Close() {
	l.once.Do(func() {
		l.become(Closed)
		close(l.stop)
		l.hangup()
		l.hearing.close()
		l.work.Wait()
	})
}
