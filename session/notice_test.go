package session

import (
	"errors"
	"testing"
	"time"

	"zuoxi/session/examiner"
	"zuoxi/session/review"
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

// TestLinesGoWithTheirCall: that a step on a call was not taken is no news beside
// the next caller, and of a call that has ended nobody reads that it could not be ended.
func TestLinesGoWithTheirCall(t *testing.T) {
	now := time.Unix(0, 0)
	s := New(Config{Now: func() time.Time { return now }})
	release := &wire.CallVerb{Call: "a", Do: wire.DoRelease}
	s.desk.Call = &wire.Call{ID: "a"}
	if s.overtaken(release) {
		t.Error("the caller is there: the refusal is to be read")
	}
	s.notTaken(release, NoticeError, "没有挂断")
	s.announce(NoticeInfo, "已接管")
	s.notTaken(&wire.CallVerb{Call: "a", Do: wire.DoHold}, NoticeError, "没有保持")
	s.unread = append(s.unread, Notice{Step: stepOf(release)})
	s.desk.Call = &wire.Call{ID: "a", Ended: now}
	s.desk.Call.Ended = time.Unix(9, 0)
	s.wentOn()
	if !s.overtaken(release) || s.view.Notice.Text != "没有保持" || len(s.unread) != 1 {
		t.Errorf("after the end: %q, unread %+v", s.view.Notice.Text, s.unread)
	}
	s.desk = wire.DeskState{} // the link was cut, and is back
	s.desk.Call = &wire.Call{ID: "b"}
	if s.wentOn(); s.view.Notice.Text != "" || len(s.unread) != 1 || s.unread[0].Text != "已接管" {
		t.Errorf("beside the next caller: %q, unread %+v", s.view.Notice.Text, s.unread)
	}
}

// TestNobodyAsked: that an article was read is noted, and a list of targets is
// asked for again, without a key; with the link cut there is nothing to press again.
func TestNobodyAsked(t *testing.T) {
	s := New(Config{})
	s.desk.Call, s.view.Record = &wire.Call{ID: "a"}, &RecordView{Number: "1"}
	s.view.Link.State = LinkOffline
	s.form.article(s, ArticleShown{ID: "K-1", Version: "1"})
	if s.view.Targets = (TargetsView{Query: "8012"}); len(s.view.Record.Fields.Articles) != 1 {
		t.Error("the article is not in the record")
	}
	s.do(FindTarget{Query: "8012"})
	if s.view.Notice.Text != "" {
		t.Errorf("the person reads %q", s.view.Notice.Text)
	}
	if s.do(FindTarget{Query: "8013"}); s.view.Notice.Text != notSent {
		t.Errorf("of what was typed the person reads %q", s.view.Notice.Text)
	}
}

// TestAnswersAreNotForTheNextPerson: what one looked for is not there for who
// signs in then.
func TestAnswersAreNotForTheNextPerson(t *testing.T) {
	s := New(Config{})
	s.view.Found = FoundView{Line: "今天", Rows: []FoundRow{{ID: "c1"}}}
	s.view.Editor, s.view.Sheet = EditorView{List: KBWork}, SheetView{URL: "https://12333.example.gov.cn/r/abc"}
	s.view.Dialled, s.view.Devices.Known = 3, true
	s.leave()
	if v := s.view.Answers; v.Found.Line != "" || v.Editor.List != "" || v.Sheet.URL != "" || v.Dialled != 3 || !v.Devices.Known {
		t.Errorf("%+v", v)
	}
}

// TestOfficeIsNotWaitedFor: with the link cut a report is not waited for, now or later.
func TestOfficeIsNotWaitedFor(t *testing.T) {
	s := New(Config{})
	s.do(Review{review.Report{Name: "calls"}})
	if v := s.review.View(); v.Busy != 0 || s.view.Notice.Text != notSent {
		t.Errorf("waits for %d, the person reads %q", v.Busy, s.view.Notice.Text)
	}
	s.do(Examiner{examiner.Open{Paper: "p1"}})
	if n := s.view.Notice; n.ID != 2 || n.Level != NoticeWarn || n.Step == "" {
		t.Errorf("said more than once each: %+v", n)
	}
}

// TestEverySaveIsAnswered: who waits for a save learns that it could not be sent, and that it was refused.
func TestEverySaveIsAnswered(t *testing.T) {
	s := New(Config{})
	s.do(SaveKB{Text: "甲"})
	if e := s.view.Editor; e.Saves != 1 || e.Busy {
		t.Errorf("not sent: %+v", e)
	}
	s.editorAnswer(2, &wire.KBAsk{}, wire.Message{Body: &wire.KBRows{}})
	s.editorAnswer(3, &wire.KBSave{}, wire.Message{Body: &wire.Ack{Code: wire.CodeConflict}})
	if e := s.view.Editor; e.Saves != 2 || e.Done != 0 || e.Error == "" {
		t.Errorf("refused: %+v", e)
	}
}

// TestInheritedTextIsAnother: the form on the screen takes the text that came
// with the call, though the number stays.
func TestInheritedTextIsAnother(t *testing.T) {
	s := New(Config{})
	s.form.callID, s.form.active, s.form.onCall, s.form.saves = "a", true, true, 2
	s.view.Record = &RecordView{Number: "0312-3027-1", Fields: RecordFields{Question: "旧"}}
	s.desk.Call, s.desk.Draft = &wire.Call{ID: "a"}, &wire.Record{Number: "0312-3027-1", Question: "新"}
	s.desk.Draft.Saves = 9
	s.form.inherit(s)
	if r := s.view.Record; r.Fields.Question != "新" || r.Reread == 0 {
		t.Errorf("%+v", r)
	}
}
