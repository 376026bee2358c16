package line

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
)

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
	if !ok || app.Name != voiceline.AskName {
		return
	}
	if c, ok := adapt.Parse(app.Data); ok {
		l.speaking.ask(c)
	}
}

// measure looks whether the seat's voice queues in the link.
func (l *Line) measure(p *rtp.Packet, at time.Duration) {
	l.width.Add(p.Timestamp, voiceline.ClockOf(p.PayloadType), len(p.Payload), at)
	if found := l.width.Found(); found > 0 {
		data := adapt.WidthBytes(found)
		l.tell(&rtcp.ApplicationDefined{Name: voiceline.WidthName, Data: data[:]})
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
