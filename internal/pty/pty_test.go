//go:build linux

package pty_test

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"zuoxi/internal/pty"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestBothEndsBelongTogether while the collector moves the stacks of those who open terminals: as often as a library
// that passed addresses as numbers confused two of them, some twenty times (not under the race detector).
func TestBothEndsBelongTogether(t *testing.T) {
	screen, program, err := pty.Open(80, 24) // number 0, which who misreads a number takes for his own
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	defer program.Close()
	stop := make(chan struct{})
	var movers sync.WaitGroup
	for range 2 {
		movers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					runtime.GC()
				}
			}
		})
	}
	for n := range 10_000 {
		opened := make(chan error)
		go func() {
			large(100)
			opened <- printed(strconv.Itoa(n) + ".")
		}()
		if err := <-opened; err != nil {
			t.Errorf("terminal %d: %v", n, err)
		}
	}
	close(stop)
	movers.Wait()
}

// printed opens a terminal, prints line as its program does, and looks whether it is on the screen.
func printed(line string) error {
	screen, program, err := pty.Open(80, 24)
	if err != nil {
		return err
	}
	defer screen.Close()
	defer program.Close()
	got := make([]byte, len(line))
	if _, err = program.WriteString(line); err == nil {
		err = screen.SetReadDeadline(time.Now().Add(time.Minute))
	}
	if err == nil {
		_, err = io.ReadFull(screen, got)
	}
	if err == nil && string(got) != line {
		err = fmt.Errorf("printed %q, on the screen %q", line, got)
	}
	return err
}

// large makes the goroutine's stack one that the collector will shrink.
func large(n int) byte {
	var frame [256]byte
	if n == 0 {
		return frame[0]
	}
	frame[n%len(frame)] = large(n - 1)
	return frame[n%len(frame)]
}

// TestTerminalOfAProgram: it is its controlling terminal, as large as asked for, and its end is the end of reading.
func TestTerminalOfAProgram(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "stty size </dev/tty; read -r line; stty size; echo said $line")
	screen, err := pty.Start(cmd, 97, 31)
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	lines := bufio.NewScanner(screen)
	lines.Scan()
	before := lines.Text()
	if err := pty.Resize(screen, 80, 25); err != nil {
		t.Fatal(err)
	}
	if _, err := screen.WriteString("word\n"); err != nil {
		t.Fatal(err)
	}
	var rest []string
	for lines.Scan() {
		rest = append(rest, lines.Text())
	}
	if got := strings.Join(rest, " "); before != "31 97" || !strings.Contains(got, "25 80") || !strings.Contains(got, "said word") {
		t.Errorf("a terminal of %q, then %q", before, got)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
