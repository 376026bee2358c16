package voiceline

import (
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"zuoxi/media/jitter"
)

// honest measures the jitter of what comes and puts it into the library's
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
			h.arrivals.Add(head.Timestamp, ClockOf(head.PayloadType), jitter.Now())
		}
		return n, attr, nil
	})
}

// BindRTCPWriter implements interceptor.Interceptor.
func (h *honest) BindRTCPWriter(w interceptor.RTCPWriter) interceptor.RTCPWriter {
	return interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, a interceptor.Attributes) (int, error) {
		units := uint32(h.arrivals.Jitter().Seconds() * ALawRate)
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
