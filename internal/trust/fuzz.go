package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func fuzzing() []promise {
	const group = "进来的字节"
	return []promise{
		{group, "每扇门都有模糊测试，种子留着（≥ 12 个目标）", false, proveTargets},
		{group, "从网络和文件来的 19 个目标各 5 s，不倒、不挂", false, func(s *stage) (string, error) { return proveFuzz(s, outer, 5*time.Second) }},
		{group, "所有的目标各 20 s，不倒、不挂", true, func(s *stage) (string, error) { return proveFuzz(s, every, 20*time.Second) }},
		{group, "RFC 4475、5118 一类的消息经 UDP、TCP 照它们回答", false, func(s *stage) (string, error) {
			return s.goTest("TestTorture|TestWrongRequests|TestGarbage", "./hub/trunk")
		}},
	}
}

// target is one fuzz test of the source.
type target struct{ dir, name string }

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`)

// targets finds every fuzz test.
func (s *stage) targets() ([]target, error) {
	var out []target
	err := filepath.WalkDir(s.root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "build" || d.Name() == "tools" || strings.HasPrefix(d.Name(), ".") && path != s.root) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range fuzzFunc.FindAllStringSubmatch(string(data), -1) {
			rel, err := filepath.Rel(s.root, filepath.Dir(path))
			if err != nil {
				return err
			}
			out = append(out, target{"./" + filepath.ToSlash(rel), m[1]})
		}
		return nil
	})
	sort.Slice(out, func(i, j int) bool { return out[i].dir+out[i].name < out[j].dir+out[j].name })
	return out, err
}

// doorsOf are packages where bytes from outside come in by a file or a
// library; each has a target.
var doorsOf = []string{"./wire", "./hub/contact", "./hub/menu", "./kb", "./internal/config", "./internal/clean", "./internal/sheet", "./media/dtmf", "./media/jitter", "./media/wav", "./media/opus", "./citizen", "./ui/screen", "./hub/recording"}

// reads tells that a source serves, asks or reads a network itself: then its
// package is a door, whether anybody thought of it or not.
var reads = regexp.MustCompile(`\) ServeHTTP\(\w+ http|http\.NewRequest|\.ReadMessage\(\)|\.ReadFrom\(|\.ReadFromUDP|pdu\.PDU`)

// networked are the packages of hub and session that read a network.
func (s *stage) networked() (dirs []string, err error) {
	for _, room := range []string{"hub", "session"} {
		err := filepath.WalkDir(filepath.Join(s.root, room), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil || !reads.Match(data) {
				return err
			}
			rel, err := filepath.Rel(s.root, filepath.Dir(path))
			if dir := "./" + filepath.ToSlash(rel); !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return dirs, nil
}

// network are the targets nearest to what strangers and other machines send;
// they are fuzzed shortly in every test run, all of them longer in the long one.
var network = []target{
	{"./wire", "FuzzDecode"},
	{"./hub/desk", "FuzzFrames"}, {"./hub/line", "FuzzSocket"},
	{"./hub/handover", "FuzzCase"}, {"./hub/reply", "FuzzForm"}, {"./hub/device", "FuzzPair"}, {"./hub/sms", "FuzzPDU"}, {"./hub/business", "FuzzAnswer"},
	{"./session/link", "FuzzMessage"},
	{"./hub/trunk", "FuzzDatagram"}, {"./hub/trunk", "FuzzHeaders"}, {"./hub/trunk", "FuzzSDP"}, {"./hub/trunk", "FuzzSound"},
	{"./media/jitter", "FuzzStream"}, {"./media/dtmf", "FuzzReceiver"}, {"./media/opus", "FuzzLook"},
	{"./internal/clean", "FuzzClean"}, {"./internal/sheet", "FuzzRead"}, {"./kb", "FuzzParseJSONL"},
}

func outer(t target) bool { return slices.Contains(network, t) }
func every(target) bool   { return true }

const fuzzed = 2 // targets at a time, with one worker each

func proveTargets(s *stage) (string, error) {
	all, err := s.targets()
	s.must(err)
	have := map[string]bool{}
	for _, t := range all {
		have[t.dir] = true
	}
	doors, err := s.networked()
	s.must(err)
	for _, d := range append(doors, doorsOf...) {
		if !have[d] {
			return "", fmt.Errorf("%s has no fuzz test", d)
		}
	}
	if len(all) < 12 {
		return "", fmt.Errorf("only %d targets", len(all))
	}
	written, found := 0, 0
	for _, t := range all {
		w, f, err := s.seeds(t)
		s.must(err)
		if w+f == 0 {
			return "", fmt.Errorf("%s %s begins with no seed", t.dir, t.name)
		}
		written, found = written+w, found+f
	}
	return fmt.Sprintf("%d 个目标，%d 扇门各有一个以上；每个都有种子：写在测试里的 %d 处，找到过的 %d 份", len(all), len(doors)+len(doorsOf), written, found), nil
}

// seeds counts what every go test tries a target with: what its source adds,
// and the files of what was found.
func (s *stage) seeds(t target) (written, found int, err error) {
	dir := filepath.Join(s.root, t.dir)
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return 0, 0, err
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return 0, 0, err
		}
		if _, body, is := strings.Cut(string(data), "\nfunc "+t.name+"(f *testing.F) {"); is {
			body, _, _ = strings.Cut(body, "\n}\n")
			written += strings.Count(body, "f.Add(")
		}
	}
	kept, err := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", t.name, "*"))
	return written, len(kept), err
}

// proveFuzz fuzzes the targets of a choice; what it finds stays in testdata as
// a seed, and fails the test run from then on.
func proveFuzz(s *stage, chosen func(target) bool, long time.Duration) (string, error) {
	all, err := s.targets()
	s.must(err)
	queue := make(chan target, len(all)) // all of them: filling it never waits
	for _, t := range all {
		if chosen(t) {
			queue <- t
		}
	}
	close(queue)
	many := len(queue)
	var work sync.WaitGroup
	var tries atomic.Int64
	faults := make(chan error, many)
	for range fuzzed {
		work.Go(func() {
			for t := range queue {
				n, err := s.fuzz(t, long)
				tries.Add(n)
				if err != nil {
					faults <- err
				}
			}
		})
	}
	work.Wait()
	close(faults)
	figure := fmt.Sprintf("%d 个目标各 %v，共 %d 次", many, long, tries.Load())
	if first, any := <-faults; any {
		return figure, first
	}
	return figure, nil
}

var execs = regexp.MustCompile(`execs: (\d+)`)

// fuzz fuzzes one target and tells how often it was tried.
func (s *stage) fuzz(t target, long time.Duration) (int64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), long+5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", long.String(), "-fuzzminimizetime", "10s", "-parallel", "1", t.dir)
	cmd.Dir = s.root
	out, err := cmd.CombinedOutput()
	if err != nil && !outOfTime(out) {
		return 0, fmt.Errorf("%s %s: %w\n%s", t.dir, t.name, err, out)
	}
	said := execs.FindAllSubmatch(out, -1)
	if len(said) == 0 {
		return 0, fmt.Errorf("%s %s was not fuzzed:\n%s", t.dir, t.name, out)
	}
	return strconv.ParseInt(string(said[len(said)-1][1]), 10, 64)
}

// outOfTime tells that nothing was found and only the tool did not end in time:
// where the machine is busy, go test takes its own deadline for a failure
// (golang/go issue 75804).
func outOfTime(out []byte) bool {
	return bytes.Contains(out, []byte("context deadline exceeded")) && !bytes.Contains(out, []byte("Failing input written")) && !bytes.Contains(out, []byte("panic:"))
}

// goTest runs tests of the source by name: for what only a program that looks
// inside can tell.
func (s *stage) goTest(names string, dirs ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-run", "^("+names+")$")
	cmd.Args = append(cmd.Args, dirs...)
	cmd.Dir = s.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", dirs, err, out)
	}
	passed := strings.Count(string(out), "--- PASS: ")
	if none := bytes.Count(out, []byte("[no tests to run]")) + bytes.Count(out, []byte("--- SKIP: ")); none > 0 || passed == 0 {
		return "", fmt.Errorf("of %s, not all have a test %s that runs here", dirs, names)
	}
	return fmt.Sprintf("%d 个测试通过", passed), nil
}
