package session

import (
	"strings"
	"testing"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/wire"
)

func desk(version uint64, change func(*wire.DeskState)) *wire.DeskState {
	d := &wire.DeskState{Version: version, Presence: wire.Presence{State: string(agent.StateReady), Since: time.Now()}}
	if change != nil {
		change(d)
	}
	return d
}

func onCall(phase call.Phase) func(*wire.DeskState) {
	return func(d *wire.DeskState) {
		d.Presence.State = string(agent.StateTalking)
		d.Call = &wire.Call{ID: "c1", Phase: string(phase), Caller: wire.Caller{Masked: "139****0042", Subject: "养老保险", Region: "320100"}}
	}
}

// signIn brings a seat to a desk.
func signIn(h *fakeHub, x *seat) {
	x.s.Do(SignIn{AgentNo: "3027", Password: "synthetic"})
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
}

func welcome(h *fakeHub, session uint64, resumed bool) {
	h.say(wire.Message{Body: &wire.Welcome{Session: session, Token: "t1", AgentNo: "3027", Name: "李某", HubTime: time.Now(), Resumed: resumed}})
	h.say(wire.Message{Seq: 1, Body: desk(session*1000, nil)})
}

func TestAWorkingDayFromOfferToRecord(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	m, _ := expect[*wire.MediaOffer](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.MediaAnswer{SDP: "v=0"}})

	h.say(wire.Message{Seq: 2, Body: desk(1001, func(d *wire.DeskState) {
		d.Offer = &wire.Offer{ID: "o1", CallID: "c1", Epoch: 4, Caller: wire.Caller{Masked: "139****0042"}}
	})})
	v := x.see("the pop", func(v View) bool { return v.Offer != nil })
	if v.Offer.Ringing || strings.Contains(x.phone.told(), "ring") {
		t.Fatal("it rang before the pop was drawn")
	}
	x.s.Do(OfferShown{Offer: v.Offer.ID})
	shown, b := expect[*wire.OfferShown](h)
	if b.Epoch != 4 {
		t.Fatalf("epoch %d", b.Epoch)
	}
	x.s.Do(Answer{Offer: "o1"})
	m, _ = expect[*wire.Answer](h)
	h.ok(m)
	h.say(wire.Message{Re: shown.ID, Body: &wire.Ack{Code: wire.CodeStale, Text: "未执行"}}) // the answer was quicker
	h.say(wire.Message{Seq: 3, Body: desk(1002, onCall(call.StateTalking))})
	v = x.see("the call with its record", func(v View) bool { return v.Call != nil && v.Record != nil })
	if v.Notice.Text != "" {
		t.Errorf("of a pop that was drawn too late it says %q", v.Notice.Text)
	}
	if v.Record.Fields.Subject != "养老保险" || !strings.HasSuffix(v.Record.Number, "-3027-1") {
		t.Fatalf("record begins as %+v", v.Record)
	}
	x.s.Do(Mute{On: true})
	if _, b := expect[*wire.CallVerb](h); b.Do != wire.DoMuted {
		t.Fatalf("hub told %s", b.Do)
	}
	f := v.Record.Fields
	f.Question, f.Answer = "三月份养老金未到账", "已告知核查流程"
	x.s.Do(EditRecord{Fields: f})
	h.say(wire.Message{Seq: 4, Body: desk(1003, func(d *wire.DeskState) {
		onCall(call.StateClosed)(d)
		d.Presence.State = string(agent.StateWrapUp)
		d.Call.Ended, d.Call.EndedBy = time.Now(), "来电人"
	})})
	x.see("wrap-up", func(v View) bool { return v.Presence.State == agent.StateWrapUp })
	x.s.Do(SubmitRecord{})
	m, rec := expect[*wire.RecordSave](h)
	if !rec.End || rec.Record.Question != f.Question || rec.Record.CallIDs[0] != "c1" || rec.Next != string(agent.StateReady) {
		t.Fatalf("record sent as %+v", rec)
	}
	h.say(wire.Message{Re: m.ID, Body: &wire.RecordSaved{Number: rec.Record.Number, Version: 1, Code: wire.CodeOK}})
	h.say(wire.Message{Seq: 5, Body: desk(1004, nil)})
	v = x.see("the clean desk", func(v View) bool { return v.Call == nil && v.Record == nil })
	if v.Link.Unsent != 0 || len(v.Todo) != 0 {
		t.Errorf("left over: %d unsent, %v", v.Link.Unsent, v.Todo)
	}
	if told := x.phone.told(); !strings.Contains(told, "offer- answer+") || !strings.Contains(told, "talk+ mute- mute+") || !strings.HasSuffix(told, "talk- mute-") {
		t.Errorf("the phone was told %q", told)
	}
}

