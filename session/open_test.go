package session

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"zuoxi/rules/call"
	"zuoxi/rules/ticket"
	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// handedOver is a record that another body gave: no call led to it.
func handedOver(number string) *wire.Record {
	r := kept(1)
	r.Number = number
	return r
}

// open brings such a record onto the screen.
func open(h *fakeHub, x *seat, number string) *RecordView {
	x.t.Helper()
	x.s.Do(OpenTodo{Number: number})
	m, _ := expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: handedOver(number)})
	return x.see(number, func(v View) bool { return v.Record != nil && v.Record.Number == number }).Record
}

// TestRecordComesTooLate: a call was answered meanwhile, and its form stays.
func TestRecordComesTooLate(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.SignIn.SignedIn && v.Presence.State != "" })
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	m, _ := expect[*wire.RecordGet](h)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	v := x.see("the call's form", func(v View) bool { return v.Record != nil })
	r := typed(x, v.Record.Fields, "写到一半")
	h.say(wire.Message{Re: m.ID, Body: kept(4)})
	v = x.see("that it was not opened", func(v View) bool { return strings.Contains(v.Notice.Text, "没有打开") })
	if v.Record == nil || v.Record.Number != r.Number || v.Record.Fields.Answer != "写到一半" {
		t.Errorf("the form holds %+v", v.Record)
	}
}

// TestNewestOpenedStays: of two that were asked for the later one is shown,
// whichever comes first, and asking for what is open changes nothing.
func TestNewestOpenedStays(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.SignIn.SignedIn && v.Presence.State != "" })
	x.s.Do(OpenTodo{Number: "0312-ZB-1"})
	first, _ := expect[*wire.RecordGet](h)
	x.s.Do(OpenTodo{Number: "0312-ZB-2"})
	second, _ := expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: first.ID, Body: handedOver("0312-ZB-1")})
	h.say(wire.Message{Re: second.ID, Body: handedOver("0312-ZB-2")})
	v := x.see("a record", func(v View) bool { return v.Record != nil })
	if v.Record.Number != "0312-ZB-2" {
		t.Fatalf("opened %s", v.Record.Number)
	}
	typed(x, v.Record.Fields, "写到一半")
	x.s.Do(OpenTodo{Number: "0312-ZB-2"})
	none[*wire.RecordGet](h, x)
}

// stepRefused steps the open record, which somebody has changed meanwhile.
func stepRefused(h *fakeHub, x *seat, theirs *wire.Record) {
	x.s.Do(StepRecord{Number: theirs.Number, Event: ticket.EventCallBack})
	m, _ := expect[*wire.RecordStep](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.RecordSaved{Number: theirs.Number, Code: wire.CodeConflict, Text: "这张单已被别人改过"}})
	m, _ = expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: theirs})
}

// TestColleaguesTextIsSeen: a form that nobody wrote in takes it, one that was
// written in stands beside it.
func TestColleaguesTextIsSeen(t *testing.T) {
	theirs := kept(5)
	theirs.Answer = "同事的答复"

	h, x := opened(t)
	x.s.Do(ArticleShown{ID: "sbk-001", Version: "3"}) // to have read is not to have written
	stepRefused(h, x, theirs)
	v := x.see("the new version", func(v View) bool { return v.Record.Base == 5 })
	if v.Record.Fields.Answer != "同事的答复" || v.Record.Theirs != nil || len(v.Record.Fields.Articles) != 1 {
		t.Errorf("untouched form %+v", v.Record)
	}
	old := kept(4).Answer
	v.Record.Fields.Answer = old + "，我的" // typed before the new text was on the screen
	x.s.Do(EditRecord{Fields: v.Record.Fields})
	v = x.see("both", func(v View) bool { return v.Record.Theirs != nil })
	if v.Record.Fields.Answer != old+"，我的" || v.Record.Theirs.Answer != "同事的答复" {
		t.Errorf("late key: mine %+v, theirs %+v", v.Record.Fields, v.Record.Theirs)
	}

	h, x = opened(t)
	r := typed(x, x.see("the record", func(v View) bool { return v.Record != nil }).Record.Fields, "我的答复")
	stepRefused(h, x, theirs)
	v = x.see("both side by side", func(v View) bool { return v.Record.Theirs != nil })
	if v.Record.Base != 5 || v.Record.Fields.Answer != r.Fields.Answer || v.Record.Theirs.Answer != "同事的答复" {
		t.Errorf("mine %+v, theirs %+v", v.Record.Fields, v.Record.Theirs)
	}
}

