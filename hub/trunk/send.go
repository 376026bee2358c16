package trunk

import (
	"sync"
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/dtmf"
	"zuoxi/media/g711"
)

// maxJump is how far a source may jump before its stream counts as a new one.
const (
	maxJump     = 3000     // packets
	maxTimeJump = 8000 * 5 // samples
)

// outStream makes one continuous RTP stream out of whatever is sent: prompts, a seat, a mixer, one after the other.
type outStream struct {
	mu      sync.Mutex
	ssrc    uint32
	seq     uint16
	ts      uint32    // of the last sound, sent or covered by a key
	at      time.Time // when that was
	last    uint32    // its length in samples
	packets uint64
	octets  uint32
	source  source
	keys    dtmf.Sender
	pacing  bool
	report  time.Time // last RTCP report
	peer    peerReport
	buf     [maxDatagram]byte
}

// source is the stream that is being continued; own marks packets that came without a header.
type source struct {
	live bool
	own  bool
	ssrc uint32
	seq  uint16
	ts   uint32
}

// send relays a packet of another RTP stream under our own SSRC, keeping its gaps and its order. p is not changed.
func (m *media) send(p *rtp.Packet) error {
	path := m.path.Load()
	if path == nil || !path.mayTalk {
		return ErrNoMedia
	}
	o := &m.out
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	steps, samples := int(int16(p.SequenceNumber-o.source.seq)), int(int32(p.Timestamp-o.source.ts))
	marker := p.Marker
	if !o.source.live || o.source.own || o.source.ssrc != p.SSRC || abs(steps) > maxJump || abs(samples) > maxTimeJump {
		steps, samples, marker = 1, o.gap(now), true
	}
	if steps > 0 {
		o.source = source{live: true, ssrc: p.SSRC, seq: p.SequenceNumber, ts: p.Timestamp}
	}
	return m.emit(path, p.Payload, marker, steps, samples, now)
}

// sendALaw sends one frame that follows the one before; marker says that silence lay between them.
func (m *media) sendALaw(payload []byte, marker bool) error {
	path := m.path.Load()
	if path == nil || !path.mayTalk {
		return ErrNoMedia
	}
	o := &m.out
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	samples := int(o.last)
	if !o.source.live || !o.source.own || marker {
		samples, marker = o.gap(now), true
	}
	o.source = source{live: true, own: true}
	return m.emit(path, payload, marker, 1, samples, now)
}

// gap is the distance in samples to the last sound by the clock, in whole frames and at least one.
func (o *outStream) gap(now time.Time) int {
	if o.at.IsZero() {
		return frameSamples
	}
	return max(1, int(now.Sub(o.at)/frameTime)) * frameSamples
}

func (m *media) emit(path *path, payload []byte, marker bool, steps, samples int, now time.Time) error {
	o := &m.out
	ts := o.ts + uint32(samples)
	if steps > 0 {
		o.ts, o.at, o.last = ts, now, uint32(len(payload))
	}
	if o.pacing { // a key takes the place of the sound (RFC 4733 section 2.5.1.1)
		return nil
	}
	seq := o.seq + uint16(steps)
	if steps > 0 {
		o.seq = seq
	}
	h := rtp.Header{Version: 2, Marker: marker, PayloadType: path.codec, SequenceNumber: seq, Timestamp: ts, SSRC: o.ssrc}
	return m.write(&h, payload, path.codec == PCMU, now)
}

// write puts one packet on the wire. The caller holds out.mu.
func (m *media) write(h *rtp.Header, payload []byte, toULaw bool, now time.Time) error {
	o := &m.out
	n, err := h.MarshalTo(o.buf[:])
	if err != nil || n+len(payload) > len(o.buf) {
		return ErrNoMedia
	}
	b := o.buf[:n+copy(o.buf[n:], payload)]
	if toULaw {
		g711.ALawToULaw(b[n:], b[n:])
	}
	o.packets++
	o.octets += uint32(len(payload))
	// An error here is the far side's ICMP or a full queue: a lost packet, not a lost call.
	_, err = m.conn.WriteToUDPAddrPort(b, *m.target.Load())
	m.denies(err)
	m.sendReport(now)
	return nil
}

// press queues a key and starts the goroutine that paces it out, if none runs.
func (m *media) press(key byte) error {
	path := m.path.Load()
	if path == nil {
		return ErrNoMedia
	}
	if path.events == noEvents {
		return ErrNoKeys
	}
	o := &m.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.keys.Press(key) {
		return ErrKeysFull
	}
	select {
	case <-m.done:
		return ErrNoMedia
	default:
	}
	if !o.pacing {
		o.pacing = true
		m.work.Go(m.pace)
	}
	return nil
}

// pace sends the packets of the waiting keys, one every 20 ms, and ends with the last of them.
func (m *media) pace() {
	tick := time.NewTicker(frameTime)
	defer tick.Stop()
	for m.paceOne(time.Now()) {
		select {
		case <-tick.C:
		case <-m.done:
			return
		}
	}
}

func (m *media) paceOne(now time.Time) bool {
	o := &m.out
	o.mu.Lock()
	defer o.mu.Unlock()
	ts := o.ts
	if !o.at.IsZero() {
		ts += uint32(now.Sub(o.at)/frameTime) * frameSamples
	}
	if p, ok := o.keys.Next(ts); ok {
		o.seq++
		h := rtp.Header{Version: 2, Marker: p.Marker, PayloadType: m.path.Load().events, SequenceNumber: o.seq, Timestamp: p.TS, SSRC: o.ssrc}
		_ = m.write(&h, p.Payload[:], false, now)
	}
	o.pacing = o.keys.Busy()
	return o.pacing
}

func abs(n int) int { return max(n, -n) }
