package device

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// StandInRate is the rate of a device without hardware.
const StandInRate = 48000

// Blocks are 10 ms long: what sound cards deliver, half a voice packet.
const blocksPerSecond = 100

// After a longer pause (a laptop's sleep) the clock starts afresh instead of
// calling back for every block missed.
const maxCatchUp = 10 * time.Second / blocksPerSecond

// guarded runs a callback and keeps what it knows of it.
type guarded struct {
	call  Callback
	off   atomic.Bool // closed: a callback that comes late does nothing
	beats atomic.Uint64
	err   atomic.Pointer[error]
}

// run calls back unless an earlier call panicked.
func (g *guarded) run(samples []float32) {
	if g.off.Load() || g.err.Load() != nil {
		clear(samples)
		return
	}
	defer g.catch(samples)
	g.beats.Add(1)
	g.call(samples)
}

// A panic that reached the binding would end the process and leave the
// terminal raw.
func (g *guarded) catch(samples []float32) {
	if x := recover(); x != nil {
		clear(samples)
		err := fmt.Errorf("panic in the audio callback: %v\n%s", x, debug.Stack())
		g.err.Store(&err)
	}
}

func (g *guarded) Beats() uint64 { return g.beats.Load() }

func (g *guarded) Err() error {
	if p := g.err.Load(); p != nil {
		return *p
	}
	return nil
}

// clocked is a stream without hardware: a goroutine keeps the time. Each block
// goes through fetch before the callback (an input fills it) and through keep
// after it (an output takes it).
type clocked struct {
	guarded
	rate        int
	fetch, keep func([]float32)
	finish      func() error

	cancel context.CancelFunc
	done   chan struct{}
	closed bool
}

// Run implements Stream.
func (c *clocked) Run(on bool) error {
	switch {
	case c.closed:
		return ErrClosed
	case on == (c.done != nil):
	case on:
		ctx, cancel := context.WithCancel(context.Background())
		c.cancel, c.done = cancel, make(chan struct{})
		go c.tick(ctx, c.done)
	default:
		c.cancel()
		<-c.done
		c.done = nil
	}
	return nil
}

// Close implements Stream.
func (c *clocked) Close() error {
	if c.closed {
		return nil
	}
	_ = c.Run(false)
	c.closed = true
	if c.finish != nil {
		return c.finish()
	}
	return nil
}

// Rate implements Stream.
func (c *clocked) Rate() int { return c.rate }

// tick calls back for the blocks that are due by the clock, not by the number
// of ticks: a ticker leaves ticks out when the machine is busy.
func (c *clocked) tick(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	const every = time.Second / blocksPerSecond
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	block := make([]float32, c.rate/blocksPerSecond)
	next := time.Now().Add(every)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if now.Sub(next) > maxCatchUp {
				next = now
			}
			for !next.After(now) {
				c.block(block)
				next = next.Add(every)
			}
		}
	}
}

func (c *clocked) block(b []float32) {
	clear(b)
	if c.fetch != nil {
		c.fetch(b)
	}
	c.run(b)
	if c.keep != nil {
		c.keep(b)
	}
}

func openNull(prepare Prepare) Stream {
	c := &clocked{rate: StandInRate}
	c.call = prepare(c.rate)
	return c
}
