package citizen

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Crowd is many citizens calling, one after the other or many a second.
type Crowd struct {
	Line    *Line
	Scripts []*Script // taken in turn
	Voice   Voice
	// Rate is calls a second on average; the gaps are random, as the calls of strangers are.
	Rate float64
	// AtOnce bounds the calls that last at the same time (default 50); a citizen who finds it reached is counted in
	// Tally.Missed and does not call.
	AtOnce int
	// Total ends the run after so many arrivals; 0 goes on until the context ends.
	Total int
	// Seed makes the gaps the same again; 0 takes any.
	Seed uint64
	// First is the number of the first citizen; the others count up from it (default 13900000001).
	First uint64
	// Done, when set, is called once for each call that ended, never twice at a time.
	Done func(Report, error)
}

// Tally counts what became of a crowd.
type Tally struct {
	Arrived, Missed int
	Outcomes        map[Outcome]int
}

// Run sends the crowd and returns when its last call has ended. Ending ctx hangs all of them up.
func (c Crowd) Run(ctx context.Context) (Tally, error) {
	t := Tally{Outcomes: map[Outcome]int{}}
	if len(c.Scripts) == 0 || c.Rate <= 0 {
		return t, fmt.Errorf("%w · 没有脚本或速率 · 无人来电", ErrScript)
	}
	if c.AtOnce <= 0 {
		c.AtOnce = 50
	}
	if c.First == 0 {
		c.First = 13900000001
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	random := rand.New(rand.NewPCG(c.Seed, 12333))
	var calls sync.WaitGroup
	var mu sync.Mutex
	places := make(chan struct{}, c.AtOnce) // a full channel turns the next citizen away
	gap := time.NewTimer(0)
	defer gap.Stop()
	next := time.Now()
	for c.Total == 0 || t.Arrived < c.Total {
		select {
		case <-gap.C:
		case <-ctx.Done():
			calls.Wait()
			return t, nil
		}
		i := t.Arrived
		t.Arrived++
		select {
		case places <- struct{}{}:
			calls.Go(func() {
				r, err := Caller{Line: c.Line, Script: c.Scripts[i%len(c.Scripts)], Number: fmt.Sprint(c.First + uint64(i)), Voice: c.Voice}.Run(ctx)
				mu.Lock()
				t.Outcomes[r.Outcome]++
				if c.Done != nil {
					c.Done(r, err)
				}
				mu.Unlock()
				<-places
			})
		default:
			t.Missed++
		}
		next = next.Add(time.Duration(random.ExpFloat64() / c.Rate * float64(time.Second)))
		gap.Reset(time.Until(next))
	}
	calls.Wait()
	return t, nil
}
