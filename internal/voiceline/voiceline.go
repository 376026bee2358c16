// Package voiceline is what both ends of a seat's voice line do alike: the
// codecs and their numbers, the names of their own RTCP packets, how the WebRTC
// library is set up, what a WebSocket carries in its place, and the mark that
// voice bears on the network. The seat's end is softphone/rtc, the hub's is
// hub/line; neither may know the other.
package voiceline

import (
	"fmt"
	"log/slog"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"zuoxi/media/opus"
)

// Payload types on the line.
const (
	PayloadALaw = 8
	PayloadOpus = 111
)

// ALawRate is how many samples, and units of its timestamps, a second of A-law has.
const ALawRate = 8000

// ClockOf is how many units a second timestamps of a payload type count.
func ClockOf(pt uint8) int {
	if pt == PayloadOpus {
		return opus.Clock
	}
	return ALawRate
}

// Our own RTCP application packets (RFC 3550 section 6.7), by name.
const (
	// AskName is the seat's: how the hub is to code; its data is adapt.Coding's Bytes.
	AskName = "ZXCD"
	// WidthName is the hub's: the seat's voice queues in the link, and so many
	// bits a second come; its data is adapt.WidthBytes.
	WidthName = "ZXWD"
)

// NewAPI readies the library for voice; what only one end wants is in se.
func NewAPI(se webrtc.SettingEngine, log *slog.Logger) (*webrtc.API, error) {
	se.LoggerFactory = Log{log}
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetFireOnTrackBeforeFirstRTP(true)
	codecs, err := Codecs()
	if err != nil {
		return nil, err
	}
	reg := &interceptor.Registry{}
	reg.Add(honestFactory{}) // before the reports: it sees what they write
	if err := webrtc.ConfigureRTCPReports(reg); err != nil {
		return nil, fmt.Errorf("voice reports: %w", err)
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(se), webrtc.WithMediaEngine(codecs), webrtc.WithInterceptorRegistry(reg)), nil
}

// Codecs is A-law and Opus and nothing else.
func Codecs() (*webrtc.MediaEngine, error) {
	me := &webrtc.MediaEngine{}
	for _, c := range []webrtc.RTPCodecParameters{
		{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: ALawRate, Channels: 1}, PayloadType: PayloadALaw},
		{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: opus.Clock, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}, PayloadType: PayloadOpus},
	} {
		if err := me.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("voice codec %s: %w", c.MimeType, err)
		}
	}
	return me, nil
}
