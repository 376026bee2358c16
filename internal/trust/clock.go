package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// wallClock is the time of day of one running process, as if its machine's clock
// had been set. The machine's own is left alone: what is changed is the function
// that the kernel maps into every process to read it with (vdso(7)), in that one
// process. What is set is CLOCK_REALTIME; CLOCK_MONOTONIC goes on, as it does
// when a machine's clock is set.
type wallClock struct {
	mem    *os.File
	offset int64 // where the seconds stand that are added
}

// reader is the new function: the call of the system that the old one saves, and
// for CLOCK_REALTIME, which is 0, so many seconds more.
var reader = []byte{
	0xb8, 228, 0, 0, 0, // mov eax, clock_gettime
	0x0f, 0x05, // syscall
	0x85, 0xff, // test edi, edi
	0x75, 10, // jne over the next two
	0x48, 0x8b, 0x0d, 6, 0, 0, 0, // mov rcx, [the seconds]
	0x48, 0x01, 0x0e, // add [rsi], rcx
	0xc3,       // ret
	0x90, 0x90, // the seconds stand on a multiple of 8
	0, 0, 0, 0, 0, 0, 0, 0,
}

const (
	secondsAt = 24 // in reader
	jumpSize  = 5
)

// takeClock changes how a process reads its clock; it shows the right time until set.
func takeClock(pid int) (*wallClock, error) {
	base, image, err := mapped(pid, "[vdso]")
	if err != nil {
		return nil, err
	}
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("reading the vDSO: %w", err)
	}
	if f.Machine != elf.EM_X86_64 {
		return nil, fmt.Errorf("a clock can be set on x86-64 only, this is %v", f.Machine)
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return nil, fmt.Errorf("reading the vDSO: %w", err)
	}
	entry := int64(0)
	for _, s := range symbols {
		if s.Name == "__vdso_clock_gettime" {
			entry = int64(s.Value)
		}
	}
	room := (int64(len(image)-len(reader)-16) &^ 15) // at its end there is nothing
	if entry == 0 || len(bytes.Trim(image[room:], "\x00")) > 0 {
		return nil, errors.New("the vDSO has no room or reads no clock")
	}
	mem, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("the process's memory: %w", err)
	}
	jump := binary.LittleEndian.AppendUint32([]byte{0xe9}, uint32(room-entry-jumpSize))
	err = standing(pid, base+entry+1, base+entry+jumpSize, func() error {
		_, err1 := mem.WriteAt(reader, base+room)
		_, err2 := mem.WriteAt(jump, base+entry)
		return errors.Join(err1, err2)
	})
	if err != nil {
		return nil, errors.Join(err, mem.Close())
	}
	return &wallClock{mem: mem, offset: base + room + secondsAt}, nil
}

// set lets the clock show so many seconds more than the machine's.
func (c *wallClock) set(seconds int64) error {
	_, err := c.mem.WriteAt(binary.LittleEndian.AppendUint64(nil, uint64(seconds)), c.offset)
	return err
}

func (c *wallClock) close() { _ = c.mem.Close() }

// mapped reads what a process has mapped under a name.
func mapped(pid int, name string) (base int64, image []byte, err error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return 0, nil, fmt.Errorf("the process's memory: %w", err)
	}
	for l := range strings.Lines(string(maps)) {
		if !strings.HasSuffix(strings.TrimSpace(l), name) {
			continue
		}
		span, _, _ := strings.Cut(l, " ")
		from, to, _ := strings.Cut(span, "-")
		a, err1 := strconv.ParseInt(from, 16, 64)
		b, err2 := strconv.ParseInt(to, 16, 64)
		mem, err3 := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
		if err := errors.Join(err1, err2, err3); err != nil {
			return 0, nil, fmt.Errorf("the process's memory: %w", err)
		}
		image = make([]byte, b-a)
		_, err = mem.ReadAt(image, a)
		return a, image, errors.Join(err, mem.Close())
	}
	return 0, nil, fmt.Errorf("process %d has no %s", pid, name)
}

// standing stops a process for what f does, at a moment in which none of its
// threads is at an address of [from, to).
func standing(pid int, from, to int64, f func() error) error {
	return within(patience, "a moment to change the clock", func() (bool, error) {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			return false, err
		}
		defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
		if err := within(patience, "the stop", func() (bool, error) { return stopped(pid) }); err != nil {
			return false, err
		}
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
		if err != nil {
			return false, err
		}
		for _, t := range threads {
			at, err := os.ReadFile(t) // its last word is where the thread is
			if err != nil {
				return false, err
			}
			words := strings.Fields(string(at))
			pc, err := strconv.ParseInt(strings.TrimPrefix(words[len(words)-1], "0x"), 16, 64)
			if err != nil || pc >= from && pc < to {
				return false, fmt.Errorf("a thread is at %s", words[len(words)-1])
			}
		}
		return true, f()
	})
}

// stopped tells whether every thread of a process stands still.
func stopped(pid int) (bool, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		return false, err
	}
	for _, t := range threads {
		data, err := os.ReadFile(t)
		if err != nil {
			return false, err
		}
		if _, rest, _ := strings.Cut(string(data), ") "); !strings.HasPrefix(rest, "T ") {
			return false, nil
		}
	}
	return true, nil
}

// stepFor is how long the hub works by each wrong clock: longer than it takes to
// ask its seats and lines for a sign of life.
const stepFor = 4 * time.Second

