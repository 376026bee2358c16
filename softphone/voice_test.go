package softphone

import (
	"testing"
	"time"
)

// TestEffort: the coder works least where it works twice, and most where bits
// are few.
func TestEffort(t *testing.T) {
	t.Parallel()
	v, err := newVoice(func() *line { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		coding Coding
		want   int
	}{
		{Coding{Opus: true, Packet: 20 * time.Millisecond, Bitrate: 24000}, 3},
		{Coding{Opus: true, Packet: 20 * time.Millisecond, Bitrate: 24000, FEC: true, Expected: 20}, 1},
		{Coding{Opus: true, Packet: 60 * time.Millisecond, Bitrate: 8000, FEC: true, Expected: 20}, 5},
	} {
		v.set(c.coding)
		v.add(make([]int16, voiceRate/100))
		if got := v.encoder.Settings(); got.Complexity != c.want || got.FEC != c.coding.FEC {
			t.Errorf("%+v: %+v", c.coding, got)
		}
	}
}
