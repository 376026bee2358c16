package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func terminals() []promise {
	const group = "终端"
	return []promise{
		{group, "1×1 到 500×200、连续改大小 200 次：不倒，回到 120×40 画面如常", false, proveSizes},
		{group, "TERM=dumb、LC_ALL=C：能登录或一行说明，不乱码不崩", false, proveDumb},
		{group, "终端关了、被挂起再回来：程序结束或接着用，终端复原", false, proveGone},
		{group, "一分钟没有按键就锁屏（默认 15 分钟），口令才解得开", true, proveIdleLock},
	}
}

func proveIdleLock(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	t := p.sit("idle", 120, 40, "ZUOXI_SEAT_SCREEN_LOCK_MIN=1").signIn("3027")
	defer t.kill()
	s.must(t.err)
	began := time.Now()
	_, err = t.Await("屏幕已锁定", 90*time.Second)
	s.must(err)
	took := time.Since(began)
	if strings.Contains(t.Screen(), "演练") {
		return "", fmt.Errorf("the locked screen says too much:\n%s", t.Screen())
	}
	if t.press("<f3> {guess} <enter>").see("口令不对").press("{" + password("3027") + "} <enter>").see("F12 帮助"); t.err != nil {
		return "", t.err
	}
	return fmt.Sprintf("%.0f s 后锁，猜的口令不开，原来的口令打开", took.Seconds()), nil
}

func proveSizes(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	t := p.sit("sizes", 120, 40).signIn("3027")
	defer t.kill()
	s.must(t.err)
	sizes := [][2]int{{1, 1}, {500, 200}, {2, 1}, {1, 60}, {80, 24}, {300, 3}, {79, 23}, {120, 40}}
	for _, c := range sizes {
		s.must(t.Resize(c[0], c[1]))
		t.press("<f12> <esc>")
	}
	for i := range 200 {
		s.must(t.Resize(20+i*7%180, 5+i*3%60))
	}
	s.must(t.Resize(120, 40))
	if t.press("<c-l>").see("3027").see("F12 帮助"); t.err != nil {
		return "", t.err
	}
	return fmt.Sprintf("%d 种大小、200 次改变，程序还在，画面如常", len(sizes)), nil
}

func proveDumb(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	var said []string
	for _, env := range [][]string{{"TERM=dumb"}, {"LC_ALL=C", "LANG=C"}, {"NO_COLOR=1"}} {
		t := p.sit("dumb", 120, 40, env...)
		t.signIn("3027")
		if t.err != nil {
			text := ""
			if t.Term != nil {
				text = t.Screen()
			}
			if !chinese.MatchString(text) || strings.Contains(text, "panic") || strings.Contains(text, "goroutine ") {
				return "", fmt.Errorf("%v: %w", env, t.err)
			}
			said = append(said, env[0]+" 说明")
		} else {
			said = append(said, env[0]+" 登录")
		}
		t.kill()
		s.must(within(10*time.Second, "the seat's end", func() (bool, error) { return p.seatGone(), nil }))
	}
	return strings.Join(said, "，"), nil
}

// seatGone tells whether the hub has no connected seat.
func (p *place) seatGone() bool {
	log := p.HubLog()
	return strings.Count(log, "seat's link lost") >= strings.Count(log, "seat signed in")
}

func proveGone(s *stage) (string, error) {
	p, err := s.open([]string{"3027", "3028"})
	s.must(err)
	defer p.Close()
	t := p.sit("hup", 120, 40).signIn("3027")
	s.must(t.err)
	s.must(syscall.Kill(t.Pid(), syscall.SIGHUP))
	s.mustWhen("after the terminal was closed", t.Wait(10*time.Second))
	s.must(within(10*time.Second, "the hub to notice", func() (bool, error) { return p.seatGone(), nil }))

	z := p.sit("stop", 120, 40).signIn("3028")
	defer z.kill()
	s.must(z.err)
	s.must(syscall.Kill(z.Pid(), syscall.SIGSTOP))
	stopped := func() (bool, error) {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", z.Pid()))
		return strings.Contains(string(data), ") T "), err
	}
	s.must(within(5*time.Second, "the stop", stopped))
	// Long enough for the hub to give the link up: it must come back by itself.
	s.must(within(30*time.Second, "the hub to give it up", func() (bool, error) { return strings.Count(p.HubLog(), "seat's link lost") >= 2, nil }))
	s.must(syscall.Kill(z.Pid(), syscall.SIGCONT))
	began := time.Now()
	s.must(within(15*time.Second, "the return", func() (bool, error) { return strings.Contains(p.HubLog(), `"returning":true`), nil }))
	if z.press("<c-l>").see("3028"); z.err != nil {
		return "", z.err
	}
	took := time.Since(began)
	leaks, err := filepath.Glob(filepath.Join(p.Dir, "seat-*", "crash-*"))
	if err != nil || len(leaks) > 0 {
		return "", errors.Join(err, fmt.Errorf("error files %v", leaks))
	}
	return fmt.Sprintf("挂断：程序结束，中心知道；挂起到断线再继续：%.1f s 自己回来", took.Seconds()), nil
}
