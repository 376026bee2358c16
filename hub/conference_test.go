package hub

import (
	"fmt"
	"slices"
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

// TestWaitingIsSaid: after a minute of music the agent reads who waits, again every minute, and only a caller who waits
// is comforted.
func TestWaitingIsSaid(t *testing.T) {
	for name, tc := range map[string]struct {
		begin  func(a *agentAt)
		told   string
		prompt int
	}{
		"held":       {func(a *agentAt) { a.do(wire.DoHold) }, "来电人已等候 60 秒", 1},
		"consulting": {func(a *agentAt) { a.consult("desk:8002") }, "来电人已等候 60 秒", 1},
		"swapped":    {func(a *agentAt) { a.consult("desk:8002") }, "8002 王某8002 已等候 60 秒", 0},
		"consulting beside a conference": {func(a *agentAt) {
			a.merge("02512333")
			a.consult("desk:8002")
		}, "其余各方已等候 60 秒", 0},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.talking(a, "13900000042")
				b := h.sit("8002")
				before := h.words.count("hold_long")
				tc.begin(a)
				if o := b.state().Offer; o != nil {
					b.answer()
				}
				if name == "swapped" {
					a.do(wire.DoSwap)
				}
				h.pass(59 * time.Second)
				if a.told("已等候") {
					t.Errorf("too early: %v", a.alerts())
				}
				h.pass(2 * time.Second)
				if !a.told(tc.told) || h.words.count("hold_long") != before+tc.prompt {
					t.Errorf("told %v, comforted %d times", a.alerts(), h.words.count("hold_long")-before)
				}
				h.pass(time.Minute)
				if !a.told("已等候 120 秒") {
					t.Errorf("told %v", a.alerts())
				}
			})
		})
	}
}

// together is who hears whom when everybody does, but for one who is muted and one who is held.
func together(legs []string, muted, held string) []string {
	var out []string
	for _, l := range legs {
		for _, s := range legs {
			if l != s && s != muted && s != held && l != held {
				out = append(out, l+"<"+s)
			}
		}
	}
	if held != "" {
		out = append(out, held+"<music")
	}
	return out
}

// TestFullConference: six outside parties beside caller and agent, each of them muted, held and dropped, and no seventh.
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
		var all []string
		for _, l := range legs {
			all = append(all, l.ID)
		}
		h.sounds(together(all, "", "")...)
		for _, x := range all[2:] {
			rest := slices.DeleteFunc(slices.Clone(all), func(l string) bool { return l == x })
			for _, step := range []struct {
				do    string
				sound []string
			}{
				{wire.DoLegMute, together(all, x, "")}, {wire.DoLegUnmute, together(all, "", "")}, {wire.DoLegHold, together(all, "", x)},
				{wire.DoLegResume, together(all, "", "")}, {wire.DoLegDrop, together(rest, "", "")},
			} {
				if code := a.do(step.do, wire.CallVerb{Leg: x}); code != wire.CodeOK {
					t.Errorf("%s %s: %s", step.do, x, code)
				}
				h.sounds(step.sound...)
			}
			all = rest
		}
		a.is("talking", "talking")
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if l := h.log1(); len(h.reels.of(l.ID)) != 1 {
			t.Error("more than one recording")
		}
	})
}
