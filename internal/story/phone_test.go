package story

import (
	"errors"
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
	c := phone(ts, a[0])
	for _, k := range a[1:] {
		released := "send DTMF digit end: '" + k + "'"
		before := c.count(released)
		ts.Check(c.Key(k))
		ts.Check(c.awaitMore(released, before, patience))
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

// said NAME TEXT: the telephone's own log tells it.
func cmdSaid(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "said NAME TEXT")
	ts.Check(phone(ts, a[0]).Await(a[1], patience))
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
		if got > max(0.2, number(ts, a[3])) {
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

// testers are the runs of sipp of a story, by name.
type testers map[string]*tester

// tester is one run of sipp; err is how it ended.
type tester struct {
	ended chan struct{}
	err   error
}

// sipp NAME SCENARIO NUMBER [OLD NEW…] starts a call by a tester that nobody
// here wrote, with words of its scenario replaced. sipp NAME waits for its end.
func cmdSipp(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, a, 1, "sipp NAME [SCENARIO NUMBER [OLD NEW…]]")
	all := ts.Value("testers").(testers)
	if len(a) == 1 {
		t := all[a[0]]
		if <-t.ended; (t.err != nil) != neg {
			ts.Fatalf("sipp %s: %v", a[0], t.err)
		}
		return
	}
	args(ts, a, 3, "sipp NAME SCENARIO NUMBER [OLD NEW…]")
	text, err := os.ReadFile(scenarios + a[1] + ".xml")
	ts.Check(err)
	dir := ts.MkAbs("sipp-" + a[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	for name, data := range map[string][]byte{
		"scenario.xml": []byte(strings.NewReplacer(a[3:]...).Replace(string(text))), "callers.csv": []byte("SEQUENTIAL\n" + a[2] + ";\n"),
		"talk.pcap": speech(60, false),
	} {
		ts.Check(os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	for range 5 { // as the far side does
		t, err := ring(ts, dir)
		if all[a[0]] = t; err == nil || t.err == nil && errors.Is(err, errFarEnded) {
			return
		} else if !errors.Is(err, errFarEnded) {
			ts.Check(err)
		}
	}
	ts.Fatalf("sipp %s: %v", a[0], all[a[0]].err)
}

// ring starts the tester on ports of the moment, and waits until it is there or has ended.
func ring(ts *testscript.TestScript, dir string) (*tester, error) {
	ports, err := freePorts(2)
	ts.Check(err)
	port := strconv.Itoa(ports[0])
	cmd := exec.Command("sipp", "-sf", "scenario.xml", "-inf", "callers.csv", "-s", "12333", "127.0.0.1:"+strconv.Itoa(world(ts).SIP), "-i",
		"127.0.0.1", "-p", port, "-mp", strconv.Itoa(ports[1]&^1), "-m", "1", "-nostdin", "-trace_err", "-error_file", "errors.log", "-timeout", "100s", "-timeout_error")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TERM=dumb")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	ts.Check(cmd.Start())
	t := &tester{ended: make(chan struct{})}
	go func() {
		defer close(t.ended)
		if t.err = cmd.Wait(); t.err != nil {
			log, _ := os.ReadFile(filepath.Join(dir, "errors.log")) // there is none when it failed to start
			t.err = fmt.Errorf("%w\n%s%s", t.err, tail(out.String(), 40), log)
		}
	}()
	ts.Defer(func() { _ = cmd.Process.Kill() })
	return t, listening(port, t.ended)
}
