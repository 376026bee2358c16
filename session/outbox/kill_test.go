package outbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// killDir makes the test program a seat that is killed while it writes.
const killDir = "ZUOXI_TEST_OUTBOX_UNTIL_KILLED"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		history(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// steps is a seat's day in short: p puts, d takes out, s saves a draft, r puts
// under an id that is there.
var steps = []string{"p1", "p2", "s1", "p3", "d1", "r2", "d3", "s2", "p4"}

// history does the steps and says after each that it returned.
func history(dir string) {
	runtime.LockOSThread() // the tracer counts for each thread apart
	b, err := Open(dir, bytes.Repeat([]byte{7}, 32))
	for _, s := range steps {
		if err != nil {
			break
		}
		switch id := s[1:]; s[0] {
		case 'p', 'r':
			err = b.Put(entry(id, s))
		case 'd':
			err = b.Done(id)
		case 's':
			err = b.SaveDraft("call-1", s)
		}
		if err == nil {
			_, err = os.Stdout.WriteString(s + "\n")
		}
	}
	if err != nil {
		fmt.Println("error", err)
	}
}

// state is what the box holds after so many steps: ids with their texts in
// order, and the draft.
func state(n int) string {
	var order []string
	text := map[string]string{}
	draft := ""
	for _, s := range steps[:n] {
		switch id := s[1:]; s[0] {
		case 'p':
			order, text[id] = append(order, id), s
		case 'r':
			text[id] = s
		case 'd':
			for i := range order {
				if order[i] == id {
					order = append(order[:i:i], order[i+1:]...)
					break
				}
			}
		case 's':
			draft = s
		}
	}
	var out []string
	for _, id := range order {
		out = append(out, id+"="+text[id])
	}
	return strings.Join(out, " ") + " | " + draft
}

// TestKilledAtEveryWrite kills the seat at each system call that changes the
// disk: afterwards the box is as it was before the step or as it is after it,
// nothing else, and never behind what had returned.
func TestKilledAtEveryWrite(t *testing.T) {
	killed := 0
	for _, call := range []string{"write", "fsync", "renameat", "unlinkat"} { // the tracer counts each apart
		for n := 1; struckAt(t, call, "signal=KILL", n); n++ {
			killed++
		}
	}
	if killed < 4*len(steps) {
		t.Errorf("killed %d times only: the writes were not found", killed)
	}
}

// TestDiskFailsAtEveryWrite: a disk that is full or broken at any system call,
// and is well again afterwards, loses nothing that had returned and leaves no
// step half done.
func TestDiskFailsAtEveryWrite(t *testing.T) {
	failed := 0
	for call, fault := range map[string]string{"write": "error=ENOSPC", "fsync": "error=EIO", "renameat": "error=EIO", "unlinkat": "error=EROFS"} {
		for n := 1; struckAt(t, call, fault, n); n++ {
			failed++
		}
	}
	if failed < 3*len(steps) {
		t.Errorf("failed %d times only: the writes were not found", failed)
	}
}

// struckAt kills, or lets the disk fail, at the n-th call; false when there was
// no n-th.
func struckAt(t *testing.T, call, fault string, n int) bool {
	t.Helper()
	dir := t.TempDir()
	done, whole := run(t, dir, call, fault, n)
	b := open(t, dir, bytes.Repeat([]byte{7}, 32))
	got := holds(t, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if got != state(done) && (done == len(steps) || got != state(done+1)) {
		t.Fatalf("%s at %s %d, %d steps had returned: holds %q, want %q or the next", fault, call, n, done, got, state(done))
	}
	return !whole
}

func holds(t *testing.T, b *Box) string {
	t.Helper()
	var out []string
	for _, e := range b.Pending() {
		out = append(out, e.ID+"="+strings.Trim(string(e.Body), `"`))
	}
	draft := ""
	if _, err := b.LoadDraft("call-1", &draft); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ") + " | " + draft
}

// run lets the seat work until the n-th call and tells how many steps had
// returned; whole when there was no n-th.
func run(t *testing.T, dir, call, fault string, n int) (done int, whole bool) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+call,
		"-e", fmt.Sprintf("inject=%s:%s:when=%d", call, fault, n), os.Args[0])
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("strace: %v · scripts/deps.sh test installs it", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "error ") {
			return done, false
		}
		if done == len(steps) || lines.Text() != steps[done] {
			t.Fatalf("said %q after %d steps", lines.Text(), done)
		}
		done++
	}
	return done, err == nil && done == len(steps)
}
