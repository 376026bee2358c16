package device

import (
	"testing"
	"time"
)

// TestCalm: the signal arrives, and the thread that it reached sleeps longer.
func TestCalm(t *testing.T) {
	calm()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for calmed() != slack {
		select {
		case <-poll.C:
		case <-t.Context().Done():
			t.Fatalf("timer slack %v", calmed())
		}
	}
}
