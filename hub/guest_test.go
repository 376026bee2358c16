package hub

import (
	"slices"
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// withGuest runs a story of an agent with a caller and a colleague, who is consulted or merged.
func withGuest(t *testing.T, story func(h *house, a, b *agentAt, p *telephone, phase string)) {
	t.Helper()
	for _, phase := range []string{"consulting", "three_party"} {
		t.Run(phase, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				b := h.sit("8002")
				a.consult("desk:8002")
				b.answer()
				if phase == "three_party" {
					a.do(wire.DoMerge)
				}
				story(h, a, b, p, phase)
			})
		})
	}
}

// TestColleagueLostAndBack: the place of a colleague in the call is kept like that of the agent, and everybody knows.
func TestColleagueLostAndBack(t *testing.T) {
	withGuest(t, func(h *house, a, b *agentAt, p *telephone, phase string) {
		c := h.calls.List()[0]
		before, _ := c.Inside(h.t.Context())
		b.pull()
		h.pass(20 * time.Second)
		a.is("talking", phase)
		if l := a.state().Call.Legs[2]; l.State != "断线" || !a.told("8002 王某8002 断线 · 来电人还在线") {
			t.Errorf("the agent sees %+v and was told %v", l, a.alerts())
		}
		if err := b.back(); err != nil {
			t.Fatal(err)
		}
		if v := b.state().Call; v == nil || v.Phase != phase {
			t.Fatalf("back at the desk: %+v", v)
		}
		b.plugIn()
		h.pass(time.Second)
		b.is("talking", phase)
		if !a.told("已恢复") || !b.told("已恢复通话") {
			t.Errorf("told %v and %v", a.alerts(), b.alerts())
		}
		h.sounds(before.Sound...)
		p.hangup(trunk.ByCaller)
		h.pass(10 * time.Minute)
		if r := h.reels.of(h.log1().ID); !slices.Equal(r[0].gaps, []string{"8002 坐席断线"}) {
			t.Errorf("gaps %v", r[0].gaps)
		}
	})
}

// TestColleagueStaysAway: the call goes on without, and the colleague finds what became of it.
func TestColleagueStaysAway(t *testing.T) {
	withGuest(t, func(h *house, a, b *agentAt, p *telephone, phase string) {
		b.pull()
		h.pass(10 * time.Second)
		if phase == "three_party" {
			if code := a.do(wire.DoRelease); code != wire.CodeUnreachable {
				t.Errorf("left to somebody who is not there: %s", code)
			}
		}
		if code := a.do(wire.DoHandOver); code != wire.CodeUnreachable {
			t.Errorf("handed over to somebody who is not there: %s", code)
		}
		a.is("talking", phase)
		h.pass(40 * time.Second)
		a.is("talking", "talking")
		if err := b.back(); err != nil {
			t.Fatal(err)
		}
		b.is("wrap_up", "closed")
		if v := b.state().Call; v.EndedBy != "断线" || !b.told("您断线超过 45 秒 · 其余各方继续通话") {
			t.Errorf("ended by %q, told %v", v.EndedBy, b.alerts())
		}
		p.hangup(trunk.ByCaller)
		h.pass(10 * time.Minute)
		h.log1()
	})
}

// TestAllSeatsLost: a whole floor without current. The caller waits for one hold, not for one after the other.
func TestAllSeatsLost(t *testing.T) {
	withGuest(t, func(h *house, a, b *agentAt, p *telephone, _ string) {
		a.pull()
		b.pull()
		h.pass(50 * time.Second)
		if in, _ := h.calls.List()[0].Inside(h.t.Context()); in.Phase != "queued" {
			t.Errorf("the call is %s", in.Phase)
		}
		p.hangup(trunk.ByCaller)
		h.pass(10 * time.Minute)
		h.log1()
	})
}

// TestWhoIsThereTakesOver: of two colleagues who stay the one who is there answers for the call.
func TestWhoIsThereTakesOver(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		for _, no := range []string{"8002", "8003"} {
			b := h.sit(no)
			a.consult("desk:" + no)
			b.answer()
			a.do(wire.DoMerge)
		}
		b := h.lines.of("8002")
		b.kill()
		h.pass(5 * time.Second)
		if code := a.do(wire.DoHandOver); code != wire.CodeOK {
			t.Fatal(code)
		}
		h.pass(1100 * time.Millisecond)
		in, _ := h.calls.List()[0].Inside(h.t.Context())
		if in.Phase != "three_party" || in.Desk != "8003" {
			t.Errorf("the call is %s with %s", in.Phase, in.Desk)
		}
		h.awry()
		p.hangup(trunk.ByCaller)
		h.pass(10 * time.Minute)
		h.log1()
	})
}
