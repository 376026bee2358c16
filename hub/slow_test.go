package hub

import (
	"context"
	"testing"
	"time"

	"zuoxi/hub/queue"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// slowCalls stand for a disk that takes no new call until it is written to.
type slowCalls struct {
	store.Calls
	written <-chan struct{}
}

func (s slowCalls) Open(ctx context.Context, c store.Call) error {
	<-s.written
	return s.Calls.Open(ctx, c)
}

// TestSlowDiskKnowsTheCall: what the disk has not of a call yet proves who called all the same, to who was on it and long
// after; they can be rung again, and their next call knows of it.
func TestSlowDiskKnowsTheCall(t *testing.T) {
	inHouse(t, func(h *house) {
		written := make(chan struct{})
		a, b := h.sit("8001"), h.sit("8002")
		h.db.Calls = slowCalls{h.db.Calls, written} // nobody reads at this moment: all wait
		b.ok(&wire.SetPresence{State: "not_ready"})
		p := h.talking(a, citizen)
		call := a.state().Call.ID
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Second)
		of := func(m *wire.Record) { m.Name, m.Callback, m.CallIDs = "", "", []string{call} }
		write(a, "0312-8001-1", "consult", of)
		h.pass(3 * time.Minute) // past the wrap-up, and the hub's patience with the disk
		write(a, "0312-8001-2", "consult", of)
		write(b, "0312-8002-1", "consult", of)
		for no, want := range map[string]int{"0312-8001-1": 1, "0312-8001-2": 1, "0312-8002-1": 0} {
			r := read(a, no)
			if len(r.CallIDs) != want || (r.Disclaimer == "t1") != (want > 0) {
				t.Errorf("%s: calls %v, disclaimer %q", no, r.CallIDs, r.Disclaimer)
			}
		}
		for _, target := range []string{"record:0312-8001-1", "call:" + call} {
			if code := a.ring(target); code != wire.CodeOK {
				t.Errorf("%s: %s", target, code)
			}
		}
		if code := b.ring("call:" + call); code != wire.CodeNotFound {
			t.Errorf("a colleague's call: %s", code)
		}
		a.ok(&wire.SetPresence{State: "ready"})
		p = h.talking(a, citizen)
		if c := a.state().Call.Caller; c.Calls24h != 2 || len(c.Earlier) == 0 {
			t.Errorf("the second call knows %+v", c)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		close(written)
		h.pass(time.Minute)
	})
}

// TestSlowDiskKeepsNoCallbackWaiting: what was booked is offered before the disk has it, and called once: what a disk that
// was away did not take is tried again, so that the next start knows of it, and of its end.
func TestSlowDiskKeepsNoCallbackWaiting(t *testing.T) {
	inHouse(t, func(h *house) {
		sick := &sickSettings{Settings: h.db.Settings}
		h.bookings.notes.settings = sick
		sick.full.Store(true)
		h.books(citizen)
		again := func() int {
			t.Helper()
			h.bookings.notes.mu.Lock()
			defer h.bookings.notes.mu.Unlock()
			next := newBookings(h.Hub)
			next.hub = &Hub{cfg: h.cfg, parts: h.parts, log: h.log, now: h.now, floor: floor{queue: queue.New(queue.Config{Now: h.now, Log: h.log})}}
			next.load(h.t.Context())
			if open := len(next.open); len(h.bookings.notes.versions) != open || len(next.notes.versions) != open {
				t.Errorf("of %d call-backs, %d are remembered, and %d after a restart", open, len(h.bookings.notes.versions), len(next.notes.versions))
			}
			return len(next.open)
		}
		sick.full.Store(false)
		h.pass(2 * keepPause)
		if n := again(); n != 1 {
			t.Errorf("a hub that is killed would know %d call-backs", n)
		}
		sick.full.Store(true)
		a := h.sit("8001")
		h.pass(100 * time.Millisecond)
		a.answer()
		h.pass(time.Second)
		h.net.of(citizen).hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		sick.full.Store(false)
		h.pass(2 * keepPause)
		if n := again(); n != 0 {
			t.Errorf("a hub that is killed would call %d of them again", n)
		}
	})
}

// hangingSettings take as long as the test wants, and no longer than they are given.
type hangingSettings struct {
	store.Settings
	written <-chan struct{}
}

func (s hangingSettings) Put(ctx context.Context, x store.Setting) (store.Setting, error) {
	select {
	case <-s.written:
		return s.Settings.Put(ctx, x)
	case <-ctx.Done():
		return x, store.ErrUnavailable
	}
}

// TestHangingDiskOffersCallbacks while what was booked is being written.
func TestHangingDiskOffersCallbacks(t *testing.T) {
	inHouse(t, func(h *house) {
		written := make(chan struct{})
		h.bookings.notes.settings = hangingSettings{h.db.Settings, written}
		h.books(citizen)
		a := h.sit("8001")
		h.pass(100 * time.Millisecond)
		if o := a.state().Offer; o == nil || o.Kind != "callback" {
			t.Errorf("offer %+v", o)
		}
		close(written)
	})
}

// slowCommands and slowRecords take their time over writing and reading; a read ends with its context.
type slowCommands struct {
	store.Commands
	took time.Duration
}

func (s slowCommands) Once(ctx context.Context, c store.Command, fn func(store.Ports) ([]byte, error)) ([]byte, bool, error) {
	<-time.After(s.took)
	return s.Commands.Once(ctx, c, fn)
}

type slowRecords struct {
	store.Records
	took time.Duration
}

func (s slowRecords) List(ctx context.Context, f store.RecordFilter) ([]store.Record, string, error) {
	select {
	case <-time.After(s.took):
		return s.Records.List(ctx, f)
	case <-ctx.Done():
		return nil, "", store.ErrUnavailable
	}
}

// TestSlowDiskGivesARecordOn: who is given a record that took the disk nearly all the time that its step has is told all
// the same; and where they cannot be, who gave it is.
func TestSlowDiskGivesARecordOn(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b := h.sit("8001"), h.sit("8002")
		h.db.Commands = slowCommands{h.db.Commands, jobLimit - time.Second}
		save := func(no string, took time.Duration) {
			records := h.db.Records
			h.db.Records = slowRecords{records, took}
			a.say(&wire.RecordSave{Record: wire.Record{
				Number: no, Kind: "consult", Subject: "劳动关系", Region: "320100", Question: "欠薪", Answer: "已解释", Callback: citizen,
				Handling: wire.Handling{How: "forward", Dept: "8002"},
			}})
			h.pass(jobLimit + 2*givenLimit)
			h.db.Records = records
		}
		save("0312-8001-1", 2*time.Second)
		if !b.told("0312-8001-1 转给您办理") {
			t.Errorf("told %q", b.alerts())
		}
		save("0312-8001-2", time.Hour)
		if !a.told("0312-8001-2 没有提醒到对方 · 单子在对方待办里，转给外单位的还没有送出 · ") {
			t.Errorf("who gave it was told %q", a.alerts())
		}
		lead := h.sit("1001", "lead")
		h.db.Commands, h.db.Records = h.db.Commands.(slowCommands).Commands, slowRecords{h.db.Records, time.Hour}
		h.given(lead.seat.Account(), wire.RecordSaved{Number: "0312-8001-1"}, ticket.EventSupervise)
		h.pass(time.Second)
		if !lead.told("0312-8001-1 没有提醒到对方 · 单子在对方待办里 · ") {
			t.Errorf("who supervised it was told %q", lead.alerts())
		}
	})
}

// slowMarks take their time, and no longer than they are given.
type slowMarks struct {
	store.Marks
	took time.Duration
}

func (s slowMarks) Set(ctx context.Context, m store.Mark) error {
	select {
	case <-time.After(s.took):
		return s.Marks.Set(ctx, m)
	case <-ctx.Done():
		return store.ErrUnavailable
	}
}

// TestSlowDiskKeepsTheMarkOfAbuse of a call that has ended long before.
func TestSlowDiskKeepsTheMarkOfAbuse(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.db.Marks = slowMarks{h.db.Marks, 15 * time.Second}
		h.talking(a, citizen)
		for _, do := range []string{wire.DoWarn, wire.DoDismiss} {
			if code := a.do(do); code != wire.CodeOK {
				t.Fatalf("%s: %s", do, code)
			}
			h.pass(time.Second)
		}
		a.do(wire.DoEndWrap)
		h.pass(time.Minute)
		number, err := h.keys.Phone(citizen)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := h.db.Marks.Of(h.t.Context(), number.Hash, h.now()); err != nil || len(list) != 1 || list[0].Tag != "abusive" {
			t.Errorf("marked %+v, %v", list, err)
		}
	})
}
