package hub

import (
	"strings"
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestOutsideLineDies: the gateway of an outside party dies without a word, and the trunk ends its leg for the silence.
// Whoever still has the caller hears what happened; a caller who has nobody left is told to call again.
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
		"when the caller was sent on to it": {wire.DoBlind, "closed", func(h *house, _ *agentAt, p *telephone) {
			select {
			case <-p.done:
				h.t.Fatal("the caller was not told")
			default:
			}
			before := p.heard.Load()
			h.pass(20 * time.Second)
			select {
			case <-p.done:
			default:
				h.t.Fatal("the caller is left in silence")
			}
			packets := func(prompt string) int64 { return int64(len(h.Hub.prompts.Say(prompt, nil)) / 160) }
			if got, want := int64(p.heard.Load()-before), packets("line_dead"); max(got-want, want-got) > 25 {
				h.t.Errorf("the caller heard %d packets, the prompt for it has %d (that of a busy system %d)", got, want, packets("sys_busy"))
			}
			h.pass(2 * time.Minute)
			l := h.log1()
			if l.Outcome.ReleaseBy != "third" || l.Outcome.ReleaseCause != "third_hangup" {
				h.t.Errorf("outcome %+v", l.Outcome)
			}
			events, err := h.db.Timeline.List(h.t.Context(), l.ID)
			var why []string
			for _, e := range events {
				why = append(why, string(e.Data))
			}
			if err != nil || !strings.Contains(strings.Join(why, "\n"), "线路断了，没有声音") {
				h.t.Errorf("the log does not say why: %q, %v", why, err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				if code := a.do(tc.do, wire.CallVerb{Target: "number:025-12333"}); code != wire.CodeOK {
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
