package fault

import (
	"testing"
	"time"

	"zuoxi/internal/netem"
	"zuoxi/softphone"
)

// TestBlackouts: the cable is pulled and plugged in again; the call is up and
// voice is back without anybody doing anything.
func TestBlackouts(t *testing.T) {
	for _, out := range []time.Duration{time.Second, 5 * time.Second, 30 * time.Second} {
		t.Run(out.String(), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.call()
			r.relay.Cut(true)
			pass(out)
			r.relay.Cut(false)
			t.Logf("voice back %v after a blackout of %v", r.both(), out)
			r.until("the path", func() bool { return r.phone.Status().Path == softphone.Up })
		})
	}
}

// TestUDPBlockedInMidCall: where UDP goes no more, an ICE restart finds TCP.
func TestUDPBlockedInMidCall(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call()
	began := time.Now()
	r.relay.Cut(true)
	r.await(softphone.PathLost)
	r.connect(true, false)
	r.until("the path by TCP", func() bool { s := r.phone.Status(); return s.Path == softphone.Up && s.Via == "tcp" })
	r.both()
	t.Logf("voice back by TCP %v after UDP was blocked", time.Since(began))
}

// TestCodingFollowsTheLine: A-law on a good line, Opus on a lossy one, with
// repetition where much is lost, and back.
func TestCodingFollowsTheLine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call()
	coding := func(what string, ok func(softphone.Stats) bool) {
		t.Helper()
		took := r.until(what, func() bool { return ok(r.phone.Stats()) })
		t.Logf("%s: after %v", what, took)
	}
	if s := r.phone.Stats(); s.Coding.Opus || s.Heard.Codec != "PCMA" {
		t.Fatalf("on a good line: %+v", s)
	}
	lossy := netem.Profile{Loss: 0.15}
	r.relay.Set(lossy, netem.Profile{})
	coding("ours is Opus with repetition", func(s softphone.Stats) bool { return s.Coding.Opus && s.Coding.FEC })
	if s := r.phone.Stats(); s.Heard.Codec != "PCMA" {
		t.Fatalf("only our direction loses, but the hub sends %s", s.Heard.Codec)
	}
	r.relay.Set(lossy, lossy)
	coding("theirs is Opus", func(s softphone.Stats) bool { return s.Heard.Codec == "Opus" })
	r.both()
	r.relay.Set(netem.Profile{}, netem.Profile{})
	coding("A-law again", func(s softphone.Stats) bool { return !s.Coding.Opus && s.Heard.Codec == "PCMA" })
	r.both()
}
