package story

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/testscript"
)

// seat NAME COLSxROWS [KEY=VALUE…]
func cmdSeat(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "seat NAME COLSxROWS [KEY=VALUE…]")
	cols, rows := size(ts, a[1])
	_, err := world(ts).Seat(a[0], cols, rows, a[2:]...)
	ts.Check(err)
}

// term NAME COLSxROWS [KEY=VALUE…] ARGS…: any command of the program on a terminal.
func cmdTerm(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "term NAME COLSxROWS [KEY=VALUE…] ARGS…")
	cols, rows := size(ts, a[1])
	w := world(ts)
	extra, rest := environment(a[2:])
	t, err := StartTerm(w.Dir, w.Env(extra...), cols, rows, append([]string{w.Binary}, rest...)...)
	ts.Check(err)
	w.terms[a[0]] = t
}

// duty NAME COLSxROWS 工号 [KEY=VALUE…]: somebody begins to work: sign-in, then ready.
func cmdDuty(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "duty NAME COLSxROWS 工号 [KEY=VALUE…]")
	name, no := a[0], a[2]
	cmdSeat(ts, false, append([]string{name, a[1]}, a[3:]...))
	cmdSee(ts, false, []string{name, "工号"})
	cmdPress(ts, false, []string{name, "{" + no + "} <tab> {synthetic-" + no + "} <f9>"})
	cmdSee(ts, false, []string{name, "示忙（刚签入）.*(良好|一般)"})
	cmdPress(ts, false, []string{name, "<c-t> {1}"})
	cmdSee(ts, false, []string{name, "○ 空闲"})
}

// screens is what everybody sees.
func (w *World) screens() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(w.terms)) {
		fmt.Fprintf(&b, "%s:\n%s\n", name, w.terms[name].Screen())
	}
	return b.String()
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

// press NAME KEYS…
func cmdPress(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "press NAME KEYS…")
	ts.Check(term(ts, a[0]).Press(strings.Join(a[1:], " ")))
}

// write NAME KEYS… TEXT: writes into the form of a call until TEXT, the last of
// the keys, is on the screen and on disk. The form is there from the start of the
// call; with the first letter its title says no more that all of it is saved.
func cmdWrite(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "write NAME KEYS… TEXT")
	const title = "受理单 [0-9-]+"
	text := strings.Trim(a[len(a)-1], "{}")
	cmdSee(ts, false, []string{a[0], title + "（已存）"})
	cmdPress(ts, false, a)
	for _, shown := range []string{regexp.QuoteMeta(text), title + " ─", title + "（已存）"} {
		cmdSee(ts, false, []string{a[0], shown})
	}
}

// again is how the screen asks for a step once more.
const again = "请再按一次|请稍等几秒再试"

// insist NAME KEY PATTERN: press, and again whenever the screen says that the
// step was not taken and asks for it, until it shows what was wanted.
func cmdInsist(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "insist NAME KEY PATTERN")
	t, done := term(ts, a[0]), regexp.MustCompile(a[2])
	for end := time.Now().Add(patience); ; <-time.After(time.Second) {
		ts.Check(t.Press(a[1]))
		if _, err := t.Await(a[2], 3*time.Second); err == nil {
			return // who looked at once would see the line of the press before
		}
		if _, err := t.Await(a[2]+"|"+again, patience/12); err != nil {
			soon := t.Screen() // a minute later it shows something else
			_, err = t.Await(a[2]+"|"+again, patience)
			if err != nil {
				ts.Fatalf("%s: %v\nsoon after the key:\n%s\nnow:\n%s\nhub:\n%s", a[0], err, soon, t.Screen(), tail(world(ts).HubLog(), 30))
			}
		}
		switch {
		case done.MatchString(t.Screen()):
			return
		case time.Now().After(end):
			ts.Fatalf("%s is not taken:\n%s", a[1], t.Screen())
		}
	}
}

// twice NAME KEY PATTERN: a key that counts when it is pressed twice within two
// seconds, pressed so until the screen shows what comes of it: a busy machine may
// take the two seconds.
func cmdTwice(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "twice NAME KEY PATTERN")
	t := term(ts, a[0])
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ts.Check(t.Press(a[1] + " " + a[1]))
		if _, err = t.Await(a[2], patience/12); err == nil {
			return
		}
	}
	ts.Fatalf("%s: %v\nhub:\n%s", a[0], err, tail(world(ts).HubLog(), 30))
}

// cursor NAME PATTERN: the real cursor shows, and what stands left of it on its
// row comes to match.
func cmdCursor(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "cursor NAME PATTERN")
	t, re := term(ts, a[0]), regexp.MustCompile(a[1]+"$")
	until(ts, a[1], func() (bool, string) {
		x, y, hidden := t.Cursor()
		rows := strings.Split(t.Screen(), "\n")
		if y >= len(rows) {
			return false, t.Screen()
		}
		left := ansi.Cut(rows[y], 0, x)
		return !hidden && re.MatchString(left), left + "\n" + t.Screen()
	})
}

// crash NAME ends a seat as a power cut would.
func cmdKill(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "crash NAME")
	term(ts, a[0]).Kill()
}

// ended NAME: the program ends by itself, without an error.
func cmdEnded(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "ended NAME")
	ts.Check(term(ts, a[0]).Wait(patience))
}
