// Package story drives the built program as its users do: in a terminal, with a
// telephone and a headset. Tests and benchmarks of the whole use it; nothing of
// the product does. It knows the program only by its screen, its commands and
// its sound.
package story

import (
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"zuoxi/internal/pty"
)

// Term is a program in a terminal emulator.
type Term struct {
	cmd  *exec.Cmd
	tty  *os.File
	done chan struct{}

	mu        sync.Mutex
	emu       *vt.Emulator
	appKeys   bool
	bytes     int64
	text      string
	changed   time.Time
	copied    []string // into the clipboard, by OSC 52
	waitErr   error
	listeners []chan struct{}
	started   time.Time
	look
}

// look is what Strike watches.
type look struct {
	watch   *Region // nil: nothing
	picture string
	drawn   time.Time // when the picture last changed
	came    time.Time // when the program last wrote
}

// StartTerm starts argv on a terminal of the given size.
func StartTerm(dir string, env []string, cols, rows int, argv ...string) (*Term, error) {
	t := &Term{emu: vt.NewEmulator(cols, rows), done: make(chan struct{})}
	t.emu.SetCallbacks(vt.Callbacks{
		EnableMode:  func(m ansi.Mode) { t.mode(m, true) },
		DisableMode: func(m ansi.Mode) { t.mode(m, false) },
	})
	t.emu.RegisterOscHandler(52, t.clip)
	t.cmd = exec.Command(argv[0], argv[1:]...)
	t.cmd.Dir, t.cmd.Env = dir, append([]string{"TERM=xterm-256color"}, env...) // of two values the last counts
	t.started = time.Now()
	tty, err := pty.Start(t.cmd, cols, rows)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", argv[0], err)
	}
	t.tty = tty
	go func() {
		_, _ = io.Copy(tty, t.emu)        // the terminal's answers to questions
		_, _ = io.Copy(io.Discard, t.emu) // once it is closed nobody hears them, and the emulator must not wait for that
	}()
	go t.read()
	return t, nil
}

// mode is called by the emulator while the lock is held.
func (t *Term) mode(m ansi.Mode, on bool) {
	if m == ansi.ModeCursorKeys {
		t.appKeys = on
	}
}

// clip is called by the emulator while the lock is held.
func (t *Term) clip(data []byte) bool {
	fields := strings.SplitN(string(data), ";", 3)
	if text, err := base64.StdEncoding.DecodeString(fields[len(fields)-1]); err == nil {
		t.copied = append(t.copied, string(text))
	}
	return true
}

// Copied is what the program has put into the clipboard, the last at the end.
func (t *Term) Copied() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.copied)
}

func (t *Term) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := t.tty.Read(buf)
		if n > 0 {
			now := time.Now() // before the emulator's own work
			t.mu.Lock()
			_, _ = t.emu.Write(buf[:n])
			t.bytes += int64(n)
			if text := t.emu.String(); text != t.text {
				t.text, t.changed = text, now
			}
			t.note(now)
			for _, l := range t.listeners {
				select {
				case l <- struct{}{}:
				default:
				}
			}
			t.mu.Unlock()
		}
		if err != nil {
			t.waitErr = t.cmd.Wait()
			// Closing the pipe ends the copying of answers; the emulator's own
			// Close would race with it.
			if pipe, ok := t.emu.InputPipe().(io.Closer); ok {
				_ = pipe.Close()
			}
			close(t.done)
			return
		}
	}
}

// Screen is what the terminal shows now, a line a row.
func (t *Term) Screen() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.emu.String()
}

// Cursor is where the real cursor stands.
func (t *Term) Cursor() (x, y int, hidden bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.emu.CursorPosition()
	return p.X, p.Y, t.emu.CursorHidden()
}

// Bytes counts what the program has written so far.
func (t *Term) Bytes() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes
}

// Started is when the program was started.
func (t *Term) Started() time.Time { return t.started }

// Pid is the program's process.
func (t *Term) Pid() int { return t.cmd.Process.Pid }

