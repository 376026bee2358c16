package session

import (
	"strings"
	"testing"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/wire"
)

// written brings a seat onto a call with a question in the form, saved.
func written(h *fakeHub, x *seat, question string) View {
	h.say(wire.Message{Seq: 2, Body: desk(1001, func(d *wire.DeskState) {
		onCall(call.StateTalking)(d)
		d.Call.Bridged, d.Call.Allowed = time.Now(), []string{string(call.EventHold)}
	})})
	v := x.see("the record", func(v View) bool { return v.Record != nil })
	f := v.Record.Fields
	f.Question = question
	x.s.Do(EditRecord{Fields: f, Keep: true})
	return x.see("the draft on disk", func(v View) bool {
		return v.Record != nil && v.Record.Fields.Question == question && !v.Record.Saved.IsZero()
	})
}

// TestHubKeepsACopyOfTheDraft: the hub is told what stands in the form, without
// an answer, and gives it back to a program that has lost everything.
func TestHubKeepsACopyOfTheDraft(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	v := written(h, x, "写到一半")
	var kept *wire.RecordDraft
	for kept == nil || kept.Record.Question == "" {
		var m wire.Message
		if m, kept = expect[*wire.RecordDraft](h); m.ID != "" {
			t.Errorf("an answer is waited for: %s", m.ID)
		}
	}
	if kept.Call != "c1" || kept.Record.Number != v.Record.Number || kept.Record.Question != "写到一半" || kept.Record.Saves == 0 {
		t.Fatalf("the hub was told %+v", kept)
	}
	x.stop()

	y := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}}) // nothing is left on this machine
	y.s.Do(SignIn{AgentNo: "3027", Password: "synthetic"})
	expect[*wire.SignIn](h)
	welcome(h, 2, false)
	h.say(wire.Message{Seq: 2, Body: desk(2001, func(d *wire.DeskState) {
		onCall(call.StateTalking)(d)
		d.Draft = &kept.Record
	})})
	back := y.see("the draft", func(v View) bool { return v.Record != nil && v.Record.Fields.Question == "写到一半" })
	if back.Record.Number != v.Record.Number || back.Record.Sent {
		t.Errorf("came back as %+v", back.Record)
	}
	if _, again := expect[*wire.RecordDraft](h); again.Record.Saves <= kept.Record.Saves {
		t.Errorf("the hub is not told that it arrived: %+v", again)
	}
}

// TestInheritedRecordIsTold: what was said of the form that was begun here
// counts nothing for the record that came with the caller.
func TestInheritedRecordIsTold(t *testing.T) {
	h := newFakeHub(t)
	folder, vault := t.TempDir(), fakeVault{map[string]string{"3027": "synthetic"}}
	x := startSeat(t, h.url, folder, vault)
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
	own := written(h, x, "写到一半").Record
	own.Fields.Question = "写完了"
	x.s.Do(EditRecord{Fields: own.Fields, Keep: true})
	x.see("the second save", func(v View) bool {
		return v.Record != nil && v.Record.Fields.Question == "写完了" && !v.Record.Saved.IsZero()
	})
	x.stop()

	y := startSeat(t, h.url, folder, vault) // tells of all its saves at once
	expect[*wire.SignIn](h)
	welcome(h, 2, false)
	h.say(wire.Message{Seq: 2, Body: desk(2001, onCall(call.StateTalking))})
	for said := 0; said < 2; {
		if _, d := expect[*wire.RecordDraft](h); d.Record.Question == "写完了" {
			said = d.Record.Saves
		}
	}
	y.see("the record", func(v View) bool { return v.Record != nil && v.Record.Number == own.Number })
	along := wire.Record{Number: "0312-8001-1", Question: "随来电人来的"}
	along.Saves = 1
	h.say(wire.Message{Seq: 3, Body: desk(2002, func(d *wire.DeskState) {
		onCall(call.StateTalking)(d)
		d.Draft = &along
	})})
	for {
		if _, d := expect[*wire.RecordDraft](h); d.Record.Number == along.Number {
			if !strings.HasPrefix(d.Record.Question, along.Question) {
				t.Errorf("the hub was told %+v", d.Record)
			}
			return
		}
	}
}

// TestOwnCopyIsNewer: a seat that kept its draft takes no older text from the hub.
func TestOwnCopyIsNewer(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	v := written(h, x, "全文")
	old := wire.Record{Number: v.Record.Number, Question: "全"}
	old.Saves = 1
	h.say(wire.Message{Seq: 3, Body: desk(1002, func(d *wire.DeskState) {
		onCall(call.StateHeld)(d)
		d.Draft = &old
	})})
	v = x.see("the held call", func(v View) bool { return v.Call != nil && v.Call.Phase == call.StateHeld })
	if v.Record.Fields.Question != "全文" {
		t.Errorf("the form holds %q", v.Record.Fields.Question)
	}
}

// TestPassedRecordLeavesTheList: the caller and the record went on to another
// seat. It is off the list and off the disk, unless words were added since.
func TestPassedRecordLeavesTheList(t *testing.T) {
	for _, tc := range []struct {
		name  string
		saves int // that went along
		left  int
		told  string
	}{
		{"all went along", 99, 0, "您不必再填"},
		{"the last words stayed", 0, 1, "没有随去"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newFakeHub(t)
			folder, vault := t.TempDir(), fakeVault{map[string]string{"3027": "synthetic"}}
			x := startSeat(t, h.url, folder, vault)
			expect[*wire.SignIn](h)
			welcome(h, 1, false)
			number := written(h, x, "写到一半").Record.Number
			x.stop()

			passed := func(d *wire.DeskState) {
				d.Passed = []wire.Passed{{Call: "c1", Number: number, Saves: tc.saves, To: "8002 何某"}}
			}
			y := startSeat(t, h.url, folder, vault)
			expect[*wire.SignIn](h)
			h.say(wire.Message{Body: &wire.Welcome{Session: 2, Token: "t1", AgentNo: "3027", Name: "李某", HubTime: time.Now()}})
			h.say(wire.Message{Seq: 1, Body: desk(2000, passed)})
			y.see("what became of it", func(v View) bool {
				return strings.Contains(v.Notice.Text, tc.told) && strings.Contains(v.Notice.Text, "8002 何某") && len(v.Todo) == tc.left
			})
			y.stop()

			z := startSeat(t, h.url, folder, vault)
			expect[*wire.SignIn](h)
			welcome(h, 3, false)
			if v := z.see("the list", func(v View) bool { return v.Seat.AgentNo != "" && v.Presence.State == agent.StateReady }); len(v.Todo) != tc.left {
				t.Errorf("on disk: %v", v.Todo)
			}
		})
	}
}

// TestPassedInWrapUp: the form on the screen is another seat's to finish.
func TestPassedInWrapUp(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	number := written(h, x, "写到一半").Record.Number
	h.say(wire.Message{Seq: 3, Body: desk(1002, func(d *wire.DeskState) {
		onCall(call.StateClosed)(d)
		d.Presence.State = string(agent.StateWrapUp)
		d.Call.Ended, d.Call.RecordNo = time.Now(), number
		d.Passed = []wire.Passed{{Call: "c1", Number: number, Saves: 99, To: "8002 何某"}}
	})})
	v := x.see("the record gone on", func(v View) bool { return v.Record != nil && v.Record.Sent })
	if !strings.Contains(v.Notice.Text, "8002 何某") {
		t.Errorf("told %q", v.Notice.Text)
	}
}
