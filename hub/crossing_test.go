package hub

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/call"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestHeardBeforeTheAnswer: a telephone that sent sound before its answer ends its line before the hub knows why. The
// agent is told all the same, and nothing waits for what has come already.
func TestHeardBeforeTheAnswer(t *testing.T) {
	const number = "13900000042"
	for name, tc := range map[string]struct {
		fate  error
		cause string
		then  func(h *house, a *agentAt)
	}{
		"busy": {&trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}, "dial_busy", func(h *house, a *agentAt) {
			if !a.told("对方占线") {
				h.t.Errorf("told %v", a.alerts())
			}
		}},
		"taken back": {trunk.ErrNoAnswer, "agent_release", func(h *house, a *agentAt) {
			if code := a.do(wire.DoRelease); code != wire.CodeOK {
				h.t.Error(code)
			}
		}},
		"answered and gone": {trunk.ErrNoAnswer, "caller_hangup", func(h *house, _ *agentAt) {
			p := h.net.of(number)
			p.take()
			synctest.Wait()
			p.hangup(trunk.ByCaller)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.net.fate[number], h.net.lag = tc.fate, 20*time.Millisecond
				a.ok(&wire.Dial{Target: "number:" + number})
				h.pass(time.Second)
				tc.then(h, a)
				h.pass(time.Second)
				a.is("wrap_up", "closed")
				if n := h.calls.Live(); n != 0 {
					t.Errorf("%d calls are on the line", n)
				}
				h.pass(2 * time.Minute)
				if l := h.log1(); l.Outcome.ReleaseCause != tc.cause {
					t.Errorf("outcome %+v", l.Outcome)
				}
			})
		})
	}
}

// TestNobodyToTakeOver: a call that nobody has answered yet is not to be taken over; who answers meets who dialled.
func TestNobodyToTakeOver(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("seat lost %v", lost), func(t *testing.T) {
			inHouse(t, func(h *house) {
				lead, a := h.sitLead("1001"), h.sit("8001")
				h.net.fate["13900000042"], h.net.mute = trunk.ErrNoAnswer, true
				a.ok(&wire.Dial{Target: "number:13900000042"})
				h.pass(time.Second)
				if lost {
					a.headset().kill()
					h.pass(5 * time.Second)
				}
				if code := lead.code(&wire.TakeOver{Seat: "8001", Reason: "试"}); code != wire.CodeImpossible {
					t.Errorf("answered by %s", code)
				}
				h.pass(2 * time.Second)
				lead.is("not_ready", "")
				a.headset().revive()
				h.pass(time.Second)
				p := h.net.of("13900000042")
				p.take()
				h.pass(time.Second)
				select {
				case <-p.done:
					t.Error("who answered was hung up on")
				default:
				}
				a.is("talking", "talking")
			})
		})
	}
}

// TestTwoLeadsAtOnce: of two leads who take a call from the same seat the first has it; a later one who takes it from
// that lead is announced like anybody, and does not speak before the caller can hear it.
func TestTwoLeadsAtOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		one, two, a := h.sitLead("1001"), h.sitLead("1002"), h.sit("8001")
		h.talking(a, "13900000042")
		letOne, letTwo := one.slow(), two.slow()
		first := one.asks(&wire.TakeOver{Seat: "8001", Reason: "来电人要求"})
		second := two.asks(&wire.TakeOver{Seat: "8001", Reason: "来电人要求"})
		end := two.asks(&wire.CallMove{Do: wire.MoveEnd, Seat: "8001", Reason: "骚扰电话"})
		letOne()
		letTwo()
		if got := first() + "," + second() + "," + end(); got != "ok,stale,impossible" {
			t.Errorf("answered %s", got)
		}
		one.is("talking", "announcing")
		two.is("not_ready", "")
		h.pass(500 * time.Millisecond)
		two.ok(&wire.TakeOver{Seat: "1001", Reason: "来电人要求"})
		one.is("wrap_up", "closed")
		h.pass(900 * time.Millisecond)
		two.is("talking", "announcing")
		h.pass(200 * time.Millisecond)
		two.is("talking", "talking")
	})
}

// TestWishIsOver: what a caller chose in the line while a seat rang is no wish any more once the seat has answered.
func TestWishIsOver(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a := h.sitLead("1001"), h.sit("8001")
		p := h.waiting("13900000042")
		p.press('4')
		h.pass(100 * time.Millisecond)
		a.answer()
		h.pass(1100 * time.Millisecond)
		lead.ok(&wire.CallMove{Do: wire.MovePull, Seat: "8001", Reason: "坐席身体不适"})
		b := h.sit("8002")
		b.is("ringing", "")
		b.ok(&wire.Reject{Offer: b.state().Offer.ID, Epoch: b.state().Offer.Epoch})
		h.pass(time.Second)
		if look, _ := h.queue.Look(h.t.Context()); len(look.Rows) != 1 {
			t.Errorf("the caller waits no more: %+v", look.Rows)
		}
	})
}

// TestGradeOutlivesTheHangUp: who is not content and hangs up when asked why, as the prompt says, was not content.
func TestGradeOutlivesTheHangUp(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		h.pass(20 * time.Second)
		if code := a.do(wire.DoRelease); code != wire.CodeOK {
			t.Fatal(code)
		}
		h.pass(2 * time.Second)
		p.press('3')
		h.pass(time.Second)
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if l := h.log1(); l.Outcome.Rating != store.RatingUnhappy || l.Outcome.ReleaseBy != "agent" {
			t.Errorf("outcome %+v", l.Outcome)
		}
	})
}

