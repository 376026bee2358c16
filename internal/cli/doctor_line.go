package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"zuoxi/session"
	"zuoxi/session/outbox"
)

const (
	lineWithin  = 40 * time.Second // signing in, ten seconds of test, and patience
	echoWithin  = 40 * time.Second // the tone, a sentence and its echo, and patience
	leaveWithin = 3 * time.Second
)

// findLine signs in for as long as the test of the voice line takes, which is
// that of the workstation: a line is only open to who is signed in. The agent
// is not ready meanwhile, so that no call comes. With echo the whole check
// before duty follows.
func (a *run) findLine(ctx context.Context, echo bool) []finding {
	no := func(text string) []finding { return []finding{{Name: lineFinding, Text: text}} }
	agent := a.cfg.Seat.Agent
	if agent == "" {
		return no("没有写明工号 · 线路没有测 · 请在命令前加 ZUOXI_SEAT_AGENT=工号 再试")
	}
	if outbox.InUse(filepath.Join(a.seatData(), "outbox-"+agent)) {
		return no("工作台正开着 · 线路没有测，通话不受影响 · 请在工作台里做自检，或退出工作台后再试")
	}
	keys := &vault{getenv: a.Getenv}
	password, ok := keys.Password(agent)
	if !ok {
		var err error
		if password, err = a.password(agent + " 的口令："); err != nil {
			return no(err.Error())
		}
	}
	// The seat signs in by itself with a password that it knows.
	a.cfg.Seat.Auto = true
	w, err := a.openSeat(ctx, newMemory(agent, password))
	if err != nil {
		return no(err.Error())
	}
	defer w.close()
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); w.run(ctx) }()
	defer func() { stop(); <-done }()
	t := &lineTest{do: w.session.Do, tell: a.Err, echo: echo}
	t.run(w.session.Views())
	return t.found()
}

const lineFinding = "语音线路"

// lineTest waits for the test that follows every sign-in, has the check before
// duty made if that is wanted, and signs out.
type lineTest struct {
	do   func(session.Verb) bool
	tell io.Writer // what the agent is to do
	echo bool

	limit   *time.Timer
	rows    []session.CheckRow
	trouble string // why nobody is signed in
	told    string
	asked   bool // for the check before duty
	leaving bool
}

func (t *lineTest) run(views <-chan session.View) {
	t.limit = time.NewTimer(lineWithin)
	defer t.limit.Stop()
	for {
		select {
		case v, ok := <-views:
			if !ok || t.see(v) {
				return
			}
		case <-t.limit.C:
			if t.leaving {
				return
			}
			t.leave()
		}
	}
}

// see takes a view and tells whether it was the last.
func (t *lineTest) see(v session.View) (over bool) {
	if t.leaving {
		return !v.SignIn.SignedIn
	}
	if v.SignIn.Error != "" {
		t.trouble = v.SignIn.Error
		return true
	}
	t.rows = v.Check.Rows
	switch {
	case !t.done(session.LineName):
	case !t.echo:
		t.leave()
	case !t.asked && !v.Check.Running:
		t.asked = true
		t.limit.Reset(echoWithin)
		t.do(session.RunSelfCheck{})
	case t.asked && t.done(session.EchoName):
		t.leave()
	case t.asked:
		t.prompt()
	}
	return false
}

func (t *lineTest) leave() {
	t.leaving = true
	t.do(session.SignOut{})
	t.limit.Reset(leaveWithin)
}

func (t *lineTest) done(name string) bool {
	return slices.ContainsFunc(t.rows, func(r session.CheckRow) bool { return r.Name == name && r.Done })
}

// prompt says what the agent is to say or to hear now.
func (t *lineTest) prompt() {
	for _, r := range t.rows {
		if !r.Done && r.Name != session.LineName && r.Name != session.EarName && r.Text != t.told {
			t.told = r.Text
			_, _ = fmt.Fprintf(t.tell, "%s：%s\n", r.Name, r.Text) // who does not see it is told by the verdict
		}
	}
}

// found is what the rows say; a row that never came is one, too.
func (t *lineTest) found() []finding {
	out := []finding{t.row(session.LineName, lineFinding, "没有测出来 · 不知道能否通话 · 请检查网络后再试")}
	if t.trouble == "" && t.echo {
		for _, name := range []string{session.MicName, session.EarName, session.EchoName} {
			out = append(out, t.row(name, name, "没有测出来 · 不知道对方能否听清您 · 请再试一次"))
		}
	}
	return out
}

func (t *lineTest) row(name, as, missing string) finding {
	if t.trouble != "" {
		return finding{Name: as, Text: t.trouble}
	}
	for _, r := range t.rows {
		if r.Name == name && r.Done {
			return finding{Name: as, OK: r.OK, Text: r.Text}
		}
	}
	return finding{Name: as, Text: missing}
}
