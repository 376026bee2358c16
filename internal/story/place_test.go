package story

import (
	"database/sql"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // to write a schema of the future
)

// set KEY=VALUE…: the environment of every program that is started from now on.
func cmdSet(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "set KEY=VALUE…")
	w := world(ts)
	w.Extra = append(w.Extra, a...)
}

const shippedMenu = "../../hub/menu/"

// menu OLD NEW…: an own menu file, the one that ships with words replaced.
func cmdMenu(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "menu OLD NEW…")
	text, err := os.ReadFile(shippedMenu + "ivr.toml")
	ts.Check(err)
	for i := 0; i+1 < len(a); i += 2 {
		if !strings.Contains(string(text), a[i]) {
			ts.Fatalf("the menu does not hold %q", a[i])
		}
	}
	own := ts.MkAbs("ivr.toml")
	ts.Check(os.WriteFile(own, []byte(strings.NewReplacer(a...).Replace(string(text))), 0o600))
	cmdSet(ts, false, []string{"ZUOXI_HUB_MENU_FILE=" + own})
}

// brisk: for stories that are not about the menu.
func cmdBrisk(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(brisk(world(ts))) }

func brisk(w *World) error { return w.Brisk(shippedMenu) }

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

// zuoxi [KEY=VALUE…] ARGS: what it prints is in the file out.
func cmdZuoxi(ts *testscript.TestScript, neg bool, a []string) {
	extra, a := environment(a)
	out, err := world(ts).Run(extra, a...)
	keep(ts, out)
	if (err != nil) != neg {
		ts.Fatalf("zuoxi %s: %v", strings.Join(a, " "), err)
	}
}

var (
	han     = regexp.MustCompile(`\p{Han}`)
	logLine = regexp.MustCompile(`(?m)^\{"time".*\n`)
)

// refused CODE PATTERN [KEY=VALUE…] ARGS: the program ends with CODE and one
// plain Chinese line that matches, beside the log of a hub.
func cmdRefused(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 3, "refused CODE PATTERN [KEY=VALUE…] ARGS")
	code, pattern := int(number(ts, a[0])), regexp.MustCompile(a[1])
	extra, a := environment(a[2:])
	out, err := world(ts).Run(extra, a...)
	keep(ts, out)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		ts.Fatalf("zuoxi %s: %v", strings.Join(a, " "), err)
	}
	line := strings.TrimSpace(logLine.ReplaceAllString(out, ""))
	if strings.Contains(line, "\n") || !han.MatchString(line) || !pattern.MatchString(line) {
		ts.Fatalf("not one plain line with %s:\n%s", pattern, out)
	}
}

// retry PATTERN [KEY=VALUE…] ARGS…: the command is carried out until its output matches.
func cmdRetry(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "retry PATTERN [KEY=VALUE…] ARGS…")
	re := regexp.MustCompile(a[0])
	extra, command := environment(a[1:])
	until(ts, a[0], func() (bool, string) {
		out, err := world(ts).Run(extra, command...)
		if err != nil || !re.MatchString(out) {
			return false, out
		}
		keep(ts, out)
		return true, ""
	})
}

// take NAME PATTERN: the first group in the file out becomes the variable NAME.
func cmdTake(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "take NAME PATTERN")
	m := regexp.MustCompile(a[1]).FindStringSubmatch(ts.ReadFile("out"))
	if len(m) < 2 {
		ts.Fatalf("%q is not in:\n%s", a[1], ts.ReadFile("out"))
	}
	ts.Setenv(a[0], m[1])
}

// nothing GLOB: no such file is there.
func cmdNothing(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "nothing GLOB")
	found, err := filepath.Glob(ts.MkAbs(a[0]))
	ts.Check(err)
	if len(found) > 0 {
		ts.Fatalf("left behind: %v", found)
	}
}

// newer FOLDER: the hub's data there was written by a program of the future.
func cmdNewer(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "newer FOLDER")
	db, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(a[0]), "hub.db"))
	ts.Check(err)
	defer func() { _ = db.Close() }()
	_, err = db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
	ts.Check(err)
}

// datagram FILE…: the files come to the trunk's port, from an address that may call.
func cmdDatagram(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "datagram FILE…")
	c, err := net.Dial("udp", "127.0.0.1:"+strconv.Itoa(world(ts).SIP))
	ts.Check(err)
	ts.Defer(func() { _ = c.Close() }) // answers find somebody there
	for _, f := range a {
		_, err := c.Write([]byte(strings.ReplaceAll(ts.ReadFile(f), "\n", "\r\n")))
		ts.Check(err)
	}
}

// knock TEXT…: somebody at the seats' door says this and waits for the answer,
// which is in the file out.
func cmdKnock(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "knock TEXT…")
	d := websocket.Dialer{Subprotocols: []string{"zuoxi.v1"}}
	c, resp, err := d.Dial(world(ts).seatWS+"/v1/seat", nil)
	ts.Check(err)
	_ = resp.Body.Close()
	defer func() { _ = c.Close() }()
	for _, text := range a {
		ts.Check(c.WriteMessage(websocket.TextMessage, []byte(text)))
	}
	ts.Check(c.SetReadDeadline(time.Now().Add(patience)))
	var out strings.Builder
	for {
		_, data, err := c.ReadMessage()
		if err != nil {
			out.WriteString(err.Error())
			break
		}
		out.Write(append(data, '\n'))
	}
	keep(ts, out.String())
}
