package fault

import (
	"context"
	"testing"
	"time"

	"zuoxi/hub/conf"
	"zuoxi/internal/netem"
	"zuoxi/softphone"
)

// TestChecksBeforeDuty: ten seconds tell a good line from a bad one, and a
// sentence comes back from the hub.
func TestChecksBeforeDuty(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call()
	c, err := r.phone.LineTest(context.Background())
	if err != nil || !c.Line.OK || c.Up > 0.01 || c.RTT == 0 {
		t.Fatalf("a good line: %+v, %v", c, err)
	}
	t.Log(c.Line.Text)
	echo := func() (softphone.Verdict, error) { // as the session has it made
		r.phone.SetTalk(true)
		defer r.phone.SetTalk(false)
		return r.phone.EchoTest(context.Background(), 2*time.Second)
	}
	r.room.Hear("seat", "caller", false)
	loop := conf.NewEchoLoop(r.line.Load(), 500*time.Millisecond)
	r.line.Load().OnPacket(loop.Receive)
	if v, err := echo(); err != nil || !v.OK {
		t.Fatalf("the echo: %+v, %v", v, err)
	}
	r.relay.Set(netem.Profile{Loss: 0.3}, netem.Profile{})
	if c, err = r.phone.LineTest(context.Background()); err != nil || c.Line.OK || c.Up < 0.2 {
		t.Fatalf("a bad line: %+v, %v", c, err)
	}
	t.Log(c.Line.Text)
	r.relay.Cut(true)
	if v, err := echo(); err != nil || v.OK {
		t.Fatalf("the echo over nothing: %+v, %v", v, err)
	}
}
