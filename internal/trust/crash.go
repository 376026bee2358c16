package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func crashes() []promise {
	const group = "故障"
	return []promise{
		{group, "中心在第 N 次写时被杀：确认过的单都在，不重，电话都收口", false, proveKilled},
		{group, "同上，每一个 N，写和落盘", true, proveKilledEverywhere},
		{group, "第 N 次写磁盘满、落盘出错：说得出，确认过的都在", false, few(proveDisk, 4, 11)},
		{group, "同上，每一个 N", true, proveDiskEverywhere},
		{group, "第一次启动在第 N 步被杀、磁盘满、一直出错：说得出，再启动一切照常", false, proveFirst},
		{group, "同上，每一个 N", true, proveFirstEverywhere},
		{group, "数据库被别的程序锁住：说没有存，放开后照常", false, proveHeld},
		{group, "录音文件写不进去（磁盘满、出错）：电话不断，坐席和班长得到一句话，录好的放得出", false, proveTape},
		{group, "通话中中心被杀：录音放得出，至多少最后 2 s", false, proveTapeKilled},
		{group, "中心机器的时间拨快、拨慢 1 小时：电话不断，时长照实际的记", false, proveClock},
		{group, "中心程序自己崩溃：日志一句话，只记位置，不记当时的值", false, proveFallen},
		{group, "数据库坏了：看得出，不当真的用，不启动", false, proveCorrupt},
		{group, "数据只读、被别的中心占用：不启动，说得出", false, proveLocked},
	}
}

// workload is what one seat and some callers do while the hub is hit.
const saves = 12

// home is a hub's data with one account, made once and copied for each blow.
func (s *stage) home() (*place, error) {
	if err := tracer(); err != nil {
		return nil, err
	}
	p, err := s.open([]string{"3027"})
	if err != nil {
		return nil, err
	}
	if err := p.StopHub(); err != nil {
		return nil, err
	}
	return p, os.CopyFS(filepath.Join(s.dir, "kept"), os.DirFS(filepath.Join(p.Dir, "home")))
}

// afresh puts the data back as it was before the first blow.
func (p *place) afresh() error {
	home := filepath.Join(p.Dir, "home")
	if err := os.RemoveAll(home); err != nil {
		return err
	}
	if err := os.CopyFS(home, os.DirFS(filepath.Join(p.Dir, "kept"))); err != nil {
		return err
	}
	return filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error { // CopyFS keeps no modes
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
}

// blow is what came of one workload.
type blow struct {
	confirmed map[string]bool // numbers of records
	said      []string        // refusals
	died      bool            // the hub did, at any time
	served    bool            // it was ready before
	calls     int             // that the log has afterwards
}

// toll adds blows up. A proof in which nothing died at work, or nothing was
// there to be lost, has proved nothing.
type toll struct{ blows, died, atWork, refusals, confirmed, calls int }

func (t *toll) add(b blow) {
	t.blows++
	t.refusals += len(b.said)
	t.confirmed += len(b.confirmed)
	t.calls += b.calls
	if b.died {
		t.died++
	}
	if b.died && b.served {
		t.atWork++
	}
}

func (t *toll) killed() (string, error) {
	figure := fmt.Sprintf("%d 次被杀（%d 次在工作中），%d 张确认过的单、%d 通电话都在，各一份", t.died, t.atWork, t.confirmed, t.calls)
	if t.atWork == 0 || t.confirmed == 0 || t.calls == 0 {
		return figure, fmt.Errorf("nothing was proved: %s", figure)
	}
	return figure, nil
}

func (t *toll) faulted() (string, error) {
	figure := fmt.Sprintf("%d 种情形，%d 次说明没有存，%d 张确认过的单、%d 通电话都在", t.blows, t.refusals, t.confirmed, t.calls)
	if t.refusals == 0 || t.confirmed == 0 || t.calls == 0 {
		return figure, fmt.Errorf("nothing was proved: %s", figure)
	}
	return figure, nil
}

// tracer tells whether the tracer can do here what the blows rely on.
func tracer() error {
	err := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=write", "-e", "inject=write:signal=KILL:when=1", "echo", "x").Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return nil // the tracer ends as what it traced
	}
	return fmt.Errorf("strace cannot kill at a system call here, so nothing can be proved: %w", orNil(err))
}

