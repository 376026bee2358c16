package story

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

func init() { commands["sound"], commands["unsee"] = cmdSound, cmdUnsee }

var servers sync.Map // by name

// sound up|kill: a sound server of this story's own (scripts/rig.sh), whose one
// device is called "system"; kill ends it as a crash would.
func cmdSound(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "sound up|kill")
	ts.Check(soundServer(world(ts), a[0], ts.Defer))
}

// soundServer does something to the world's sound server; later is told what
// ends it.
func soundServer(w *World, verb string, later func(func())) error {
	name := "zx" + strconv.Itoa(w.SIP) // no two worlds share a port
	rig := func(verb string) error {
		cmd := exec.Command("../../scripts/rig.sh", verb, name)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		return cmd.Run()
	}
	if _, known := servers.LoadOrStore(name, true); !known {
		w.Extra = append(w.Extra, "JACK_DEFAULT_SERVER="+name, "JACK_NO_START_SERVER=1")
		later(func() { servers.Delete(name); _ = rig("down") })
	}
	return rig(verb)
}

// unsee NAME PATTERN: what was on the screen goes away.
func cmdUnsee(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "unsee NAME PATTERN")
	re := regexp.MustCompile(a[1])
	until(ts, "the end of "+a[1], func() (bool, string) {
		now := term(ts, a[0]).Screen()
		return !re.MatchString(now), now
	})
}
