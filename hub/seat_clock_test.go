package hub

import (
	"testing"
	"time"
	"unsafe"

	"zuoxi/wire"
)

// moved is t as it would be told if somebody had set the machine's clock by d since. The package time cannot make such a
// time, so its first word is changed: the seconds stand above 30 bits of nanoseconds.
func moved(t time.Time, d time.Duration) time.Time {
	*(*uint64)(unsafe.Pointer(&t)) += uint64(int64(d/time.Second)) << 30
	return t
}

// TestClockIsSetBeforeTheDeskHears: a desk that hears of a call after the hub's clock was set is told its moments so that by
// that clock the call is as old as it is; to the desk that had the call they stay what they were.
func TestClockIsSetBeforeTheDeskHears(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour, 100 * time.Millisecond} {
		arrive := time.Now()
		after := func(d time.Duration) time.Time { return moved(arrive.Add(d), step) } // the clock is set at once
		view := &wire.Call{
			Since: after(8 * time.Minute), Bridged: arrive.Add(time.Second),
			Legs:   []wire.Leg{{Since: arrive}, {Since: after(9 * time.Minute)}},
			Course: wire.Course{Timeline: []wire.Timeline{{At: arrive}, {At: after(9 * time.Minute)}}},
		}
		told := func(seen time.Time) []time.Time {
			v := (&seat{bound: bound{view: view, seen: seen}}).asTold()
			return []time.Time{v.Bridged, v.Legs[0].Since, v.Timeline[0].At, v.Since, v.Legs[1].Since, v.Timeline[1].At}
		}
		now := after(10 * time.Minute).Round(0)
		for i, want := range []time.Duration{10*time.Minute - time.Second, 10 * time.Minute, 10 * time.Minute, 2 * time.Minute, time.Minute, time.Minute} {
			first, again := told(after(7 * time.Minute))[i], told(arrive.Add(2 * time.Second))[i]
			if d := now.Sub(first.Round(0)); d != want {
				t.Errorf("set by %v: moment %d is told as %v ago, it is %v ago", step, i, d, want)
			}
			if was := []time.Time{view.Bridged, view.Legs[0].Since, view.Timeline[0].At, view.Since, view.Legs[1].Since, view.Timeline[1].At}[i]; !again.Equal(was) || again.Round(0) != was.Round(0) {
				t.Errorf("set by %v: moment %d was %v, and is told as %v to the desk that knew it", step, i, was, again)
			}
		}
	}
}

// TestDeskHearsAnew: a desk hears of everything when it takes a call and when somebody signs in at another PC; who comes back
// knows.
func TestDeskHearsAnew(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		account := a.seat.account
		h.pass(time.Minute)
		h.talking(a, citizen)
		taken := a.seat.bound.seen
		if since := time.Since(taken); since > 10*time.Second {
			t.Errorf("it takes the call, and knows it for %v", since)
		}
		h.pass(time.Minute)
		a.pull()
		if err := a.back(); err != nil || !a.seat.bound.seen.Equal(taken) {
			t.Errorf("back: %v, it knows the call since %v, was %v", err, a.seat.bound.seen, taken)
		}
		a.pull()
		h.pass(time.Second)
		if err := a.connect(arrival{account: account, device: "another"}); err != nil || time.Since(a.seat.bound.seen) > time.Second {
			t.Errorf("at another PC: %v, it knows the call since %v", err, a.seat.bound.seen)
		}
	})
}
