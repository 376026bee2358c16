package store

import (
	"testing"
	"time"
	"unsafe"
)

// set is t as it would be told if somebody had set the machine's clock by d
// since. The package time cannot make such a time, so its first word is
// changed: the seconds stand above 30 bits of nanoseconds.
func set(t time.Time, d time.Duration) time.Time {
	*(*uint64)(unsafe.Pointer(&t)) += uint64(int64(d/time.Second)) << 30
	return t
}

// TestClockIsSet: the clock is set by an hour, forward or back, during a call.
// What the log of the call will say of its durations is what has passed.
func TestClockIsSet(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		arrive := time.Now()
		told := CallTimes{Arrive: arrive, Bridge: arrive.Add(10 * time.Second), Release: set(arrive.Add(70*time.Second), step), Closed: set(arrive.Add(2*time.Minute), step)}
		kept := func(at time.Time) time.Time { return at.Round(0) } // as the disk keeps it
		if d := kept(told.Release).Sub(kept(told.Bridge)); d != time.Minute+step {
			t.Fatalf("the clock of this test is wrong: %v", d)
		}
		s := told.Steady()
		if talked, open := kept(s.Release).Sub(kept(s.Bridge)), kept(s.Closed).Sub(kept(s.Arrive)); talked != time.Minute || open != 2*time.Minute || !s.Queue.IsZero() {
			t.Errorf("set by %v: talked %v, open %v, queued %v", step, talked, open, s.Queue)
		}
	}
}
