package hub

import (
	"testing"
	"time"

	"zuoxi/hub/call"
	"zuoxi/hub/trunk"
	"zuoxi/rules/agent"
	"zuoxi/wire"
)

// TestAnsweredAllTheSame: what happens to a seat between its answer and the call. The agent is in the call, stays there
// for as long as it lasts, and writes after it; what a lead wanted comes then.
func TestAnsweredAllTheSame(t *testing.T) {
	for name, tc := range map[string]struct {
		cross func(a *agentAt)
		after string
	}{
		"the link goes": {func(a *agentAt) { a.seat.left(a.screen) }, "ready"},
		"a second thought": {func(a *agentAt) {
			o := a.seat.bound.offer
			a.seat.reject(&wire.Reject{Offer: o.ID, Epoch: o.Epoch})
		}, "ready"},
		"a lead wants a pause": {func(a *agentAt) {
			a.seat.afterComing(func() { a.seat.forced(agent.EventForceBusy, "1001", "休整") })
		}, "not_ready"},
		"a lead wants a pause of a lost seat": {func(a *agentAt) {
			a.seat.left(a.screen)
			a.seat.afterComing(func() { a.seat.forced(agent.EventForceBusy, "1001", "休整") })
		}, "not_ready"},
		"training was to follow": {func(a *agentAt) {
			_ = a.seat.step(agent.EventGoTraining, "")
			a.seat.left(a.screen)
		}, "training"},
		"a lead wants it gone": {func(a *agentAt) {
			a.seat.afterComing(func() { a.seat.forced(agent.EventForceSignOut, "1001", "离席未签出") })
		}, "signed_out"},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.waiting("13900000042")
				o := a.state().Offer
				a.ok(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
				sc := a.screen
				m := wire.Message{ID: h.id(), Session: sc.welcome.Session, Body: &wire.Answer{Offer: o.ID, Epoch: o.Epoch}}
				a.seat.box.Post(func() { a.seat.message(sc, m); tc.cross(a) })
				h.pass(2 * time.Second)
				if !a.seat.status.Load().Connected {
					if err := a.back(); err != nil {
						t.Fatal(err)
					}
				}
				a.is("talking", "talking")
				h.pass(h.cfg.LostSignOut + time.Minute)
				a.is("talking", "talking")
				p.hangup(trunk.ByCaller)
				h.pass(time.Second)
				a.is("wrap_up", "closed")
				a.do(wire.DoEndWrap)
				a.is(tc.after, "")
			})
		})
	}
}

// mute offers and says nothing to the answer: a call that ended in that moment.
type mute struct{ back int }

func (m *mute) OfferShown(string)                             {}
func (m *mute) OfferBack(string, string, agent.Kind, string)  { m.back++ }
func (m *mute) Take(call.Seat, string, func(reply *wire.Ack)) {}

// TestAnsweredByNobody: a caller who hangs up as the agent answers leaves a seat behind that is free again, by the
// withdrawal or after a while, and what a lead wanted meanwhile is done.
func TestAnsweredByNobody(t *testing.T) {
	for name, withdrawn := range map[string]bool{"withdrawn": true, "forgotten": false} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a, m := h.sit("8001"), &mute{}
				a.seat.offerCall(wire.Offer{ID: "o1", CallID: "c1"}, m)
				a.say(&wire.Answer{Offer: "o1"})
				a.is("ringing", "")
				force := h.sitLead("1001").asks(&wire.SeatForce{Seat: "8001", State: "ready", Reason: "排队过长"})
				if withdrawn {
					a.seat.Withdraw("o1", call.GoneAway)
				} else {
					h.pass(decideWait)
				}
				h.pass(time.Second)
				if code := force(); code != "ok" {
					t.Errorf("the lead was answered %s", code)
				}
				a.is("ready", "")
				if !a.seat.status.Load().free || a.state().Offer != nil || withdrawn != (m.back == 0) {
					t.Errorf("not free, or with an offer: %+v, returned %d times", a.state(), m.back)
				}
			})
		})
	}
}

// TestWrapUpOutlivesTheDial: a wrap-up that is over while the next call is on its way ends with that call, not before: a
// seat that a lead wants gone would be signed out under it.
func TestWrapUpOutlivesTheDial(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		a.seat.box.Post(func() { a.seat.forced(agent.EventForceSignOut, "1001", "离席未签出") })
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		a.seat.box.Post(func() {
			a.seat.reserve()
			a.seat.finishWrap("ready", "")
		})
		a.is("wrap_up", "closed")
		h.pass(comingWait)
		if p := a.seat.status.Load().State; p != agent.StateSignedOut {
			t.Errorf("nothing came, and the seat is %s", p)
		}
	})
}

// TestOneMessageAtATime: of two messages that are asked for in a row one is heard, and none after it was stopped.
func TestOneMessageAtATime(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		a.seat.box.Post(func() {
			a.seat.playMessage("m1", "one", clip(time.Minute), nil)
			a.seat.playMessage("m2", "two", clip(time.Minute), nil)
		})
		frames := func() int64 {
			before := a.headset().heard.Load()
			h.pass(time.Second)
			return a.headset().heard.Load() - before
		}
		if n := frames(); n > 60 {
			t.Errorf("%d frames in a second", n)
		}
		a.ok(&wire.HearVoicemail{ID: "two"})
		if n := frames(); n > 0 {
			t.Errorf("%d frames after it was stopped", n)
		}
	})
}

// TestAnsweredTwice: who presses twice, or holds the key down, is not told that the caller they talk with has gone.
func TestAnsweredTwice(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.waiting("13900000042")
		o := a.state().Offer
		a.ok(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
		sc, ids := a.screen, []string{h.id(), h.id()}
		a.seat.box.Post(func() {
			for _, id := range ids {
				a.seat.message(sc, wire.Message{ID: id, Session: sc.welcome.Session, Body: &wire.Answer{Offer: o.ID, Epoch: o.Epoch}})
			}
		})
		h.pass(100 * time.Millisecond)
		a.is("talking", "announcing")
		for i, id := range ids {
			if ack, ok := sc.answers[id].(*wire.Ack); !ok || ack.Code != wire.CodeOK {
				t.Errorf("press %d was answered by %+v", i+1, sc.answers[id])
			}
		}
		a.ok(&wire.Answer{Offer: o.ID, Epoch: o.Epoch}) // once more, behind the call
	})
}
