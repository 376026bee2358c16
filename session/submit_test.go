package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// none fails if a message of the type came before the hub hears of a break,
// which the seat asks for here.
func none[B wire.Body](h *fakeHub, x *seat) {
	h.t.Helper()
	x.s.Do(SetPresence{State: agent.StateBreak, Reason: agent.BreakMeal})
	for limit := time.After(10 * time.Second); ; {
		select {
		case m := <-h.in:
			if b, is := m.Body.(B); is {
				h.t.Errorf("the hub was sent %+v", b)
			}
			if _, is := m.Body.(*wire.SetPresence); is {
				return
			}
		case <-limit:
			h.t.Fatal("waited 10 s for the break")
		}
	}
}

// wrapUp is a seat in the wrap-up of a call, its record written.
func wrapUp(t *testing.T, folder string) (*fakeHub, *seat, *RecordView) {
	t.Helper()
	h := newFakeHub(t)
	x := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, x)
	written(h, x, "问")
	h.say(wire.Message{Seq: 3, Body: desk(1002, wrapping(""))})
	v := x.see("wrap-up", func(v View) bool { return v.Presence.State == agent.StateWrapUp })
	return h, x, typed(x, v.Record.Fields, "答")
}

func wrapping(number string) func(*wire.DeskState) {
	return func(d *wire.DeskState) {
		onCall(call.StateClosed)(d)
		d.Presence.State = string(agent.StateWrapUp)
		d.Call.Ended, d.Call.RecordNo = time.Now(), number
	}
}

// typed writes an answer into the open record.
func typed(x *seat, f RecordFields, answer string) *RecordView {
	x.t.Helper()
	f.Answer = answer
	x.s.Do(EditRecord{Fields: f})
	return x.see("what was typed", func(v View) bool { return v.Record != nil && v.Record.Fields.Answer == answer }).Record
}

func saved(h *fakeHub, m wire.Message, number string, version int) {
	h.say(wire.Message{Re: m.ID, Body: &wire.RecordSaved{Number: number, Version: version, Code: wire.CodeOK}})
}

// TestHubsOwnTroubleIsTriedAgain: a record that the hub could not store stays in the box, and goes again under its old id.
func TestHubsOwnTroubleIsTriedAgain(t *testing.T) {
	h, x, r := wrapUp(t, t.TempDir())
	x.s.Do(SubmitRecord{})
	first, _ := expect[*wire.RecordSave](h)
	h.say(wire.Message{Re: first.ID, Body: &wire.Ack{Code: wire.CodeInternal, Text: "磁盘满"}})
	if v := x.see("the trouble", func(v View) bool { return strings.Contains(v.Notice.Text, "磁盘满") }); v.Link.Unsent != 1 {
		t.Errorf("%d unsent", v.Link.Unsent)
	}
	x.s.Do(SubmitRecord{})
	again, _ := expect[*wire.RecordSave](h)
	if again.ID != first.ID {
		t.Errorf("sent as %s, then as %s", first.ID, again.ID)
	}
	saved(h, again, r.Number, 1)
	x.see("that it is stored", func(v View) bool { return strings.Contains(v.Notice.Text, "已到中心") && v.Link.Unsent == 0 })
}