// proveClock sets the clock of a hub an hour forward and two back while one
// caller talks and another waits, and lets who waits be served then.
func proveClock(s *stage) (string, error) {
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	s.must(p.Brisk(filepath.Join(s.root, "hub", "menu")))
	s.must(p.StartHub())
	end, err := p.staff([]string{"3027"})
	defer end()
	s.must(err)
	clock, err := takeClock(p.HubPid())
	s.mustWhen("taking the hub's clock", err)
	defer clock.close()
	hub := fmt.Sprint("127.0.0.1:", p.SIP)
	began := time.Now()
	talks, err := call(hub, 1)
	s.must(err)
	defer talks.end()
	s.must(talks.hears())
	waits, err := call(hub, 2)
	s.must(err)
	defer waits.end()
	stepped := time.Now()
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		s.must(clock.set(int64(step.Seconds())))
		s.must(p.shows(step))
		<-time.After(stepFor)
		s.mustWhen("who talks", talks.hears())
		s.mustWhen("who waits", waits.up())
	}
	least := time.Since(stepped)
	end2, err := p.staff([]string{"3028"})
	defer end2()
	s.must(err)
	s.mustWhen("who waited", waits.hears())
	s.must(errors.Join(talks.up(), talks.bye(), waits.bye()))
	talked, waited, err := p.durations()
	s.must(err)
	most := time.Since(began)
	figure := fmt.Sprintf("+1 h、−1 h：电话没断，等候的照样派席；记下通话 %.1f s、等候 %.1f s（实际 %.1f–%.1f s）", talked.Seconds(), waited.Seconds(), least.Seconds(), most.Seconds())
	if min(talked, waited) < least || max(talked, waited) > most {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

// proveSeatClock sets the clock of a workstation an hour forward and two back while its agent talks, and sets what the
// screen says about the call against what has passed.
func proveSeatClock(s *stage) (string, error) {
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	t, c := s.inCall(p)
	defer c.end()
	clock, err := takeClock(t.Pid())
	s.mustWhen("taking the seat's clock", err)
	defer clock.close()
	began, first, err := t.talked()
	s.must(err)
	worst := time.Duration(0)
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		s.must(clock.set(int64(step.Seconds())))
		s.must(t.tells(step))
		for _, key := range []string{"<f4>", "<f4>"} { // whatever the hub says anew
			now, shown, err := t.press(key).talked()
			s.must(err)
			worst = max(worst, (shown - first - now.Sub(began)).Abs())
		}
		s.mustWhen("who talks", c.up())
	}
	figure := fmt.Sprintf("+1 h、−1 h：电话没断，通话时长与实际最多差 %.1f s", worst.Seconds())
	if worst > s.within(2*time.Second) { // the screen shows whole seconds
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

var (
	talkClock = regexp.MustCompile(`● 通话 (?:(\d+):)?(\d\d):(\d\d)`)
	dayClock  = regexp.MustCompile(`\A.* (\d\d:\d\d) *\n`)
)

// talked waits for the next second on the screen, and reads how long the call has lasted.
func (a *at) talked() (now time.Time, shown time.Duration, err error) {
	read := func() []string { return talkClock.FindStringSubmatch(a.Screen()) }
	last := read()
	err = within(patience, "the next second of the call", func() (bool, error) {
		m := read()
		if m == nil || slices.Equal(m, last) {
			return false, errors.New(a.Screen())
		}
		now = time.Now()
		for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
			n, _ := strconv.Atoi(m[i+1]) // no hours are no number
			shown += time.Duration(n) * unit
		}
		return true, nil
	})
	return now, shown, errors.Join(a.err, err)
}

// tells waits until the clock in the corner of the screen is wrong by so much.
func (a *at) tells(step time.Duration) error {
	beijing := time.FixedZone("", 8*60*60)
	return within(patience, "the clock on the screen", func() (bool, error) {
		m := dayClock.FindStringSubmatch(a.Screen())
		return m != nil && m[1] == time.Now().Add(step).In(beijing).Format("15:04"), errors.New(a.Screen())
	})
}

// shows waits until the hub's clock is wrong by so much; its pages carry the time.
func (p *place) shows(step time.Duration) error {
	return within(patience, "the clock", func() (bool, error) {
		resp, err := http.Get("http://" + p.Status() + "/readyz")
		if err != nil {
			return false, err
		}
		defer func() { _ = resp.Body.Close() }()
		at, err := http.ParseTime(resp.Header.Get("Date"))
		return (time.Until(at) - step).Abs() < time.Minute, err
	})
}

// durations are how long the log says that the first of two calls talked and
// the second waited.
func (p *place) durations() (talked, waited time.Duration, err error) {
	err = within(patience, "both calls in the log", func() (bool, error) {
		out, err := p.Run(nil, "--json", "call", "list")
		if err != nil {
			return false, err
		}
		var calls []struct {
			Agent  string `json:"agent"`
			WaitMS int64  `json:"wait_ms"`
			TalkMS int64  `json:"talk_ms"`
		}
		if err := json.Unmarshal([]byte(out), &calls); err != nil {
			return false, fmt.Errorf("%w: %s", err, out)
		}
		done := 0
		for _, c := range calls {
			if c.TalkMS != 0 {
				done++
			}
			if c.Agent == "3027" {
				talked = time.Duration(c.TalkMS) * time.Millisecond
			} else {
				waited = time.Duration(c.WaitMS) * time.Millisecond
			}
		}
		return len(calls) == 2 && done == 2, errors.New(out)
	})
	return talked, waited, err
}
