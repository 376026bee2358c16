package session

import (
	"testing"
	"time"

	"zuoxi/rules/call"
	"zuoxi/wire"
)

// TestWhatIsLeftOutStays: a state that names parts as kept leaves them on the
// screen; a resume brings all anew; the caller of another call is not taken for
// this one's.
func TestWhatIsLeftOutStays(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	whole := func(d *wire.DeskState) {
		onCall(call.StateTalking)(d)
		d.Todo = []wire.Todo{{Number: "0312-3027-1", Matter: "养老金到账"}}
		d.Voicemails = []wire.Voicemail{{ID: "v1", Masked: "139****0043"}}
		d.Today = wire.Today{Answered: 3}
		d.Call.Timeline = []wire.Timeline{{Text: "来电"}}
	}
	h.say(wire.Message{Seq: 2, Body: desk(1001, whole)})
	has := func(v View) bool {
		return len(v.Todo) == 1 && len(v.Voicemail) == 1 && v.Today.Answered == 3 && v.Call != nil && v.Call.Caller.Masked == "139****0042"
	}
	x.see("the desk", func(v View) bool { return has(v) && len(v.Call.Timeline) == 1 })

	h.say(wire.Message{Seq: 3, Body: desk(1002, func(d *wire.DeskState) {
		onCall(call.StateHeld)(d)
		d.Kept = wire.Lists()
		d.Call.Caller = wire.Caller{Kept: true, WaitedMS: 7000}
		d.Call.Before, d.Call.Timeline = 1, []wire.Timeline{{Text: "保持"}}
	})})
	v := x.see("the hold", func(v View) bool { return v.Call != nil && v.Call.Phase == call.StateHeld })
	if !has(v) || len(v.Call.Timeline) != 2 || v.Call.Timeline[1].Text != "保持" || v.Call.Caller.Waited != 7*time.Second {
		t.Errorf("left of the desk: %+v, call %+v", v, v.Call)
	}

	h.say(wire.Message{Seq: 4, Body: desk(1003, func(d *wire.DeskState) {
		d.Kept = wire.Lists()
		d.Offer = &wire.Offer{ID: "o2", CallID: "c2", Caller: wire.Caller{Kept: true}}
	})})
	v = x.see("another call", func(v View) bool { return v.Offer != nil })
	if v.Offer.Caller.Masked != "" || v.Offer.Caller.Subject != "" {
		t.Errorf("another call has the caller of the one before: %+v", v.Offer.Caller)
	}

	h.cut()
	expect[*wire.Resume](h)
	h.say(wire.Message{Body: &wire.Welcome{Session: 2, Token: "t2", AgentNo: "3027", HubTime: time.Now(), Resumed: true}})
	h.say(wire.Message{Seq: 1, Body: desk(1, func(d *wire.DeskState) { d.Today.Answered = 4 })})
	v = x.see("the desk after the return", func(v View) bool { return v.Today.Answered == 4 })
	if v.Offer != nil || v.Call != nil || len(v.Voicemail) != 0 || len(v.Todo) != 0 {
		t.Errorf("after the return there is left %+v", v)
	}
}
