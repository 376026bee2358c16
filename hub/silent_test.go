package hub

import (
	"strings"
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestOutsideLineDies: the gateway of an outside party dies without a word, and the trunk ends its leg for the silence.
// Whoever still has the caller hears what happened; a caller who has nobody left hears it, goes before everybody, and
// to the agent who had handed the call on.
func TestOutsideLineDies(t *testing.T) {
	for name, tc := range map[string]struct {
		do    string
		phase string // of the agent's call before
		after func(h *house, a *agentAt, p *telephone)
	}{
		"while it is consulted": {wire.DoConsult, "consulting", func(h *house, a *agentAt, p *telephone) {
			a.is("talking", "talking")
			if !a.told("线路断了，没有声音 · 来电人已回到与您通话") {
				h.t.Errorf("told %v", a.alerts())
			}
			p.hangup(trunk.ByCaller)
			h.pass(2 * time.Minute)
			h.log1()
		}},
		"when the caller was sent on to it": {wire.DoBlind, "closed", func(h *house, a *agentAt, p *telephone) {
			if !a.told("线路断了，没有声音 · 来电人已回到队首 · 示闲后优先派回给您") {
				h.t.Errorf("told %v", a.alerts())
			}
			before := p.heard.Load()
			h.pass(time.Second)
			if p.heard.Load() == before {
				h.t.Error("the caller hears nothing")
			}
			a.ok(&wire.SetPresence{State: "ready"})
			a.do(wire.DoEndWrap)
			h.pass(time.Second)
			o := a.state().Offer
			if o == nil || o.Kind != "returned" || o.From != "8001 王某8001" || o.Note != "请核实" {
				h.t.Fatalf("offer %+v", o)
			}
			a.answer()
			h.pass(1100 * time.Millisecond)
			a.is("talking", "talking")
			p.hangup(trunk.ByCaller)
			h.pass(2 * time.Minute)
			l := h.log1()
			if l.Outcome.ReleaseBy != "caller" || len(h.reels.of(l.ID)) != 1 {
				h.t.Errorf("outcome %+v, %d recordings", l.Outcome, len(h.reels.of(l.ID)))
			}
			if _, why := h.data(l.ID); !strings.Contains(why, "线路断了，没有声音") || !strings.Contains(why, `"outcome":"silent"`) {
				h.t.Errorf("the log does not say why: %s", why)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				if code := a.do(tc.do, wire.CallVerb{Target: "number:025-12333", Reason: "请核实"}); code != wire.CodeOK {
					t.Fatal(code)
				}
				x := h.net.of("02512333")
				x.press('1')
				h.pass(5 * time.Second)
				if c := a.state().Call; c == nil || c.Phase != tc.phase {
					t.Fatalf("before: %+v", c)
				}
				x.over(trunk.ByTrunk, trunk.CauseSilence)
				h.pass(100 * time.Millisecond)
				tc.after(h, a, p)
			})
		})
	}
}
