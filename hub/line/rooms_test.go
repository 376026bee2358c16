package line

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/g711"
)

// TestCallsInARow: each call has a room of its own, which numbers from 1. The
// seat's numbers and, in Opus, its clock must go on, whatever is spoken when
// the call changes and whether it changes with it.
func TestCallsInARow(t *testing.T) {
	opus := adapt.Coding{Opus: true, Packet: 20 * time.Millisecond, Bitrate: 16000}
	for name, codings := range map[string][]adapt.Coding{
		"A-law": {adapt.Plain()}, "Opus": {opus}, "in turns": {adapt.Plain(), opus}, "Opus first": {opus, adapt.Plain()},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSpeaking()
			var last *rtp.Header
			sent := 0
			write := func(p *rtp.Packet) {
				if last != nil && p.SequenceNumber != last.SequenceNumber+1 {
					t.Fatalf("packet %d: number %d after %d", sent, p.SequenceNumber, last.SequenceNumber)
				}
				if last != nil && p.PayloadType == voiceline.PayloadOpus && last.PayloadType == voiceline.PayloadOpus && int32(p.Timestamp-last.Timestamp) < 960 {
					t.Fatalf("packet %d: time %d after %d", sent, p.Timestamp, last.Timestamp)
				}
				h := p.Header
				last = &h
				sent++
			}
			silence := bytes.Repeat([]byte{g711.SilenceALaw}, frameSamples)
			want := 0
			for call, packets := range []int{40, 3000, 1, 30, 300, 2000} {
				s.ask(codings[call%len(codings)])
				for n := 1; n <= packets; n++ {
					s.take(&rtp.Packet{
						Header:  rtp.Header{Version: 2, PayloadType: voiceline.PayloadALaw, Marker: n == 1, SequenceNumber: uint16(n), Timestamp: uint32(n * frameSamples)},
						Payload: silence,
					}, write)
				}
				if want += packets; sent != want {
					t.Fatalf("call %d: %d packets of %d reached the seat", call+1, sent, want)
				}
			}
		})
	}
}
