package session

import (
	"fmt"
	"testing"
	"time"

	"zuoxi/rules/call"
	"zuoxi/session/link"
	"zuoxi/wire"
)

// TestHubsClockIsSetInACall: what is shown as the call's length is what has
// passed, whether the hub's clock is set before the call begins and has not been
// read since, or while it goes on.
func TestHubsClockIsSetInACall(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		began := time.Date(2026, 3, 12, 10, 0, 0, 0, time.UTC)
		now, off := began, time.Duration(0)
		hub := func() time.Time { return now.Add(off) }
		s := New(Config{Now: func() time.Time { return now }})
		read := func() { s.linkEvent(link.Measured{Clock: link.Clock{Ours: now, Hub: hub()}}) }
		version := uint64(0)
		show := func(id string, bridged time.Time) {
			version++
			s.deskState(desk(version, func(d *wire.DeskState) {
				onCall(call.StateTalking)(d)
				d.Presence.Since, d.Call.ID, d.Call.Bridged, d.Call.Since = bridged, id, bridged, bridged
				d.Call.Timeline = []wire.Timeline{{At: bridged}}
			}))
		}
		check := func(when string, want time.Duration) {
			t.Helper()
			c := s.view.Call
			for what, at := range map[string]time.Time{
				"bridged": c.Bridged, "phase": c.Since, "presence": s.view.Presence.Since, "timeline": c.Timeline[0].At,
			} {
				if got := now.Sub(at); got != want {
					t.Errorf("%v, %s: %s is %v ago, want %v", step, when, what, got, want)
				}
			}
		}
		read()
		s.linkEvent(link.Measured{RTT: time.Millisecond})
		if s.id.clock.Ours.IsZero() {
			t.Error("a sign of life that tells no time took away the time")
		}
		bridged := hub()
		show("c1", bridged)
		now = now.Add(10 * time.Second)
		off = step
		now = now.Add(20 * time.Second)
		read()
		check("clock read", 30*time.Second)
		show("c1", bridged)
		check("told again", 30*time.Second)
		now = now.Add(30 * time.Second)
		read()
		show("c1", bridged)
		check("read again", time.Minute)

		off = 0 // and back: the next call begins before anybody knows
		now = now.Add(time.Second)
		bridged = hub()
		show("c2", bridged)
		now = now.Add(10 * time.Second)
		read()
		check("next call", 10*time.Second)
		show("c2", bridged)
		check("next call told again", 10*time.Second)
		show("c3", hub())
		if n := len(s.id.clock.known); n != 1 {
			t.Errorf("%d moments are kept of a state that names one", n)
		}
	}
}

// TestHubsClockIsSetWhileTheLinkIsCut: who comes back finds the call as long as it is.
func TestHubsClockIsSetWhileTheLinkIsCut(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	bridged := time.Now()
	show := func(version uint64) {
		h.say(wire.Message{Seq: version, Body: desk(version, func(d *wire.DeskState) {
			onCall(call.StateTalking)(d)
			d.Call.Bridged, d.Call.EndedBy = bridged, fmt.Sprint(version)
		})})
	}
	show(1001)
	was := x.see("the call", func(v View) bool { return v.Call != nil }).Call
	h.cut()
	expect[*wire.Resume](h)
	x.see("the way back", func(v View) bool { return v.Link.State == LinkResuming })
	h.say(wire.Message{Body: &wire.Welcome{Session: 2, Token: "t1", AgentNo: "3027", HubTime: time.Now().Add(time.Hour), Resumed: true}})
	show(2001)
	v := x.see("the call again", func(v View) bool { return v.Call != nil && v.Call.EndedBy == "2001" })
	if moved := v.Call.Bridged.Sub(was.Bridged).Abs(); moved > time.Minute {
		t.Errorf("the call is said to have begun %v from where it did", moved)
	}
}
