package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"zuoxi/wire"
)

func boards() []promise {
	const group = "看板"
	return []promise{
		{group, "300 席每 5 s 换一次状态，5 位班长各自每秒收到看板", false, func(s *stage) (string, error) { return proveBoard(s, 300, 5*time.Second, 8*time.Second) }},
		{group, "同上，10,000 席（-herd）每 20 s 换一次：间隔不超过 2 s", true, func(s *stage) (string, error) { return proveBoard(s, s.herd, 20*time.Second, time.Minute) }},
	}
}

// viewers are the leads who look at the board.
var viewers = []string{"2001", "2002", "2003", "2004", "2005"}

// viewed is what one lead's board was like.
type viewed struct {
	gaps  []time.Duration
	late  time.Duration // of the oldest figure when it came
	rows  int           // seats that were told of, all deltas together
	took  time.Duration
	known map[string]string
	began time.Time // when the whole floor was there
	last  time.Time // when the last whole board was there
}

// sight is what a lead wants to have seen before it may end, and how late it ends at most.
type sight struct {
	seats        int
	during, most time.Duration
	boards, rows int
}

// enough tells whether a lead has seen what it wants, or looked for long enough.
func (v *viewed) enough(want sight, took time.Duration) bool {
	return took > want.during && (took > want.most || len(v.gaps) >= want.boards && v.rows >= want.rows)
}

// watch looks at the board over a connection of its own, from when the whole floor is on it until the time is up.
func watch(p *place, no string, want sight) (v viewed, err error) {
	c, err := reach(p.SeatURL(), nil, nil)
	if err != nil {
		return v, err
	}
	defer c.close()
	if err := c.enter(&wire.SignIn{AgentNo: no, Password: password(no)}); err != nil {
		return v, err
	}
	if _, err := c.send(&wire.BoardWatch{On: true}); err != nil {
		return v, err
	}
	v.known = map[string]string{}
	for v.began.IsZero() || !v.enough(want, time.Since(v.began)) {
		m, err := c.read(clientWait)
		if err != nil {
			return v, err
		}
		d, ok := m.Body.(*wire.Board)
		if !ok {
			continue
		}
		if _, err := c.send(&wire.BoardSeen{Version: d.Version}); err != nil {
			return v, err
		}
		v.take(d, time.Now(), want.seats)
	}
	v.took = time.Since(v.began)
	return v, nil
}

// take looks at a board, or at a part of one with more to come; what counts begins when the whole floor has been seen.
func (v *viewed) take(d *wire.Board, now time.Time, floor int) {
	for _, s := range d.Seats {
		v.known[s.No] = s.State
	}
	counts := !v.began.IsZero()
	if counts {
		v.rows += len(d.Seats)
	}
	switch {
	case d.More:
		return
	case counts:
		v.gaps, v.late = append(v.gaps, now.Sub(v.last)), max(v.late, now.Sub(time.Unix(d.At, 0)))
	case len(v.known) >= floor:
		v.began = now
	}
	v.last = now
}

// proveBoard has seats change their states through their own connections while leads look.
func proveBoard(s *stage, seats int, every, during time.Duration) (string, error) {
	p := s.gather(seats, 0, every, viewers...)
	defer p.disperse()
	seen, failed := make([]viewed, len(viewers)), make([]error, len(viewers))
	before, err := cpu(p.HubPid())
	s.must(err)
	began := time.Now()
	var work sync.WaitGroup
	want := sight{seats: seats, during: during, most: s.within(during), boards: int(during.Seconds()) * 9 / 10, rows: int(during/every) * seats / 2}
	for i, no := range viewers {
		work.Go(func() { seen[i], failed[i] = watch(p.place, no, want) })
	}
	work.Wait()
	after, err := cpu(p.HubPid())
	s.must(errors.Join(append(failed, err)...))
	var gaps []time.Duration
	var late time.Duration
	rate, short := 0.0, 0
	for _, v := range seen {
		gaps, late, rate = append(gaps, v.gaps...), max(late, v.late), rate+float64(v.rows)/v.took.Seconds()/float64(len(viewers))
		if len(v.gaps) < want.boards || v.rows < want.rows {
			short++
		}
	}
	slices.Sort(gaps)
	longest, most := gaps[len(gaps)-1], gaps[len(gaps)*95/100]
	figure := fmt.Sprintf("%d 席，每秒 %.0f 次换状态送到 %d 位班长，看板间隔 95%% ≤ %.2f s、最长 %.2f s，数字最旧 %.1f s，中心占 %.0f%% 一核",
		seats, rate, len(viewers), most.Seconds(), longest.Seconds(), late.Seconds(), 100*(after-before).Seconds()/time.Since(began).Seconds())
	if longest > s.within(2*time.Second) || short > 0 {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}
