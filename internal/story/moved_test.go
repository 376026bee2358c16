package story

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"zuoxi/media/tone"
)

// ownNet tells the test that it runs in a network of its own.
const ownNet = "ZUOXI_STORY_NET"

// TestAddressChanges gives the seat's machine another address in the middle of
// a call, as another cable or a new lease does: link and voice come back on the
// same call. It runs in network namespaces of its own, so it touches nothing.
func TestAddressChanges(t *testing.T) {
	t.Parallel()
	if os.Getenv(ownNet) == "" {
		bin := binary(t)
		cmd := exec.Command("unshare", "-rn", os.Args[0], "-test.run=^TestAddressChanges$", "-test.v")
		cmd.Env = append(os.Environ(), ownNet+"=1", "ZUOXI_BINARY="+bin)
		out, err := cmd.CombinedOutput()
		for _, line := range regexp.MustCompile(`(?m)^measured: .*$`).FindAllString(string(out), -1) {
			fmt.Println(line)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	m := &moved{t: t}
	if err := m.run(); err != nil {
		t.Fatal(err)
	}
}

// moved is a hub and, on the other end of a cable, a seat's machine.
type moved struct {
	t    *testing.T
	w    *World
	seat *Term
	wang *Citizen
	pid  string // holds the seat's network
}

const hubAddr, seatAddr, nextAddr = "10.9.9.1", "10.9.9.2", "10.9.9.3"

// sh runs a line in the hub's network, or with at in the seat's.
func (m *moved) sh(at bool, line ...string) error {
	if at {
		line = append([]string{"nsenter", "-t", m.pid, "-n"}, line...)
	}
	if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", line, err, out)
	}
	return nil
}

// cable makes the two networks.
func (m *moved) cable() error {
	holder := exec.Command("unshare", "-n", "sleep", "600")
	if err := holder.Start(); err != nil {
		return fmt.Errorf("the seat's network: %w", err)
	}
	m.t.Cleanup(func() { _ = holder.Process.Kill(); _ = holder.Wait() })
	m.pid = strconv.Itoa(holder.Process.Pid)
	own, _ := os.Readlink("/proc/self/ns/net")
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		if theirs, err := os.Readlink("/proc/" + m.pid + "/ns/net"); err == nil && theirs != own {
			break
		}
	}
	return errors.Join(
		m.sh(false, "ip", "link", "set", "lo", "up"), m.sh(false, "ip", "link", "add", "hub0", "type", "veth", "peer", "name", "seat0"),
		m.sh(false, "ip", "link", "set", "seat0", "netns", m.pid), m.sh(false, "ip", "addr", "add", hubAddr+"/24", "dev", "hub0"),
		m.sh(false, "ip", "link", "set", "hub0", "up"), m.sh(true, "ip", "link", "set", "lo", "up"),
		m.sh(true, "ip", "addr", "add", seatAddr+"/24", "dev", "seat0"), m.sh(true, "ip", "link", "set", "seat0", "up"))
}

func (m *moved) start() error {
	dir := m.t.TempDir()
	w, err := NewWorld(dir, os.Getenv("ZUOXI_BINARY"))
	if err != nil {
		return err
	}
	m.w = w
	m.t.Cleanup(w.Close)
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	door := "wss://" + hubAddr + ":" + strconv.Itoa(ports[0])
	w.Extra = append(w.Extra, "ZUOXI_HUB_LISTEN="+door, "ZUOXI_HUB_NAMES="+hubAddr, "ZUOXI_HUB_VOICE_LISTEN="+hubAddr+":"+strconv.Itoa(ports[1]))
	err = errors.Join(brisk(w), w.StartHub(), w.Agent("3027", "李某", "agent"), WriteTone(filepath.Join(dir, "mouth.wav"), 8000, 700, 0, 300),
		WriteTone(filepath.Join(dir, "mic.wav"), 48000, liHz, 0, 300))
	if err != nil {
		return err
	}
	out, err := w.Run(nil, "--json", "device", "invite", "--name", "笔记本")
	if err != nil {
		return err
	}
	code := regexp.MustCompile(`"code":"([^"]+)"`).FindStringSubmatch(out)
	if code == nil {
		return errors.New("the hub gave no invitation")
	}
	env := w.Env("ZUOXI_HOME="+filepath.Join(dir, "far"), "ZUOXI_SEAT_HUB="+door, "ZUOXI_SEAT_PAIRING="+code[1], "ZUOXI_SEAT_SOUND_OUTPUT=null",
		"ZUOXI_SEAT_SOUND_RINGER=null", "ZUOXI_SEAT_SOUND_INPUT=file:"+filepath.Join(dir, "mic.wav")+"?loop=1")
	m.seat, err = StartTerm(dir, env, 120, 40, "nsenter", "-t", m.pid, "-n", w.Binary, "seat")
	w.terms["li"] = m.seat
	return err
}

