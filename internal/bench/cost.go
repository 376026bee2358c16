package main

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/netem"
)

const (
	costSeconds = 20
	costSettle  = 2 * time.Second // until both calls talk and start-up work is done
)

// costs are what one call took of a core while another of baresip's ran beside
// it, so that both saw the same machine.
type costs struct {
	seat, hub, other sample
	anon             sample
}

var errOpenly = errors.New("baresip 没有加密")

// benchCost compares the processor's share of a call with baresip's.
func benchCost(o options) error {
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
	var c costs
	idle, err := s.rest()
	if err != nil {
		return err
	}
	for i := range o.calls {
		progress("第 %d 次，共 %d 次，坐席进程 %d，中心进程 %d", i+1, o.calls, s.seat.Pid(), s.world.HubPid())
		err = errors.Join(err, c.measure(s, p))
	}
	table{"坐席的开销 · " + machine(), append([]row{limit("坐席 CPU，无通话", idle.seatCPU, 1.5, "%", "")}, c.rows()...)}.print(os.Stdout)
	return err
}

// measure runs one call of each kind at once.
func (c *costs) measure(s *stage, p *pair) error {
	take, err := rig.Roll(takeSeconds, s.mouth, s.head, p.a, p.b)
	if err != nil {
		return err
	}
	defer take.Stop()
	quietly(take, 0, s.mouth, s.head, p.a, p.b)
	phone, err := s.dial(tuned)
	if phone != nil {
		defer phone.Stop()
	}
	if err != nil {
		return err
	}
	pair, err := p.call(plainPair, netem.Profile{}, 1)
	if err != nil {
		return err
	}
	defer pair.end()
	if !pair.one.Said("SRTP is Enabled") {
		return errOpenly
	}
	if err := follow(s.seat, step{"F3 接听", "<f3>"}, step{"● 通话", ""}); err != nil {
		return err
	}
	<-time.After(costSettle)
	for at := take.Now(); at < take.Now()+costSeconds*rig.Rate; at += 2 * chatterSeconds * rig.Rate {
		chatter(take, at, s.mouth, p.a)
		chatter(take, at+chatterSeconds*rig.Rate, s.head, p.b)
	}
	before, err := usages(s.seat.Pid(), s.world.HubPid(), pair.one.Pid(), pair.two.Pid())
	if err != nil {
		return err
	}
	<-time.After(costSeconds * time.Second)
	after, err := usages(s.seat.Pid(), s.world.HubPid(), pair.one.Pid(), pair.two.Pid())
	if err != nil {
		return err
	}
	share := func(i int) float64 { return percent(before[i], after[i]) }
	c.seat, c.hub, c.other = append(c.seat, share(0)), append(c.hub, share(1)), append(c.other, share(2), share(3))
	c.anon = append(c.anon, after[0].anon)
	if err := phone.Hangup(); err != nil {
		return err
	}
	_, err = s.seat.Await("空闲 +0", patience)
	return err
}

func (c *costs) rows() []row {
	return []row{
		plain("坐席 CPU，通话中", figure(c.seat.median(), "%")+c.seat.spread("%")),
		plain("  baresip CPU，同时，加密", figure(c.other.median(), "%")+c.other.spread("%")),
		limit("  坐席比 baresip", c.seat.median()/c.other.median(), 2.5, "倍", ""),
		plain("中心 CPU，一路通话", figure(c.hub.median(), "%")+c.hub.spread("%")),
		limit("坐席内存，匿名部分，通话中", c.anon.at(1), anonymousAim, "MiB", ""),
	}
}
