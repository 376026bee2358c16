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
)

// tapeFaults are what a disk may do to a recording while a call is on; the first
// two are of the test run.
var tapeFaults = []struct{ name, inject string }{
	{"磁盘满", "write:error=ENOSPC"}, {"落盘出错", "fsync:error=EIO"}, {"写出错", "write:error=EIO"},
}

// proveTape lets the disk refuse recordings in the middle of calls. Only the
// file of the recording is hit: the hub's database has proofs of its own.
func proveTape(s *stage) (string, error) {
	s.must(tracer())
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	s.must(p.Brisk(filepath.Join(s.root, "hub", "menu")))
	s.must(p.StartHub())
	s.must(p.Agent("2001", "班长", "lead"))
	s.must(p.Agent("1007", "质检", "qa"))
	lead, err := p.onWatch("2001")
	s.must(err)
	defer lead.end()
	slowest, kept := time.Duration(0), time.Duration(0)
	faults := tapeFaults
	if !s.long {
		faults = faults[:2]
	}
	var names []string
	for n, f := range faults {
		no := fmt.Sprint(3027 + n) // each is in a wrap-up after its call
		s.must(p.Agent(no, "演练", "agent"))
		agent, err := p.onDuty(no)
		s.must(err)
		took, left, err := p.refuseTape(f.inject, n, agent, lead)
		agent.end()
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.inject, err)
		}
		slowest, kept = max(slowest, took), kept+left
		names = append(names, f.name)
	}
	return fmt.Sprintf("%s：最慢 %.1f s 说给坐席和班长，电话没断；录好的 %.1f s 放得出", strings.Join(names, "、"), slowest.Seconds(), kept.Seconds()), nil
}

// recorded is how much of a call is in the file before the disk fails: three
// seconds of two channels, in bytes.
const recorded = 3 * 2 * 8000

// refuseTape makes a call and lets its recording fail. It tells how long it took
// until agent and lead were told, and how much of the recording can be played.
func (p *place) refuseTape(inject string, n int, agent, lead *duty) (took, kept time.Duration, err error) {
	c, err := call(fmt.Sprint("127.0.0.1:", p.SIP), n)
	if err != nil {
		return 0, 0, err
	}
	over := false
	defer func() {
		if !over {
			c.end()
		}
	}()
	path := ""
	err = within(patience, "the recording", func() (bool, error) {
		path = p.newest()
		info, err := os.Stat(path)
		return err == nil && info.Size() > recorded && c.told.Load() > 0, err
	})
	if err != nil {
		return 0, 0, err
	}
	mend, err := p.spoil(path, inject)
	if err != nil {
		return 0, 0, err
	}
	defer mend()
	began := time.Now()
	const what = "录音写不进磁盘"
	agentBefore, leadBefore := agent.told.count(what), lead.told.count(what)
	err = within(patience, "the alerts", func() (bool, error) {
		return agent.told.count(what) > agentBefore && lead.told.count(what) > leadBefore, errors.New(lastLine(p.HubLog()))
	})
	took = time.Since(began)
	if err != nil {
		return 0, 0, err
	}
	if err = within(patience, "the agent's voice", func() (bool, error) { return c.told.Load() > began.Add(took).UnixNano(), nil }); err != nil || c.hungUp.Load() {
		return 0, 0, fmt.Errorf("the call did not go on: %w", orNil(err))
	}
	over = true
	c.end()
	kept, err = p.playable(path)
	return took, kept, err
}

// newest is the file of the recording that began last.
func (p *place) newest() string {
	all, _ := filepath.Glob(filepath.Join(p.data(), "recordings", "*", "*.zxr")) // the pattern is a good one
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1] // the names begin with the time
}

// spoil lets the hub's disk refuse one file from now on, until mend.
func (p *place) spoil(path, inject string) (mend func(), err error) {
	call, _, _ := strings.Cut(inject, ":")
	tracer := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-p", fmt.Sprint(p.HubPid()), "-P", path, "-e", "trace="+call, "-e", "inject="+inject)
	if err := tracer.Start(); err != nil {
		return nil, fmt.Errorf("starting strace: %w", err)
	}
	ended := make(chan struct{})
	go func() { _ = tracer.Wait(); close(ended) }()
	mend = func() {
		_ = tracer.Process.Signal(syscall.SIGTERM) // it lets go of the hub
		<-ended
	}
	err = within(patience, "the tracer", func() (bool, error) {
		select {
		case <-ended:
			return false, errors.New("strace cannot attach to the hub here")
		default:
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.HubPid()))
		return strings.Contains(string(status), fmt.Sprintf("TracerPid:\t%d\n", tracer.Process.Pid)), err
	})
	if err != nil {
		mend()
		return nil, err
	}
	return mend, nil
}

// playable waits until the hub has closed a recording, holds it to its chain and
// takes it out; it tells how long it is.
func (p *place) playable(path string) (time.Duration, error) {
	id := strings.TrimSuffix(filepath.Base(path), ".zxr")
	qa := []string{"ZUOXI_PASSWORD=" + password("1007")}
	out := filepath.Join(p.Dir, id+".wav")
	err := within(patience, "the recording's end", func() (bool, error) {
		_, err := p.Run(qa, "recording", "export", "--as", "1007", "--reason", "复核", id, out)
		return err == nil, err
	})
	if err != nil {
		return 0, err
	}
	if _, err := p.Run(qa, "recording", "verify", "--as", "1007", id); err != nil {
		return 0, err
	}
	info, err := os.Stat(out)
	if err != nil {
		return 0, fmt.Errorf("the recording: %w", err)
	}
	const second = 8000 * 2 * 2 // two channels of 16 bits
	length := time.Duration(info.Size()) * time.Second / second
	if info.Size() < 2*recorded {
		return 0, fmt.Errorf("of what was recorded before, %v can be played", length)
	}
	return length, nil
}