// TestStepAloneIsNoOthersText: the version grows by a step, and a draft of the
// older one is still known to stand on the same text, also from the disk.
func TestStepAloneIsNoOthersText(t *testing.T) {
	h, x := opened(t)
	f := x.see("the record", func(v View) bool { return v.Record != nil }).Record.Fields
	typed(x, f, "我的答复")
	x.s.Do(CloseRecord{})
	x.see("the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	x.see("the draft", func(v View) bool { return v.Record != nil })
	x.s.Do(LinkRecords{Number: "0312-3027-7", Other: "0312-3027-8"})
	m, _ := expect[*wire.RecordLink](h)
	h.ok(m)
	m, _ = expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: kept(5)})
	v := x.see("the new version", func(v View) bool { return v.Record.Base == 5 })
	if v.Record.Fields.Answer != "我的答复" || v.Record.Theirs != nil {
		t.Errorf("shown as %+v", v.Record)
	}
}

// TestDraftsWithoutACall: each has its own place on the disk, and leaves it
// when the hub has the record.
func TestDraftsWithoutACall(t *testing.T) {
	h := newFakeHub(t)
	folder := t.TempDir()
	x := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.SignIn.SignedIn && v.Presence.State != "" })
	for _, number := range []string{"0312-ZB-1", "0312-ZB-2"} {
		typed(x, open(h, x, number).Fields, number+"的答复")
	}
	x.s.Do(CloseRecord{})
	x.see("both in the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 2 })
	x.stop()

	y := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, y)
	y.see("both from the disk", func(v View) bool { return len(v.Todo) == 2 && v.Presence.State != "" })
	y.s.Do(OpenTodo{Number: "0312-ZB-1"})
	v := y.see("the first", func(v View) bool { return v.Record != nil })
	if v.Record.Fields.Answer != "0312-ZB-1的答复" || v.Record.Base != 1 {
		t.Fatalf("kept as %+v", v.Record)
	}
	y.s.Do(SubmitRecord{})
	m, _ := expect[*wire.RecordSave](h)
	saved(h, m, "0312-ZB-1", 2)
	y.see("it gone", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	y.stop()

	z := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, z)
	v = z.see("the desk", func(v View) bool { return v.Presence.State != "" })
	if len(v.Todo) != 1 || v.Todo[0].Number != "0312-ZB-2" {
		t.Errorf("on disk: %+v", v.Todo)
	}
}

