package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zuoxi/internal/story"
)

func terminals() []promise {
	const group = "终端"
	return []promise{
		{group, "1×1 到 500×200、连续改大小 200 次：不倒，回到 120×40 画面如常", false, proveSizes},
		{group, "TERM=dumb、LC_ALL=C：能登录，或说一行就退出，不乱码不崩", false, proveDumb},
		{group, "终端关了：程序结束；程序僵住到断线再动：自己回来", false, proveGone},
		{group, "被挂起（SIGTSTP）：终端复原，外壳照常用；fg 接着用", false, proveStopped},
		{group, "没有按键就锁屏，通话中不锁，猜错 5 次签出", false, func(s *stage) (string, error) {
			return s.goTest("TestLocksAfterAWhile|TestNeverLocksInACall|TestGuessingSignsOut", "./ui/app")
		}},
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
	_, err = t.Await("屏幕已锁定", time.Minute+patience)
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
			// A screen that hangs explains nothing, whatever stands on it.
			if t.Term == nil || !t.Ended() || !chinese.MatchString(text) || strings.Contains(text, "panic") || strings.Contains(text, "goroutine ") {
				return "", fmt.Errorf("%v: %w", env, t.err)
			}
			said = append(said, env[0]+" 说明")
		} else {
			said = append(said, env[0]+" 登录")
		}
		t.kill()
		s.must(within(patience, "the seat's end", func() (bool, error) { return p.seatGone(), nil }))
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
	s.mustWhen("after the terminal was closed", t.Hangup(patience))
	s.must(within(patience, "the hub to notice", func() (bool, error) { return p.seatGone(), nil }))

	z := p.sit("stop", 120, 40).signIn("3028")
	defer z.kill()
	s.must(z.err)
	s.must(syscall.Kill(z.Pid(), syscall.SIGSTOP))
	stopped := func() (bool, error) {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", z.Pid()))
		return strings.Contains(string(data), ") T "), err
	}
	s.must(within(patience, "the stop", stopped))
	// Long enough for the hub to give the link up: it must come back by itself.
	s.must(within(patience, "the hub to give it up", func() (bool, error) { return strings.Count(p.HubLog(), "seat's link lost") >= 2, nil }))
	s.must(syscall.Kill(z.Pid(), syscall.SIGCONT))
	began := time.Now()
	s.must(within(patience, "the return", func() (bool, error) { return strings.Contains(p.HubLog(), `"returning":true`), nil }))
	if z.press("<c-l>").see("3028"); z.err != nil {
		return "", z.err
	}
	took := time.Since(began)
	leaks, err := filepath.Glob(filepath.Join(p.Dir, "seat-*", "crash-*"))
	if err != nil || len(leaks) > 0 {
		return "", errors.Join(err, fmt.Errorf("error files %v", leaks))
	}
	return fmt.Sprintf("关窗口：程序结束，中心知道；僵住到断线再动：%.1f s 自己回来", took.Seconds()), nil
}

// shell starts the workstation as a job, shows the terminal as the job left it
// when it was stopped, and brings it back; and shows it again at the end.
const shell = `stty -a >before; "$0" seat; stty -a >stopped; echo 外壳照常; read word; fg >/dev/null; stty -a >after; echo 都结束了`

func proveStopped(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	t, err := story.StartTerm(p.Dir, p.Env("ZUOXI_SEAT_DATA="+filepath.Join(p.Dir, "seat-job")), 120, 40, "bash", "-mc", shell, p.Binary)
	s.must(err)
	z := &at{Term: t}
	defer z.kill()
	seat := 0
	s.must(within(patience, "the job", func() (bool, error) {
		kids, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", t.Pid(), t.Pid()))
		if err == nil {
			seat, err = strconv.Atoi(strings.TrimSpace(string(kids)))
		}
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", seat))
		return err == nil && strings.HasPrefix(string(name), "zuoxi"), err
	}))
	defer func() { _ = syscall.Kill(seat, syscall.SIGKILL) }() // or it would hold the terminal
	s.must(z.signIn("3027").err)
	s.must(syscall.Kill(seat, syscall.SIGTSTP))
	s.mustWhen("while it is stopped", z.see("外壳照常").err)
	if screen := t.Screen(); strings.Contains(screen, "F12 帮助") {
		return "", fmt.Errorf("the workstation is still on the shell's screen:\n%s", screen)
	}
	modes := func(when string) string {
		data, err := os.ReadFile(filepath.Join(p.Dir, when))
		s.must(err)
		return string(data)
	}
	if before, stopped := modes("before"), modes("stopped"); before != stopped {
		return "", fmt.Errorf("the terminal's modes were not given back:\n%s\n%s", before, stopped)
	}
	began := time.Now()
	s.mustWhen("after fg", z.press("<enter>").see("F12 帮助").press("<f3>").see("3027").err)
	took := time.Since(began)
	s.must(syscall.Kill(seat, syscall.SIGTERM))
	s.mustWhen("after the end", z.see("都结束了").err)
	if before, after := modes("before"), modes("after"); before != after {
		return "", fmt.Errorf("the terminal's modes were not given back at the end:\n%s\n%s", before, after)
	}
	return fmt.Sprintf("stty 前后一样，备用屏退出；fg 后 %.1f s 画面如常，结束后又一样", took.Seconds()), nil
}
