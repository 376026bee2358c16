package story

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func init() {
	commands["hides"], commands["copied"], commands["sandbox"] = cmdHides, cmdCopied, cmdSandbox
}

// hides PATH WORD…: the file, or every file below the folder, holds none of the
// words; ! hides: one of them holds one, so that a search that finds nothing is
// known to look.
func cmdHides(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, a, 2, "hides PATH WORD…")
	files, found, err := 0, "", fs.ErrNotExist
	for range 20 { // a file may be given another name while we look: then we look again
		if files, found, err = holding(ts.MkAbs(a[0]), a[1:]); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	ts.Check(err)
	if files == 0 || (found != "") != neg {
		ts.Fatalf("%d files,%s", files, found)
	}
	ts.Logf("%d files", files)
}

// holding tells how many files there are at and below path, and which of them
// hold one of the words.
func holding(path string, words []string) (files int, found string, err error) {
	err = filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, w := range words {
			if bytes.Contains(data, []byte(w)) {
				found += " " + path + " holds " + w
			}
		}
		return nil
	})
	return files, found, err
}

// copied NAME PATTERN: what the program put into the clipboard last comes to match.
func cmdCopied(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "copied NAME PATTERN")
	t, re := term(ts, a[0]), regexp.MustCompile(a[1])
	until(ts, a[1], func() (bool, string) {
		all := t.Copied()
		return len(all) > 0 && re.MatchString(all[len(all)-1]), strings.Join(all, "\n")
	})
}

// sandbox: the made-up business system, for the hub that is started next.
func cmdSandbox(ts *testscript.TestScript, _ bool, _ []string) {
	w := world(ts)
	ports, err := freePorts(1)
	ts.Check(err)
	address := "127.0.0.1:" + strconv.Itoa(ports[0])
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, w.Binary, "business-sandbox", "--listen", address)
	cmd.Dir, cmd.Env = w.Dir, w.Env()
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(os.Interrupt) }, 5*time.Second
	ts.Check(cmd.Start())
	ts.Defer(func() { stop(); _ = cmd.Wait() })
	cmdSet(ts, false, []string{"ZUOXI_HUB_BUSINESS_URL=http://" + address})
}