// TestDraftOfTheEmptyCall: what an older program kept in the one place of all
// records without a call is read and moved.
func TestDraftOfTheEmptyCall(t *testing.T) {
	folder := t.TempDir()
	box := func() *outbox.Box {
		b, err := outbox.Open(filepath.Join(folder, "outbox-3027"), bytes.Repeat([]byte{3}, 32))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := box()
	if err := b.SaveDraft("call-", draft{Number: "0312-ZB-1", Base: 1, Fields: RecordFields{Kind: "consult", Answer: "旧稿"}}); err != nil {
		t.Fatal(err)
	}
	_ = b.Close()
	for range 2 {
		h := newFakeHub(t)
		x := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
		signIn(h, x)
		v := x.see("the desk", func(v View) bool { return v.Presence.State != "" })
		if len(v.Todo) != 1 || v.Todo[0].Number != "0312-ZB-1" {
			t.Errorf("listed %+v", v.Todo)
		}
		x.stop()
		b := box()
		if left := b.Drafts("call-"); len(left) != 0 {
			t.Errorf("still there: %v", left)
		}
		_ = b.Close()
	}
}

// TestUnsentThatCannotBeRead: somebody is told of it.
func TestUnsentThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	b, err := outbox.Open(filepath.Join(folder, "outbox-3027"), bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Put(outbox.Entry{ID: "a", Kind: saveKind, Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if err := b.SaveDraft(callDraft+"c9", draft{Number: "0312-3027-9"}); err != nil {
		t.Fatal(err)
	}
	_ = b.Close()
	h := newFakeHub(t)
	x := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("that something was not sent", func(v View) bool {
		return v.Notice.Level == NoticeError && strings.Contains(v.Notice.Text, "2 份没送出的读不出来")
	})
}

// TestDraftOfAChangeHasItsCourse: a draft of what the hub has is opened with its
// deadlines and history, beside a colleague's newer text, and with the link cut
// after it is back.
func TestDraftOfAChangeHasItsCourse(t *testing.T) {
	h, x := opened(t)
	f := x.see("the record", func(v View) bool { return v.Record != nil }).Record.Fields
	typed(x, f, "我的答复")
	x.s.Do(CloseRecord{})
	x.see("the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	m, _ := expect[*wire.RecordGet](h)
	theirs := kept(5)
	theirs.Answer = "同事的答复"
	h.say(wire.Message{Re: m.ID, Body: theirs})
	v := x.see("its course", func(v View) bool { return v.Record != nil && v.Record.Life != nil })
	if r := v.Record; len(r.Life.History) != 1 || r.Fields.Answer != "我的答复" || r.Theirs == nil || r.Theirs.Answer != "同事的答复" {
		t.Errorf("shown as %+v", r)
	}
	x.s.Do(CloseRecord{})
	x.see("the list again", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	h.cut()
	expect[*wire.Resume](h)
	x.see("the way back", func(v View) bool { return v.Link.State == LinkResuming })
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	if v := x.see("the draft", func(v View) bool { return v.Record != nil }); v.Record.Life != nil || strings.Contains(v.Notice.Text, "连接中断") {
		t.Errorf("with the link cut: %+v, says %q", v.Record, v.Notice.Text)
	}
	welcome(h, 2, true)
	m, _ = expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: theirs})
	x.see("its course again", func(v View) bool { return v.Record != nil && v.Record.Life != nil })
}

// TestKeyOfTheRecordBefore: a call comes while somebody types. The last key
// goes into the record that it was typed in, not into the new caller's.
func TestKeyOfTheRecordBefore(t *testing.T) {
	h, x := opened(t)
	before := typed(x, x.see("the record", func(v View) bool { return v.Record != nil }).Record.Fields, "写到")
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	v := x.see("the call's form", func(v View) bool { return v.Record != nil && v.Record.Number != before.Number })
	own := v.Record.Number
	before.Fields.Answer = "写到一半"
	x.s.Do(EditRecord{Number: before.Number, Fields: before.Fields})
	none[*wire.RecordSave](h, x)
	v = x.see("the form", func(View) bool { return true })
	if v.Record.Number != own || v.Record.Fields.Answer != "" {
		t.Errorf("the new caller's form holds %+v", v.Record.Fields)
	}
	h.say(wire.Message{Seq: 3, Body: desk(1002, nil)})
	x.see("the list", func(v View) bool { return v.Call == nil && len(v.Todo) > 0 })
	x.s.Do(OpenTodo{Number: before.Number})
	if v = x.see("the record before", func(v View) bool { return v.Record != nil }); v.Record.Fields.Answer != "写到一半" {
		t.Errorf("it holds %q", v.Record.Fields.Answer)
	}
}