// lateCalls stand for a disk that takes a while to find a call.
type lateCalls struct {
	store.Calls
	by time.Duration
}

func (s lateCalls) List(ctx context.Context, f store.CallFilter) ([]store.Call, string, error) {
	<-time.After(s.by)
	return s.Calls.List(ctx, f)
}

// TestManyWaitForTheMorning: everybody who was promised a call-back in the evening is in the line in the morning, though
// the first is on a desk at once, and the disk takes a while to say what is known of them.
func TestManyWaitForTheMorning(t *testing.T) {
	inHouse(t, func(h *house) { // it is eight in the morning
		h.cfg.Outgoing.QuietFrom, h.cfg.Outgoing.QuietTo = 0, 8*time.Hour+time.Minute
		h.sit("8001")
		h.db.Calls = lateCalls{h.db.Calls, 900 * time.Millisecond} // nobody reads at this moment: all wait
		const many = 300
		for i := range many {
			number := fmt.Sprintf("139%08d", i)
			h.bookings.add(call.Back{Call: number, Number: seal.Value{Masked: number, Hash: []byte(number)}, Entered: h.now()})
			h.pass(time.Millisecond)
		}
		h.pass(time.Minute + 5*time.Second)
		if look, _ := h.queue.Look(h.t.Context()); len(look.Rows) != many {
			t.Errorf("%d of %d are in the line", len(look.Rows), many)
		}
	})
}

// TestNoCallBackOnTheWayOut: a hub that stops dials nobody. A booking that is on offer then leaves the desk when it is
// answered, none is offered any more, and the next hub has them all.
func TestNoCallBackOnTheWayOut(t *testing.T) {
	inHouse(t, func(h *house) {
		for i := range 2 {
			h.books(fmt.Sprintf("1390000004%d", i))
		}
		a := h.sit("8001")
		h.pass(100 * time.Millisecond)
		o := a.state().Offer
		h.close()
		if code := a.code(&wire.Answer{Offer: o.ID, Epoch: o.Epoch}); code != wire.CodeStopping {
			t.Errorf("answered by %s", code)
		}
		h.pass(time.Second)
		a.is("ready", "")
		if o := a.state().Offer; o != nil {
			t.Errorf("on the desk: %+v", o)
		}
		all, err := h.db.Settings.List(h.t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = slices.DeleteFunc(all, func(s store.Setting) bool {
			return len(s.Key) < len(backPrefix) || s.Key[:len(backPrefix)] != backPrefix
		})
		if len(all) != 2 {
			t.Errorf("%d bookings are kept", len(all))
		}
	})
}

// TestTheCallThatWasMeant: what a lead decides of the caller on the board is not done to the next one of that seat.
func TestTheCallThatWasMeant(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a := h.sitLead("1001"), h.sit("8001")
		mark := func() string { return a.seat.status.Load().row.Call }
		p := h.talking(a, "13900000042")
		seen := mark()
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		a.do(wire.DoEndWrap)
		if mark() != "" {
			t.Errorf("a free seat is on the board with call %q", mark())
		}
		h.talking(a, "13900000043")
		for _, late := range []wire.Body{
			&wire.CallMove{Do: wire.MoveEnd, Seat: "8001", Call: seen, Reason: "骚扰电话"},
			&wire.CallMove{Do: wire.MovePull, Seat: "8001", Call: seen, Reason: "坐席请求"},
			&wire.TakeOver{Seat: "8001", Call: seen, Reason: "来电人要求"},
		} {
			if code := lead.code(late); code != wire.CodeStale {
				t.Errorf("%+v: %s", late, code)
			}
		}
		a.is("talking", "talking")
		lead.ok(&wire.CallMove{Do: wire.MoveEnd, Seat: "8001", Call: mark(), Reason: "骚扰电话"})
		a.is("wrap_up", "closed")
	})
}

// TestNobodyElseMeanwhile: between an answer and its call, which a slow disk holds up, the seat is nobody else's: no
// second thought frees it, and who comes then waits in the line and is not lost under the other call.
func TestNobodyElseMeanwhile(t *testing.T) {
	inHouse(t, func(h *house) {
		h.books("13900000042")
		a := h.sit("8001")
		h.pass(100 * time.Millisecond)
		o := a.state().Offer
		a.ok(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
		gate := make(chan struct{})
		h.bookings.box.Post(func() { <-gate })
		a.say(&wire.Answer{Offer: o.ID, Epoch: o.Epoch})
		if code := a.code(&wire.Reject{Offer: o.ID, Epoch: o.Epoch}); code != wire.CodeStale {
			t.Errorf("thought better of: %s", code)
		}
		h.waiting("13900000043")
		h.pass(2 * time.Second)
		close(gate)
		h.pass(200 * time.Millisecond)
		a.is("talking", "talking")
		if who := a.state().Call.Caller.Masked; who != "139****0042" {
			t.Errorf("talks with %s", who)
		}
		if look, _ := h.queue.Look(h.t.Context()); len(look.Rows) != 1 {
			t.Errorf("in the line: %+v", look.Rows)
		}
	})
}
