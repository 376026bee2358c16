package session

import (
	"testing"

	"zuoxi/rules/call"
	"zuoxi/wire"
)

// TestEditorsSeeWhatOthersDo: the list and the entry that are open come anew, and what is shown stays until then.
func TestEditorsSeeWhatOthersDo(t *testing.T) {
	h, x := opened(t)
	h.say(wire.Message{Body: &wire.KBMoved{}}) // nobody looks: nothing is asked
	x.s.Do(ListKB{List: KBWork})
	m, _ := expect[*wire.KBAsk](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.KBRows{List: KBWork, Rows: []wire.KBRow{{ID: "e1", Title: "甲", State: "draft"}}}})
	x.s.Do(OpenKB{ID: "e1"})
	m, _ = expect[*wire.KBOpen](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.KBEntry{Entry: "e1", Version: 1, Article: "a", State: "draft"}})
	x.see("the entry", func(v View) bool { return len(v.Editor.Rows) == 1 && v.Editor.Entry != nil })

	h.say(wire.Message{Body: &wire.KBMoved{}})
	m, ask := expect[*wire.KBAsk](h)
	if ask.List != KBWork {
		t.Errorf("asked %+v", ask)
	}
	v := x.see("what was there", func(v View) bool { return true })
	if len(v.Editor.Rows) != 1 || v.Editor.Busy {
		t.Errorf("meanwhile %+v", v.Editor)
	}
	h.say(wire.Message{Re: m.ID, Body: &wire.KBRows{List: KBWork, Rows: []wire.KBRow{{ID: "e1", Title: "甲", State: "submitted"}, {ID: "e2"}}}})
	m, open := expect[*wire.KBOpen](h)
	if open.ID != "e1" {
		t.Errorf("opened %+v", open)
	}
	h.say(wire.Message{Re: m.ID, Body: &wire.KBEntry{Entry: "e1", Version: 2, Article: "a", State: "submitted", Batch: 3}})
	x.see("what others did", func(v View) bool {
		return len(v.Editor.Rows) == 2 && v.Editor.Entry.Version == 2 && v.Editor.Entry.Batch == 3 && v.Editor.Done == 0
	})
}

// TestOnlyTheLastSearchIsShown: the hub may answer an earlier question after a later one.
func TestOnlyTheLastSearchIsShown(t *testing.T) {
	h, x := opened(t)
	x.s.Do(ListKB{List: KBWork})
	first, _ := expect[*wire.KBAsk](h)
	x.s.Do(ListKB{List: KBWork, Query: "社保卡"})
	second, _ := expect[*wire.KBAsk](h)
	h.say(wire.Message{Re: second.ID, Body: &wire.KBRows{List: KBWork, Rows: []wire.KBRow{{ID: "e1", Title: "社保卡"}}}})
	h.say(wire.Message{Re: first.ID, Body: &wire.KBRows{List: KBWork}})
	h.say(wire.Message{Body: &wire.Alert{Level: "info", Text: "完"}})
	v := x.see("all answers", func(v View) bool { return v.Notice.Text == "完" })
	if len(v.Editor.Rows) != 1 {
		t.Errorf("%+v", v.Editor.Rows)
	}
}

// TestSearchesAreToldAfterTheCall: what the editors learn of a search goes when
// no call is on the desk; what a person tells them goes at once.
func TestSearchesAreToldAfterTheCall(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	x.see("the call", func(v View) bool { return v.Call != nil })
	x.s.Do(SearchedKB{Text: "甲"})
	x.s.Do(TellKB{Kind: "wrong", Article: "a", Text: "乙"})
	expect[*wire.KBTell](h) // passes over what came before
	h.say(wire.Message{Seq: 3, Body: desk(1002, nil)})
	if _, b := expect[*wire.KBAsked](h); b.Text != "甲" {
		t.Errorf("told of %q", b.Text)
	}
}

// TestAnEntryThatWasPutAwayStaysAway: the hub may answer when another is open, or none.
func TestAnEntryThatWasPutAwayStaysAway(t *testing.T) {
	h, x := opened(t)
	x.s.Do(OpenKB{ID: "e1"})
	first, _ := expect[*wire.KBOpen](h)
	x.s.Do(OpenKB{ID: "e2"})
	second, _ := expect[*wire.KBOpen](h)
	h.say(wire.Message{Re: second.ID, Body: &wire.KBEntry{Entry: "e2", Version: 1, State: "draft"}})
	h.say(wire.Message{Re: first.ID, Body: &wire.KBEntry{Entry: "e1", Version: 1, State: "draft"}})
	h.say(wire.Message{Body: &wire.Alert{Level: "info", Text: "完"}})
	if v := x.see("all answers", func(v View) bool { return v.Notice.Text == "完" }); v.Editor.Entry == nil || v.Editor.Entry.Entry != "e2" {
		t.Errorf("open is %+v", v.Editor.Entry)
	}
	x.s.Do(OpenKB{ID: "e1"})
	first, _ = expect[*wire.KBOpen](h)
	x.s.Do(OpenKB{})
	x.see("nothing open", func(v View) bool { return v.Editor.Entry == nil })
	h.say(wire.Message{Re: first.ID, Body: &wire.KBEntry{Entry: "e1", Version: 1, State: "draft"}})
	h.say(wire.Message{Body: &wire.Alert{Level: "info", Text: "又完"}})
	if v := x.see("the late answer", func(v View) bool { return v.Notice.Text == "又完" }); v.Editor.Entry != nil || v.Editor.Busy {
		t.Errorf("%+v", v.Editor)
	}
}
