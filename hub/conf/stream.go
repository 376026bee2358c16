package conf

import (
	"time"

	"github.com/pion/rtp"
)

// stream keeps one listener's outgoing sequence and timestamps continuous
// while what it hears changes: a caller, music, a mix, a caller again. Losses
// and gaps of a relayed speaker stay visible to the listener's jitter buffer.
type stream struct {
	src     string
	ssrc    uint32 // of the stream that is relayed: the speaker's program, or its line
	running bool   // the offsets below belong to both
	offSeq  uint16
	offTS   uint32
	seq     uint16
	ts      uint32
	at      time.Time
	pkt     rtp.Packet // reused: a Sink keeps nothing
}

// restart makes the next packet begin a new talk spurt.
func (s *stream) restart() { s.running = false }

// begin moves to a new source at time at, leaving as much timestamp as time has passed.
func (s *stream) begin(src string, at time.Time) (seq uint16, ts uint32) {
	gap := uint32(FrameSamples)
	if !s.at.IsZero() {
		if n := uint32(max(0, at.Sub(s.at).Milliseconds()) * 8); n > gap {
			gap = n
		}
	}
	s.src, s.running = src, true
	return s.seq + 1, s.ts + gap
}

func (s *stream) relay(src string, in *rtp.Packet, at time.Time) *rtp.Packet {
	marker := in.Marker
	if !s.running || s.src != src || s.ssrc != in.SSRC || jumped(in.Timestamp+s.offTS, s.ts) {
		seq, ts := s.begin(src, at)
		s.ssrc = in.SSRC
		s.offSeq, s.offTS = seq-in.SequenceNumber, ts-in.Timestamp
		marker = true
	}
	seq, ts := in.SequenceNumber+s.offSeq, in.Timestamp+s.offTS
	if int16(seq-s.seq) > 0 { // a late packet does not turn the clock back
		s.seq, s.ts, s.at = seq, ts, at
	}
	return s.packet(seq, ts, marker, in.Payload)
}

// generated is the next frame of something the room makes itself.
func (s *stream) generated(src string, payload []byte, at time.Time) *rtp.Packet {
	marker := false
	if s.running && s.src == src {
		s.seq, s.ts = s.seq+1, s.ts+FrameSamples
	} else {
		s.seq, s.ts = s.begin(src, at)
		marker = true
	}
	s.at = at
	return s.packet(s.seq, s.ts, marker, payload)
}

func (s *stream) packet(seq uint16, ts uint32, marker bool, payload []byte) *rtp.Packet {
	s.pkt.Header = rtp.Header{Version: 2, PayloadType: payloadALaw, SequenceNumber: seq, Timestamp: ts, Marker: marker}
	s.pkt.Payload = payload
	return &s.pkt
}

// jumped says that a timestamp left the neighbourhood of the last one by more
// than 5 s: the speaker's program began a new stream.
func jumped(ts, last uint32) bool {
	d := int32(ts - last)
	return d > 5*8000 || d < -5*8000
}
