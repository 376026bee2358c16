package story

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// patience bounds each wait of a story. Stories wait for what they expect, not
// for time; this only ends one that went wrong.
const patience = 60 * time.Second

// atOnce is how many stories are told at a time: they wait for people and for
// sound, hardly ever for a processor.
const atOnce = "6"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// built is the program under test, as `make build` makes it for users, or the
// one that ZUOXI_BINARY names; made once, whoever asks first.
var built = sync.OnceValues(func() (string, error) {
	if named := os.Getenv("ZUOXI_BINARY"); named != "" {
		return named, nil
	}
	root := filepath.Join("..", "..")
	cmd := exec.Command("make", "-s", "build")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	program := filepath.Join(root, "build", "zuoxi")
	_, err := os.Stat(program) // so the result that Go keeps of these tests is one of this very program
	return program, err
})

// binary is a copy of the program: the build may be made anew meanwhile.
func binary(t *testing.T) string {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "zuoxi")
	// Another process writes it: a file that is open for writing here would be so,
	// for a moment, in whatever the tests beside this one start, and then busy.
	if out, err := exec.CommandContext(t.Context(), "cp", program, own).CombinedOutput(); err != nil {
		t.Fatalf("copying the program: %v: %s", err, out)
	}
	return own
}

func TestStories(t *testing.T) {
	t.Parallel()
	bin := binary(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "stories"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			w, err := NewWorld(env.WorkDir, bin)
			if err != nil {
				return err
			}
			env.Values["world"] = w
			env.Values["testers"] = testers{}
			for _, kv := range w.Env() {
				k, v, _ := strings.Cut(kv, "=")
				env.Setenv(k, v)
			}
			env.Setenv("SIP", strconv.Itoa(w.SIP))
			env.Setenv("SEATS", strings.TrimPrefix(w.seatWS, "ws://"))
			env.Setenv("STATUS", w.status)
			env.Defer(w.Close)
			return nil
		},
		Cmds: commands,
	})
}

type command = func(ts *testscript.TestScript, neg bool, a []string)

// commands are the words in which stories are told, each explained where it is made.
var commands = map[string]command{
	"set": cmdSet, "menu": cmdMenu, "brisk": cmdBrisk, "hub": cmdHub, "agent": cmdAgent, "zuoxi": cmdZuoxi, "refused": cmdRefused,
	"retry": cmdRetry, "take": cmdTake, "nothing": cmdNothing, "newer": cmdNewer,
	"seat": cmdSeat, "duty": cmdDuty, "term": cmdTerm, "see": cmdSee, "press": cmdPress, "write": cmdWrite, "insist": cmdInsist, "twice": cmdTwice, "cursor": cmdCursor, "ended": cmdEnded,
	"citizen": cmdCitizen, "dial": cmdDial, "key": cmdKey, "hangup": cmdHangup, "hungup": cmdHungUp, "said": cmdSaid, "tone": cmdTone, "heard": cmdHeard,
	"sipp": cmdSipp, "datagram": cmdDatagram, "knock": cmdKnock,
}

func world(ts *testscript.TestScript) *World { return ts.Value("world").(*World) }

func args(ts *testscript.TestScript, a []string, least int, form string) {
	if len(a) < least {
		ts.Fatalf("usage: %s", form)
	}
}

func number(ts *testscript.TestScript, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	ts.Check(err)
	return v
}

// size reads COLSxROWS.
func size(ts *testscript.TestScript, s string) (cols, rows int) {
	c, r, _ := strings.Cut(s, "x")
	return int(number(ts, c)), int(number(ts, r))
}

// environment splits leading KEY=VALUE off.
func environment(a []string) (extra, rest []string) {
	for len(a) > 0 && strings.Contains(a[0], "=") && !strings.HasPrefix(a[0], "-") {
		extra, a = append(extra, a[0]), a[1:]
	}
	return extra, a
}

// keep is what a command printed, for grep and take.
func keep(ts *testscript.TestScript, out string) {
	ts.Logf("%s", out)
	ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(out), 0o600))
}

// until tries again until f is content; what f says last is the reason of a failure.
func until(ts *testscript.TestScript, what string, f func() (ok bool, state string)) {
	deadline := time.After(patience)
	for {
		ok, state := f()
		if ok {
			return
		}
		select {
		case <-deadline:
			ts.Fatalf("%s did not come within %v:\n%s\n%s\nhub:\n%s", what, patience, state, world(ts).screens(), tail(world(ts).HubLog(), 30))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
