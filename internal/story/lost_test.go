package story

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"zuoxi/media/tone"
)

func init() {
	commands["between"], commands["cut"], commands["mark"], commands["took"] = cmdBetween, cmdCut, cmdMark, cmdTook
	commands["gap"], commands["crash"] = cmdGap, cmdKill // kill is a word of the tester itself
	commands["keyring"], commands["close"] = cmdKeyring, cmdClose
}

// keyring [frozen|locked]: the desktop has one from now on.
func cmdKeyring(ts *testscript.TestScript, _ bool, a []string) {
	k, err := world(ts).Keyring()
	ts.Check(err)
	ts.Defer(k.Close)
	switch strings.Join(a, " ") {
	case "frozen":
		k.Freeze()
	case "locked":
		ts.Check(k.Lock())
	}
	cmdSet(ts, false, []string{"DBUS_SESSION_BUS_ADDRESS=" + k.Address()})
}

// close NAME: the window of the terminal is closed; the program ends by itself.
func cmdClose(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "close NAME")
	ts.Check(term(ts, a[0]).Hangup(patience))
}

// wires are the networks of a world by name, and the time that was marked.
type wires struct {
	nets   map[string]*Between
	marked time.Time
}

var allWires sync.Map // of *wires by *World

func wiresOf(ts *testscript.TestScript) *wires {
	w, known := allWires.LoadOrStore(world(ts), &wires{nets: map[string]*Between{}})
	if !known {
		ts.Defer(func() { allWires.Delete(world(ts)) })
	}
	return w.(*wires)
}

// between NAME: a network between a seat and the hub; a seat uses it with
// ZUOXI_SEAT_HUB=$NAME.
func cmdBetween(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "between NAME")
	b, err := world(ts).Between(1)
	ts.Check(err)
	wiresOf(ts).nets[a[0]] = b
	ts.Setenv(a[0], b.URL())
	ts.Defer(func() { _ = b.Close() })
}

// cut NAME all|link|voice on|off|SECONDS: the cable is pulled, plugged in
// again, or both with so long between.
func cmdCut(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "cut NAME all|link|voice on|off|SECONDS")
	b := wiresOf(ts).nets[a[0]]
	pull := map[string]func(bool){"all": b.Cut, "link": b.CutLink, "voice": b.Voice.Cut}[a[1]]
	switch a[2] {
	case "on", "off":
		pull(a[2] == "on")
	default:
		pull(true)
		<-time.After(time.Duration(number(ts, a[2]) * float64(time.Second)))
		pull(false)
	}
	cmdMark(ts, false, nil)
}

// mark: from now on took counts.
func cmdMark(ts *testscript.TestScript, _ bool, _ []string) { wiresOf(ts).marked = time.Now() }

// took WHAT says how long it was since the mark. It is a measurement, not a verdict.
func cmdTook(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "took WHAT")
	measured(ts, a[0], time.Since(wiresOf(ts).marked).Round(10*time.Millisecond).String())
}

// measured keeps a figure for who looks with -v.
func measured(ts *testscript.TestScript, what, value string) {
	fmt.Printf("measured: %s: %s %s\n", ts.Name(), what, value)
}

// gap FILE|citizen:NAME CHANNEL HZ: the longest silence in the middle of a tone.
func cmdGap(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "gap citizen:NAME CHANNEL HZ")
	path, err := phone(ts, a[0]).Heard()
	ts.Check(err)
	s, err := ReadSound(path, int(number(ts, a[1])))
	ts.Check(err)
	measured(ts, "longest gap of "+a[2]+" Hz at "+a[0], strconv.FormatFloat(s.gap(number(ts, a[2])), 'f', 2, 64)+" s")
}

// gap is the longest time in which hz is not heard, after the first time it
// was and before the last.
func (s Sound) gap(hz float64) float64 {
	step := s.Rate / 50
	var loud []int
	for at := 0; at+step <= len(s.PCM); at += step {
		if tone.Level(s.PCM[at:at+step], s.Rate, hz) > -30 {
			loud = append(loud, at)
		}
	}
	longest := step
	for i := range loud {
		if i > 0 {
			longest = max(longest, loud[i]-loud[i-1])
		}
	}
	return float64(longest-step) / float64(s.Rate)
}
