package call

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

// diskCalls stand for a disk that waits, and then refuses what has refused.
type diskCalls struct {
	store.Calls
	written <-chan struct{}
	refused error
}

func (d diskCalls) Open(ctx context.Context, c store.Call) error {
	<-d.written
	if d.refused != nil {
		return d.refused
	}
	return d.Calls.Open(ctx, c)
}

func (d diskCalls) Save(ctx context.Context, c store.Call) (store.Call, error) {
	if d.refused != nil {
		return c, d.refused
	}
	return d.Calls.Save(ctx, c)
}

// rings lets a citizen call whom nobody answers, and tells the call once they
// have hung up.
func (h *house) rings(number string) (id string, c weak.Pointer[Call]) {
	h.t.Helper()
	p := newTelephone(number)
	h.work.Go(func() { h.Incoming(p) })
	h.pass(3 * time.Second)
	l := h.List()
	if len(l) != 1 {
		h.t.Fatalf("%d calls", len(l))
	}
	p.hangup()
	h.pass(time.Minute)
	return l[0].ID(), weak.Make(l[0])
}

// TestSlowDiskKeepsNoCall: of a call that has ended its log alone waits for the disk.
func TestSlowDiskKeepsNoCall(t *testing.T) {
	inHouse(t, func(h *house) {
		written := make(chan struct{})
		h.Store.Calls = diskCalls{Calls: h.Store.Calls, written: written}
		id, c := h.rings("13900000042")
		for range 10 {
			runtime.GC()
		}
		if c.Value() != nil {
			t.Error("the call is kept")
		}
		if l, ok := h.Log(id); !ok || l.Times.Closed.IsZero() {
			t.Errorf("the log is %+v, %v", l, ok)
		}
		close(written)
		h.pass(time.Minute)
		if l, ok := h.Log(id); ok {
			t.Errorf("the disk has it: %+v", l)
		}
	})
}

// TestRefusedLogStaysForTheDay: what the disk did not take is known for a day.
func TestRefusedLogStaysForTheDay(t *testing.T) {
	inHouse(t, func(h *house) {
		written := make(chan struct{})
		close(written)
		good := h.Store.Calls
		h.Store.Calls = diskCalls{good, written, store.ErrFull}
		const number = "13900000042"
		id, _ := h.rings(number)
		h.Store.Calls = good
		h.pass(23 * time.Hour)
		sealed, err := h.Keys.Phone(number)
		if err != nil {
			t.Fatal(err)
		}
		if l := h.Logs(sealed.Hash); len(l) != 1 || l[0].ID != id || l[0].Times.Closed.IsZero() {
			t.Errorf("known are %+v", l)
		}
		if _, err := good.Get(h.t.Context(), id); err == nil {
			t.Error("the disk has it")
		}
		h.pass(2 * time.Hour)
		h.rings(number)
		if l := h.Logs(sealed.Hash); len(l) != 0 {
			t.Errorf("a day later %+v", l)
		}
	})
}

// TestRefusedLogsAreBounded: a disk that takes nothing costs the oldest.
func TestRefusedLogsAreBounded(t *testing.T) {
	u, now := newUnwritten(), time.Now()
	for i := range refusedMost + 10 {
		id := fmt.Sprintf("%05d", i)
		u.begin(id, new(atomic.Pointer[Log]), now)
		u.written(id, false, now)
	}
	_, oldest := u.Get("00009")
	_, next := u.Get("00010")
	if u.Count() != refusedMost || oldest || !next {
		t.Errorf("%d are kept, the tenth: %v, the next: %v", u.Count(), oldest, next)
	}
}

// TestDialledIsOfTheDay: a log that is still open since yesterday counts for yesterday, but for whom was rung into the
// call today.
func TestDialledIsOfTheDay(t *testing.T) {
	number := seal.Value{Hash: []byte{42}}
	midnight := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	x := &Exchange{logs: newUnwritten()}
	for id, at := range map[string]time.Time{"yesterday": midnight.Add(-time.Minute), "today": midnight} {
		l := new(atomic.Pointer[Log])
		l.Store(&Log{
			Call: store.Call{ID: id, Direction: store.Outbound, Caller: number, Times: store.CallTimes{Arrive: at}},
			rung: []store.Leg{{ID: id + "/rung", Party: number, From: at}, {ID: id + "/later", Party: number, From: at.Add(time.Hour)}},
		})
		x.logs.begin(id, l, at)
	}
	want := []string{"today", "today/rung", "today/later", "yesterday/later"}
	if got := x.Dialled(number.Hash, midnight); !slices.Equal(got, want) {
		t.Errorf("counted are %q", got)
	}
}
