// Package post sends what goes out to others, such as short messages to
// citizens and cases to other bodies, and keeps trying. The hub starts one
// office; each kind has a carrier. It promises that what was put in survives a
// kill at any moment, that the same order put in twice goes out once, that a
// carrier whose other side takes the same thing twice for one is asked again
// after a crash, and that where it would not, a person is told that nobody
// knows, instead of sending twice.
package post

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/obs"
)

// Carrier takes the posts of one kind to the other side.
type Carrier interface {
	// Send hands one over and returns the other side's number for it. A
	// *RefusedError is final, an *UnsureError means that it may have arrived;
	// everything else is tried again.
	Send(ctx context.Context, p store.Post) (receipt string, err error)
	// Twice tells that sending the same post again does no harm.
	Twice() bool
}

// RefusedError is a refusal that will not change; Why is for people.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return "refused: " + e.Why }

// UnsureError tells that the other side may have it; Why is for people.
type UnsureError struct{ Why string }

func (e *UnsureError) Error() string { return "may have arrived: " + e.Why }

// Config of an office. Zero values take defaults.
type Config struct {
	Now     func() time.Time
	Log     *slog.Logger
	First   time.Duration // before the second try, doubled after each
	Most    time.Duration // between two tries
	GiveUp  time.Duration // after so long a post has failed
	Timeout time.Duration // of one try
	Changed func(store.Post)
}

// Office sends. Any goroutine may use it.
type Office struct {
	cfg      Config
	posts    store.Posts
	carriers map[string]Carrier
	wake     map[string]chan struct{} // of size one: a bell that rings already need not ring twice
}

// New makes an office; Carry adds carriers, then Run sends.
func New(posts store.Posts, cfg Config) *Office {
	for _, d := range []struct{ v, def *time.Duration }{
		{&cfg.First, new(10 * time.Second)}, {&cfg.Most, new(30 * time.Minute)}, {&cfg.GiveUp, new(72 * time.Hour)}, {&cfg.Timeout, new(time.Minute)},
	} {
		if *d.v == 0 {
			*d.v = *d.def
		}
	}
	if cfg.Changed == nil {
		cfg.Changed = func(store.Post) {}
	}
	return &Office{cfg: cfg, posts: posts, carriers: map[string]Carrier{}, wake: map[string]chan struct{}{}}
}

// Carry names the carrier of a kind, before Run.
func (o *Office) Carry(kind string, c Carrier) {
	o.carriers[kind] = c
	o.wake[kind] = make(chan struct{}, 1)
}

// Carries tells whether there is a carrier for the kind.
func (o *Office) Carries(kind string) bool { return o.carriers[kind] != nil }

// lookAgain is how long an order that the store did not answer for is looked for.
const lookAgain = 2 * time.Second

// Put takes an order. One with a key that is there already is that one.
func (o *Office) Put(ctx context.Context, p store.Post) (store.Post, error) {
	now := o.cfg.Now()
	if p.ID == "" {
		p.ID = store.NewID(now)
	}
	p.Direction, p.State, p.Created, p.Updated, p.Next = store.PostOut, store.PostQueued, now, now, now
	kept, err := o.posts.Create(ctx, p)
	if errors.Is(err, store.ErrDuplicate) {
		return o.posts.ByKey(ctx, p.Kind, store.PostOut, p.Key)
	}
	if errors.Is(err, store.ErrUnavailable) { // the answer may have got lost, and who is told that nothing goes out orders it again
		look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAgain)
		defer cancel()
		if there, e := o.posts.ByKey(look, p.Kind, store.PostOut, p.Key); e == nil {
			kept, err = there, nil
		}
	}
	if err != nil {
		return p, fmt.Errorf("taking an order of kind %s: %w", p.Kind, err)
	}
	o.ring(p.Kind)
	return kept, nil
}

func (o *Office) ring(kind string) {
	select {
	case o.wake[kind] <- struct{}{}:
	default:
	}
}

// Recover brings in order what a crash left on its way, before Run.
func (o *Office) Recover(ctx context.Context) error {
	for {
		left, _, err := o.posts.List(ctx, store.PostFilter{Direction: store.PostOut, State: store.PostSending})
		if err != nil {
			return fmt.Errorf("recovering what was being sent: %w", err)
		}
		if len(left) == 0 {
			return nil
		}
		for _, p := range left {
			p.State = store.PostUnknown
			if c := o.carriers[p.Kind]; c != nil && c.Twice() {
				p.State, p.Next = store.PostQueued, o.cfg.Now()
			}
			p.Updated = o.cfg.Now()
			if _, err := o.posts.Update(ctx, p); err != nil {
				return fmt.Errorf("recovering post %s: %w", p.ID, err)
			}
		}
	}
}

