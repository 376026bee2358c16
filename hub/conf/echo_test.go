package conf

import (
	"bytes"
	"testing"
	"time"

	"zuoxi/media/g711"
)

func TestEchoLoopSaysItBackLater(t *testing.T) {
	var back ear
	e := NewEchoLoop(&back, 200*time.Millisecond)
	at := time.Now()
	for i := range 30 {
		e.Receive(packet(uint16(i*3), frame(int16(100*i))), at)
		at = at.Add(20 * time.Millisecond)
	}
	got := back.heard()
	if len(got) != 30 {
		t.Fatalf("%d packets for 30", len(got))
	}
	silence := bytes.Repeat([]byte{g711.SilenceALaw}, FrameSamples)
	for i, p := range got {
		want := silence
		if i >= 10 {
			want = frame(int16(100 * (i - 10)))
		}
		if !bytes.Equal(p.Payload, want) {
			t.Fatalf("packet %d is not what was said 200 ms before", i)
		}
		if i > 0 && (p.SequenceNumber != got[i-1].SequenceNumber+1 || p.Timestamp != got[i-1].Timestamp+FrameSamples) {
			t.Fatalf("the echo's numbers break at %d", i)
		}
	}
}
