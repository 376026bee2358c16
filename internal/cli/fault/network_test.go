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

// TestCodingFollowsTheLine: what each end loses reaches the other, which codes
// for it, both ways. When it goes back, and that one way does not follow the
// other, is tested in softphone on a clock that no busy machine disturbs.
func TestCodingFollowsTheLine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call()
	lossy := netem.Profile{Loss: 0.15}
	r.relay.Set(lossy, lossy)
	r.until("ours is Opus with repetition", func() bool { s := r.phone.Stats(); return s.Coding.Opus && s.Coding.FEC })
	r.until("theirs is Opus", func() bool { return r.phone.Stats().Heard.Codec == "Opus" })
	r.both()
}
