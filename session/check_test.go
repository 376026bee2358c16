package session

import (
	"context"
	"slices"
	"strings"
	"testing"

	"zuoxi/rules/call"
	"zuoxi/wire"
)

// checkup is a sound system whose echo takes until somebody stops it.
type checkup struct{ pressable }

func (checkup) CheckEcho(ctx context.Context, row func(CheckRow)) {
	row(CheckRow{Name: MicName, Done: true, OK: true})
	row(CheckRow{Name: EchoName})
	<-ctx.Done()
}

// TestTheCheckGivesWay: whoever comes while the check listens for its echo has the
// microphone and the ringer as if there were no check, and the person is told.
func TestTheCheckGivesWay(t *testing.T) {
	for _, c := range []struct {
		name string
		to   func(*wire.DeskState)
		then string // what the phone is told
	}{
		{"an offer", func(d *wire.DeskState) { d.Offer = &wire.Offer{ID: "o1", CallID: "c1", Ringing: true} }, "talk- ring+"},
		{"a call", onCall(call.StateTalking), "talk- talk+ mute-"},
		{"a call to listen to", func(d *wire.DeskState) { d.Watch = &wire.Watch{Seat: "3028", Way: "monitor"} }, "talk-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHub(t)
			x := startSeatWith(t, h.url, t.TempDir(), fakeVault{map[string]string{}}, checkup{pressable{make(chan PhoneEvent)}})
			signIn(h, x)
			x.see("the desk", func(v View) bool { return v.Presence.State != "" })
			x.s.Do(RunSelfCheck{})
			m, _ := expect[*wire.MediaEcho](h)
			h.ok(m)
			rows := func(v View, name string) bool {
				return slices.ContainsFunc(v.Check.Rows, func(r CheckRow) bool { return r.Name == name })
			}
			x.see("the echo", func(v View) bool { return rows(v, EchoName) })
			if told := x.phone.switches(); !strings.HasSuffix(told, "talk+ mute-") {
				t.Fatalf("for the echo the phone was told %q", told)
			}
			h.say(wire.Message{Seq: 2, Body: desk(1001, c.to)})
			x.see("that it has stopped", func(v View) bool { return strings.Contains(v.Notice.Text, "自检中途有通话") })
			if told := x.phone.switches(); !strings.HasSuffix(told, "talk+ mute- "+c.then) {
				t.Errorf("the phone was told %q", told)
			}
			if _, b := expect[*wire.MediaEcho](h); b.On {
				t.Error("the hub was not told to stop the echo")
			}
			v := x.see("its end", func(v View) bool { return !v.Check.Running })
			if !rows(v, MicName) || rows(v, EchoName) || v.Check.Running {
				t.Errorf("found %+v", v.Check.Rows)
			}
			if told := x.phone.switches(); !strings.HasSuffix(told, "talk+ mute- "+c.then) {
				t.Errorf("after its end the phone was told %q", told)
			}
		})
	}
}

// TestNoCheckBesideACall: not while somebody is heard here, and not when the hub
// has agreed and a call came first.
func TestNoCheckBesideACall(t *testing.T) {
	h := newFakeHub(t)
	x := startSeatWith(t, h.url, t.TempDir(), fakeVault{map[string]string{}}, checkup{pressable{make(chan PhoneEvent)}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })
	x.s.Do(RunSelfCheck{})
	m, _ := expect[*wire.MediaEcho](h)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	h.ok(m)
	if _, b := expect[*wire.MediaEcho](h); b.On {
		t.Error("the hub was not told to stop the echo")
	}
	x.s.Do(RunSelfCheck{})
	v := x.see("the refusal", func(v View) bool { return strings.Contains(v.Notice.Text, "没有做自检") })
	if told := x.phone.switches(); v.Check.Running || !strings.HasSuffix(told, "talk+ mute-") || strings.Contains(told, "talk-") {
		t.Errorf("the phone was told %q", told)
	}
}

// TestMuteEndsWithItsCall: whatever the agent is heard in after it begins with the
// microphone open, also where one follows the other in one state.
func TestMuteEndsWithItsCall(t *testing.T) {
	talk := func(d *wire.DeskState) { d.Watch = &wire.Watch{Seat: "1001", Way: wire.ObserveTalk} }
	wrapUp := func(d *wire.DeskState) { onCall(call.StateClosed)(d) }
	for _, c := range []struct {
		name string
		then []func(*wire.DeskState)
		told string
	}{
		{"the desk is empty in between", []func(*wire.DeskState){nil, talk}, "mute+ talk- mute- talk+ mute-"},
		{"in the wrap-up", []func(*wire.DeskState){wrapUp, func(d *wire.DeskState) { wrapUp(d); talk(d) }}, "mute+ talk- mute- talk+ mute-"},
		{"at once", []func(*wire.DeskState){talk}, "mute+ mute-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHub(t)
			x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
			signIn(h, x)
			h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
			x.see("the call", func(v View) bool { return v.Call != nil })
			x.s.Do(Mute{On: true})
			x.see("that it is muted", func(v View) bool { return v.Call != nil && v.Call.Muted })
			for i, change := range c.then {
				h.say(wire.Message{Seq: uint64(3 + i), Body: desk(uint64(1002+i), change)})
			}
			x.see("the intercom", func(v View) bool { return v.Watch != nil })
			if told := x.phone.switches(); !strings.HasSuffix(told, c.told) {
				t.Errorf("the phone was told %q", told)
			}
		})
	}
}
