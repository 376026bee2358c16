package session

import (
	"errors"
	"testing"
	"time"

	"zuoxi/wire"
)

// TestNoticeComesBack: what others did is not lost behind the next line.
func TestNoticeComesBack(t *testing.T) {
	now := time.Unix(0, 0)
	s := New(Config{Now: func() time.Time { return now }})
	shows := func(when, want string) {
		t.Helper()
		s.showAgain()
		if s.view.Notice.Text != want {
			t.Errorf("%s: shows %q, want %q", when, s.view.Notice.Text, want)
		}
	}
	s.announce(NoticeWarn, "已接管")
	s.announce(NoticeInfo, "受理单随去")
	s.notify(NoticeError, "没有执行")
	shows("at once", "没有执行")
	now = now.Add(readable)
	shows("first after the error", "受理单随去")
	now = now.Add(readable)
	shows("next", "已接管")
	now = now.Add(readable)
	shows("the error is still true", "没有执行")
	now = now.Add(time.Hour)
	shows("nothing waits", "没有执行")

	s.notify(NoticeInfo, "正在测试")
	s.notify(NoticeInfo, "通过")
	now = now.Add(readable)
	shows("an answer does not come back", "通过")
	s.announce(NoticeWarn, "看得够久")
	now = now.Add(readable)
	s.notify(NoticeInfo, "下一句")
	now = now.Add(readable)
	shows("what was read does not come back", "下一句")
}

// TestNoticeIsNotForTheNextPerson: what an agent did not read before signing out
// is not shown to who signs in then.
func TestNoticeIsNotForTheNextPerson(t *testing.T) {
	now := time.Unix(0, 0)
	s := New(Config{Now: func() time.Time { return now }})
	s.announce(NoticeWarn, "已接管")
	s.announce(NoticeInfo, "受理单随去")
	s.leave()
	s.notify(NoticeInfo, "已登录")
	now = now.Add(readable)
	if s.showAgain(); s.view.Notice.Text != "已登录" {
		t.Errorf("shows %q", s.view.Notice.Text)
	}
}

// TestFetchWithoutAHub: that the library cannot be fetched is no step of the
// person's that was not sent, and calls no seat back to a hub that is down.
func TestFetchWithoutAHub(t *testing.T) {
	s := New(Config{})
	done := make(chan error, 1)
	go func() {
		_, err := s.FetchKB(t.Context(), 0, 0, 0, 0)
		done <- err
	}()
	(<-s.jobs)()
	if err := <-done; !errors.Is(err, ErrNoPart) || s.view.Notice.Text != "" {
		t.Errorf("%v, the person reads %q", err, s.view.Notice.Text)
	}
}

// TestNotTakenUntilItIs: the line that asks for a step once more goes when the
// step is taken, and not for another's sake.
func TestNotTakenUntilItIs(t *testing.T) {
	now := time.Unix(0, 0)
	s := New(Config{Now: func() time.Time { return now }})
	resume, swap := &wire.CallVerb{Call: "a", Do: wire.DoResume}, &wire.CallVerb{Call: "a", Do: wire.DoSwap}
	s.notTaken(resume, NoticeError, "恢复后请再按一次")
	if s.taken(swap); s.view.Notice.Text == "" {
		t.Error("gone after another step")
	}
	s.announce(NoticeInfo, "已接管")
	now = now.Add(readable)
	s.announce(NoticeInfo, "受理单随去")
	s.notTaken(resume, NoticeError, "恢复后请再按一次")
	now = now.Add(readable)
	if s.showAgain(); s.view.Notice.Text != "受理单随去" {
		t.Errorf("shows %q", s.view.Notice.Text)
	}
	s.taken(resume) // while its line waits to be shown again
	now = now.Add(readable)
	if s.showAgain(); s.view.Notice.Text != "受理单随去" {
		t.Errorf("shows %q after the step was taken", s.view.Notice.Text)
	}
	s.notTaken(resume, NoticeError, "恢复后请再按一次")
	if s.taken(resume); s.view.Notice.Text != "" {
		t.Errorf("shows %q after the step was taken", s.view.Notice.Text)
	}
}
