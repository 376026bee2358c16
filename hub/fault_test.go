package hub

import (
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestPanicOfACall: the call whose step panics is closed in order, its agent
// keeps the record and may go on, and the other call, the hub and the next
// caller do not notice. hub/call has the other ways to panic.
func TestPanicOfACall(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b := h.sit("8001"), h.sit("8002")
		p, q := h.talking(a, "13900000042"), h.talking(b, "13900000043")
		h.pass(20 * time.Second)
		close(p.pressed) // a key that is sent to it panics
		a.do(wire.DoKeys, wire.CallVerb{Keys: "1"})
		h.pass(5 * time.Second)
		<-p.done
		a.is("wrap_up", "closed")
		b.is("talking", "talking")
		select {
		case <-q.done:
			t.Fatal("the other caller was dropped")
		default:
		}
		if code := b.do(wire.DoRelease); code != wire.CodeOK {
			t.Errorf("the other call cannot be released: %s", code)
		}
		q.hangup(trunk.ByCaller)
		h.pass(6 * time.Minute) // the closing of a log waits so long for the record
		if l := h.logs(); len(l) != 2 {
			t.Errorf("%d logs", len(l))
		}
		if n := h.calls.Live(); n != 0 {
			t.Errorf("%d calls are still counted", n)
		}
		d := h.sit("8003")
		h.waiting("13900000044")
		if a.state().Offer == nil && b.state().Offer == nil && d.state().Offer == nil {
			t.Error("the next caller is not offered to anybody")
		}
	})
}

// TestPanicOfASeat: what panics in a seat is not done; the seat works on.
func TestPanicOfASeat(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		a.seat.box.Post(func() { panic("a mistake") })
		a.seat.job("m", nil)
		h.pass(time.Second)
		a.is("talking", "talking")
		if code := a.do(wire.DoHold); code != wire.CodeOK {
			t.Errorf("hold was answered by %s", code)
		}
	})
}
