package softphone

import (
	"context"
	"testing"
	"time"
)

// TestEchoLeavesTheSwitches: a call that comes while the echo is listened for has
// the microphone open and the ringer on; the end of the echo changes neither.
func TestEchoLeavesTheSwitches(t *testing.T) {
	t.Parallel()
	p := newPhone(t, Config{})
	p.SetTalk(true)
	p.Ring(true)
	if _, err := p.EchoTest(context.Background(), time.Millisecond); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := p.EchoTest(ctx, time.Minute); err == nil {
		t.Error("a check that was stopped found something")
	}
	if !p.Status().Talking || !p.ring.On() {
		t.Errorf("the microphone is open: %v, it rings: %v", p.Status().Talking, p.ring.On())
	}
}