// traced is the command under which a program meets a fault.
func traced(inject string) []string {
	return []string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,write,fsync,fdatasync,ftruncate,renameat", "-e", "inject=" + inject}
}

// killing tells that a fault ends the program at once.
var killing = regexp.MustCompile(`signal=KILL`)

// strike starts the hub under a fault and works until the work is done or the
// hub is gone. The tracer counts for each thread apart, so the N-th write of
// any one is hit. (It sends no signals under --seccomp-bpf.)
func (p *place) strike(inject string) (blow, error) {
	b := blow{confirmed: map[string]bool{}}
	p.Wrap = traced(inject)
	err := p.StartHub()
	p.Wrap = nil
	if err != nil { // it may well not come up, but then it ends
		select {
		case <-p.Ended():
		default:
			p.endTraced()
			return b, fmt.Errorf("under %s: %w", inject, err)
		}
		b.died = true
		b.said = append(b.said, lastLine(p.HubLog()))
		return b, nil
	}
	b.served = true
	call := exec.Command(p.Binary, "citizen", "--to", p.Hotline(), "--calls", "2", "--rate", "2")
	call.Dir, call.Env = p.Dir, p.Env()
	if err := call.Start(); err != nil {
		return b, fmt.Errorf("starting callers: %w", err)
	}
	limit := time.Duration(0)
	if p.work(&b) {
		p.awaitCall() // or there would be none that could be lost
	} else {
		limit = patience // it is on its way out: the connection went first
	}
	_ = call.Process.Kill()
	_ = call.Wait()
	select {
	case <-p.Ended():
		b.died = true
	case <-time.After(limit):
	}
	p.endTraced()
	return b, nil
}

// awaitCall waits until a call has come, or the hub has ended.
func (p *place) awaitCall() {
	_ = within(patience/4, "a call", func() (bool, error) {
		select {
		case <-p.Ended():
			return true, nil
		default:
		}
		n, err := p.metric("calls_total")
		return n > 0, err
	})
}

// work tells whether the hub was there to the end of it.
func (p *place) work(b *blow) bool {
	var no *refused
	c, err := p.signIn("3027")
	switch {
	case errors.As(err, &no):
		b.said = append(b.said, no.text)
		return true
	case err != nil:
		return false
	}
	defer c.close()
	for i := 1; i <= saves; i++ {
		number := fmt.Sprintf("1128-3027-%d", i)
		_, err := c.save("save-"+number, number, 1)
		switch {
		case err == nil:
			b.confirmed[number] = true
		case errors.As(err, &no):
			b.said = append(b.said, no.text)
		default:
			return false
		}
	}
	return true
}

