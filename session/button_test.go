package session

import (
	"context"
	"testing"

	"zuoxi/rules/call"
	"zuoxi/wire"
)

// pressable is a sound system of which only the buttons work.
type pressable struct{ events chan PhoneEvent }

func (p pressable) Events() <-chan PhoneEvent               { return p.events }
func (pressable) Check(context.Context, func(CheckRow))     {}
func (pressable) CheckLine(context.Context, func(CheckRow)) {}
func (pressable) CheckEcho(context.Context, func(CheckRow)) {}
func (pressable) Use(string, string) error                  { return nil }
func (pressable) Devices() (in, out []string, err error)    { return nil, nil, nil }
func (p pressable) press(b Button)                          { p.events <- PhoneEvent{Button: b} }

// TestHeadsetButtons: a call is answered, muted and left from the headset, and
// a button that makes no sense does nothing.
func TestHeadsetButtons(t *testing.T) {
	h := newFakeHub(t)
	sound := pressable{make(chan PhoneEvent)}
	x := startSeatWith(t, h.url, t.TempDir(), fakeVault{map[string]string{}}, sound)
	signIn(h, x)
	for _, b := range []Button{ButtonHook, ButtonMute, ButtonHangUp, ButtonSingle} {
		sound.press(b) // nobody is there
	}
	h.say(wire.Message{Seq: 2, Body: desk(1001, func(d *wire.DeskState) {
		d.Offer = &wire.Offer{ID: "o1", CallID: "c1", Epoch: 4, Caller: wire.Caller{Masked: "139****0041"}}
	})})
	x.see("the pop", func(v View) bool { return v.Offer != nil })
	sound.press(ButtonMute)
	sound.press(ButtonHook)
	m, b := expect[*wire.Answer](h)
	if b.Offer != "o1" || b.Epoch != 4 {
		t.Fatalf("%+v", b)
	}
	h.ok(m)
	h.say(wire.Message{Seq: 3, Body: desk(1002, onCall(call.StateTalking))})
	x.see("the call", func(v View) bool { return v.Call != nil && v.Offer == nil })
	for _, step := range []struct {
		press Button
		does  string
	}{{ButtonMute, wire.DoMuted}, {ButtonSingle, wire.DoUnmuted}, {ButtonHook, wire.DoRelease}, {ButtonHangUp, wire.DoRelease}} {
		sound.press(ButtonPickUp) // it is answered already
		sound.press(step.press)
		m, b := expect[*wire.CallVerb](h)
		if b.Do != step.does {
			t.Fatalf("%s does %s", step.press, b.Do)
		}
		h.ok(m)
	}
	h.say(wire.Message{Seq: 4, Body: desk(1003, onCall(call.StateClosed))})
	x.see("its end", func(v View) bool { return v.Call != nil && v.Call.Phase == call.StateClosed })
	sound.press(ButtonHook)
	h.say(wire.Message{Seq: 5, Body: desk(1004, onCall(call.StateTalking))})
	x.see("another call", func(v View) bool { return v.Call != nil && v.Call.Phase == call.StateTalking })
	sound.press(ButtonMute)
	if _, b := expect[*wire.CallVerb](h); b.Do != wire.DoMuted {
		t.Fatalf("after the end the hook did %s", b.Do)
	}
}
