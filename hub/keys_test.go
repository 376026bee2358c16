package hub

import (
	"slices"
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestMenuIsAcceptedForIt: a menu presses nothing. The agent, who hears it, takes the line as it is, or does so by
// sending it a key; what still asks is silent from then on. Whom nobody hears decides alone.
func TestMenuIsAcceptedForIt(t *testing.T) {
	can := func(a *agentAt) bool { return slices.Contains(a.state().Call.Allowed, "third_accepted") }
	for name, accept := range map[string]wire.CallVerb{"by word": {Do: wire.DoAccept}, "by key": {Do: wire.DoKeys, Keys: "2"}} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.talking(a, "13900000042")
				if can(a) || a.do(wire.DoAccept) != wire.CodeImpossible {
					t.Error("nobody is asked, and is accepted")
				}
				a.consult("number:12345")
				x := h.net.of("12345")
				h.pass(500 * time.Millisecond)
				if !can(a) {
					t.Fatal("the line is up, and cannot be taken")
				}
				if code := a.do(accept.Do, accept); code != wire.CodeOK {
					t.Fatal(code)
				}
				a.is("talking", "consulting")
				before := x.heard.Load()
				h.pass(20 * time.Second)
				a.is("talking", "consulting")
				if x.heard.Load() != before || can(a) {
					t.Error("it is still asked")
				}
				if n := len(x.pressed); n != len(accept.Keys) {
					t.Errorf("%d keys came", n)
				}
			})
		})
	}
	t.Run("not before it answers", func(t *testing.T) {
		inHouse(t, func(h *house) {
			a := h.sit("8001")
			h.talking(a, "13900000042")
			h.net.fate["12345"] = trunk.ErrNoAnswer
			a.consult("number:12345")
			if can(a) || a.do(wire.DoAccept) != wire.CodeImpossible {
				t.Error("a telephone that rings was accepted")
			}
			a.do(wire.DoKeys, wire.CallVerb{Keys: "1"})
			a.is("talking", "consult_dialling")
		})
	})
	t.Run("not unseen", func(t *testing.T) {
		inHouse(t, func(h *house) {
			a := h.sit("8001")
			h.talking(a, "13900000042")
			a.do(wire.DoBlind, wire.CallVerb{Target: "number:12345"})
			h.pass(500 * time.Millisecond)
			if can(a) || a.do(wire.DoAccept) != wire.CodeImpossible {
				t.Error("accepted for somebody whom the agent does not hear")
			}
			a.do(wire.DoKeys, wire.CallVerb{Keys: "1"})
			a.is("talking", "transferring")
		})
	})
}

// TestKeysGoToAMenu: keys go to who may have a menu and is talked to, never to a caller who waits; who takes none is
// told apart from who is gone.
func TestKeysGoToAMenu(t *testing.T) {
	for name, tc := range map[string]struct {
		begin func(h *house, a, b *agentAt)
		to    string // who gets them
		code  wire.Code
	}{
		"the caller alone": {func(*house, *agentAt, *agentAt) {}, "caller", wire.CodeOK},
		"a seat is consulted": {func(_ *house, a, b *agentAt) {
			a.consult("desk:8002")
			b.answer()
		}, "", wire.CodeImpossible},
		"the seat was merged after the outside party": {func(_ *house, a, b *agentAt) {
			a.merge("12345")
			a.consult("desk:8002")
			b.answer()
			a.do(wire.DoMerge)
		}, "12345", wire.CodeOK},
		"it takes none": {func(h *house, a, _ *agentAt) { a.merge("12345"); h.net.of("12345").keyless = trunk.ErrNoKeys }, "", wire.CodeRefused},
		"too fast":      {func(h *house, a, _ *agentAt) { a.merge("12345"); h.net.of("12345").keyless = trunk.ErrKeysFull }, "", wire.CodeBusy},
		"it is gone":    {func(h *house, a, _ *agentAt) { a.merge("12345"); h.net.of("12345").keyless = trunk.ErrNoMedia }, "", wire.CodeUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				b := h.sit("8002")
				tc.begin(h, a, b)
				if code := a.do(wire.DoKeys, wire.CallVerb{Keys: "5"}); code != tc.code {
					t.Errorf("answered by %s", code)
				}
				got := ""
				if len(p.pressed) > 0 {
					got = "caller"
				}
				if x := h.net.of("12345"); x != nil && len(x.pressed) > 0 {
					got += "12345"
				}
				if got != tc.to {
					t.Errorf("the keys went to %q", got)
				}
			})
		})
	}
}

// TestKeysWhileItRings: there is no menu before somebody answers.
func TestKeysWhileItRings(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.net.fate["13900000042"], h.net.mute = trunk.ErrNoAnswer, true
		a.ok(&wire.Dial{Target: "number:13900000042"})
		h.pass(time.Second)
		if code := a.do(wire.DoKeys, wire.CallVerb{Keys: "5"}); code != wire.CodeImpossible {
			t.Errorf("answered by %s", code)
		}
	})
}