// endTraced ends a hub that runs under a tracer: the tracer lets go only when
// its child has ended.
func (p *place) endTraced() {
	select {
	case <-p.Ended():
	default:
		kids, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", p.HubPid(), p.HubPid()))
		if err == nil {
			for _, kid := range strings.Fields(string(kids)) {
				if pid, err := strconv.Atoi(kid); err == nil {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
		}
		select { // the tracer goes when its child is really gone, and with it the lock on the data
		case <-p.Ended():
		case <-time.After(patience):
		}
	}
	p.KillHub()
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// settle starts the hub without a fault and looks whether everything that was
// confirmed is there once, when sent again as well, and every call closed.
func (p *place) settle(b *blow) error {
	if err := p.StartHub(); err != nil {
		return fmt.Errorf("the hub does not start again: %w", err)
	}
	defer p.KillHub()
	c, err := p.signIn("3027")
	if err != nil {
		return fmt.Errorf("after the restart: %w", err)
	}
	defer c.close()
	for number := range b.confirmed {
		r, err := c.stored(number)
		if err != nil {
			return fmt.Errorf("record %s was confirmed and is lost: %w", number, err)
		}
		if r.Version != 1 {
			return fmt.Errorf("record %s has version %d after one save", number, r.Version)
		}
	}
	for i := 1; i <= saves; i++ {
		number := fmt.Sprintf("1128-3027-%d", i)
		if version, err := c.save("save-"+number, number, 1); err != nil || version != 1 {
			return fmt.Errorf("sending %s again: version %d, %w", number, version, orNil(err))
		}
	}
	out, err := p.Run(nil, "--json", "call", "list", "--limit", "100")
	if err != nil {
		return err
	}
	if strings.Contains(out, `"open":true`) {
		return fmt.Errorf("a call is still open: %s", out)
	}
	var calls []struct {
		ID          string `json:"id"`
		Disposition string `json:"disposition"`
	}
	if err := json.Unmarshal([]byte(out), &calls); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	seen := map[string]bool{}
	for _, k := range calls {
		if seen[k.ID] || k.Disposition == "" {
			return fmt.Errorf("call %s is there twice or without an outcome", k.ID)
		}
		seen[k.ID] = true
	}
	b.calls = len(calls)
	_, err = p.Run(nil, "audit", "verify")
	return err
}

// few runs a proof at some places only.
func few(prove func(*stage, []int) (string, error), at ...int) func(*stage) (string, error) {
	return func(s *stage) (string, error) { return prove(s, at) }
}

// hits are the writes of the short run: those of a start are about the first 16
// of a thread, and its first 3 fsyncs; the others are of work.
var hits = []struct {
	call string
	n    int
}{{"pwrite64", 4}, {"pwrite64", 18}, {"pwrite64", 21}, {"pwrite64", 25}, {"fsync,fdatasync", 2}, {"fsync,fdatasync", 5}, {"fsync,fdatasync", 7}, {"fsync,fdatasync", 10}}

func proveKilled(s *stage) (string, error) {
	p, err := s.home()
	s.must(err)
	defer p.Close()
	var sum toll
	for _, h := range hits {
		b, err := p.killedAt(h.call, h.n)
		if err != nil {
			return "", fmt.Errorf("killed at %s %d: %w", h.call, h.n, err)
		}
		sum.add(b)
	}
	return sum.killed()
}

func (p *place) killedAt(call string, n int) (b blow, err error) {
	if err := p.afresh(); err != nil {
		return b, err
	}
	if b, err = p.strike(fmt.Sprintf("%s:signal=KILL:when=%d", call, n)); err != nil {
		return b, err
	}
	err = p.settle(&b)
	return b, err
}

func proveKilledEverywhere(s *stage) (string, error) {
	p, err := s.home()
	s.must(err)
	defer p.Close()
	var sum toll
	for _, call := range []string{"pwrite64", "fsync,fdatasync", "write", "ftruncate"} {
		alive := 0 // the work outlived so many N in a row
		for n := 1; n <= 400 && alive < 3; n++ {
			b, err := p.killedAt(call, n)
			if err != nil {
				return "", fmt.Errorf("killed at %s %d: %w", call, n, err)
			}
			sum.add(b)
			if alive++; b.died {
				alive = 0
			}
		}
	}
	return sum.killed()
}

// chinese tells whether a line is for people.
var chinese = regexp.MustCompile(`\p{Han}`)

func (p *place) faultAt(inject string) (b blow, err error) {
	if err := p.afresh(); err != nil {
		return b, err
	}
	if b, err = p.strike(inject); err != nil {
		return b, err
	}
	for _, line := range b.said {
		if !chinese.MatchString(line) {
			return b, fmt.Errorf("what the person is told is no Chinese line: %q", line)
		}
	}
	err = p.settle(&b)
	return b, err
}

// A disk fails once, or from then on.
var diskFaults = []string{
	"pwrite64:error=ENOSPC:when=%d+", "pwrite64:error=EIO:when=%d", "fsync,fdatasync:error=EIO:when=%d",
	"pwrite64:error=EIO:when=%d+", "fsync,fdatasync:error=EIO:when=%d+",
}

func proveDisk(s *stage, at []int) (string, error) {
	p, err := s.home()
	s.must(err)
	defer p.Close()
	var sum toll
	for _, n := range at {
		for _, f := range diskFaults {
			b, err := p.faultAt(fmt.Sprintf(f, n))
			if err != nil {
				return "", fmt.Errorf(f+": %w", n, err)
			}
			sum.add(b)
		}
	}
	return sum.faulted()
}

func proveDiskEverywhere(s *stage) (string, error) {
	p, err := s.home()
	s.must(err)
	defer p.Close()
	var sum toll
	for _, f := range diskFaults {
		clean := 0
		for n := 1; n <= 200 && clean < 3; n++ {
			b, err := p.faultAt(fmt.Sprintf(f, n))
			if err != nil {
				return "", fmt.Errorf(f+": %w", n, err)
			}
			sum.add(b)
			if clean++; len(b.said) > 0 || b.died {
				clean = 0
			}
		}
	}
	return sum.faulted()
}

func proveCorrupt(s *stage) (string, error) {
	p, err := s.home()
	s.must(err)
	defer p.Close()
	s.must(p.StartHub())
	c, err := p.signIn("3027")
	s.must(err)
	for i := range 40 {
		_, err = c.save(fmt.Sprint("s", i), fmt.Sprintf("1128-3027-%d", i+1), 1)
		s.must(err)
	}
	c.close()
	s.must(p.StopHub())
	db := filepath.Join(p.data(), "hub.db")
	whole, err := os.ReadFile(db)
	s.must(err)
	seen := 0
	for name, spoil := range map[string]func([]byte) []byte{
		"header": func(b []byte) []byte { copy(b, "not a database at all"); return b },
		"middle": func(b []byte) []byte {
			for at := 8192; at+4096 < len(b); at += 12288 {
				for i := range 64 {
					b[at+i] ^= 0xA5
				}
			}
			return b
		},
		"one page": func(b []byte) []byte { // of a record: nothing that a start would read by itself
			at := bytes.Index(b, []byte("1128-3027-20")) / 4096 * 4096
			copy(b[at:], bytes.Repeat([]byte{0xA5}, 64))
			return b
		},
		"cut":   func(b []byte) []byte { return b[:len(b)/2] },
		"empty": func([]byte) []byte { return nil },
	} {
		s.must(os.WriteFile(db, spoil(append([]byte(nil), whole...)), 0o600))
		err := p.StartHub()
		log := lastLine(p.HubLog())
		p.KillHub()
		if err == nil {
			return "", fmt.Errorf("%s: the hub started on a spoilt database", name)
		}
		if !strings.Contains(log, "从备份恢复") {
			return "", fmt.Errorf("%s: %s", name, log)
		}
		seen++
	}
	s.must(os.WriteFile(db, whole, 0o600))
	s.mustWhen("the whole database again", p.StartHub())
	return fmt.Sprintf("%d 种坏法（头、中间、只坏一页、截断、清空）都不启动，说要从备份恢复", seen), nil
}

func proveLocked(s *stage) (string, error) {
	p, err := s.home()
	s.must(err)
	defer p.Close()
	s.must(p.StartHub())
	out, err := p.Run([]string{"ZUOXI_HUB_LISTEN=ws://127.0.0.1:0", "ZUOXI_HUB_STATUS=", "ZUOXI_HUB_SIP_LISTEN=udp://127.0.0.1:0", "ZUOXI_HUB_VOICE_LISTEN=127.0.0.1:0"}, "hub")
	if err == nil || !strings.Contains(out, "另一个坐席中心正在使用") {
		return "", fmt.Errorf("a second hub gave %q", out)
	}
	s.must(p.StopHub())
	// A read-only mount, as the hub sees it: every opening for writing fails.
	p.Wrap = []string{"strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=openat", "-P", filepath.Join(p.data(), "hub.db"), "-P", filepath.Join(p.data(), "hub.db-wal"), "-e", "inject=openat:error=EROFS"}
	err = p.StartHub()
	p.Wrap = nil
	log := lastLine(p.HubLog())
	p.endTraced()
	if err == nil || !chinese.MatchString(log) {
		return "", fmt.Errorf("read-only data gave %q", log)
	}
	return "第二个中心被拒；只读：" + firstPart(log), nil
}

func firstPart(line string) string {
	if _, rest, ok := strings.Cut(line, "："); ok {
		line = rest
	}
	head, _, _ := strings.Cut(line, " · ")
	return strings.TrimSpace(head)
}
