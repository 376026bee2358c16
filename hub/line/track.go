package line

import (
	"sync"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"zuoxi/internal/voiceline"
)

// track sends A-law and Opus on one stream, packet by packet as the payload
// type says, without renegotiation; the library's own track is bound to one codec.
type track struct {
	mu   sync.Mutex
	ctx  webrtc.TrackLocalContext
	used bool
}

// Bind implements webrtc.TrackLocal.
func (t *track) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ctx, t.used = ctx, true
	for _, c := range ctx.CodecParameters() {
		if c.PayloadType == voiceline.PayloadALaw {
			return c, nil
		}
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind implements webrtc.TrackLocal.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used = false
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

// ssrc is the stream's; 0 before there is one.
func (t *track) ssrc() uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.used {
		return 0
	}
	return uint32(t.ctx.SSRC())
}

func (t *track) write(p *rtp.Packet) {
	t.mu.Lock()
	ctx, used := t.ctx, t.used
	t.mu.Unlock()
	if !used {
		return
	}
	p.Header.SSRC = uint32(ctx.SSRC())
	// A packet that the network does not take is lost like any other: the
	// listener's jitter buffer conceals it, and the reports count it.
	_, _ = ctx.WriteStream().WriteRTP(&p.Header, p.Payload)
}