// Run sends until the context ends: one goroutine for each kind, so that a slow
// body delays no short message.
func (o *Office) Run(ctx context.Context) {
	wg := obs.Crew{Log: o.cfg.Log}
	for kind := range o.carriers {
		wg.Keep(ctx, "post "+kind, func() { o.run(ctx, kind) })
	}
	wg.Wait()
}

// idle is how long the office waits at most: a clock that was set does not strand it.
const idle = 5 * time.Minute

func (o *Office) run(ctx context.Context, kind string) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-o.wake[kind]:
		}
		timer.Reset(o.round(ctx, kind))
	}
}

// round sends all that is due and returns how long there is nothing to do.
func (o *Office) round(ctx context.Context, kind string) time.Duration {
	for ctx.Err() == nil {
		f := store.PostFilter{Kind: kind, Direction: store.PostOut, State: store.PostQueued, NextBefore: o.cfg.Now().Add(idle), Page: store.Page{Limit: 50}}
		list, _, err := o.posts.List(ctx, f)
		if err != nil {
			o.cfg.Log.Error("listing what is to be sent", "kind", kind, "err", err)
			return o.cfg.First
		}
		sent := false
		for _, p := range list {
			if wait := p.Next.Sub(o.cfg.Now()); wait > 0 {
				if !sent {
					return wait
				}
				break
			}
			sent = true
			if err := o.send(ctx, p); err != nil {
				o.cfg.Log.Error("sending", "kind", kind, "post", p.ID, "err", err)
				return o.cfg.First
			}
		}
		if !sent {
			return idle
		}
	}
	return idle
}

// send tries one. The error is the store's: what the carrier says is written down.
func (o *Office) send(ctx context.Context, p store.Post) error {
	p.State, p.Attempts, p.Updated = store.PostSending, p.Attempts+1, o.cfg.Now()
	p, err := o.posts.Update(ctx, p)
	if errors.Is(err, store.ErrConflict) {
		return nil // somebody else has changed it: it is looked at again
	}
	if err != nil {
		return fmt.Errorf("claiming post %s: %w", p.ID, err)
	}
	try, cancel := context.WithTimeout(ctx, o.cfg.Timeout)
	receipt, err := o.carriers[p.Kind].Send(try, p)
	cancel()
	o.outcome(&p, receipt, err)
	// What the other side has must be written down even if the hub is stopping.
	kept, err := o.posts.Update(context.WithoutCancel(ctx), p)
	if errors.Is(err, store.ErrConflict) {
		return nil // its receipt came first
	}
	if err != nil {
		return fmt.Errorf("noting what became of post %s: %w", p.ID, err)
	}
	o.cfg.Changed(kept)
	return nil
}

func (o *Office) outcome(p *store.Post, receipt string, err error) {
	var refused *RefusedError
	var unsure *UnsureError
	now := o.cfg.Now()
	p.Updated = now
	switch {
	case err == nil:
		p.State, p.Receipt = store.PostSent, receipt
		return
	case errors.As(err, &refused):
		p.State = store.PostFailed
	case errors.As(err, &unsure) && !o.carriers[p.Kind].Twice():
		p.State = store.PostUnknown
	case now.Sub(p.Created) >= o.cfg.GiveUp:
		p.State = store.PostFailed
	default:
		p.State, p.Next = store.PostQueued, now.Add(o.pause(p.Attempts))
	}
	o.cfg.Log.Warn("not sent", "kind", p.Kind, "post", p.ID, "state", p.State, "attempts", p.Attempts, "err", err)
}

func (o *Office) pause(attempts int) time.Duration {
	d := o.cfg.First
	for range attempts - 1 {
		if d *= 2; d >= o.cfg.Most {
			return o.cfg.Most
		}
	}
	return d
}

// Settle takes what the other side says later of a post, by the number it gave.
func (o *Office) Settle(ctx context.Context, kind, receipt, state string) error {
	list, _, err := o.posts.List(ctx, store.PostFilter{Kind: kind, Direction: store.PostOut, Receipt: receipt, Page: store.Page{Limit: 1}})
	if err != nil || len(list) == 0 {
		return err
	}
	p := list[0]
	if p.State == state {
		return nil
	}
	p.State, p.Updated = state, o.cfg.Now()
	kept, err := o.posts.Update(ctx, p)
	if err != nil {
		return fmt.Errorf("settling post %s: %w", p.ID, err)
	}
	o.cfg.Changed(kept)
	return nil
}
