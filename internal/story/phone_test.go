package story

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

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

// hungup NAME: the call has ended at the citizen's side; with ! it has not.
func cmdHungUp(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, a, 1, "hungup NAME")
	c := phone(ts, a[0])
	if neg {
		if c.Said("terminated") {
			ts.Fatalf("%s's call has ended:\n%s", a[0], c.Log())
		}
		return
	}
	ts.Check(c.Await("terminated", patience))
}

// tone FILE.wav RATE HZ SECONDS
func cmdTone(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 4, "tone FILE.wav RATE HZ SECONDS")
	ts.Check(WriteTone(ts.MkAbs(a[0]), int(number(ts, a[1])), number(ts, a[2]), 0, number(ts, a[3])))
}

// heard FILE.wav|citizen:NAME CHANNEL HZ SECONDS waits until the tone was heard
// for so long; with ! it was not heard at all.
func cmdHeard(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, a, 4, "heard FILE|citizen:NAME CHANNEL HZ SECONDS")
	listen := func() (float64, error) {
		path := ts.MkAbs(a[0])
		if name, ok := strings.CutPrefix(a[0], "citizen:"); ok {
			p, err := phone(ts, name).Heard()
			if err != nil {
				return 0, err
			}
			path = p
		}
		s, err := ReadSound(path, int(number(ts, a[1])))
		if err != nil {
			return 0, err
		}
		return s.ToneSeconds(number(ts, a[2]), -30), nil
	}
	if neg {
		got, err := listen()
		ts.Check(err)
		if got > 0.2 {
			ts.Fatalf("%s has %s Hz for %.1f s", a[0], a[2], got)
		}
		return
	}
	until(ts, strings.Join(a, " "), func() (bool, string) {
		got, err := listen()
		return err == nil && got >= number(ts, a[3]), fmt.Sprintf("%.1f s, %v", got, err)
	})
}

const scenarios = "../../hub/trunk/testdata/sipp/"

// sipp SCENARIO NUMBER…: one call of each number by a tester that nobody here
// wrote, one after the other; it is over when they are.
func cmdSipp(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, a, 2, "sipp SCENARIO NUMBER…")
	file, err := filepath.Abs(scenarios + a[0] + ".xml")
	ts.Check(err)
	ports, err := freePorts(2)
	ts.Check(err)
	callers := "SEQUENTIAL\n"
	for _, n := range a[1:] {
		callers += n + ";\n"
	}
	ts.Check(os.WriteFile(ts.MkAbs("callers.csv"), []byte(callers), 0o600))
	cmd := exec.Command("sipp", "-sf", file, "-inf", "callers.csv", "-s", "12333", "127.0.0.1:"+strconv.Itoa(world(ts).SIP), "-i", "127.0.0.1",
		"-p", strconv.Itoa(ports[0]), "-mp", strconv.Itoa(ports[1]&^1), "-m", strconv.Itoa(len(a)-1), "-l", "1", "-nostdin", "-timeout", "100s")
	cmd.Dir, cmd.Env = ts.MkAbs("."), append(os.Environ(), "TERM=dumb")
	out, err := cmd.CombinedOutput()
	if (err != nil) != neg {
		ts.Fatalf("sipp %s: %v\n%s", a[0], err, tail(string(out), 40))
	}
}
