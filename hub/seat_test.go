package hub

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/wire"
)

// TestQuickHandsWait: what a seat asks for faster than it can be done is done in turn, so much at a time; only what would
// never end is refused.
func TestQuickHandsWait(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		gate := make(chan struct{})
		var running, most, done atomic.Int64
		ask := func(id string) {
			a.seat.job(id, func(context.Context) func() {
				most.Store(max(most.Load(), running.Add(1)))
				<-gate
				running.Add(-1)
				return func() {
					done.Add(1)
					a.seat.session.Answer(id, wire.Done())
				}
			})
		}
		a.seat.box.Post(func() {
			for i := range jobQueue + 1 {
				ask("job" + strconv.Itoa(i))
			}
		})
		synctest.Wait()
		last := "job" + strconv.Itoa(jobQueue)
		answered := func(id string) wire.Code {
			a.screen.mu.Lock()
			defer a.screen.mu.Unlock()
			if r, ok := a.screen.answers[id].(*wire.Ack); ok {
				return r.Code
			}
			return ""
		}
		if running.Load() != jobSlots || answered(last) != wire.CodeBusy || answered("job0") != "" {
			h.t.Errorf("%d run; the last one was answered %q", running.Load(), answered(last))
		}
		close(gate)
		synctest.Wait()
		if done.Load() != jobQueue || most.Load() > jobSlots || answered("job"+strconv.Itoa(jobQueue-1)) != wire.CodeOK {
			h.t.Errorf("%d done, %d at most at once", done.Load(), most.Load())
		}
		a.ok(&wire.SetPresence{State: "not_ready"})
	})
}

// TestInTurn: what changes the same thing is done in the order in which it was asked for, and holds up nothing else.
func TestInTurn(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		var did []int
		ask := func(in lane, n int, pause time.Duration) {
			a.seat.inTurn(in, "job"+strconv.Itoa(n), func(context.Context) func() {
				<-time.After(pause)
				return func() { did = append(did, n) }
			})
		}
		a.seat.box.Post(func() {
			for n := range 2 * jobSlots {
				ask(laneOffice, n, time.Duration(2*jobSlots-n)*time.Millisecond)
			}
			ask(laneSteer, -1, time.Microsecond)
		})
		<-time.After(time.Second)
		synctest.Wait()
		if len(did) != 2*jobSlots+1 || did[0] != -1 || !slices.IsSorted(did) {
			h.t.Errorf("done in the order %v", did)
		}
	})
}
