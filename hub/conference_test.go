package hub

import (
	"fmt"
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestNobodyIsLeftHeld: who was muted or held by an agent who leaves is heard again, for nobody else could undo it.
func TestNobodyIsLeftHeld(t *testing.T) {
	leave := func(a *agentAt) {
		if code := a.do(wire.DoHandOver); code != wire.CodeOK {
			a.h.t.Error(code)
		}
	}
	lost := func(a *agentAt) {
		a.pull()
		a.h.pass(50 * time.Second)
	}
	for name, tc := range map[string]struct {
		do    string
		asked bool
		end   func(a *agentAt)
	}{
		"held, handed over": {wire.DoLegHold, false, leave}, "muted, handed over": {wire.DoLegMute, false, leave},
		"muted while asked, handed over": {wire.DoLegMute, true, leave}, "held, the seat stays away": {wire.DoLegHold, false, lost},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.talking(a, "13900000042")
				a.consult("number:02512333")
				h.net.of("02512333").press('1')
				h.pass(100 * time.Millisecond)
				x := a.state().Call.Legs[2].ID
				if !tc.asked {
					a.do(wire.DoMerge)
				}
				if code := a.do(tc.do, wire.CallVerb{Leg: x}); code != wire.CodeOK {
					t.Fatal(code)
				}
				tc.end(a)
				h.sounds("caller<"+x, x+"<caller")
			})
		})
	}
}

// TestHeldByWhoIsAway: while nobody can undo it, a caller whose only company is held hears music, not nothing.
func TestHeldByWhoIsAway(t *testing.T) {
	for name, away := range map[string]func(a *agentAt){
		"lost":             func(a *agentAt) { a.pull() },
		"with a colleague": func(a *agentAt) { a.consult("desk:8002") },
		"both held":        func(a *agentAt) { a.do(wire.DoHold) },
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.talking(a, "13900000042")
				h.sit("8002")
				x := a.merge("02512333")
				a.do(wire.DoLegHold, wire.CallVerb{Leg: x})
				away(a)
				h.pass(10 * time.Second)
				h.sounds("caller<music", x+"<music")
			})
		})
	}
}

// TestFullConference: six outside parties beside caller and agent, and no seventh.
func TestFullConference(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		for i := range 6 {
			number := fmt.Sprint("0251000", i)
			a.consult("number:" + number)
			h.net.of(number).press('1')
			h.pass(100 * time.Millisecond)
			if code := a.do(wire.DoMerge); code != wire.CodeOK {
				t.Fatalf("party %d: %s", i, code)
			}
		}
		legs := a.state().Call.Legs
		if len(legs) != 8 {
			t.Fatalf("%d legs", len(legs))
		}
		if code := a.do(wire.DoConsult, wire.CallVerb{Target: "number:02519999"}); code != wire.CodeImpossible {
			t.Errorf("a ninth: %s", code)
		}
		for _, l := range legs[2:] {
			for _, do := range []string{wire.DoLegMute, wire.DoLegUnmute, wire.DoLegHold, wire.DoLegResume, wire.DoLegDrop} {
				if code := a.do(do, wire.CallVerb{Leg: l.ID}); code != wire.CodeOK {
					t.Errorf("%s %s: %s", do, l.Who, code)
				}
			}
		}
		a.is("talking", "talking")
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if l := h.log1(); len(h.reels.of(l.ID)) != 1 {
			t.Error("more than one recording")
		}
	})
}
