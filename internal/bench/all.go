package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zuoxi/internal/story"
)

// plainPair is how baresip comes, but with its sound encrypted as ours is.
var plainPair = story.CitizenConfig{Jitter: "5-10", Secure: true}

// figures is everything that a run of `make bench` measures.
type figures struct {
	first       sample
	idle        rest
	typed       keyed
	inCall      callKeys
	calls       []hubCall
	usual, fast []pairResult // baresip as it comes, and tuned
	search      sample
	failed      []error
	machine     string
	twins       []twins
}

// fail notes what could not be measured; the rest goes on.
func (f *figures) fail(what string, err error) {
	if err != nil {
		err = fmt.Errorf("%s: %w", what, err)
		progress("%v", err)
		f.failed = append(f.failed, err)
	}
}

// benchAll measures everything on one machine, what is compared in turns.
func benchAll(o options) error {
	f := &figures{machine: machine()}
	s, err := setStage(filepath.Join(o.dir, "hub"), o, false)
	if err != nil {
		return err
	}
	defer s.close()
	p, err := newPair(o.dir)
	if err != nil {
		return err
	}
	defer p.close()
	progress("空闲时的开销")
	f.idle, err = s.rest()
	f.fail("空闲", err)
	progress("第一帧")
	f.first, err = firstFrame(s.world)
	f.fail("第一帧", err)
	progress("按键")
	f.typed, err = typing(s.world, "ZUOXI_SEAT_SCREEN_FPS=120") // the rate that the aim is for
	f.fail("按键", err)
	for i := range o.calls {
		progress("第 %d 轮通话，共 %d 轮", i+1, o.calls)
		var during func() error
		if i == o.calls-1 {
			during = func() error { return f.inCall.measure(s.seat) }
		}
		f.round(s, p, i, during)
	}
	progress("知识检索")
	f.search, err = search(s.world, o)
	f.fail("知识检索", err)
	f.table().print(os.Stdout)
	return errors.Join(f.failed...)
}

// round makes one call of each kind, so that all see the same machine.
func (f *figures) round(s *stage, p *pair, i int, during func() error) {
	c, err := s.call(during)
	if err == nil && (len(c.toSeat) == 0 || len(c.toCitizen) == 0) {
		err = errDeaf
	}
	f.fail("经中心的通话", err)
	if err == nil || errors.Is(err, errDeaf) {
		f.calls = append(f.calls, c)
	}
	for _, kind := range []struct {
		cfg  story.CitizenConfig
		into *[]pairResult
	}{{plainPair, &f.usual}, {tuned, &f.fast}} {
		r, err := p.measure(kind.cfg, uint64(i+1))
		f.fail("baresip 之间的通话", err)
		if err == nil {
			*kind.into = append(*kind.into, r)
		}
	}
}

var errDeaf = errors.New("一方整通电话没有听见另一方")

// gather takes one figure of each call; what a call did not show is left out.
func gather[T any](calls []T, figure func(T) float64) sample {
	var out sample
	for _, c := range calls {
		if v := figure(c); v == v {
			out = append(out, v)
		}
	}
	return out
}
