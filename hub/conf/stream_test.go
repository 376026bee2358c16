package conf

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

// TestProgramStartedAgainIsNotLate: a seat's program is killed and started
// again within seconds. Its new stream may well have numbers and times of just
// before, and is the next talk spurt, not packets that come late.
func TestProgramStartedAgainIsNotLate(t *testing.T) {
	t.Parallel()
	s, at := stream{}, time.Unix(1000, 0)
	speak := func(ssrc uint32, seq uint16, ts uint32) (uint16, uint32) {
		at = at.Add(20 * time.Millisecond)
		out := s.relay("desk", &rtp.Packet{
			Header: rtp.Header{SSRC: ssrc, SequenceNumber: seq, Timestamp: ts}, Payload: make([]byte, FrameSamples),
		}, at)
		return out.SequenceNumber, out.Timestamp
	}
	var seq uint16
	var ts uint32
	for i := range uint16(200) {
		seq, ts = speak(1, 5000+i, uint32(i)*FrameSamples)
	}
	for i := range uint16(3) {
		nextSeq, nextTS := speak(2, 4700+i, uint32(i)*FrameSamples)
		if nextSeq != seq+1 || nextTS != ts+FrameSamples {
			t.Fatalf("packet %d of the new program is %d at %d after %d at %d", i, nextSeq, nextTS, seq, ts)
		}
		seq, ts = nextSeq, nextTS
	}
}
