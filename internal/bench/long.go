package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zuoxi/internal/bench/rig"
)

// minute is what a long call was like in one of its minutes.
type minute struct {
	toSeat, toCitizen sample  // mouth to ear, ms
	seat, hub         float64 // MiB, anonymous
}

// The tape of a minute ends a little before it, so that no minute is missed.
const (
	minuteTape   = 58.0
	minuteChirps = 20
	settled      = 5 // minutes until what grows at first has grown
)

// benchLong makes one call that lasts. Both talk all the time.
func benchLong(o options, minutes int) error {
	s, err := setStage(filepath.Join(o.dir, "long"), o, false)
	if err != nil {
		return err
	}
	defer s.close()
	take, err := rig.Roll(takeSeconds, s.mouth, s.head)
	if err != nil {
		return err
	}
	quietly(take, 0, s.mouth, s.head)
	var all []minute
	err = s.through(take, func(*rig.Take) error {
		for i := range minutes {
			m, err := s.minute(uint64(i + 1))
			if err != nil {
				return err
			}
			all = append(all, m)
			progress("第 %d 分钟，共 %d 分钟：坐席听 %s，来电人听 %s，坐席内存 %s，中心内存 %s", i+1, minutes,
				figure(m.toSeat.median(), "ms"), figure(m.toCitizen.median(), "ms"), figure(m.seat, "MiB"), figure(m.hub, "MiB"))
		}
		return nil
	})
	depth, bad := s.depths()
	longTable(all, depth).print(os.Stdout)
	return errors.Join(err, bad)
}

// minute lets both talk and measures how late they are heard.
func (s *stage) minute(seed uint64) (m minute, err error) {
	take, err := rig.Roll(minuteTape, s.mouth, s.head)
	if err != nil {
		return m, err
	}
	quietly(take, 0, s.mouth, s.head)
	said, end := schedule(take, s.mouth, s.head, rig.Rate, minuteChirps, seed)
	for end+chatterSeconds*rig.Rate < take.Len {
		end = chatter(take, end, s.mouth, s.head)
	}
	take.Until(take.Len)
	used, err := usages(s.seat.Pid(), s.world.HubPid())
	if err != nil {
		return m, err
	}
	m = minute{delays(take, s.head, said.a), delays(take, s.mouth, said.b), used[0].anon, used[1].anon}
	if len(m.toSeat) == 0 || len(m.toCitizen) == 0 {
		err = errDeaf
	}
	return m, err
}

// depths is how deep the seat's buffer stood, for every five seconds of the
// newest call, as its log has it.
func (s *stage) depths() (sample, error) {
	var list []struct{ ID string }
	if err := s.ask(&list, "call", "list", "--json", "--limit", "1"); err != nil || len(list) == 0 {
		return nil, err
	}
	var log struct {
		Call struct {
			Quality struct {
				Points []struct{ Depth float64 }
			}
		}
	}
	err := s.ask(&log, "call", "show", "--json", list[0].ID)
	var out sample
	for _, p := range log.Call.Quality.Points {
		out = append(out, p.Depth)
	}
	return out, err
}

func longTable(all []minute, depth sample) table {
	t := table{title: fmt.Sprintf("一通 %d 分钟的通话 · %s", len(all), machine())}
	if len(all) == 0 {
		return t
	}
	third, middle := max(1, len(depth)/3), sample{}
	for i, name := range []string{"开始", "中间", "结束"} {
		m := all[i*(len(all)-1)/2]
		d := depth[min(len(depth), i*third):min(len(depth), (i+1)*third)]
		middle = append(middle, d.median())
		t.rows = append(t.rows, plain(name, fmt.Sprintf("嘴到耳 %s / %s，缓冲 %s%s，坐席内存 %s，中心内存 %s",
			figure(m.toSeat.median(), ""), figure(m.toCitizen.median(), "ms"), figure(d.median(), "ms"), d.spread("ms"), figure(m.seat, "MiB"), figure(m.hub, "MiB"))))
	}
	first, last := all[min(settled, len(all)-1)], all[len(all)-1]
	const more, later, deepest = 2, 10, 60
	t.rows = append(t.rows,
		limit("坐席内存增长，第 5 分钟以后", last.seat-first.seat, more, "MiB", ""),
		limit("中心内存增长，第 5 分钟以后", last.hub-first.hub, more, "MiB", ""),
		limit("嘴到耳增长", max(last.toSeat.median()-first.toSeat.median(), last.toCitizen.median()-first.toCitizen.median()), later, "ms", ""),
		limit("缓冲深度，开始、中间、结束最多相差", middle.at(1)-middle.at(0), later, "ms", ""),
		limit("缓冲深度，百分之九十九的时候", depth.at(0.99), deepest, "ms", depth.spread("ms")))
	return t
}
