package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"
)

func fuzzing() []promise {
	const group = "进来的字节"
	return []promise{
		{group, "每扇门都有模糊测试，种子留着（≥ 12 个目标）", false, proveTargets},
		{group, "每个目标 20 s，不倒、不挂", true, func(s *stage) (string, error) { return proveFuzz(s, 20*time.Second) }},
		{group, "RFC 4475 的消息经 UDP、TCP 照它回答", true, func(s *stage) (string, error) {
			return s.goTest("./hub/trunk", "TestTorture|TestWrongRequests|TestGarbage")
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

// doorsOf are the packages where bytes from outside come in; each has a target.
var doorsOf = []string{"./wire", "./hub/trunk", "./hub/desk", "./hub/contact", "./hub/menu", "./kb", "./internal/config", "./internal/clean", "./media/dtmf", "./media/jitter", "./media/wav", "./media/opus", "./citizen", "./ui/screen", "./hub/recording"}

func proveTargets(s *stage) (string, error) {
	all, err := s.targets()
	s.must(err)
	have := map[string]bool{}
	for _, t := range all {
		have[t.dir] = true
	}
	for _, d := range doorsOf {
		if !have[d] {
			return "", fmt.Errorf("%s has no fuzz test", d)
		}
	}
	if len(all) < 12 {
		return "", fmt.Errorf("only %d targets", len(all))
	}
	return fmt.Sprintf("%d 个目标，%d 扇门各有一个以上", len(all), len(doorsOf)), nil
}

func proveFuzz(s *stage, each time.Duration) (string, error) {
	all, err := s.targets()
	s.must(err)
	for _, t := range all {
		ctx, cancel := context.WithTimeout(context.Background(), each+5*time.Minute)
		cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", each.String(), "-fuzzminimizetime", "10s", t.dir)
		cmd.Dir = s.root
		out, err := cmd.CombinedOutput()
		cancel()
		if err != nil {
			return "", fmt.Errorf("%s %s: %w\n%s", t.dir, t.name, err, out)
		}
	}
	return fmt.Sprintf("%d 个目标各 %v", len(all), each), nil
}

// goTest runs tests of the source by name: for what only a program that looks
// inside can tell.
func (s *stage) goTest(dir, names string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-run", names, dir)
	cmd.Dir = s.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", dir, err, out)
	}
	passed := strings.Count(string(out), "--- PASS: ")
	if passed == 0 {
		return "", fmt.Errorf("%s has no test %s", dir, names)
	}
	return fmt.Sprintf("%d 个测试通过", passed), nil
}