// Await waits until the screen matches and says when it did.
func (t *Term) Await(pattern string, limit time.Duration) (time.Time, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return time.Time{}, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	news := make(chan struct{}, 1)
	t.mu.Lock()
	t.listeners = append(t.listeners, news)
	t.mu.Unlock()
	defer t.forget(news)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		t.mu.Lock()
		ok, at := re.MatchString(t.emu.String()), t.changed
		t.mu.Unlock()
		if ok {
			return at, nil
		}
		select {
		case <-news:
		case <-t.done:
			return time.Time{}, fmt.Errorf("the program ended before %q was on the screen:\n%s", pattern, t.Screen())
		case <-timer.C:
			return time.Time{}, fmt.Errorf("not on the screen after %v: %q\n%s", limit, pattern, t.Screen())
		}
	}
}

func (t *Term) forget(news chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, l := range t.listeners {
		if l == news {
			t.listeners = append(t.listeners[:i], t.listeners[i+1:]...)
			return
		}
	}
}

// Press sends keys: <f3> <enter> <tab> <c-x> …, {text} in one write as an input
// method commits it, *n repeats. All go in one write: what must come within two
// seconds is not torn apart by a machine that does something else meanwhile.
func (t *Term) Press(keys string) error {
	t.mu.Lock()
	app := t.appKeys
	t.mu.Unlock()
	var all strings.Builder
	for _, k := range strings.Fields(keys) {
		seq, err := keyBytes(k, app)
		if err != nil {
			return err
		}
		all.WriteString(seq)
	}
	if _, err := io.WriteString(t.tty, all.String()); err != nil {
		return fmt.Errorf("pressing %s: %w", keys, err)
	}
	return nil
}

// Type writes text at once.
func (t *Term) Type(text string) error {
	if _, err := io.WriteString(t.tty, text); err != nil {
		return fmt.Errorf("typing: %w", err)
	}
	return nil
}

var named = map[string]string{
	"enter": "\r", "tab": "\t", "esc": "\x1b", "space": " ", "bs": "\x7f", "btab": "\x1b[Z",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
	"pgup": "\x1b[5~", "pgdn": "\x1b[6~", "del": "\x1b[3~",
	"f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~",
	"f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
}

func keyBytes(k string, app bool) (string, error) {
	times := 1
	if body, count, ok := strings.Cut(k, "*"); ok {
		n, err := strconv.Atoi(count)
		if err != nil {
			return "", fmt.Errorf("key %q: %w", k, err)
		}
		k, times = body, n
	}
	switch {
	case strings.HasPrefix(k, "{") && strings.HasSuffix(k, "}"):
		return strings.Repeat(k[1:len(k)-1], times), nil
	case strings.HasPrefix(k, "<c-") && len(k) == 5:
		return strings.Repeat(string(k[3]&0x1f), times), nil
	case strings.HasPrefix(k, "<") && strings.HasSuffix(k, ">"):
		seq, ok := named[k[1:len(k)-1]]
		if !ok {
			return "", fmt.Errorf("no key %s", k)
		}
		if app && len(seq) == 3 && seq[1] == '[' && strings.ContainsAny(seq[2:], "ABCDHF") {
			seq = "\x1bO" + seq[2:]
		}
		return strings.Repeat(seq, times), nil
	}
	return "", fmt.Errorf("key %q is neither <name> nor {text}", k)
}

// Resize changes the terminal's size.
func (t *Term) Resize(cols, rows int) error {
	t.mu.Lock()
	t.emu.Resize(cols, rows)
	t.mu.Unlock()
	if err := pty.Resize(t.tty, cols, rows); err != nil {
		return fmt.Errorf("resizing: %w", err)
	}
	return nil
}

// Kill ends the program as a power cut would.
func (t *Term) Kill() {
	_ = t.cmd.Process.Kill()
	<-t.done
	_ = t.tty.Close()
}

// Hangup closes the terminal, as somebody does who closes its window, and waits
// for the program's end.
func (t *Term) Hangup(limit time.Duration) error {
	if err := t.tty.Close(); err != nil {
		return fmt.Errorf("closing the terminal: %w", err)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-t.done:
		return nil
	case <-timer.C:
		return fmt.Errorf("still running %v after its terminal was closed:\n%s", limit, t.Screen())
	}
}

// Ended tells whether the program is no more.
func (t *Term) Ended() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// Wait waits for the program's own end.
func (t *Term) Wait(limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-t.done:
		_ = t.tty.Close()
		return t.waitErr
	case <-timer.C:
		return fmt.Errorf("still running after %v:\n%s", limit, t.Screen())
	}
}
