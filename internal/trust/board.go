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
	known map[string]string
}

// watch looks at the board over a connection of its own, from when the whole floor is on it until the time is up.
func watch(p *place, no string, seats int, during time.Duration) (v viewed, err error) {
	c, err := dial(p.SeatURL(), nil, nil)
	if err != nil {
		return v, err
	}
	defer c.close()
	if err := c.greet(&wire.SignIn{AgentNo: no, Password: password(no)}); err != nil {
		return v, err
	}
	if _, err := c.send(&wire.BoardWatch{On: true}); err != nil {
		return v, err
	}
	v.known = map[string]string{}
	var last, end time.Time
	for end.IsZero() || time.Now().Before(end) {
		m, err := c.read(clientWait)
		if err != nil {
			return v, err
		}
		d, ok := m.Body.(*wire.Board)
		if !ok {
			continue
		}
		for _, s := range d.Seats {
			v.known[s.No] = s.State
		}
		if _, err := c.send(&wire.BoardSeen{Version: d.Version}); err != nil {
			return v, err
		}
		now := time.Now()
		if !end.IsZero() && !d.More {
			v.gaps, v.rows, v.late = append(v.gaps, now.Sub(last)), v.rows+len(d.Seats), max(v.late, now.Sub(time.Unix(d.At, 0)))
		}
		if last = now; end.IsZero() && len(v.known) >= seats && !d.More {
			end = now.Add(during)
		}
	}
	return v, nil
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
	for i, no := range viewers {
		work.Go(func() { seen[i], failed[i] = watch(p.place, no, seats, during) })
	}
	work.Wait()
	after, err := cpu(p.HubPid())
	s.must(errors.Join(append(failed, err)...))
	var gaps []time.Duration
	var late time.Duration
	rows := 0
	for _, v := range seen {
		gaps, late, rows = append(gaps, v.gaps...), max(late, v.late), rows+v.rows
	}
	slices.Sort(gaps)
	longest, most := gaps[len(gaps)-1], gaps[len(gaps)*95/100]
	figure := fmt.Sprintf("%d 席，每秒 %.0f 次换状态送到 %d 位班长，看板间隔 95%% ≤ %.2f s、最长 %.2f s，数字最旧 %.1f s，中心占 %.0f%% 一核",
		seats, float64(rows)/float64(len(viewers))/during.Seconds(), len(viewers), most.Seconds(), longest.Seconds(), late.Seconds(), 100*(after-before).Seconds()/time.Since(began).Seconds())
	if longest > 2*time.Second || len(gaps) < len(viewers)*int(during.Seconds())*9/10 || rows < len(viewers)*int(during/every)*seats/2 {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}
