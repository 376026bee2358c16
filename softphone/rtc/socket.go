package rtc

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/jitter"
)

const (
	// Voice that a stalled connection has not taken by then is old: 100 ms.
	socketQueue = 5
	reportEvery = time.Second
	socketSSRC  = 0x5A585643
)

// Socket is voice over a WebSocket, the last resort where neither UDP nor TCP
// reaches the hub's voice port: a lost packet of TCP holds up all behind it.
// It does for the phone what a Conn does once it stands.
type Socket struct {
	cfg   Config
	ws    voiceline.Frames
	queue chan *frame // the oldest goes when it is full
	last  atomic.Int64
	far   farReport
	gone  chan struct{}
	once  sync.Once
	work  sync.WaitGroup
}

type frame struct {
	n    int
	data [1500]byte
}

var framePool = sync.Pool{New: func() any { return new(frame) }}

// NewSocket takes over a WebSocket that stands. Changed is told Connected at
// once and Failed when it breaks.
func NewSocket(cfg Config, ws voiceline.Frames) *Socket {
	voiceline.Hasten(ws)
	s := &Socket{cfg: cfg, ws: ws, queue: make(chan *frame, socketQueue), gone: make(chan struct{})}
	s.work.Go(s.write)
	s.work.Go(s.read)
	return s
}

// Send queues one packet; it does not wait.
func (s *Socket) Send(h *rtp.Header, payload []byte) bool {
	h.SSRC = socketSSRC
	f := framePool.Get().(*frame)
	n, err := h.MarshalTo(f.data[:])
	if err != nil || n+len(payload) > len(f.data) {
		framePool.Put(f)
		return false
	}
	f.n = n + copy(f.data[n:], payload)
	s.put(f)
	return true
}

func (s *Socket) put(f *frame) {
	for {
		select {
		case s.queue <- f:
			return
		default:
		}
		select {
		case old := <-s.queue:
			framePool.Put(old)
		default:
		}
	}
}

// Ask asks the hub for a coding.
func (s *Socket) Ask(k adapt.Coding) {
	data := k.Bytes()
	s.control(&rtcp.ApplicationDefined{SSRC: socketSSRC, Name: voiceline.AskName, Data: data[:]})
}

func (s *Socket) control(p rtcp.Packet) {
	b, err := p.Marshal()
	if err != nil {
		return
	}
	f := framePool.Get().(*frame)
	f.n = copy(f.data[:], b)
	s.put(f)
}

// Far is the hub's last report.
func (s *Socket) Far() Report { return s.far.load() }

// LastPacket is when the hub was last heard, by jitter.Now; 0 before that.
func (s *Socket) LastPacket() time.Duration { return time.Duration(s.last.Load()) }

// Via names the way.
func (s *Socket) Via() string { return "websocket" }

func (s *Socket) write() {
	report := time.NewTicker(reportEvery)
	defer report.Stop()
	for {
		select {
		case <-s.gone:
			return
		case now := <-report.C:
			s.control(&rtcp.SenderReport{SSRC: socketSSRC, NTPTime: ntp(now)})
		case f := <-s.queue:
			_ = s.ws.SetWriteDeadline(time.Now().Add(voiceline.SocketSilent))
			err := s.ws.WriteMessage(voiceline.Binary, f.data[:f.n])
			framePool.Put(f)
			if err != nil {
				s.end()
				return
			}
		}
	}
}

func (s *Socket) read() {
	s.cfg.Changed(Connected)
	var h rtp.Header
	for {
		_ = s.ws.SetReadDeadline(time.Now().Add(voiceline.SocketSilent))
		kind, data, err := s.ws.ReadMessage()
		if err != nil {
			s.end()
			s.cfg.Changed(Failed)
			return
		}
		if kind != voiceline.Binary || len(data) < 2 {
			continue
		}
		if voiceline.IsRTCP(data) {
			s.reports(data)
			continue
		}
		skip, err := h.Unmarshal(data)
		if err != nil || !known(h.PayloadType) {
			continue
		}
		now := jitter.Now()
		s.last.Store(int64(now))
		s.cfg.Push(jitter.Packet{
			PT: h.PayloadType, Marker: h.Marker, Seq: h.SequenceNumber,
			TS: h.Timestamp, SSRC: h.SSRC, Payload: data[skip:],
		}, now)
	}
}

func (s *Socket) reports(data []byte) {
	packets, err := rtcp.Unmarshal(data)
	if err != nil {
		return
	}
	for _, p := range packets {
		s.far.told(p)
		if r, ok := p.(*rtcp.ReceiverReport); ok {
			s.far.take(r.Reports, socketSSRC)
		}
	}
}

func (s *Socket) end() {
	s.once.Do(func() {
		close(s.gone)
		_ = s.ws.Close()
	})
}

// Close ends the connection and waits for its goroutines.
func (s *Socket) Close() error {
	s.end()
	s.work.Wait()
	return nil
}
