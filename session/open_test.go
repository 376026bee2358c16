package session

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"zuoxi/rules/call"
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
