package hub

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/call"
	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// came are the states that this connection got since the n-th.
func (a *agentAt) came(n int) []*wire.DeskState {
	a.screen.mu.Lock()
	defer a.screen.mu.Unlock()
	return slices.Clone(a.screen.states[n:])
}

// TestAPushLeavesOutWhatTheSeatHas: the lists and the caller are sent once on a
// connection, what follows says only what is new; who comes back gets all.
func TestAPushLeavesOutWhatTheSeatHas(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		lead := h.sit("8009", "lead")
		lead.ok(&wire.SetPresence{State: "break", Reason: "meal"})
		write(lead, "0312-8009-1", "consult", func(m *wire.Record) { m.Handling.Dept = "8001" })
		h.pass(time.Second)
		if last := a.came(0); len(last[len(last)-1].Todo) != 1 {
			t.Fatal("the list did not come")
		}
		before := len(a.came(0))
		p := h.waiting("13900000042")
		offered := a.came(before)
		if len(offered) != 1 || offered[0].Offer == nil || offered[0].Offer.Caller.Masked == "" || len(offered[0].Todo) > 0 {
			t.Fatalf("offered by %+v", offered)
		}
		a.answer()
		h.pass(3 * time.Second)
		a.is("talking", "talking")
		lines := 0
		for i, d := range a.came(before + 1) {
			if len(d.Todo) > 0 || !slices.Contains(d.Kept, wire.PartTodo) {
				t.Errorf("state %d after the offer says the list again", i)
			}
			switch {
			case d.Offer == nil && d.Call == nil:
				t.Error("the desk was empty between the offer and its call")
			case d.Offer != nil && !d.Offer.Caller.Kept, d.Call != nil && !d.Call.Caller.Kept:
				t.Errorf("state %d after the offer says the caller again", i)
			case d.Call != nil && d.Call.Before != lines:
				t.Errorf("state %d says %d lines of the timeline again", i, lines-d.Call.Before)
			}
			if d.Call != nil {
				lines += len(d.Call.Timeline)
			}
		}
		st := a.state()
		if len(st.Todo) != 1 || st.Call.Caller.Masked != "139****0042" || len(st.Call.Timeline) != lines {
			t.Errorf("the seat has %+v", st)
		}

		n := len(a.came(0))
		a.seat.box.Post(a.seat.changed)
		h.pass(time.Second)
		if len(a.came(0)) != n {
			t.Error("a state came that says nothing new")
		}

		sc := a.screen
		a.seat.box.Post(func() { a.seat.left(sc) })
		h.pass(time.Second)
		if err := a.back(); err != nil {
			t.Fatal(err)
		}
		if d := a.came(0)[0]; len(d.Kept) > 0 || d.Call.Caller.Kept || d.Call.Before > 0 || len(d.Todo) != 1 || d.Call.Caller.Masked == "" || len(d.Call.Timeline) < lines {
			t.Errorf("who came back got %+v", d)
		}
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		other := h.waiting("13900000041")
		if o := a.state().Offer; o == nil || o.Caller.Masked != "139****0041" {
			t.Errorf("the next caller is shown as %+v", o)
		}
		other.hangup(trunk.ByCaller)
		h.pass(time.Minute)
	})
}

// TestALongTimeline: the desk has the newest lines, and is told those that are
// new, but for the few times when old ones go.
func TestALongTimeline(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		n := len(a.came(0))
		var c *call.Call
		a.seat.box.Post(func() { c = a.seat.bound.call })
		h.pass(time.Second)
		for i := range 150 {
			c.NoteShown("test", fmt.Sprint("第 ", i))
			h.pass(time.Millisecond)
		}
		whole := 0
		for _, d := range a.came(n) {
			if d.Call != nil && d.Call.Before == 0 {
				whole++
			}
		}
		st := a.state().Call.Timeline
		if len(st) > 100 || len(st) < 75 || st[len(st)-1].Text != "第 149" || whole > 4 {
			t.Errorf("%d lines, the last is %s, said whole %d times", len(st), st[len(st)-1].Text, whole)
		}
		c.Article("8001", "yanglao@3")
		h.pass(time.Second)
		if st := a.state().Call.Timeline; st[len(st)-1].Text != "第 149" {
			t.Error("a line that nobody waits for was sent by itself at once")
		}
		h.pass(2 * time.Second)
		if st := a.state().Call.Timeline; st[len(st)-1].Text != "打开条目 yanglao@3" {
			t.Error("a line that nobody waits for did not come")
		}
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
	})
}
