package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"zuoxi/internal/story"
)

func seats() []promise {
	const group = "坐席"
	return []promise{
		{group, "通话中声音服务器死了：2 s 内说出来，回来 3 s 内接上，电话不断", false, proveSound},
		{group, "说着话耳麦拔了：说出来，插回去 1 s 内接上，电话不断", false, func(s *stage) (string, error) {
			return s.goTest("TestUnpluggedInMidSentence", "./internal/cli/fault")
		}},
		{group, "系统钥匙串没有、锁着、冻住：登录画面 4 s 内说一句，用口令登录", false, proveKeyring},
		{group, "坐席程序在通话中崩溃：终端还原、一句话，电话留着，出错文件没有个人信息", false, proveSeatFallen},
		{group, "坐席电脑的时间拨快、拨慢 1 小时：电话不断，屏幕上的时长照实际的走", false, proveSeatClock},
	}
}

// inCall is a workstation whose agent talks to somebody.
func (s *stage) inCall(p *place, env ...string) (*at, *caller) {
	s.must(p.Brisk(filepath.Join(s.root, "hub", "menu")))
	s.must(p.StartHub())
	s.must(p.Agent("3027", "演练", "agent"))
	t := p.sit("fault", 120, 40, env...).signIn("3027").see("良好|一般").press("<c-t> {1}").see("空闲 00:")
	s.must(t.err)
	c, err := call(fmt.Sprint("127.0.0.1:", p.SIP), 1)
	s.must(err)
	if t.see("▶ 来电").press("<f3>").see("工号播完"); t.err != nil {
		c.end()
		s.must(t.err)
	}
	return t, c
}

// up tells whether a call is still what it was: the hub has not ended it, and is heard.
func (c *caller) up() error {
	since := time.Now().UnixNano()
	return within(patience, "the hub's sound", func() (bool, error) {
		if c.hungUp.Load() {
			return false, errors.New("the hub ended the call")
		}
		return c.heard.Load() > since, nil
	})
}

// hears waits until an agent is heard anew.
func (c *caller) hears() error {
	since := time.Now().UnixNano()
	return within(patience, "an agent's voice", func() (bool, error) { return c.told.Load() > since, nil })
}

// rig is scripts/rig.sh: a sound server without hardware.
func (s *stage) rig(verb, name string) error {
	out, err := exec.Command(filepath.Join(s.root, "scripts", "rig.sh"), verb, name).CombinedOutput()
	if err != nil {
		return fmt.Errorf("sound server %s: %w: %s", verb, err, out)
	}
	return nil
}

func proveSound(s *stage) (string, error) {
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	name := fmt.Sprint("zxt", p.SIP) // no two places share a port
	p.Extra = append(p.Extra, "JACK_DEFAULT_SERVER="+name, "JACK_NO_START_SERVER=1")
	s.must(s.rig("up", name))
	defer func() { _ = s.rig("down", name) }()
	t, c := s.inCall(p, "ZUOXI_SEAT_SOUND_INPUT=system", "ZUOXI_SEAT_SOUND_OUTPUT=system")
	defer c.end()
	const deaf = "已改用静音设备|声音系统没有反应"
	died := time.Now()
	s.must(s.rig("kill", name))
	s.must(t.see(deaf).err)
	told := time.Since(died)
	s.mustWhen("without sound", c.up())
	s.must(s.rig("up", name))
	there := time.Now()
	s.must(t.unsee(deaf).err)
	back := time.Since(there)
	s.must(t.see("● 通话").err)
	s.mustWhen("with sound again", c.up())
	figure := fmt.Sprintf("%.1f s 说出来，回来 %.1f s 接上，电话没断", told.Seconds(), back.Seconds())
	if told > s.within(2*time.Second) || back > s.within(3*time.Second) {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

const noKeyring = "系统钥匙串没有、锁着或没有响应"

func proveKeyring(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	slowest := time.Duration(0)
	for _, ring := range []struct {
		name, says string
		hurt       func(*story.Keyring) error // nil: there is none
	}{
		{"whole", "记在系统钥匙串", func(*story.Keyring) error { return nil }}, // or the others would prove nothing
		{"absent", noKeyring, nil}, {"locked", noKeyring, (*story.Keyring).Lock}, {"frozen", noKeyring, func(k *story.Keyring) error { k.Freeze(); return nil }},
	} {
		var env []string
		if ring.hurt != nil {
			k, err := p.Keyring()
			s.must(err)
			defer k.Close()
			s.must(os.Rename(filepath.Join(p.Dir, "bus"), filepath.Join(p.Dir, "bus-"+ring.name)))
			s.must(ring.hurt(k))
			env = append(env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(p.Dir, "bus-"+ring.name))
		}
		began := time.Now()
		t := p.sit("keyring-"+ring.name, 120, 40, env...).see(ring.says)
		took := time.Since(began)
		if t.signIn("3027"); t.err != nil {
			return "", fmt.Errorf("%s: %w", ring.name, t.err)
		}
		t.kill()
		slowest = max(slowest, took)
	}
	figure := fmt.Sprintf("三种都登录；最慢 %.1f s 说出来", slowest.Seconds())
	if slowest > s.within(4*time.Second) {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

func proveSeatFallen(s *stage) (string, error) {
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	t, c := s.inCall(p)
	defer c.end()
	s.must(t.press("{写了一半的诉求}").see("（已存）").err)
	s.must(syscall.Kill(t.Pid(), syscall.SIGSEGV))
	if t.Wait(patience) == nil {
		return "", errors.New("it ended as if nothing had happened")
	}
	if s.must(t.see("程序出错，已退出 · 通话由中心保留").err); strings.Contains(t.Screen(), "F12 帮助") {
		return "", fmt.Errorf("the workstation is still on the screen:\n%s", t.Screen())
	}
	files, err := filepath.Glob(filepath.Join(p.Dir, "seat-fault", "crash-*.txt"))
	s.must(err)
	if len(files) != 1 {
		return "", fmt.Errorf("error files %v", files)
	}
	kept, err := os.ReadFile(files[0])
	s.must(err)
	switch said := string(kept) + t.Screen(); {
	case !strings.Contains(string(kept), "SIGSEGV") || !strings.Contains(string(kept), "goroutine "):
		return "", fmt.Errorf("the error file says %s", kept)
	case strings.Contains(said, "13900000042") || strings.Contains(said, "写了一半"):
		return "", fmt.Errorf("more than the place is told: %s", said)
	}
	s.mustWhen("without the seat", c.up())
	began := time.Now()
	again := p.sit("fault", 120, 40).see("工号").press("{3027} <tab> {" + password("3027") + "} <f9>").see("● 通话").see("写了一半的诉求")
	s.must(again.err)
	took := time.Since(began)
	s.mustWhen("with the seat again", c.up())
	return fmt.Sprintf("终端还原；重开 %.1f s 又是那通电话、那张单", took.Seconds()), nil
}
