package hub

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/call"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// slow keeps the seat's slow work from beginning until it is let go.
func (a *agentAt) slow() (letGo func()) {
	gate := make(chan struct{})
	a.seat.box.Post(func() {
		for range jobSlots {
			a.seat.job("", func(context.Context) func() { <-gate; return nil })
		}
	})
	synctest.Wait()
	return func() { close(gate); synctest.Wait() }
}

// asks says b and tells later how it was answered.
func (a *agentAt) asks(b wire.Body) (answered func() wire.Code) {
	id, sc := a.h.id(), a.screen
	a.seat.box.Post(func() { a.seat.message(sc, wire.Message{ID: id, Session: sc.welcome.Session, Body: b}) })
	synctest.Wait()
	return func() wire.Code {
		sc.mu.Lock()
		defer sc.mu.Unlock()
		if r, ok := sc.answers[id].(*wire.Ack); ok {
			return r.Code
		}
		return ""
	}
}

// TestOfferDuringDial: what an agent asks for of the telephone takes a while; a caller who is offered meanwhile stays on
// the desk, and is answered.
func TestOfferDuringDial(t *testing.T) {
	for name, asks := range map[string]func(a *agentAt) func() wire.Code{
		"call out": func(a *agentAt) func() wire.Code { return a.asks(&wire.Dial{Target: "number:13900000043"}) },
		"take over": func(a *agentAt) func() wire.Code {
			return a.asks(&wire.TakeOver{Seat: "8002", Reason: "来电人要求"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				b := h.sit("8002")
				q := h.talking(b, "13900000044")
				a := h.sit("1001", "lead", "agent")
				letGo := a.slow()
				answered := asks(a)
				p := h.waiting("13900000042")
				a.is("ringing", "")
				letGo()
				if code := answered(); code != wire.CodeImpossible {
					t.Errorf("answered %q", code)
				}
				a.is("ringing", "")
				a.answer()
				h.pass(1100 * time.Millisecond)
				a.is("talking", "talking")
				b.is("talking", "talking")
				p.hangup(trunk.ByCaller)
				q.hangup(trunk.ByCaller)
				h.pass(2 * time.Minute)
				a.is("ready", "")
				for _, l := range h.logs() {
					if l.Direction == store.Outbound {
						t.Error("it was dialled all the same")
					}
				}
				if name == "take over" && len(h.audits(access.LeadTake)) != 1 {
					t.Error("the audit does not know of it")
				}
			})
		})
	}
}

// TestOneDialAtATime: of two calls asked for in a row one is made, and no caller is offered to the seat before it is on it.
func TestOneDialAtATime(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		letGo := a.slow()
		one, two := a.asks(&wire.Dial{Target: "number:13900000043"}), a.asks(&wire.Dial{Target: "number:13900000044"})
		letGo()
		if got := one() + "," + two(); got != "ok,impossible" && got != "impossible,ok" {
			t.Errorf("answered %s", got)
		}
		a.is("talking", "talking")
		if a.seat.status.Load().free {
			t.Error("free")
		}
		if n := len(h.calls.List()); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// TestSeatWaitsForItsCall: between the dialling and its call a seat takes no caller; if that never comes it is free again.
func TestSeatWaitsForItsCall(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		a.seat.box.Post(a.seat.reserve)
		h.waiting("13900000042")
		a.is("ready", "")
		if code := a.code(&wire.Dial{Target: "number:13900000043"}); code != wire.CodeImpossible {
			t.Errorf("dialling was answered by %s", code)
		}
		h.pass(comingWait)
		a.is("ringing", "")
	})
}

// TestDialGivesAnOfferBack: a seat that comes into a call of its own with a caller on its desk gives the caller back at
// once, and does not ring for ever.
func TestDialGivesAnOfferBack(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.waiting("13900000042")
		a.is("ringing", "")
		b := h.sit("8002")
		sealed, err := h.keys.Phone("13900000043")
		if err != nil {
			t.Fatal(err)
		}
		if ack := h.calls.Dial(a.seat, call.Order{Number: "13900000043", Sealed: sealed}); ack.Code != wire.CodeOK {
			t.Fatal(ack)
		}
		h.pass(100 * time.Millisecond)
		a.is("talking", "talking")
		b.is("ringing", "")
		b.answer()
		h.net.of("13900000043").hangup(trunk.ByCaller)
		h.pass(100 * time.Millisecond)
		a.is("wrap_up", "closed")
		h.pass(2 * time.Minute)
		a.is("ready", "")
	})
}
