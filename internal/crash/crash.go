// Package crash looks after a program that may die in any goroutine, its own,
// a library's or the runtime's: a second process waits for its last words,
// gives the terminal back where there is one, says one line to the person, and
// keeps where it happened in a file. It promises that no value of a panic gets
// there, for that may be what a citizen said. The command line alone uses it.
package crash

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/term"
)

const (
	mostWords = 1 << 20         // of a trace; the rest is not read into the file
	readyWait = 3 * time.Second // a process starts in 50 ms
)

// Watch is a watcher on its way.
type Watch struct {
	cmd   *exec.Cmd
	pipe  *os.File // our end of its standard input
	ready chan bool
}

// Start starts the watcher cmd, which calls Attend, for the terminal or log out.
func Start(cmd *exec.Cmd, out *os.File) (*Watch, error) {
	words, pipe, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("crash watcher: %w", err)
	}
	defer words.Close()
	cmd.Stdin, cmd.Stdout = words, out
	answer, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		err = debug.SetCrashOutput(pipe, debug.CrashOptions{})
	}
	if err != nil {
		_ = pipe.Close()
		return nil, fmt.Errorf("crash watcher: %w", err)
	}
	w := &Watch{cmd: cmd, pipe: pipe, ready: make(chan bool, 1)} // one answer, never blocks its sender
	go func() {
		var b [1]byte
		_, err := io.ReadFull(answer, b[:])
		w.ready <- err == nil
	}()
	return w, nil
}

// Ready waits until the watcher knows how the terminal was; false when it does
// not come up, and nobody watches.
func (w *Watch) Ready() bool {
	timer := time.NewTimer(readyWait)
	defer timer.Stop()
	select {
	case ok := <-w.ready:
		w.ready <- ok
		return ok
	case <-timer.C:
		return false
	}
}

// End ends the watcher: there is nothing to give back any more.
func (w *Watch) End() error {
	err := errors.Join(debug.SetCrashOutput(nil, debug.CrashOptions{}), w.pipe.Close())
	if err = errors.Join(err, w.cmd.Wait()); err != nil {
		return fmt.Errorf("crash watcher: %w", err)
	}
	return nil
}

// Post is what a watcher attends to.
type Post struct {
	Words   io.Reader // what the program says when it dies; ends with it
	Screen  *os.File  // its terminal, or where it logs
	Ready   io.Writer // told once the terminal's state is known
	Folder  string    // for the error file
	Scrap   string    // a file that may hold the panic's value, removed after a crash; empty: none
	Said    string    // what has happened and what to do, for the person
	Restore string    // what makes the terminal show its usual page
	Version string
	Now     func() time.Time
}

// Attend waits for the program's end; after a crash it cleans up behind it. No
// signal ends it earlier: it is there for the moment after one.
func Attend(p Post) error {
	signal.Ignore()
	fd := int(p.Screen.Fd())
	state, _ := term.GetState(fd)
	if _, err := p.Ready.Write([]byte{1}); err != nil {
		return fmt.Errorf("crash watcher: %w", err)
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(p.Words, first); err != nil {
		return nil // it ended as it should
	}
	if state != nil {
		_ = term.Restore(fd, state) // at once, before a shell looks at it
	}
	rest, _ := io.ReadAll(io.LimitReader(p.Words, mostWords))
	_, _ = io.Copy(io.Discard, p.Words)
	name := filepath.Join(p.Folder, "crash-"+p.Now().Format("20060102-150405")+".txt")
	text := append([]byte("zuoxi "+p.Version+"\n"), Places(append(first, rest...))...)
	where := "经过记在 " + name
	if err := os.WriteFile(name, text, 0o600); err != nil {
		where = "经过没能记下"
	}
	if p.Scrap != "" {
		_ = os.Remove(p.Scrap)
	}
	end := "\n"
	if state != nil {
		end = "\r\n"
	}
	_, err := io.WriteString(p.Screen, p.Restore+p.Said+"；"+where+"，请交给管理员"+end)
	if err != nil {
		return fmt.Errorf("crash watcher: %w", err)
	}
	return nil
}

// Places is what may be kept of a crash: its kind, and which function at which
// line each goroutine was in. Everything that could be a value is left out.
func Places(words []byte) []byte {
	var out bytes.Buffer
	fmt.Fprintln(&out, kind(words))
	inside := false
	for line := range bytes.Lines(words) {
		line = bytes.TrimRight(line, "\n")
		switch {
		case header.Match(line):
			inside = true
			fmt.Fprintf(&out, "\n%s\n", line)
		case !inside:
		case place.Match(line):
			out.Write(append(place.Find(line), '\n'))
		case function.Match(line):
			out.Write(append(function.FindSubmatch(line)[1], '\n'))
		}
	}
	return out.Bytes()
}
