package hub

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestPanicEndsOneCall: whatever of a call panics, that call is closed in
// order, its agent keeps the record and may go on, and the other call, the hub
// and the next caller do not notice. What panicked stays out of the log.
func TestPanicEndsOneCall(t *testing.T) {
	const secret = "13900000042"
	crash := func() { panic("unsendable " + secret) }
	for name, inject := range map[string]func(c *call){
		"in a step":          func(c *call) { c.box.Post(crash) },
		"in a step to come":  func(c *call) { c.box.Post(func() { c.next(crash) }) },
		"beside it":          func(c *call) { c.box.Post(func() { c.side(crash) }) },
		"on its way to end":  func(c *call) { c.box.Post(func() { c.next(crash); c.next(crash); crash() }) },
		"while it is closed": func(c *call) { c.box.Post(func() { c.desk = nil; c.flow.playing = nil; c.third = &party{}; crash() }) },
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a, b := h.sit("8001"), h.sit("8002")
				p, q := h.talking(a, secret), h.talking(b, "13900000043")
				h.pass(20 * time.Second)
				c, ok := h.calls.Get(a.state().Call.ID)
				if !ok {
					t.Fatal("no call")
				}
				var log bytes.Buffer
				c.box.Post(func() { c.log = slog.New(slog.NewTextHandler(&log, nil)) })
				h.pass(time.Second)
				inject(c)
				h.pass(5 * time.Second)
				<-p.done
				if strings.Contains(log.String(), secret) || !strings.Contains(log.String(), "stack") {
					t.Errorf("the log says %s", log.String())
				}
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
				if n := h.live.Load(); n != 0 {
					t.Errorf("%d calls are still counted", n)
				}
				d := h.sit("8003")
				h.waiting("13900000044")
				if a.state().Offer == nil && b.state().Offer == nil && d.state().Offer == nil {
					t.Error("the next caller is not offered to anybody")
				}
			})
		})
	}
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
