package app

import (
	"testing"
	"time"

	"zuoxi/rules/call"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

// TestOnceMore: the line that asks to press again goes with the press that
// counts, and stays while another key is pressed.
func TestOnceMore(t *testing.T) {
	var said []session.Verb
	m := New(Options{Do: func(v session.Verb) bool { said = append(said, v); return true }, Now: func() time.Time { return sample.Noon }, Still: true, Stage: &fakeStage{}})
	m.view = sample.Talking()
	m.env.View, m.env.Mode = &m.view, keys.Talk
	binding := func(c keys.Command) keys.Binding {
		for _, b := range m.env.Keys.For(keys.Talk) {
			if b.Cmd == c {
				return b
			}
		}
		t.Fatalf("no key for %v", c)
		return keys.Binding{}
	}
	allowed := m.view.Call.Allowed
	lost := *m.view.Call
	lost.Phase, lost.Allowed = call.StateSeatLost, nil
	m.view.Call = &lost
	m.command(binding(keys.Hold))
	if m.note.text == "" || len(said) != 0 {
		t.Fatalf("a seat that is not heard: said %+v, note %q", said, m.note.text)
	}
	back := lost
	back.Phase, back.Allowed = call.StateTalking, allowed
	m.view.Call = &back
	if m.command(binding(keys.Redraw)); m.note.text == "" {
		t.Error("the line is gone before the step was taken")
	}
	if m.command(binding(keys.Hold)); m.note.text != "" || len(said) != 1 {
		t.Errorf("pressed again: said %+v, note %q", said, m.note.text)
	}
	played := lost
	played.Phase, m.view.Call = call.StateAnnouncing, &played
	for range 2 {
		m.command(binding(keys.Release))
	}
	if m.command(binding(keys.Transfer)); m.box != nil || len(said) != 1 || m.note.text == "" {
		t.Errorf("before the caller hears the agent: said %+v, note %q, box %v", said, m.note.text, m.box)
	}
}
