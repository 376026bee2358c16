package hub

import (
	"testing"
	"time"

	"zuoxi/wire"
)

// TestGoodbyeIsHeardOut: a goodbye that takes longer than closing may is said to its end, and then the line is let go;
// one that does not go is let go once more at the limit.
func TestGoodbyeIsHeardOut(t *testing.T) {
	for name, tc := range map[string]struct {
		deaf int64
		ends time.Duration // after the goodbye
	}{"at once": {0, 100 * time.Millisecond}, "at the limit": {1, 10 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				const goodbye = 90 * time.Second
				h.words.long = map[string]time.Duration{"dismissed": goodbye}
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				p.deaf.Store(tc.deaf)
				for _, do := range []string{wire.DoWarn, wire.DoDismiss} {
					if code := a.do(do); code != wire.CodeOK {
						t.Fatalf("%s: %s", do, code)
					}
				}
				a.do(wire.DoEndWrap)
				up := func() bool {
					select {
					case <-p.done:
						return false
					default:
						return true
					}
				}
				before := p.heard.Load()
				h.pass(goodbye - 100*time.Millisecond)
				if heard := time.Duration(p.heard.Load()-before) * 20 * time.Millisecond; !up() || heard < goodbye-200*time.Millisecond {
					t.Fatalf("heard %s of it, the line is up: %v", heard, up())
				}
				h.pass(tc.ends + 100*time.Millisecond)
				if up() {
					t.Error("the line was not let go")
				}
				h.pass(2 * time.Minute)
				if l := h.log1(); l.Outcome.ReleaseCause != "dismissed" {
					t.Errorf("outcome %+v", l.Outcome)
				}
			})
		})
	}
}
