package crash_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/term"

	"zuoxi/internal/crash"
	"zuoxi/internal/pty"
)

const (
	role   = "ZUOXI_TEST_ROLE"
	folder = "ZUOXI_TEST_FOLDER"
	secret = "张三13900000042"
)

// TestMain lets the test's binary be the program and its watcher too.
func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		goleak.VerifyTestMain(m)
	case "watcher":
		err := crash.Attend(crash.Post{
			Words: os.Stdin, Screen: os.Stdout, Ready: os.Stderr, Folder: os.Getenv(folder), Scrap: filepath.Join(os.Getenv(folder), "scrap"),
			Restore: "\x1b[?1049l", Said: "程序出错，已退出 · 通话由中心保留", Version: "test", Now: time.Now,
		})
		if err != nil {
			os.Exit(1)
		}
	default:
		program(os.Getenv(role))
	}
}

// program has a terminal and ends in some way.
func program(how string) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"=watcher")
	w, err := crash.Start(cmd, os.Stdout)
	if err != nil || !w.Ready() {
		os.Exit(3)
	}
	if _, err := term.MakeRaw(int(os.Stdin.Fd())); err != nil {
		os.Exit(4)
	}
	_, _ = os.Stdout.WriteString("\x1b[?1049h")
	switch how {
	case "panic":
		go func() { panic(secret + "\ngoroutine 1 [" + secret + "]:\n\t" + secret + ".go:1") }() // nobody guards it
	case "lock":
		go func() { new(sync.Mutex).Unlock() }() // the runtime's own: no recover could stop it
	case "index":
		var none []string
		go func() { _ = none[len(secret)] }()
	default:
		if w.End() != nil {
			os.Exit(5)
		}
		return
	}
	select {}
}

// TestAnyGoroutineMayDie: whatever goroutine dies of whatever, the terminal is
// as it was, the agent reads one line, and the file tells where and not what.
func TestAnyGoroutineMayDie(t *testing.T) {
	for how, want := range map[string]string{"panic": "panic\n", "lock": "fatal error\n", "index": "panic: runtime error: index out of range", "end": ""} {
		t.Run(how, func(t *testing.T) {
			dir := t.TempDir()
			scrap := filepath.Join(dir, "scrap")
			if err := os.WriteFile(scrap, []byte(secret), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), role+"="+how, folder+"="+dir)
			screen, slave, err := pty.Open(80, 24)
			if err != nil {
				t.Fatal(err)
			}
			defer screen.Close()
			before, err := term.GetState(int(slave.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			text := ""
			if how == "end" {
				err = cmd.Wait() // it waited for its watcher
				_ = slave.Close()
			}
			for buf := make([]byte, 4096); !strings.Contains(text, "请交给管理员"); {
				n, readErr := screen.Read(buf)
				text += string(buf[:n])
				if readErr != nil {
					break
				}
			}
			files, globErr := filepath.Glob(filepath.Join(dir, "crash-*.txt"))
			if globErr != nil {
				t.Fatal(globErr)
			}
			if how == "end" {
				if err != nil || len(files) != 0 || strings.Contains(text, "程序出错") {
					t.Errorf("it ended well, with %v, files %v, and said %q", err, files, text)
				}
				return
			}
			_ = cmd.Wait() // its status is Go's, 2
			after, stateErr := term.GetState(int(slave.Fd()))
			_ = slave.Close()
			if stateErr != nil || *before != *after {
				t.Errorf("the terminal is not as it was: %v", stateErr)
			}
			if !strings.Contains(text, "通话由中心保留") || strings.LastIndex(text, "\x1b[?1049l") < strings.LastIndex(text, "\x1b[?1049h") {
				t.Errorf("the agent reads %q", text)
			}
			if _, err := os.Stat(scrap); err == nil {
				t.Error("the scrap is still there")
			}
			if len(files) != 1 {
				t.Fatalf("error files %v", files)
			}
			kept, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			if s := string(kept); strings.Contains(s, "张三") || strings.Contains(s, "13900000042") || !strings.Contains(s, want) || !strings.Contains(s, "crash_test.go:") {
				t.Errorf("the file says %s", s)
			}
			if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file is %v, %v", info, err)
			}
		})
	}
}
