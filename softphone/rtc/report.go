package rtc

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
)

// Report is what the hub says of our voice in its RTCP receiver reports (RFC
// 3550 section 6.4), about one a second, and what it found of the link.
type Report struct {
	Count  uint64        // reports so far; 0 means that the rest says nothing
	Loss   float64       // share lost since the report before, 0 to 1
	Lost   uint32        // packets lost since the start
	Jitter time.Duration // of arrivals, by the estimator of RFC 3550
	RTT    time.Duration // of the last report that allowed it
	Width  Width
}

// Width is how many bits a second came of our voice when it last queued.
type Width struct {
	Count uint64 // findings so far; 0 means none
	Bits  int
}

// farReport keeps the last report for readers in other goroutines.
type farReport struct {
	now   atomic.Pointer[Report]
	width atomic.Pointer[Width]
}

// told keeps what the hub found of the link.
func (f *farReport) told(p rtcp.Packet) {
	if app, ok := p.(*rtcp.ApplicationDefined); ok && app.Name == voiceline.WidthName {
		if w, ok := adapt.ParseWidth(app.Data); ok {
			next := Width{Count: 1, Bits: w}
			if old := f.width.Load(); old != nil {
				next.Count += old.Count
			}
			f.width.Store(&next)
		}
	}
}

func (f *farReport) load() (r Report) {
	if now := f.now.Load(); now != nil {
		r = *now
	}
	if w := f.width.Load(); w != nil {
		r.Width = *w
	}
	return r
}

// take keeps what is said of our stream.
func (f *farReport) take(reports []rtcp.ReceptionReport, ours uint32) {
	for _, r := range reports {
		if r.SSRC != ours {
			continue
		}
		next := f.load()
		next.Count++
		next.Loss = float64(r.FractionLost) / 256
		next.Lost = r.TotalLost
		next.Jitter = time.Duration(r.Jitter) * time.Second / voiceline.ALawRate
		if r.LastSenderReport != 0 {
			next.RTT = roundTrip(time.Now(), r.LastSenderReport, r.Delay)
		}
		f.now.Store(&next)
	}
}

// Far is the hub's last report.
func (c *Conn) Far() Report { return c.far.load() }

// readReports also keeps the library's own reports alive, which live on being read.
func (c *Conn) readReports(s *webrtc.RTPSender) {
	for {
		packets, _, err := s.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p := p.(type) {
			case *rtcp.ReceiverReport:
				c.reported(p.Reports)
			case *rtcp.SenderReport:
				c.reported(p.Reports)
			}
		}
	}
}

// hear reads what the hub sends beside its voice: its sender reports, which the
// library answers only when they are read, so that the hub's round trip time
// depends on it, and what it found of the link.
func (c *Conn) hear(r *webrtc.RTPReceiver) {
	for {
		packets, _, err := r.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			c.far.told(p)
		}
	}
}

func (c *Conn) reported(reports []rtcp.ReceptionReport) {
	if b := c.track.bound.Load(); b != nil {
		c.far.take(reports, b.ssrc)
	}
}

// roundTrip is now minus when our report left minus how long the hub kept it,
// all in 1/65536 s of the middle 32 bits of NTP time.
func roundTrip(now time.Time, left, kept uint32) time.Duration {
	middle := uint32(ntp(now) >> 16)
	d := int32(middle - left - kept)
	return time.Duration(max(0, d)) * time.Second / 65536
}

// ntp is the time as reports write it: seconds since 1900 in 32.32 bits.
func ntp(t time.Time) uint64 {
	const from1900 = 2208988800
	return (uint64(t.Unix())+from1900)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// Ask asks the hub to code its voice like that. It may get lost.
func (c *Conn) Ask(k adapt.Coding) {
	b := c.track.bound.Load()
	if b == nil || c.State() != Connected {
		return
	}
	data := k.Bytes()
	_ = c.pc.WriteRTCP([]rtcp.Packet{&rtcp.ApplicationDefined{SSRC: b.ssrc, Name: voiceline.AskName, Data: data[:]}})
}
