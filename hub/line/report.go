package line

import (
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"zuoxi/media/adapt"
	"zuoxi/media/jitter"
	"zuoxi/media/opus"
)

// askName is the RTCP application packet (RFC 3550 section 6.7) by which a
// seat asks for a coding; its data is adapt.Coding's Bytes.
const askName = "ZXCD"

// honest measures the jitter of a seat's voice and puts it into the library's
// receiver reports: the library counts in one clock, and codecs with two take
// turns on the line.
type honest struct {
	interceptor.NoOp
	arrivals jitter.Arrivals
}

type honestFactory struct{}

// NewInterceptor implements interceptor.Factory.
func (honestFactory) NewInterceptor(string) (interceptor.Interceptor, error) { return &honest{}, nil }

// BindRemoteStream implements interceptor.Interceptor.
func (h *honest) BindRemoteStream(_ *interceptor.StreamInfo, r interceptor.RTPReader) interceptor.RTPReader {
	var head rtp.Header
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, attr, err := r.Read(b, a)
		if err != nil {
			return n, attr, err
		}
		if _, bad := head.Unmarshal(b[:n]); bad == nil {
			h.arrivals.Add(head.Timestamp, clockOf(head.PayloadType), jitter.Now())
		}
		return n, attr, nil
	})
}

func clockOf(pt uint8) int {
	if pt == PayloadOpus {
		return opus.Clock
	}
	return alawRate
}

// BindRTCPWriter implements interceptor.Interceptor.
func (h *honest) BindRTCPWriter(w interceptor.RTCPWriter) interceptor.RTCPWriter {
	return interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, a interceptor.Attributes) (int, error) {
		units := uint32(h.arrivals.Jitter().Seconds() * alawRate)
		for _, p := range packets {
			if r, ok := p.(*rtcp.ReceiverReport); ok {
				for i := range r.Reports {
					r.Reports[i].Jitter = units
				}
			}
		}
		return w.Write(packets, a)
	})
}

// readReports hears what the seat asks for. The library's own reports live on
// being read, too.
func (l *Line) readReports(r *webrtc.RTPReceiver) {
	for {
		packets, _, err := r.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			l.asked(p)
		}
	}
}

func (l *Line) asked(p rtcp.Packet) {
	app, ok := p.(*rtcp.ApplicationDefined)
	if !ok || app.Name != askName {
		return
	}
	if c, ok := adapt.Parse(app.Data); ok {
		l.speaking.ask(c)
	}
}

// widthName is the RTCP application packet by which a seat is told that its
// voice queues in the link, and how many bits a second come.
const widthName = "ZXWD"

// measure looks whether the seat's voice queues in the link.
func (l *Line) measure(p *rtp.Packet, at time.Duration) {
	l.width.Add(p.Timestamp, clockOf(p.PayloadType), len(p.Payload), at)
	if found := l.width.Found(); found > 0 {
		data := adapt.WidthBytes(found)
		l.tell(&rtcp.ApplicationDefined{Name: widthName, Data: data[:]})
	}
}

// drain reads the RTCP of a sender, which the library's reports live on.
func drain(s *webrtc.RTPSender) {
	buf := make([]byte, 1500)
	for {
		if _, _, err := s.Read(buf); err != nil {
			return
		}
	}
}
