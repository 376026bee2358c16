package call

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
)

// TestOneCallFromRingToLog: with nothing but its ports a call comes to a seat,
// is recorded and closed, and the board hears of each milestone once.
func TestOneCallFromRingToLog(t *testing.T) {
	inHouse(t, func(h *house) {
		s := h.sit("8001")
		c, p := h.talking(s, "13900000042")
		h.pass(20 * time.Second)
		in, ok := c.Inside(h.t.Context())
		if !ok || in.Desk != "8001" || !slices.Equal(in.Seats, []string{"8001"}) || s.view.Recording != "on" {
			t.Fatalf("inside %+v, the desk shows %+v", in, s.view)
		}
		p.hangup()
		h.pass(10 * time.Second)
		l, err := h.Store.Calls.Get(h.t.Context(), c.ID())
		if err != nil || l.Times.Closed.IsZero() || l.Outcome.Disposition != store.DispositionHuman || l.Agent != "8001" {
			t.Errorf("the log is %+v, %v", l, err)
		}
		if _, ok := h.Get(c.ID()); ok || h.Live() != 0 || !s.released {
			t.Errorf("still there: %v, %d lines, released %v", ok, h.Live(), s.released)
		}
		if want := []Milestone{Arrived, Queued, Answered, Ended}; !slices.Equal(h.told, want) {
			t.Errorf("the board was told %v, want %v", h.told, want)
		}
	})
}

// TestShutTakesNoCall: a call that comes to a hub on its way out is told so.
func TestShutTakesNoCall(t *testing.T) {
	inHouse(t, func(h *house) {
		h.Shut()
		p := newTelephone("13900000042")
		h.Incoming(p)
		if p.rejected != 503 || h.Count() != 0 {
			t.Errorf("rejected with %d, %d logs are open", p.rejected, h.Count())
		}
	})
}

// TestPanicEndsOneCall: whatever of a call panics, that call is closed in
// order, its agent is let go, and the other call does not notice. What panicked
// stays out of the log.
func TestPanicEndsOneCall(t *testing.T) {
	const secret = "13900000042"
	crash := func() { panic("unsendable " + secret) }
	for name, inject := range map[string]func(c *Call){
		"in a step":          func(c *Call) { c.box.Post(crash) },
		"in a step to come":  func(c *Call) { c.box.Post(func() { c.next(crash) }) },
		"beside it":          func(c *Call) { c.box.Post(func() { c.side(crash) }) },
		"on its way to end":  func(c *Call) { c.box.Post(func() { c.next(crash); c.next(crash); crash() }) },
		"while it is closed": func(c *Call) { c.box.Post(func() { c.desk = nil; c.flow.playing = nil; c.third = &party{}; crash() }) },
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				c, p := h.talking(h.sit("8001"), secret)
				b := h.sit("8002")
				other, q := h.talking(b, "13900000043")
				var log bytes.Buffer
				c.box.Post(func() { c.log = slog.New(slog.NewTextHandler(&log, nil)) })
				h.pass(time.Second)
				inject(c)
				h.pass(5 * time.Second)
				<-p.done
				if strings.Contains(log.String(), secret) || !strings.Contains(log.String(), "stack") {
					t.Errorf("the log says %s", log.String())
				}
				select {
				case <-q.done:
					t.Fatal("the other caller was dropped")
				default:
				}
				if in, ok := other.Inside(h.t.Context()); !ok || in.Phase != "talking" {
					t.Errorf("the other call is %+v, %v", in, ok)
				}
				h.pass(6 * time.Minute) // the closing of a log waits so long for the record
				if l, err := h.Store.Calls.Get(h.t.Context(), c.ID()); err != nil || l.Times.Closed.IsZero() {
					t.Errorf("the log is %+v, %v", l, err)
				}
				if h.Live() != 1 {
					t.Errorf("%d calls are counted, one is there", h.Live())
				}
				q.hangup()
				h.pass(time.Minute)
			})
		})
	}
}

// TestRecordingThatFailsIsTold: when the disk takes no recording, from the start
// or from the middle on, lead and agent are told and the call goes on.
func TestRecordingThatFailsIsTold(t *testing.T) {
	full := errors.New("no space left on device")
	for name, tc := range map[string]struct {
		start error
		lost  string
	}{"from the start": {full, "这通没有录音"}, "in the middle": {nil, "有一段没有录上"}} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				h.tapes.full = tc.start
				s := h.sit("8001")
				c, p := h.talking(s, "13900000042")
				if tc.start == nil {
					h.tapes.trouble()
				}
				h.pass(20 * time.Second)
				if len(h.leads) != 1 || !strings.Contains(h.leads[0], "通话照常 · 请管理员检查磁盘") {
					t.Errorf("leads were told %q", h.leads)
				}
				if s.view == nil || s.view.Phase != "talking" {
					t.Fatalf("the desk shows %+v", s.view)
				}
				told := slices.ContainsFunc(s.alerts, func(a string) bool { return strings.Contains(a, tc.lost+" · 班长已收到提醒") })
				if in, ok := c.Inside(h.t.Context()); !ok || in.Phase != "talking" || !told {
					t.Errorf("inside %+v, the agent was told %q", in, s.alerts)
				}
				p.hangup()
				h.pass(10 * time.Second)
				if l, err := h.Store.Calls.Get(h.t.Context(), c.ID()); err != nil || l.Times.Closed.IsZero() {
					t.Errorf("the log is %+v, %v", l, err)
				}
			})
		})
	}
}
