package line

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/jitter"
)

const socketSSRC = 0x5A585648

// socket carries a line over a WebSocket: the last resort of a seat that
// reaches nothing but the hub's TLS port.
type socket struct {
	ws       voiceline.Frames
	arrivals jitter.Arrivals
	mu       sync.Mutex // the library forbids two writers
	buf      [voiceline.MostMessage]byte
}

// AcceptSocket takes over the WebSocket of a seat that was let in; the line is
// warm at once and Closed when it breaks. The hub closes it like any other.
func (h *Hub) AcceptSocket(ws voiceline.Frames) *Line {
	voiceline.Hasten(ws)
	l := newLine(h)
	s := &socket{ws: ws}
	l.write, l.tell = s.write, s.tell
	l.hangup = func() { _ = ws.Close() }
	l.state.Store(int32(Warm))
	l.work.Go(l.send)
	l.work.Go(func() { l.readSocket(s) })
	return l
}

func (s *socket) write(p *rtp.Packet) {
	p.SSRC = socketSSRC
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := p.MarshalTo(s.buf[:])
	if err != nil {
		return
	}
	s.put(s.buf[:n])
}

// put writes one message. One that fails ends the reading too.
func (s *socket) put(b []byte) {
	_ = s.ws.SetWriteDeadline(time.Now().Add(voiceline.SocketSilent))
	if s.ws.WriteMessage(voiceline.Binary, b) != nil {
		_ = s.ws.Close()
	}
}

func (l *Line) readSocket(s *socket) {
	var pkt rtp.Packet
	for {
		_ = s.ws.SetReadDeadline(time.Now().Add(voiceline.SocketSilent))
		kind, data, err := s.ws.ReadMessage()
		if err != nil {
			l.become(Closed)
			return
		}
		if kind != voiceline.Binary || len(data) < 2 || len(data) > voiceline.MostMessage {
			continue
		}
		now := l.hub.cfg.Now()
		if voiceline.IsRTCP(data) {
			l.answerReports(s, data)
			continue
		}
		if pkt.Unmarshal(data) != nil {
			continue
		}
		l.came(now)
		s.arrivals.Add(pkt.Timestamp, voiceline.ClockOf(pkt.PayloadType), jitter.Now())
		l.measure(&pkt, jitter.Now())
		l.hearing.take(&pkt, now)
	}
}

// answerReports answers a seat's report at once, by which it measures the
// round trip, and hears what it asks for.
func (l *Line) answerReports(s *socket, data []byte) {
	packets, err := rtcp.Unmarshal(data)
	if err != nil {
		return
	}
	for _, p := range packets {
		l.asked(p)
		sr, ok := p.(*rtcp.SenderReport)
		if !ok {
			continue
		}
		rr := rtcp.ReceiverReport{SSRC: socketSSRC, Reports: []rtcp.ReceptionReport{{
			SSRC: sr.SSRC, LastSenderReport: uint32(sr.NTPTime >> 16), Jitter: uint32(s.arrivals.Jitter().Seconds() * alawRate),
		}}}
		s.control(&rr)
	}
}

func (s *socket) tell(p *rtcp.ApplicationDefined) {
	p.SSRC = socketSSRC
	s.control(p)
}

func (s *socket) control(p rtcp.Packet) {
	b, err := p.Marshal()
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(b)
}
