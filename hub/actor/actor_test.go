package actor

import (
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve is an actor that does what it is told until stop.
func serve(b Box) (stop func()) {
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer b.End()
		for {
			select {
			case <-stopped:
				return
			case f := <-b.Next():
				f()
			}
		}
	}()
	return func() { close(stopped); <-ended }
}

// TestFullBoxRefuses: who posts to an actor that hangs is told at once, and it is counted.
func TestFullBoxRefuses(t *testing.T) {
	var refused atomic.Uint64
	b := NewBox(slog.New(slog.DiscardHandler), &refused)
	for i := range boxSize {
		if !b.Post(func() {}) {
			t.Fatalf("event %d was refused", i)
		}
	}
	if b.Post(func() {}) || refused.Load() != 1 || b.Idle() {
		t.Errorf("a full box took another one; %d are counted", refused.Load())
	}
}

// TestAskAndEnd: a question is answered in the actor's goroutine, in order; one that has ended answers nobody.
func TestAskAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var refused atomic.Uint64
		b := NewBox(slog.New(slog.DiscardHandler), &refused)
		stop := serve(b)
		var order []int
		for i := range 3 {
			b.Post(func() { order = append(order, i) })
		}
		if got, ok := Ask(t.Context(), b, func() int { return len(order) }); !ok || got != 3 || !slices.IsSorted(order) {
			t.Errorf("%d, %v, in the order %v", got, ok, order)
		}
		stop()
		if b.Post(func() {}) {
			t.Error("an actor that has ended took an event")
		}
		if refused.Load() != 0 {
			t.Error("an ended actor is not a full one")
		}
		if !Pause(t.Context(), time.Second) {
			t.Error("nothing ended the pause")
		}
	})
}

// TestDirectoryKeepsTheFirst and lists in order.
func TestDirectoryKeepsTheFirst(t *testing.T) {
	d := NewDirectory[string, int]()
	d.Add("b", 2)
	d.Add("a", 1)
	if got := d.Add("a", 9); got != 1 || d.Count() != 2 {
		t.Errorf("a second one took the name: %d", got)
	}
	sum := 0
	d.Each(func(v int) { sum += v })
	if got := d.List(); !slices.Equal(got, []int{1, 2}) || sum != 3 {
		t.Errorf("%v, %d", got, sum)
	}
	d.Drop("a")
	if _, ok := d.Get("a"); ok {
		t.Error("still there")
	}
}