// TestSubmittedAgainBeforeTheAnswer: it goes once, and what was typed since
// stays as a change of what the hub has.
func TestSubmittedAgainBeforeTheAnswer(t *testing.T) {
	h, x, r := wrapUp(t, t.TempDir())
	x.s.Do(SubmitRecord{})
	first, _ := expect[*wire.RecordSave](h)
	typed(x, r.Fields, "答，补充")
	x.s.Do(SubmitRecord{})
	v := x.see("that it is on its way", func(v View) bool { return strings.Contains(v.Notice.Text, "等中心收下") })
	if v.Record.Saved.IsZero() || v.Link.Unsent != 1 {
		t.Errorf("saved %v, %d unsent", v.Record.Saved, v.Link.Unsent)
	}
	none[*wire.RecordSave](h, x)
	h.cut()
	expect[*wire.Resume](h)
	h.say(wire.Message{Body: &wire.Welcome{Session: 2, Token: "t1", AgentNo: "3027", HubTime: time.Now(), Resumed: true}})
	again, _ := expect[*wire.RecordSave](h)
	if again.ID != first.ID {
		t.Errorf("sent again under another id: %s, %s", first.ID, again.ID)
	}
	at := func(version uint64, by string) { // the state may be there before the answer
		h.say(wire.Message{Seq: 4, Body: desk(version, func(d *wire.DeskState) {
			wrapping(r.Number)(d)
			d.Call.EndedBy = by
		})})
		x.see("the state", func(v View) bool { return v.Call != nil && v.Call.EndedBy == by })
	}
	at(2001, "来电人")
	saved(h, again, r.Number, 1)
	v = x.see("the rest to be submitted", func(v View) bool { return v.Record != nil && v.Record.Base == 1 && v.Link.Unsent == 0 })
	if v.Record.Sent || v.Record.Fields.Answer != "答，补充" || !strings.Contains(v.Notice.Text, "再按 F9") {
		t.Fatalf("left as %+v, told %q", v.Record, v.Notice.Text)
	}
	at(2002, "线路")
	x.s.Do(SubmitRecord{})
	m, b := expect[*wire.RecordSave](h)
	if b.Record.Number != r.Number || b.Record.Version != 1 || b.Record.Answer != "答，补充" || !b.End {
		t.Fatalf("sent %+v", b)
	}
	saved(h, m, r.Number, 2)
	x.see("it sent", func(v View) bool { return v.Record != nil && v.Record.Sent && v.Record.Base == 2 })
}

// TestSubmittedTwiceOnAFullDisk: neither the draft nor the command can be kept.
// The text stays, the person is told, one record goes under one id, again after
// the link was cut, and nobody signs out over it.
func TestSubmittedTwiceOnAFullDisk(t *testing.T) {
	folder := t.TempDir()
	h, x, r := wrapUp(t, folder)
	if err := os.RemoveAll(filepath.Join(folder, "outbox-3027")); err != nil {
		t.Fatal(err)
	}
	r = typed(x, r.Fields, "答，都写完了")
	told := func(v View) bool { return strings.Contains(v.Notice.Text, "本机存不下受理单 "+r.Number) }
	x.s.Do(SubmitRecord{})
	first, _ := expect[*wire.RecordSave](h)
	if v := x.see("that it is not on the disk", told); v.Record.Sent || v.Record.Fields.Answer != r.Fields.Answer || v.Link.Unsent != 1 || v.Link.Loose != 1 {
		t.Errorf("%d unsent, %d loose of %+v", v.Link.Unsent, v.Link.Loose, v.Record)
	}
	x.s.Do(SubmitRecord{})
	none[*wire.RecordSave](h, x)
	x.see("so again", told)
	h.cut()
	expect[*wire.Resume](h)
	x.see("the way back", func(v View) bool { return v.Link.State == LinkResuming })
	h.say(wire.Message{Body: &wire.Welcome{Session: 2, Token: "t1", AgentNo: "3027", HubTime: time.Now(), Resumed: true}})
	again, b := expect[*wire.RecordSave](h)
	if again.ID != first.ID || b.Record.Answer != r.Fields.Answer {
		t.Fatalf("sent as %s, then as %s: %+v", first.ID, again.ID, b.Record)
	}
	h.say(wire.Message{Seq: 4, Body: desk(2001, nil)})
	x.see("the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 && v.Todo[0].State == "待送达" })
	x.s.Do(SignOut{})
	x.see("who stays", func(v View) bool { return v.SignIn.SignedIn && strings.Contains(v.Notice.Text, "签出就丢了") })
	saved(h, again, r.Number, 1)
	x.see("nothing left", func(v View) bool { return len(v.Todo) == 0 && v.Link.Unsent == 0 && v.Link.Loose == 0 })
	x.s.Do(SignOut{})
	expect[*wire.SignOut](h)
}

// TestStepOnAFullDisk: with the link cut a step is nowhere but here, and it is not said to be kept.
func TestStepOnAFullDisk(t *testing.T) {
	folder := t.TempDir()
	h := newFakeHub(t)
	x := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.SignIn.SignedIn && v.Presence.State != "" })
	r := open(h, x, "0312-3027-7")
	x.see("its course", func(v View) bool { return v.Record.Life != nil })
	h.cut()
	expect[*wire.Resume](h)
	x.see("the way back", func(v View) bool { return v.Link.State == LinkResuming })
	if err := os.RemoveAll(filepath.Join(folder, "outbox-3027")); err != nil {
		t.Fatal(err)
	}
	x.s.Do(StepRecord{Number: r.Number, Event: ticket.EventCallBack})
	v := x.see("what became of it", func(v View) bool { return v.Link.Unsent == 1 })
	if v.Link.Loose != 1 || !strings.Contains(v.Notice.Text, "本机存不下受理单 "+r.Number+" 的这一步") {
		t.Errorf("%d loose, says %q", v.Link.Loose, v.Notice.Text)
	}
	welcome(h, 2, true)
	m, _ := expect[*wire.RecordStep](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.RecordSaved{Number: r.Number, Version: 2, Code: wire.CodeOK}})
	x.see("it at the hub", func(v View) bool { return v.Link.Unsent == 0 && v.Link.Loose == 0 })
}