func TestRecordWrittenOfflineArrivesOnceUnderOneID(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	v := x.see("the record", func(v View) bool { return v.Record != nil })
	f := v.Record.Fields
	f.Question, f.Answer = "问", "答"
	x.s.Do(EditRecord{Fields: f})
	x.s.Do(SubmitRecord{})
	first, _ := expect[*wire.RecordSave](h) // arrives, but the answer is lost
	h.cut()
	expect[*wire.Resume](h)
	welcome(h, 2, true)
	again, rec := expect[*wire.RecordSave](h)
	if again.ID != first.ID {
		t.Fatalf("sent again under another id: %s, %s", first.ID, again.ID)
	}
	h.say(wire.Message{Re: again.ID, Body: &wire.RecordSaved{Number: rec.Record.Number, Code: wire.CodeOK}})
	x.see("nothing unsent", func(v View) bool { return v.Link.Unsent == 0 && strings.Contains(v.Notice.Text, "已到中心") })
}

func TestDraftSurvivesTheSeatAndReturnsWithItsCall(t *testing.T) {
	h := newFakeHub(t)
	folder, vault := t.TempDir(), fakeVault{map[string]string{"3027": "synthetic"}}
	x := startSeat(t, h.url, folder, vault)
	expect[*wire.SignIn](h) // signed in by itself: the keyring knows the password
	welcome(h, 1, false)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	v := x.see("the record", func(v View) bool { return v.Record != nil })
	f := v.Record.Fields
	f.Question = "写到一半"
	x.s.Do(EditRecord{Fields: f})
	x.see("the draft on disk", func(v View) bool { return v.Record != nil && !v.Record.Saved.IsZero() })
	x.stop()

	y := startSeat(t, h.url, folder, vault)
	expect[*wire.SignIn](h)
	welcome(h, 2, false)
	y.see("the draft in the list", func(v View) bool { return len(v.Todo) == 1 && v.Todo[0].Matter == "写到一半" })
	h.say(wire.Message{Seq: 2, Body: desk(2001, onCall(call.StateTalking))})
	y.s.Do(Dial{Target: "record:" + v.Record.Number})
	m, d := expect[*wire.Dial](h)
	if d.Target != "call:c1" { // the hub has the call, not the record
		t.Errorf("called %s", d.Target)
	}
	h.ok(m)
	back := y.see("the draft, and that a call began", func(v View) bool { return v.Record != nil && v.Dialled == 1 })
	if back.Record.Fields.Question != "写到一半" || back.Record.Number != v.Record.Number || len(back.Todo) != 0 {
		t.Fatalf("came back as %+v, list %v", back.Record, back.Todo)
	}
}

// TestUnwrittenRecordStaysInTheList: nobody typed a word, because wrap-up ran
// out or because the seat died. The call still owes a record, under the number
// that was on the screen.
func TestUnwrittenRecordStaysInTheList(t *testing.T) {
	talked := func(d *wire.DeskState) {
		onCall(call.StateTalking)(d)
		d.Call.Bridged, d.Call.Allowed = time.Now(), []string{string(call.EventHold)}
	}
	owes := func(number string) func(View) bool {
		return func(v View) bool {
			return v.Call == nil && v.Record == nil && len(v.Todo) == 1 && v.Todo[0].Number == number && v.Todo[0].Who == "139****0042" &&
				strings.Contains(v.Todo[0].Matter, "还没有填写")
		}
	}
	h := newFakeHub(t)
	folder, vault := t.TempDir(), fakeVault{map[string]string{"3027": "synthetic"}}
	x := startSeat(t, h.url, folder, vault)
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
	h.say(wire.Message{Seq: 2, Body: desk(1001, talked)})
	number := x.see("the record on disk", func(v View) bool { return v.Record != nil && !v.Record.Saved.IsZero() }).Record.Number
	x.stop()

	y := startSeat(t, h.url, folder, vault)
	expect[*wire.SignIn](h)
	welcome(h, 2, false)
	y.see("what the dead seat owes", owes(number))
	h.say(wire.Message{Seq: 2, Body: desk(2001, talked)})
	y.see("the same form again", func(v View) bool { return v.Record != nil && v.Record.Number == number && len(v.Todo) == 0 })
	h.say(wire.Message{Seq: 3, Body: desk(2002, nil)})
	y.see("what the wrap-up left", owes(number))
	h.say(wire.Message{Seq: 4, Body: desk(2003, func(d *wire.DeskState) { // a colleague asks: that call is not this desk's
		onCall(call.StateConsulting)(d)
		d.Call.ID, d.Call.Bridged = "c2", time.Now()
	})})
	y.see("the colleague's call", func(v View) bool { return v.Record != nil && v.Record.Number != number })
	h.say(wire.Message{Seq: 5, Body: desk(2004, nil)})
	y.see("one owed, not two", owes(number))
	y.s.Do(OpenTodo{Number: number})
	v := y.see("it can be written", func(v View) bool { return v.Record != nil })
	f := v.Record.Fields
	f.Question, f.Answer = "补记：养老金何时到账", "已答复"
	y.s.Do(EditRecord{Fields: f})
	y.s.Do(SubmitRecord{})
	if _, b := expect[*wire.RecordSave](h); b.Record.Number != number || len(b.Record.CallIDs) != 1 || b.Record.CallIDs[0] != "c1" {
		t.Errorf("sent as %+v", b.Record)
	}
}

