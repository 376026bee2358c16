package hub

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestNumberAskedStaysOutOfTheLog: a private number that is asked stands nowhere in the call's timeline, whatever becomes of
// it, and on no desk but the one that dialled it.
func TestNumberAskedStaysOutOfTheLog(t *testing.T) {
	const private, masked = "13912345678", "外线 139****5678"
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		b := h.sit("8002")
		legs := func(of *agentAt) string {
			raw, err := json.Marshal(of.state().Call)
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		h.net.fate[private] = &trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}
		a.consult("number:" + private)
		h.pass(time.Second)
		if !a.told(masked + " 占线") {
			t.Errorf("told %v", a.alerts())
		}
		delete(h.net.fate, private)
		a.consult("number:139-1234-5678")
		h.net.of(private).press('1')
		h.pass(100 * time.Millisecond)
		if l := legs(a); strings.Count(l, private) != 1 || !strings.Contains(l, masked) {
			t.Errorf("the desk that dialled it sees %s", l)
		}
		for _, do := range []string{wire.DoSwap, wire.DoSwap, wire.DoMerge} {
			if code := a.do(do); code != wire.CodeOK {
				t.Fatalf("%s: %s", do, code)
			}
		}
		a.consult("desk:8002")
		b.answer()
		if code := a.do(wire.DoMerge); code != wire.CodeOK {
			t.Fatal(code)
		}
		h.pass(100 * time.Millisecond)
		if l := legs(b); strings.Contains(l, private) || !strings.Contains(l, masked) {
			t.Errorf("a colleague sees %s", l)
		}
		var leg string
		for _, l := range a.state().Call.Legs {
			if l.Who == "外线 "+private {
				leg = l.ID
			}
		}
		for _, do := range []string{wire.DoLegMute, wire.DoLegDrop} {
			if code := a.do(do, wire.CallVerb{Leg: leg}); code != wire.CodeOK {
				t.Errorf("%s: %s", do, code)
			}
		}
		a.do(wire.DoRelease)
		b.do(wire.DoRelease)
		h.stop()
		_, lines := h.data(h.logs()[0].ID)
		if strings.Contains(lines, private) || !strings.Contains(lines, masked) {
			t.Errorf("the log says\n%s", lines)
		}
	})
}
