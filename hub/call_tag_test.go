package hub

import (
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store/seal"
	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestMarksAreThereAtTheNextCall, the one of abuse by itself, and end in time.
func TestMarksAreThereAtTheNextCall(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		call := a.state().Call.ID
		a.ok(&wire.CallerTag{Call: call, Tag: "hearing", On: true})
		if got := a.state().Call.Caller.Tags; len(got) != 1 || !strings.HasPrefix(got[0], "听力弱") {
			t.Errorf("tags %q", got)
		}
		for tag, want := range map[string]wire.Code{"nonsense": wire.CodeInvalid, "abusive": wire.CodeForbidden} {
			if code := a.code(&wire.CallerTag{Call: call, Tag: tag, On: true}); code != want {
				t.Errorf("%s: %s", tag, code)
			}
		}
		a.do(wire.DoWarn, wire.CallVerb{})
		if code := a.do(wire.DoDismiss, wire.CallVerb{}); code != wire.CodeOK {
			t.Fatal(code)
		}
		h.pass(5 * time.Second)
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		p = h.talking(a, "13900000042")
		got := strings.Join(a.state().Call.Caller.Tags, "|")
		if !strings.Contains(got, "听力弱") || !strings.Contains(got, "有辱骂记录（到 ") {
			t.Errorf("at the next call %q", got)
		}
		a.ok(&wire.CallerTag{Call: a.state().Call.ID, Tag: "hearing"})
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		p = h.talking(a, "13900000043")
		if got := a.state().Call.Caller.Tags; len(got) != 0 {
			t.Errorf("somebody else has %q", got)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		list, err := h.db.Marks.Of(h.t.Context(), h.keys.Hash(seal.KindPhone, "13900000042"), h.now())
		if err != nil || len(list) != 1 || list[0].Tag != "abusive" {
			t.Errorf("left %+v, %v", list, err)
		}
		if list, _ = h.db.Marks.Of(h.t.Context(), list[0].Hash, h.now().AddDate(0, 0, 31)); len(list) != 0 {
			t.Errorf("after a month %+v", list)
		}
	})
}