// TestEndOnAFullDisk: what is typed and not on the disk is said to be here only, and put there at the end; what the disk
// does not take even then is counted, a record once.
func TestEndOnAFullDisk(t *testing.T) {
	for _, tt := range []struct {
		name              string
		mended, submitted bool
		lost              int
	}{{"a draft", false, false, 1}, {"a record", false, true, 1}, {"mended in time", true, true, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			h, x, r := wrapUp(t, folder)
			disk := filepath.Join(folder, "outbox-3027")
			if err := os.RemoveAll(disk); err != nil {
				t.Fatal(err)
			}
			typed(x, r.Fields, "答，都写完了")
			if tt.submitted {
				x.s.Do(SubmitRecord{})
				expect[*wire.RecordSave](h)
			}
			x.see("that it is here only", func(v View) bool { return v.Link.Loose == 1 })
			if tt.mended {
				if err := os.Mkdir(disk, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if x.stop(); x.lost != tt.lost {
				t.Errorf("%d lost", x.lost)
			}
		})
	}
}

// TestListOnAFullDisk: what left the screen unsaved is tried again; what the disk has not at the end of the duty is said,
// and counted at that of the program.
func TestListOnAFullDisk(t *testing.T) {
	for _, mended := range []bool{false, true} {
		folder := t.TempDir()
		h, x, r := wrapUp(t, folder)
		disk := filepath.Join(folder, "outbox-3027")
		if err := os.RemoveAll(disk); err != nil {
			t.Fatal(err)
		}
		typed(x, r.Fields, "答，都写完了")
		h.say(wire.Message{Seq: 4, Body: desk(1003, nil)})
		x.see("it in the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 && v.Link.Loose == 1 })
		lost := 1
		if mended {
			if err := os.Mkdir(disk, 0o700); err != nil {
				t.Fatal(err)
			}
			x.see("it on the disk", func(v View) bool { return v.Link.Loose == 0 })
			lost = 0
		}
		h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeOK}})
		h.hangUp()
		v := x.see("the end of the duty", func(v View) bool { return !v.SignIn.SignedIn && v.SignIn.Error != "" })
		if says := strings.Contains(v.SignIn.Error, "有 1 件本机存不下，丢了"); says == mended {
			t.Errorf("mended %v: says %q", mended, v.SignIn.Error)
		}
		if x.stop(); x.lost != lost {
			t.Errorf("mended %v: %d lost", mended, x.lost)
		}
	}
}

