package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// clockChild makes the test program one that tells the time whenever it is asked.
const clockChild = "ZUOXI_TEST_TELL_THE_TIME"

func tellTheTime() {
	began := time.Now()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		now := time.Now()
		fmt.Println(now.Unix(), now.Sub(began).Milliseconds())
	}
}

// TestClockOfAnotherProcess: its time of day is set and its monotonic clock is not.
func TestClockOfAnotherProcess(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), clockChild+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	defer func() { _ = in.Close(); _ = cmd.Wait() }()
	ask := func() (unix, passed int64) {
		if _, err := io.WriteString(in, "\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fscanln(out, &unix, &passed); err != nil {
			t.Fatal(err)
		}
		return unix, passed
	}
	ask() // it runs
	c, err := takeClock(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, step := range []int64{0, 3600, -3600, 0} {
		if err := c.set(step); err != nil {
			t.Fatal(err)
		}
		before := time.Now().Unix()
		unix, passed := ask()
		if after := time.Now().Unix(); unix < before+step || unix > after+step || passed < 0 || passed > time.Since(began).Milliseconds() {
			t.Errorf("set by %d s it shows %d between %d and %d, %d ms after its beginning", step, unix-step, before, after, passed)
		}
	}
}
