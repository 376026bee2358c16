//go:build linux

package trunk

import (
	"context"
	"testing"
	"time"
)

// TestFarSideDies: a gateway's program is killed. Its host says that nobody has
// the port, and the call need not wait for the long silence. A far side that is
// silent on purpose has its port open and is left alone.
func TestFarSideDies(t *testing.T) {
	t.Parallel()
	const doubt, lookAgain = 200 * time.Millisecond, 100 * time.Millisecond
	r, far := farEnd(t, "udp", func(c *Config) {
		c.RTP.Silence, c.RTP.Doubt, c.RTP.LookAgain = time.Hour, doubt, lookAgain
	})
	out := r.dial(context.Background(), DialOpts{})
	far.answerSDP(far.next("INVITE"), "200 OK", far.contact())
	d := wait(t, out, "answer")
	if d.err != nil {
		t.Fatal(d.err)
	}
	far.next("ACK")
	speak := time.NewTicker(frameTime)
	defer speak.Stop()
	quiet := time.After(doubt + (denials+1)*lookAgain)
	for silent := true; silent; {
		select {
		case <-speak.C:
			_ = d.leg.SendALaw(make([]byte, frameSamples), false)
		case <-d.leg.Done():
			t.Fatalf("a silent far side counts as dead: %+v", d.leg.End())
		case <-quiet:
			silent = false
		}
	}
	_ = far.sound.rtp.Close()
	limit := time.After(patience)
	for {
		select {
		case <-speak.C:
			_ = d.leg.SendALaw(make([]byte, frameSamples), false)
			continue
		case <-d.leg.Done():
		case <-limit:
			t.Fatal("the dead far side is still waited for")
		}
		break
	}
	if e := d.leg.End(); e.By != ByTrunk || e.Cause != CauseSilence {
		t.Errorf("ended %+v", e)
	}
}
