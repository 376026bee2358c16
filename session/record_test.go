package session

import (
	"testing"
	"time"

	"zuoxi/rules/call"
	rule "zuoxi/rules/identity"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// opened is a seat with a record of the hub on the screen.
func opened(t *testing.T) (*fakeHub, *seat) {
	t.Helper()
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.SignIn.SignedIn && v.Presence.State != "" })
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	m, _ := expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: kept(4)})
	x.see("the record", func(v View) bool { return v.Record != nil && v.Record.Life != nil })
	return h, x
}

func kept(version int) *wire.Record {
	return &wire.Record{
		Number: "0312-3027-7", Version: version, State: "dept_answered", Kind: "consult", Subject: "养老保险", Region: "320100", Question: "问", Answer: "答",
		Name: "测*", Callback: "139****0042",
		RecordLife: wire.RecordLife{
			Allowed: []string{"call_back", "send_back", "void"}, Fields: []wire.Field{{Code: "wish", Value: "尽快"}},
			Dues:    []wire.Due{{Name: "疑难问题答复（来电）", Length: "3天", At: time.Now().Add(-time.Hour), Source: "[S]"}},
			History: []wire.RecordChange{{At: time.Now(), By: "3027", Action: "submit", State: "with_dept"}},
		},
	}
}

// TestStepWaitsForTheHubAndIsTakenOnce: with the link cut the step stays in the
// outbox under its id.
func TestStepWaitsForTheHubAndIsTakenOnce(t *testing.T) {
	h, x := opened(t)
	x.s.Do(StepRecord{Number: "0312-3027-7", Event: ticket.EventCallBack, Note: "已回电"})
	first, step := expect[*wire.RecordStep](h)
	if step.Version != 4 || step.Event != "call_back" || step.Note != "已回电" {
		t.Fatalf("step %+v", step)
	}
	h.cut()
	expect[*wire.Resume](h)
	welcome(h, 2, true)
	again, _ := expect[*wire.RecordStep](h)
	if again.ID != first.ID {
		t.Fatalf("sent again under another id: %s, %s", first.ID, again.ID)
	}
	h.say(wire.Message{Re: again.ID, Body: &wire.RecordSaved{Number: "0312-3027-7", Version: 5, Code: wire.CodeOK}})
	m, _ := expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: kept(5)})
	x.see("the new version", func(v View) bool { return v.Record != nil && v.Record.Base == 5 && v.Link.Unsent == 0 })
}

func TestEditOfAKeptRecordNamesItsVersion(t *testing.T) {
	h, x := opened(t)
	v := x.see("the record", func(v View) bool { return v.Record != nil })
	f := v.Record.Fields
	if f.Own["wish"] != "尽快" || !v.Record.Life.Dues[0].Overdue || v.Record.Life.History[0].What != "登记（部门办理中）" {
		t.Fatalf("opened as %+v, %+v", f, v.Record.Life)
	}
	f.Answer = "改过的答复"
	x.s.Do(EditRecord{Fields: f})
	x.s.Do(SubmitRecord{})
	m, sent := expect[*wire.RecordSave](h)
	if sent.Record.Version != 4 || sent.Record.Callback != "139****0042" {
		t.Fatalf("sent %+v", sent.Record)
	}
	theirs := kept(6)
	theirs.Answer = "别人的答复"
	h.say(wire.Message{Re: m.ID, Body: &wire.RecordSaved{Number: "0312-3027-7", Code: wire.CodeConflict, Theirs: theirs}})
	v = x.see("both side by side", func(v View) bool { return v.Record != nil && v.Record.Theirs != nil })
	if v.Record.Theirs.Answer != "别人的答复" || v.Record.Fields.Answer != "改过的答复" || v.Record.Base != 6 {
		t.Errorf("mine %+v, theirs %+v", v.Record.Fields, v.Record.Theirs)
	}
}