// TestNumbersGoOnOnAFullDisk: the next record is not given the number of the one
// before, nor one that is taken again and again.
func TestNumbersGoOnOnAFullDisk(t *testing.T) {
	folder := t.TempDir()
	h, x, r := wrapUp(t, folder)
	if err := os.RemoveAll(filepath.Join(folder, "outbox-3027")); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{r.Number: true}
	x.s.Do(SubmitRecord{})
	for range 3 {
		m, b := expect[*wire.RecordSave](h)
		h.say(wire.Message{Re: m.ID, Body: &wire.RecordSaved{Number: b.Record.Number, Code: wire.CodeConflict, Field: "number"}})
		seen[b.Record.Number] = true
	}
	m, b := expect[*wire.RecordSave](h)
	if saved(h, m, b.Record.Number, 1); len(seen) != 3 || seen[b.Record.Number] {
		t.Errorf("tried %v, then %s", seen, b.Record.Number)
	}
	x.see("it sent", func(v View) bool { return v.Record != nil && v.Record.Sent && v.Link.Unsent == 0 })
}

// TestSubmittedFromTheListBeforeTheAnswer: the wrap-up ran out meanwhile, and
// the record stands among the unfinished.
func TestSubmittedFromTheListBeforeTheAnswer(t *testing.T) {
	folder := t.TempDir()
	h, x, r := wrapUp(t, folder)
	x.s.Do(SubmitRecord{})
	first, _ := expect[*wire.RecordSave](h)
	h.say(wire.Message{Seq: 4, Body: desk(1003, nil)})
	x.see("the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	x.s.Do(OpenTodo{Number: r.Number})
	x.see("the record", func(v View) bool { return v.Record != nil })
	x.s.Do(SubmitRecord{})
	x.s.Do(ArticleShown{ID: "sbk-001", Version: "3"})
	x.s.Do(CloseRecord{})
	x.see("the list again", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 && v.Todo[0].State == "待送达" })
	none[*wire.RecordSave](h, x)
	saved(h, first, r.Number, 1)
	x.see("nothing left", func(v View) bool { return len(v.Todo) == 0 && v.Link.Unsent == 0 })
	x.stop()
	y := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, y)
	if v := y.see("the desk", func(v View) bool { return v.Presence.State != "" }); len(v.Todo) != 0 {
		t.Errorf("on disk: %+v", v.Todo)
	}
}

// TestTypedSinceInTheList: text that was put back into the list after F9 stays
// there, and on the disk, as a change of what the hub has.
func TestTypedSinceInTheList(t *testing.T) {
	folder := t.TempDir()
	h, x, r := wrapUp(t, folder)
	x.s.Do(SubmitRecord{})
	first, _ := expect[*wire.RecordSave](h)
	typed(x, r.Fields, "答，补充")
	h.say(wire.Message{Seq: 4, Body: desk(1003, nil)})
	x.see("the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	saved(h, first, r.Number, 1)
	x.see("that it arrived", func(v View) bool { return v.Link.Unsent == 0 && strings.Contains(v.Notice.Text, "已到中心") })
	x.stop()
	y := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, y)
	y.see("the list", func(v View) bool { return len(v.Todo) == 1 && v.Presence.State != "" })
	y.s.Do(OpenTodo{Number: r.Number})
	v := y.see("the record", func(v View) bool { return v.Record != nil })
	if v.Record.Base != 1 || v.Record.Fields.Answer != "答，补充" {
		t.Errorf("kept as %+v", v.Record)
	}
}