// TestVoiceIsMadeAnew: where the hub has lost its end of the voice line, a new
// path for ours is in vain, and a new line is made at once.
func TestVoiceIsMadeAnew(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	x.s.Do(SignIn{AgentNo: "3027", Password: "synthetic"})
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
	first, b := expect[*wire.MediaOffer](h)
	if b.Restart {
		t.Fatal("a new path for no line")
	}
	h.say(wire.Message{Re: first.ID, Body: &wire.Ack{Code: wire.CodeInternal, Text: "话路没有接通"}})
	again, b := expect[*wire.MediaOffer](h)
	if !b.Restart {
		t.Fatal("the line was given up at once")
	}
	h.say(wire.Message{Re: again.ID, Body: &wire.Ack{Code: wire.CodeStale, Text: "原来的话路已不在"}})
	if _, b = expect[*wire.MediaOffer](h); b.Restart {
		t.Fatal("asked again for what the hub does not have")
	}
}

// TestAlarmThatReachedNobody: what the hub says of somebody it cannot reach is
// told, unlike an answer that never came.
func TestAlarmThatReachedNobody(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	x.see("the call", func(v View) bool { return v.Call != nil })
	x.s.Do(Emergency{Call: "c1"})
	m, _ := expect[*wire.CallVerb](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.Ack{Code: wire.CodeUnreachable, Text: "现在没有班长在线，告警没有送到"}})
	x.see("that nobody was told", func(v View) bool { return strings.Contains(v.Notice.Text, "告警没有送到") })
}

func TestTakenNumberIsReplaced(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	v := x.see("the record", func(v View) bool { return v.Record != nil })
	f := v.Record.Fields
	f.Question, f.Answer = "问", "答"
	x.s.Do(EditRecord{Fields: f})
	x.s.Do(SubmitRecord{})
	m, rec := expect[*wire.RecordSave](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.RecordSaved{Number: rec.Record.Number, Code: wire.CodeConflict, Field: "number"}})
	again, next := expect[*wire.RecordSave](h)
	if next.Record.Number == rec.Record.Number || again.ID == m.ID || next.Record.Question != "问" {
		t.Fatalf("sent again as %+v", next.Record)
	}
}

func TestWrongPasswordIsSaidOnceAndForgotten(t *testing.T) {
	h := newFakeHub(t)
	vault := fakeVault{map[string]string{"3027": "stale"}}
	x := startSeat(t, h.url, t.TempDir(), vault)
	expect[*wire.SignIn](h)
	h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeCredentials, Text: "工号或口令不对 · 没有登录 · 请重新输入"}})
	h.cut()
	x.see("the refusal", func(v View) bool { return strings.Contains(v.SignIn.Error, "口令不对") && !v.SignIn.Stored })
	x.s.Do(SignIn{AgentNo: "3027", Password: "right", Remember: true})
	if _, b := expect[*wire.SignIn](h); b.Password != "right" {
		t.Fatal("the new password was not used")
	}
	welcome(h, 1, false)
	x.see("signed in", func(v View) bool { return v.SignIn.SignedIn && v.SignIn.Stored })
}

func TestHubAwayIsSaidAndVerbsAreNotSwallowed(t *testing.T) {
	x := startSeat(t, "ws://127.0.0.1:1", t.TempDir(), fakeVault{map[string]string{}})
	x.s.Do(SignIn{AgentNo: "3027", Password: "synthetic"})
	x.see("the failure", func(v View) bool { return strings.Contains(v.SignIn.Error, "连不上中心") })
	x.s.Do(SetPresence{State: agent.StateBreak, Reason: agent.BreakMeal})
	x.see("the warning", func(v View) bool { return strings.Contains(v.Notice.Text, "连接中断") })
	x.s.Do(Answer{Offer: "gone"})
	x.see("the late key", func(v View) bool { return strings.Contains(v.Notice.Text, "不在本席") })
}
