package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

func herds() []promise {
	const group = "回潮"
	return []promise{
		{group, "中心被杀，300 席（20 席空闲、话路常备）凭令牌经双向 TLS 回来，没有双份会话", false, func(s *stage) (string, error) { return proveHerd(s, 300, 20) }},
		{group, "同上，10,000 席（-herd）、500 席空闲：30 s 内全回来、有声，≤ 1 GiB，5 s 内第一通派到席", true, func(s *stage) (string, error) { return proveHerd(s, s.herd, s.herd/20) }},
	}
}

// drovers is how many processes play the seats: each may have 20,000 files open.
const drovers = 2

// herd is a hub with seats at it.
type herd struct {
	*place
	droves []*drove
}

// gather signs seats in, each through TLS with a certificate; the first so many
// are ready, with voice. every is how long the others stay in a state, 0 for
// ever. leads have accounts and do not sign in yet.
func (s *stage) gather(seats, ready int, every time.Duration, leads ...string) *herd {
	p, err := s.newPlace("ZUOXI_HUB_TLS_PER_SOURCE=20000")
	s.must(err)
	h := &herd{place: p}
	s.must(p.Brisk(filepath.Join(s.root, "hub", "menu")))
	s.must(p.StartHub())
	s.must(p.Agent("3027", "演练", "agent"))
	for _, no := range leads {
		s.must(p.Agent(no, "班长", "lead"))
	}
	certFile, keyFile, err := p.enrol("herd")
	s.must(err)
	s.must(p.StopHub())
	s.must(p.crowd(seats))
	s.must(p.StartHub())
	each := seats / drovers
	for n := range drovers {
		d, err := s.drive(muster{
			URL: "wss://" + p.wss, CA: filepath.Join(p.data(), "authority.pem"), Cert: certFile, Key: keyFile,
			First: n * each, Seats: each, Ready: ready / drovers, EveryMS: every.Milliseconds(),
		}, n)
		s.must(err)
		h.droves = append(h.droves, d)
	}
	s.mustWhen("the first sign-in", h.await(10*time.Minute, "all in", func(c count) bool { return c.in >= seats && c.audible >= ready }))
	return h
}

// disperse ends seats and hub.
func (h *herd) disperse() {
	for _, d := range h.droves {
		d.end()
	}
	h.Close()
}

// count adds up what the processes have counted.
func (h *herd) count() (c count) {
	for _, d := range h.droves {
		c = c.plus(*d.now.Load())
	}
	return c
}

func (h *herd) await(limit time.Duration, what string, ok func(count) bool) error {
	return within(limit, what, func() (bool, error) { c := h.count(); return ok(c), fmt.Errorf("%+v", c) })
}

// work is the processor time that the players of the seats have had.
func (h *herd) work() (sum time.Duration, err error) {
	for _, d := range h.droves {
		one, oneErr := cpu(d.cmd.Process.Pid)
		sum, err = sum+one, errors.Join(err, oneErr)
	}
	return sum, err
}

func proveHerd(s *stage, seats, ready int) (string, error) {
	h := s.gather(seats, ready, 0)
	defer h.disperse()
	h.KillHub()
	s.must(h.await(patience, "all out", func(c count) bool { return c.in == 0 }))
	before := h.count()
	seatsBefore, err := h.work()
	s.must(err)
	began := time.Now()
	s.must(h.StartHub())
	var first sync.WaitGroup
	var offered, heard time.Duration
	var callErr, offerErr, lateErr error
	first.Go(func() {
		var c *caller
		if c, callErr = call(fmt.Sprint("127.0.0.1:", h.SIP), 1); callErr == nil {
			offerErr = h.await(60*time.Second, "the first call offered to a seat", func(c count) bool { return c.offered > before.offered })
			offered = time.Since(began)
			c.end()
		}
	})
	first.Go(func() {
		lateErr = h.await(90*time.Second, "the ready ones audible", func(c count) bool { return c.audible >= ready })
		heard = time.Since(began)
	})
	err = h.await(90*time.Second, "all back", func(c count) bool { return c.back >= seats })
	took := time.Since(began)
	first.Wait()
	mem, memErr := rss(h.HubPid())
	hubWork, hubErr := cpu(h.HubPid())
	seatsWork, seatsErr := h.work()
	s.must(errors.Join(callErr, memErr, hubErr, seatsErr))
	c := h.count()
	refused := strings.Count(h.HubLog(), "sign-in refused")
	figure := fmt.Sprintf("%d 席 %.1f s 回来，%d 席 %.1f s 有声，中心 %d MiB，第一通 %.1f s 派到席，双份 %d，被拒 %d；处理器 中心 %.1f s、坐席 %.1f s，每席拨 %.2f 次，招呼没等到 %d 次",
		seats, took.Seconds(), ready, heard.Seconds(), mem, offered.Seconds(), c.double, refused,
		hubWork.Seconds(), (seatsWork - seatsBefore).Seconds(), float64(c.dials-before.dials)/float64(seats), c.late-before.late)
	if err = errors.Join(err, offerErr, lateErr); err != nil || max(took, heard) > s.within(30*time.Second) || mem > 1024 || offered > s.within(5*time.Second) || c.double > 0 {
		return figure, fmt.Errorf("not held: %s (%w)", figure, orNil(err))
	}
	return figure, nil
}
