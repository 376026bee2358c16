package session

import (
	"strings"
	"testing"
	"time"

	"zuoxi/wire"
)

func ringing(d *wire.DeskState) {
	d.Offer = &wire.Offer{ID: "o1", CallID: "c1", Epoch: 4, Ringing: true, Caller: wire.Caller{Masked: "139****0042"}}
}

func signedOut(v View) bool { return !v.SignIn.SignedIn && v.Presence.State == "" }

// TestNobodySignsOutUnderARingingCall: neither where the seat knows of the offer,
// nor where only the hub does and refuses; afterwards the seat is what it was.
func TestNobodySignsOutUnderARingingCall(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	h.say(wire.Message{Seq: 2, Body: desk(1001, ringing)})
	x.see("the offer", func(v View) bool { return v.Offer != nil })
	x.s.Do(SignOut{})
	x.see("the refusal", func(v View) bool {
		return v.SignIn.SignedIn && v.Offer != nil && strings.Contains(v.Notice.Text, "有来电正在振铃 · 不能签出")
	})
	h.say(wire.Message{Seq: 3, Body: desk(1002, nil)})
	x.see("the desk without it", func(v View) bool { return v.Offer == nil })
	x.s.Do(SignOut{})
	x.s.Do(SignOut{}) // pressed again before the hub has answered
	m, _ := expect[*wire.SignOut](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.Ack{Code: wire.CodeImpossible, Text: "还有来电人在线，不能签出"}})
	h.say(wire.Message{Seq: 4, Body: desk(1003, ringing)})
	v := x.see("the hub's refusal", func(v View) bool { return v.Offer != nil })
	if !v.SignIn.SignedIn || v.Notice.Text != "还有来电人在线，不能签出" {
		t.Errorf("signed in: %v, says %q", v.SignIn.SignedIn, v.Notice.Text)
	}
	h.cut()
	if _, b := expect[*wire.Resume](h); b.Token != "t1" { // still who it was
		t.Errorf("came back with %q", b.Token)
	}
}

// TestTheNextOneBeginsAnew: the hub has let the agent go and the connection is
// still there; whoever signs in now must not hang on it.
func TestTheNextOneBeginsAnew(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })
	x.s.Do(SignOut{})
	m, _ := expect[*wire.SignOut](h)
	h.ok(m)
	x.see("the sign-in page", signedOut)
	h.say(wire.Message{Seq: 9, Body: desk(1009, ringing)}) // for who is gone
	x.s.Do(SignIn{AgentNo: "3028", Password: "synthetic"})
	if _, b := expect[*wire.SignIn](h); b.AgentNo != "3028" {
		t.Errorf("signs in as %s", b.AgentNo)
	}
	h.say(wire.Message{Body: &wire.Welcome{Session: 2, Token: "t2", AgentNo: "3028", Name: "张某", HubTime: time.Now()}})
	x.see("the next one", func(v View) bool { return v.SignIn.SignedIn && v.Seat.AgentNo == "3028" })
	if told := x.phone.told(); strings.Contains(told, "ring") {
		t.Errorf("the phone was told %q", told)
	}
}

// TestSignOutWithTheLinkCut: the seat is left at once; a welcome to the greeting
// that was on its way signs the agent out at the hub and nobody in here.
func TestSignOutWithTheLinkCut(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })
	h.cut()
	expect[*wire.Resume](h)
	x.see("the return", func(v View) bool { return v.Link.State == LinkResuming })
	x.s.Do(SignOut{})
	x.see("the sign-in page", signedOut)
	welcome(h, 2, true)
	h.say(wire.Message{Seq: 2, Body: desk(2001, ringing)})
	if m, _ := expect[*wire.SignOut](h); m.Session != 2 {
		t.Errorf("signed out of session %d", m.Session)
	}
	v := x.see("the link at rest", func(v View) bool { return v.Link.State == LinkOffline })
	if !signedOut(v) || v.Offer != nil || v.Seat.AgentNo != "" || strings.Contains(x.phone.told(), "ring") {
		t.Errorf("there is left %+v, offer %+v, the phone was told %q", v.Seat, v.Offer, x.phone.told())
	}
}

// TestSignOutWhoseAnswerIsLost leaves the seat all the same.
func TestSignOutWhoseAnswerIsLost(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })
	x.s.Do(SignOut{})
	expect[*wire.SignOut](h)
	h.cut()
	x.see("the sign-in page", signedOut)
}

// TestMistypedNumber: the greeting with the wrong number is given up for the right
// one, and an answer to it signs nobody in.
func TestMistypedNumber(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	x.s.Do(SignIn{AgentNo: "3072", Password: "synthetic"})
	expect[*wire.SignIn](h)
	x.see("the greeting", func(v View) bool { return v.Link.State == LinkSigningIn })
	again := func() {
		t.Helper()
		if _, b := expect[*wire.SignIn](h); b.AgentNo != "3027" {
			t.Errorf("signs in as %s", b.AgentNo)
		}
	}
	x.s.Do(SignIn{AgentNo: "3027", Password: "synthetic"})
	again()
	h.say(wire.Message{Body: &wire.Welcome{Session: 1, Token: "t0", AgentNo: "3072", Name: "何某", HubTime: time.Now()}})
	expect[*wire.SignOut](h) // of who was meant
	again()
	welcome(h, 2, false)
	v := x.see("the agent", func(v View) bool { return v.SignIn.SignedIn })
	if v.Seat.AgentNo != "3027" {
		t.Errorf("sits here: %+v", v.Seat)
	}
}

// TestSentAwayByALead: a hub that ends the duty is not greeted again.
func TestSentAwayByALead(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })
	h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeOK, Text: "已签出"}})
	h.hangUp()
	v := x.see("the sign-in page", signedOut)
	if !strings.Contains(v.SignIn.Error, "中心已将本席签出") || !v.Link.Resting {
		t.Errorf("says %q, resting: %v", v.SignIn.Error, v.Link.Resting)
	}
}
