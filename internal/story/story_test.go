package story

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// patience bounds each wait of a story. Stories wait for what they expect, not
// for time; this only ends one that went wrong.
const patience = 60 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// binary is the program under test: the one that `make build` made, or one
// built here.
func binary(t *testing.T) string {
	t.Helper()
	built := filepath.Join(t.TempDir(), "zuoxi")
	cmd := exec.Command("go", "build", "-o", built, "zuoxi")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	return built
}

func TestStories(t *testing.T) {
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
			for _, kv := range w.Env() {
				k, v, _ := strings.Cut(kv, "=")
				env.Setenv(k, v)
			}
			env.Defer(w.Close)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"hub": cmdHub, "agent": cmdAgent, "zuoxi": cmdZuoxi, "seat": cmdSeat, "see": cmdSee, "press": cmdPress, "cursor": cmdCursor,
			"citizen": cmdCitizen, "dial": cmdDial, "key": cmdKey, "hangup": cmdHangup, "hungup": cmdHungUp, "pause": cmdPause,
			"tone": cmdTone, "heard": cmdHeard, "ended": cmdEnded, "kill": cmdKill, "retry": cmdRetry,
		},
	})
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

// hub start|stop|kill
func cmdHub(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "hub start|stop|kill")
	switch a[0] {
	case "start":
		ts.Check(world(ts).StartHub())
	case "stop":
		ts.Check(world(ts).StopHub())
	case "kill":
		world(ts).KillHub()
	}
}

// agent 工号 姓名 角色
func cmdAgent(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "agent 工号 姓名 角色")
	ts.Check(world(ts).Agent(a[0], a[1], a[2]))
}

// zuoxi [KEY=VALUE…] ARGS: its output is stdout for the next stdout command.
func cmdZuoxi(ts *testscript.TestScript, neg bool, a []string) {
	var extra []string
	for len(a) > 0 && strings.Contains(a[0], "=") && !strings.HasPrefix(a[0], "-") {
		extra, a = append(extra, a[0]), a[1:]
	}
	out, err := world(ts).Run(extra, a...)
	ts.Logf("%s", out)
	ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(out), 0o600))
	if (err != nil) != neg {
		ts.Fatalf("zuoxi %s: %v", strings.Join(a, " "), err)
	}
}

// seat NAME COLSxROWS [KEY=VALUE…]
func cmdSeat(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "seat NAME COLSxROWS [KEY=VALUE…]")
	c, r, _ := strings.Cut(a[1], "x")
	_, err := world(ts).Seat(a[0], int(number(ts, c)), int(number(ts, r)), a[2:]...)
	ts.Check(err)
}

func term(ts *testscript.TestScript, name string) *Term {
	t, ok := world(ts).terms[name]
	if !ok {
		ts.Fatalf("no seat called %s", name)
	}
	return t
}

// see NAME PATTERN waits for it; ! see says that it is not there now.
func cmdSee(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, a, 2, "see NAME PATTERN")
	limit := patience
	if neg {
		limit = 0
	}
	_, err := term(ts, a[0]).Await(a[1], limit)
	if (err != nil) != neg {
		ts.Fatalf("%s: %v\n%s\nhub:\n%s", a[0], err, term(ts, a[0]).Screen(), tail(world(ts).HubLog(), 30))
	}
}

func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// press NAME KEYS…
func cmdPress(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "press NAME KEYS…")
	ts.Check(term(ts, a[0]).Press(strings.Join(a[1:], " ")))
}

// cursor NAME PATTERN: the text left of the real cursor on its row matches.
func cmdCursor(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "cursor NAME TEXT")
	t := term(ts, a[0])
	if _, err := t.Await(a[1], patience); err != nil {
		ts.Fatalf("%v", err)
	}
	if x, y, hidden := t.Cursor(); hidden {
		ts.Fatalf("cursor hidden at %d,%d", x, y)
	}
}

// kill NAME ends a seat as a power cut would.
func cmdKill(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "kill NAME")
	term(ts, a[0]).Kill()
}

// ended NAME: the seat's program ends by itself.
func cmdEnded(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "ended NAME")
	ts.Check(term(ts, a[0]).Wait(patience))
}

// citizen NAME NUMBER MOUTH.wav
func cmdCitizen(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "citizen NAME NUMBER MOUTH.wav")
	_, err := world(ts).Citizen(a[0], a[1], ts.MkAbs(a[2]))
	ts.Check(err)
}

func phone(ts *testscript.TestScript, name string) *Citizen {
	c, ok := world(ts).phones[name]
	if !ok {
		ts.Fatalf("no citizen called %s", name)
	}
	return c
}

// dial NAME calls the hotline and waits for the answer.
func cmdDial(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "dial NAME")
	c := phone(ts, a[0])
	ts.Check(c.Dial(world(ts).Hotline()))
	ts.Check(c.Await("Call established", patience))
}

// key NAME KEYS…
func cmdKey(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "key NAME KEYS…")
	for _, k := range a[1:] {
		ts.Check(phone(ts, a[0]).Key(k))
		ts.Check(phone(ts, a[0]).Await("send DTMF digit end: '"+k+"'", patience))
	}
}

func cmdHangup(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "hangup NAME")
	ts.Check(phone(ts, a[0]).Hangup())
}

// hungup NAME: the call has ended at the citizen's side.
func cmdHungUp(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "hungup NAME")
	ts.Check(phone(ts, a[0]).Await("terminated", patience))
}

// tone FILE.wav RATE HZ SECONDS
func cmdTone(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 4, "tone FILE.wav RATE HZ SECONDS")
	ts.Check(WriteTone(ts.MkAbs(a[0]), int(number(ts, a[1])), number(ts, a[2]), 0, number(ts, a[3])))
}

// heard FILE.wav|citizen:NAME CHANNEL HZ SECONDS: the tone was heard for at
// least so long; with ! not at all.
func cmdHeard(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, a, 4, "heard FILE|citizen:NAME CHANNEL HZ SECONDS")
	path := ts.MkAbs(a[0])
	if name, ok := strings.CutPrefix(a[0], "citizen:"); ok {
		p, err := phone(ts, name).Heard()
		ts.Check(err)
		path = p
	}
	s, err := ReadSound(path, int(number(ts, a[1])))
	ts.Check(err)
	got := s.ToneSeconds(number(ts, a[2]), -30)
	ts.Logf("%s: %s Hz for %.1f of %.1f s", a[0], a[2], got, s.Seconds())
	if want := number(ts, a[3]); !neg && got < want || neg && got > 0.2 {
		ts.Fatalf("%s has %s Hz for %.1f s", a[0], a[2], got)
	}
}

// pause SECONDS lets people talk for a while.
func cmdPause(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "pause SECONDS")
	<-time.After(time.Duration(number(ts, a[0]) * float64(time.Second)))
}

// retry PATTERN ARGS…: the command is carried out until its output matches.
func cmdRetry(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "retry PATTERN ARGS…")
	deadline := time.After(patience)
	for {
		out, err := world(ts).Run(nil, a[1:]...)
		if err == nil && strings.Contains(out, a[0]) {
			ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(out), 0o600))
			return
		}
		select {
		case <-deadline:
			ts.Fatalf("%s", fmt.Sprintf("zuoxi %s does not show %q: %v\n%s", strings.Join(a[1:], " "), a[0], err, out))
		case <-time.After(200 * time.Millisecond):
		}
	}
}
