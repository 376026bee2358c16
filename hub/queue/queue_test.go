package queue

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/rules/acd"
)

// floor is a queue in simulated time with what it decided.
type floor struct {
	*Queue
	offers   chan Offer
	overflow chan string
}

// pass lets simulated time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func open(t *testing.T) *floor {
	t.Helper()
	f := &floor{offers: make(chan Offer, 64), overflow: make(chan string, 64)}
	f.Queue = New(Config{
		Settings: acd.DefaultSettings(), Handling: 3 * time.Minute, Now: time.Now,
		Offer: func(o Offer) { f.offers <- o }, Overflow: func(c string) { f.overflow <- c },
	})
	ctx, cancel := context.WithCancel(t.Context())
	go f.Run(ctx)
	t.Cleanup(func() { cancel(); <-f.done })
	return f
}

func (f *floor) seat(id string, ready bool) {
	f.Seat(acd.Seat{
		ID: id, Certified: true, Ready: ready, Media: true, IdleSince: time.Now(),
		Skills: []acd.Skill{{Region: acd.Any, Subject: acd.Any, Level: 1}},
	})
	synctest.Wait()
}

func (f *floor) enter(id string, entered time.Time, refused ...string) {
	f.Enter(acd.Waiting{ID: id, Entered: entered, Refused: refused})
	synctest.Wait()
}

func (f *floor) want(t *testing.T, pairs ...string) {
	t.Helper()
	synctest.Wait()
	var got []string
	for len(f.offers) > 0 {
		o := <-f.offers
		got = append(got, o.Call+">"+o.Seat)
	}
	if len(got) != len(pairs) {
		t.Fatalf("decided %v, want %v", got, pairs)
	}
	for i := range pairs {
		if got[i] != pairs[i] {
			t.Errorf("decided %v, want %v", got, pairs)
		}
	}
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		early := time.Now().Add(-time.Minute)
		f.enter("b", time.Now())
		f.enter("a", early)
		f.want(t)
		f.seat("8001", true)
		f.want(t, "a>8001")
		f.seat("8001", true) // the seat has not heard of the offer yet: no second call
		f.want(t)
	})
}

func TestRefusedCallKeepsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		entered := time.Now()
		f.seat("8001", true)
		f.enter("a", entered)
		f.want(t, "a>8001")
		f.enter("b", time.Now())
		f.seat("8001", false)
		f.enter("a", entered, "8001")
		f.want(t)
		f.seat("8002", true)
		f.want(t, "a>8002")
		f.Leave("a")
		f.seat("8002", false)
		f.seat("8001", true)
		f.want(t, "b>8001")
	})
}

func TestLeavingFreesTheSeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seat("8001", true)
		f.enter("a", time.Now())
		f.want(t, "a>8001")
		f.Leave("a") // hung up before the seat answered
		f.enter("b", time.Now())
		f.want(t, "b>8001")
	})
}

func TestEpochGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seat("8001", true)
		f.enter("a", time.Now())
		first := (<-f.offers).Epoch
		f.enter("a", time.Now())
		if next := (<-f.offers).Epoch; next <= first {
			t.Errorf("epoch %d after %d", next, first)
		}
	})
}

// TestTimeAloneDecides: a specialist is waited for, and then no longer.
func TestTimeAloneDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.Seat(acd.Seat{ID: "8009", Certified: true, Media: true, Skills: []acd.Skill{{Region: acd.Any, Subject: acd.Any, Level: 1}}})
		f.Seat(acd.Seat{ID: "8001", Certified: true, Ready: true, Media: true, Skills: []acd.Skill{{Region: acd.Any, Subject: acd.Any, Level: 2}}})
		f.enter("a", time.Now())
		f.want(t)
		pass(19 * time.Second)
		f.want(t)
		pass(2 * time.Second)
		f.want(t, "a>8001")
	})
}

func TestOverflowIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.enter("a", time.Now())
		pass(10 * time.Minute)
		f.enter("a", time.Now().Add(-10*time.Minute))
		if len(f.overflow) != 1 {
			t.Errorf("told %d times", len(f.overflow))
		}
	})
}

func TestPlaceAndLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seat("8001", false)
		f.enter("a", time.Now())
		pass(30 * time.Second)
		f.enter("b", time.Now())
		p, ok := f.Place(t.Context(), "b")
		if !ok || p.Ahead != 1 || !p.Known || p.Estimate <= 0 {
			t.Errorf("place %+v", p)
		}
		if p, _ := f.Place(t.Context(), "nobody"); p.Known {
			t.Errorf("a stranger has the place %+v", p)
		}
		l, _ := f.Look(t.Context())
		if len(l.Rows) != 2 || l.Rows[0].Call != "a" || l.Longest != 30*time.Second || l.Seats != 1 || l.Free != 0 {
			t.Errorf("look %+v", l)
		}
		f.Gone("8001")
		f.Handled(time.Minute)
		if p, _ := f.Place(t.Context(), "b"); p.Known {
			t.Errorf("nobody is on duty, but the estimate is %+v", p)
		}
	})
}

func TestStoppedQueueHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Config{Now: time.Now, Offer: func(Offer) {}, Overflow: func(string) {}})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		q.Run(ctx)
		for range 2 * inbox {
			q.Leave("x")
		}
		if _, ok := q.Look(t.Context()); ok {
			t.Error("a stopped queue answered")
		}
	})
}
