package cli

import (
	"context"
	"path/filepath"
	"time"

	"zuoxi/session"
	"zuoxi/session/outbox"
)

const (
	lineWithin  = 40 * time.Second // signing in, ten seconds of test, and patience
	leaveWithin = 3 * time.Second
)

// findLine signs in for as long as the test of the voice line takes, which is
// that of the workstation: a line is only open to who is signed in. The agent
// is not ready meanwhile, so that no call comes.
func (a *run) findLine(ctx context.Context) finding {
	f := finding{Name: "语音线路"}
	no := a.cfg.Seat.Agent
	if no == "" {
		f.Text = "没有写明工号 · 线路没有测 · 请在命令前加 ZUOXI_SEAT_AGENT=工号 再试"
		return f
	}
	if outbox.InUse(filepath.Join(a.seatData(), "outbox-"+no)) {
		f.Text = "工作台正开着 · 线路没有测，通话不受影响 · 请在工作台里做自检，或退出工作台后再试"
		return f
	}
	keys := &vault{getenv: a.Getenv}
	password, ok := keys.Password(no)
	if !ok {
		var err error
		if password, err = a.password(no + " 的口令："); err != nil {
			f.Text = err.Error()
			return f
		}
	}
	// The seat signs in by itself with a password that it knows.
	a.cfg.Seat.Auto = true
	w, err := a.openSeat(ctx, newMemory(no, password))
	if err != nil {
		f.Text = err.Error()
		return f
	}
	defer w.close()
	return w.testLine(ctx, f)
}

// testLine waits for the test that follows every sign-in, and signs out.
func (w *workplace) testLine(ctx context.Context, f finding) finding {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); w.run(ctx) }()
	defer func() { stop(); <-done }()
	f.Text = "没有测出来 · 不知道能否通话 · 请检查网络后再试"
	limit := time.NewTimer(lineWithin)
	defer limit.Stop()
	leaving := false
	leave := func() {
		leaving = true
		w.session.Do(session.SignOut{})
		limit.Reset(leaveWithin)
	}
	for {
		select {
		case v, ok := <-w.session.Views():
			switch {
			case !ok || leaving && !v.SignIn.SignedIn:
				return f
			case v.SignIn.Error != "" && !leaving:
				f.Text = v.SignIn.Error
				return f
			case !leaving && judged(v.Check.Rows, &f):
				leave()
			}
		case <-limit.C:
			if leaving {
				return f
			}
			leave()
		}
	}
}

// judged takes the verdict over when there is one.
func judged(rows []session.CheckRow, f *finding) bool {
	for _, r := range rows {
		if r.Name == session.LineName && r.Done {
			f.OK, f.Text = r.OK, r.Text
			return true
		}
	}
	return false
}
