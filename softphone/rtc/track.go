package rtc

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"zuoxi/internal/voiceline"
	"zuoxi/media/jitter"
)

// track sends A-law and Opus on one stream, each packet saying which it is;
// the library's own track is bound to one codec.
type track struct{ bound atomic.Pointer[binding] }

type binding struct {
	out  webrtc.TrackLocalWriter
	ssrc uint32
}

func newTrack() *track { return &track{} }

// Bind implements webrtc.TrackLocal.
func (t *track) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, p := range ctx.CodecParameters() {
		if p.PayloadType == voiceline.PayloadALaw {
			t.bound.Store(&binding{out: ctx.WriteStream(), ssrc: uint32(ctx.SSRC())})
			return p, nil
		}
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind implements webrtc.TrackLocal.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.bound.Store(nil)
	return nil
}

// ID implements webrtc.TrackLocal.
func (t *track) ID() string { return "voice" }

// RID implements webrtc.TrackLocal.
func (t *track) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (t *track) StreamID() string { return "zuoxi" }

// Kind implements webrtc.TrackLocal.
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

// Send puts one packet on the wire and tells whether there was one to put it
// on. Before the connection stands the library loses packets without an error,
// so nothing is tried. The header's SSRC is the connection's.
func (c *Conn) Send(h *rtp.Header, payload []byte) bool {
	b := c.track.bound.Load()
	if b == nil || c.State() != Connected && c.State() != Lost {
		return false
	}
	h.SSRC = b.ssrc
	// A packet that the network does not take is lost like any other; the far
	// end's report counts it.
	_, err := b.out.WriteRTP(h, payload)
	return err == nil
}

func (c *Conn) read(t *webrtc.TrackRemote) {
	buf := make([]byte, 1500)
	var h rtp.Header
	for {
		n, _, err := t.Read(buf)
		if err != nil {
			return
		}
		now := jitter.Now()
		c.last.Store(int64(now))
		c.heard.Add(1)
		skip, err := h.Unmarshal(buf[:n])
		if err != nil || !known(h.PayloadType) {
			continue
		}
		c.cfg.Push(jitter.Packet{
			PT: h.PayloadType, Marker: h.Marker, Seq: h.SequenceNumber,
			TS: h.Timestamp, SSRC: h.SSRC, Payload: buf[skip:n],
		}, now)
	}
}

func known(pt uint8) bool { return pt == voiceline.PayloadALaw || pt == voiceline.PayloadOpus }

// LastPacket is when the hub was last heard, by jitter.Now; 0 before that.
func (c *Conn) LastPacket() time.Duration { return time.Duration(c.last.Load()) }

// Heard counts the packets that came.
func (c *Conn) Heard() uint64 { return c.heard.Load() }