// TestRenumberedWhileAnotherIsOpen: the next number is for the record that was
// refused, wherever it is now, and for no other.
func TestRenumberedWhileAnotherIsOpen(t *testing.T) {
	folder := t.TempDir()
	h, x, r := wrapUp(t, folder)
	x.s.Do(SubmitRecord{})
	first, _ := expect[*wire.RecordSave](h)
	h.say(wire.Message{Seq: 4, Body: desk(1003, nil)})
	x.see("the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	x.s.Do(OpenTodo{Number: "0312-3027-7"})
	m, _ := expect[*wire.RecordGet](h)
	h.say(wire.Message{Re: m.ID, Body: kept(4)})
	v := x.see("the other record", func(v View) bool { return v.Record != nil })
	typed(x, v.Record.Fields, "另一张的答复")
	h.say(wire.Message{Re: first.ID, Body: &wire.RecordSaved{Number: r.Number, Code: wire.CodeConflict, Field: "number"}})
	m, b := expect[*wire.RecordSave](h)
	if b.Record.Number == r.Number || b.Record.Answer != "答" {
		t.Fatalf("sent again as %+v", b.Record)
	}
	v = x.see("the new number in the list", func(v View) bool { return len(v.Todo) == 1 && v.Todo[0].Number == b.Record.Number })
	if v.Record.Number != "0312-3027-7" {
		t.Errorf("the open record became %s", v.Record.Number)
	}
	saved(h, m, b.Record.Number, 1)
	v = x.see("it gone", func(v View) bool { return len(v.Todo) == 0 && v.Link.Unsent == 0 })
	if v.Record == nil || v.Record.Sent || v.Record.Fields.Answer != "另一张的答复" {
		t.Errorf("the open record is %+v", v.Record)
	}
	x.stop()
	y := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, y)
	v = y.see("the list", func(v View) bool { return v.Presence.State != "" })
	if len(v.Todo) != 1 || v.Todo[0].Number != "0312-3027-7" {
		t.Errorf("on disk: %+v", v.Todo)
	}
}

// TestNumbersOnFromTheHubs: the first record of a day is numbered behind those that the hub told of, not as last year's of
// the same day; those of other days are no matter.
func TestNumbersOnFromTheHubs(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	now := time.Now().In(centreZone)
	var taken []wire.Taken
	for i, n := range []int{41, 57} {
		taken = append(taken, wire.Taken{Day: now.AddDate(0, 0, i).Format("0102"), N: n})
	}
	x.s.Do(SignIn{AgentNo: "3027", Password: "synthetic"})
	expect[*wire.SignIn](h)
	h.say(wire.Message{Body: &wire.Welcome{Session: 1, Token: "t1", AgentNo: "3027", HubTime: time.Now(), Taken: taken}})
	h.say(wire.Message{Seq: 1, Body: desk(1000, nil)})
	if no := written(h, x, "问").Record.Number; no != taken[0].Day+"-3027-42" && no != taken[1].Day+"-3027-58" { // it may be midnight
		t.Errorf("it is %s, the hub told of %+v", no, taken)
	}
}

// TestSubmittedTooLate: the time after the call is up just before F9: the record
// is in the list, the agent is told, and no other record goes in its place.
func TestSubmittedTooLate(t *testing.T) {
	h, x, r := wrapUp(t, t.TempDir())
	h.say(wire.Message{Seq: 4, Body: desk(1005, nil)})
	x.see("the list", func(v View) bool { return v.Record == nil && len(v.Todo) == 1 })
	x.s.Do(SubmitRecord{Number: r.Number})
	x.see("that it was too late", func(v View) bool { return strings.Contains(v.Notice.Text, r.Number+" 刚离开屏幕") })
	h.say(wire.Message{Seq: 5, Body: desk(1006, func(d *wire.DeskState) {
		onCall(call.StateTalking)(d)
		d.Call.ID = "c2"
	})})
	x.see("another call", func(v View) bool { return v.Record != nil && v.Record.Number != r.Number })
	x.s.Do(SubmitRecord{Number: r.Number})
	none[*wire.RecordSave](h, x)
}