// TestClosedRecordGoesBackToTheList: unread it leaves nothing behind, written in it is kept as a draft that says whose
// it is and what about, also while nothing is asked yet.
func TestClosedRecordGoesBackToTheList(t *testing.T) {
	h, x := opened(t)
	x.s.Do(CloseRecord{})
	if v := x.see("the list", func(v View) bool { return v.Record == nil }); len(v.Todo) != 0 || v.Today.Open != 0 {
		t.Errorf("an unchanged record became a draft: %+v, open %d", v.Todo, v.Today.Open)
	}
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	m, _ := expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: kept(4)})
	v := x.see("the record again", func(v View) bool { return v.Record != nil && v.Record.Life != nil })
	f := v.Record.Fields
	f.Question, f.Answer = "", "改过的答复"
	x.s.Do(EditRecord{Fields: f})
	x.s.Do(CloseRecord{})
	v = x.see("the draft", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	if r := v.Todo[0]; r.State != "未提交" || r.Who != "139****0042" || r.Matter != "养老保险" || v.Today.Open != 1 {
		t.Errorf("listed as %+v, open %d", r, v.Today.Open)
	}
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	v = x.see("the draft open", func(v View) bool { return v.Record != nil })
	if v.Record.Fields.Answer != "改过的答复" || v.Record.Base != 4 {
		t.Errorf("opened as %+v", v.Record)
	}
	x.s.Do(CloseRecord{})
	x.see("the draft in the list again", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
}

// TestWhatWasReadGoesWithARecordFromTheList: an article read for the reply is in the record, with its version and time,
// without a call too; one that was only read makes no draft.
func TestWhatWasReadGoesWithARecordFromTheList(t *testing.T) {
	h, x := opened(t)
	x.s.Do(ArticleShown{ID: "sbk-001", Version: "3"})
	v := x.see("the article in the record", func(v View) bool { return v.Record != nil && len(v.Record.Fields.Articles) == 1 })
	x.s.Do(CloseRecord{})
	if v := x.see("the list", func(v View) bool { return v.Record == nil }); len(v.Todo) != 0 {
		t.Errorf("a record that was read in became a draft: %+v", v.Todo)
	}
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	m, _ := expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: kept(4)})
	x.see("the record again", func(v View) bool { return v.Record != nil && v.Record.Life != nil })
	x.s.Do(ArticleShown{ID: "sbk-001", Version: "3"})
	f := v.Record.Fields
	f.Articles, f.Answer = nil, "按条目答复" // the screen does not know them
	x.s.Do(EditRecord{Fields: f})
	x.s.Do(SubmitRecord{})
	_, sent := expect[*wire.RecordSave](h)
	if a := sent.Record.Articles; len(a) != 1 || a[0].ID != "sbk-001" || a[0].Version != "3" || a[0].At.IsZero() {
		t.Errorf("sent with %+v", a)
	}
}

func TestUnmaskedForAWhile(t *testing.T) {
	h, x := opened(t)
	x.s.Do(Unmask{Number: "0312-3027-7", Field: "contact", Reason: "回电核对"})
	m, ask := expect[*wire.RecordUnmask](h)
	if ask.Reason != "回电核对" {
		t.Fatalf("asked %+v", ask)
	}
	h.say(wire.Message{Re: m.ID, Body: &wire.RecordPlain{Number: "0312-3027-7", Field: "contact", Value: "13900000042", Seconds: 1}})
	x.see("the number", func(v View) bool { return v.Record.Plain != nil && v.Record.Plain.Value == "13900000042" })
	x.see("it hidden again", func(v View) bool { return v.Record.Plain == nil })
}

func TestIdentityIsCheckedBlind(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	x.see("the call", func(v View) bool { return v.Call != nil })
	x.s.Do(BeginIdentity{Call: "c1"})
	began, _ := expect[*wire.IdentityBegin](h)
	h.say(wire.Message{Re: began.ID, Body: &wire.Ack{Code: wire.CodeOK}})
	x.s.Do(CheckIdentity{Call: "c1", Number: "320199190001010019", Name: "测试甲", Employer: "示例制造有限公司"})
	m, _ := expect[*wire.IdentityCheck](h)
	x.see("that it is being checked", func(v View) bool { return v.Call.Caller.Inquiry != nil && v.Call.Caller.Inquiry.Busy })
	h.say(wire.Message{Re: m.ID, Body: &wire.IdentityAnswer{Answer: "match", Phase: "matched", Left: 3}})
	x.see("the match", func(v View) bool { return v.Call.Caller.Inquiry.Phase == rule.StateMatched })
	x.s.Do(AskBusiness{Call: "c1", What: AskAccount})
	m, _ = expect[*wire.BusinessAsk](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.BusinessAnswer{What: AskAccount, Sandbox: true, Rows: []wire.BusinessRow{{Label: "缴费月数", Value: "120"}}}})
	x.see("the account", func(v View) bool { return len(v.Call.Caller.Inquiry.Rows) == 1 && v.Call.Caller.Inquiry.Sandbox })
	h.say(wire.Message{Seq: 3, Body: desk(1002, nil)})
	h.say(wire.Message{Seq: 4, Body: desk(1003, func(d *wire.DeskState) {
		onCall(call.StateTalking)(d)
		d.Call.ID = "c2"
	})})
	v := x.see("the next call", func(v View) bool { return v.Call != nil && v.Call.ID == "c2" })
	if v.Call.Caller.Inquiry != nil {
		t.Error("the next call shows the last one's account")
	}
}

func TestDeadlineForPeople(t *testing.T) {
	midnight := time.Date(2026, 3, 17, 0, 0, 0, 0, centreZone)
	for want, at := range map[string]time.Time{"03-16": midnight, "03-17 10:30": midnight.Add(10*time.Hour + 30*time.Minute), "": {}} {
		if got := lastDay(at); got != want {
			t.Errorf("%v is %q", at, got)
		}
	}
}

// TestOneCheckAtATime: a key that is pressed twice costs one of the few checks.
func TestOneCheckAtATime(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	x.see("the call", func(v View) bool { return v.Call != nil })
	check := CheckIdentity{Call: "c1", Number: "320199190001010019", Name: "测试甲", Employer: "示例制造有限公司"}
	x.s.Do(check)
	x.s.Do(check)
	x.s.Do(FindTarget{Query: "8012"})
	checks := 0
	for m := range h.in {
		if _, ok := m.Body.(*wire.IdentityCheck); ok {
			checks++
		}
		if _, ok := m.Body.(*wire.FindTarget); ok {
			break
		}
	}
	if checks != 1 {
		t.Errorf("%d checks", checks)
	}
}