// steps waits for what the screen shows and presses what follows, in turns.
func (m *moved) steps(list ...string) error {
	for i := 0; i+1 < len(list); i += 2 {
		if _, err := m.seat.Await(list[i], patience); err != nil {
			return fmt.Errorf("%w\n%s", err, tail(m.w.HubLog(), 30))
		}
		if err := m.seat.Press(list[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (m *moved) run() error {
	if err := errors.Join(m.cable(), m.start()); err != nil {
		return err
	}
	if err := m.steps("口令", "{3027} <tab> {synthetic-3027} <f9>", "示忙（刚签入）.*(良好|一般)", "<c-t> {1}", "○ 空闲", ""); err != nil {
		return err
	}
	wang, err := m.w.Citizen("wang", "13900000042", filepath.Join(m.w.Dir, "mouth.wav"))
	if err != nil {
		return err
	}
	if err := errors.Join(wang.Dial(m.w.Hotline()), m.steps("F3 接听", "<f3>", "工号播完", "")); err != nil {
		return err
	}
	m.wang = wang
	next := func() error {
		return errors.Join(m.sh(true, "ip", "addr", "del", seatAddr+"/24", "dev", "seat0"), m.sh(true, "ip", "addr", "add", nextAddr+"/24", "dev", "seat0"))
	}
	pull := func() error { return m.sh(true, "ip", "link", "set", "seat0", "down") }
	plug := func() error { return m.sh(true, "ip", "link", "set", "seat0", "up") }
	err = errors.Join(m.after("什么也不做", func() error { return nil }), m.after("换地址", next), pull())
	<-time.After(longCut)
	if err := errors.Join(err, m.after("拔网线 10 秒，插回后", plug)); err != nil {
		return fmt.Errorf("%w\n%s\n%s", err, m.seat.Screen(), tail(m.w.HubLog(), 30))
	}
	return errors.Join(wang.Hangup(), m.steps("话后 0", ""))
}

// after does something to the seat's network and measures the longest time from
// then on in which the caller heard nothing of the agent.
func (m *moved) after(what string, do func() error) error {
	if err := do(); err != nil {
		return err
	}
	gap, err := m.listen()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	fmt.Printf("measured: 通话中%s：来电人听不见坐席 %.2f s\n", what, gap.Seconds())
	_, err = m.seat.Await("● 通话", patience)
	return err
}

const (
	longCut = 10 * time.Second // a cable that is out for a while
	settle  = 5 * time.Second  // longer than what comes of a change takes
)

// listen follows the caller's ear until it has been heard well for a while. Its
// file grows with what comes in, so times are told by the clock.
func (m *moved) listen() (gap time.Duration, err error) {
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	from, at := time.Now(), -1
	last, quiet := from, from
	for ; ; <-poll.C {
		now := time.Now()
		switch {
		case m.wang.Said("terminated"):
			return 0, errors.New("the caller was dropped")
		case now.Sub(from) > patience:
			return 0, errors.New("the caller does not hear the agent")
		case now.Sub(from) > settle && now.Sub(quiet) > settle/2:
			return gap, nil
		}
		path, err := m.wang.Heard()
		if err != nil {
			continue
		}
		s, err := ReadSound(path, 0)
		if err != nil {
			continue
		}
		if step := s.Rate / 50; at >= 0 && at+step <= len(s.PCM) && tone.Level(s.PCM[at:len(s.PCM)], s.Rate, liHz) > -30 {
			last = now
		}
		at = len(s.PCM)
		gap = max(gap, now.Sub(last))
		if now.Sub(last) > 500*time.Millisecond { // less is a busy machine's doing
			quiet = now
		}
	}
}
