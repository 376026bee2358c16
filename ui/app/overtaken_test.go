package app

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/call"
	"zuoxi/rules/report"
	"zuoxi/session"
	"zuoxi/session/exam"
	"zuoxi/ui/keys"
	"zuoxi/ui/pop"
	"zuoxi/ui/sample"
)

// desk is a model that shows a picture, and what it has said.
func desk(t *testing.T, v session.View) (*Model, *[]session.Verb) {
	t.Helper()
	said := &[]session.Verb{}
	m := New(Options{Do: func(v session.Verb) bool { *said = append(*said, v); return true }, Now: func() time.Time { return sample.Noon }, Still: true, Stage: &fakeStage{}})
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.show(v)
	return m, said
}

// show brings a picture and draws it.
func (m *Model) show(v session.View) {
	m.Update(ViewMsg{v})
	m.View()
}

// TestSecondPressMeansTheFirst: a guest who was about to leave, and to whom the
// caller is handed over in between, does not hang up on the caller; nor does a
// press carry over to another call.
func TestSecondPressMeansTheFirst(t *testing.T) {
	v := sample.Consulting()
	guest := *v.Call
	guest.Allowed = []call.Kind{call.EventRelease, call.EventMute}
	v.Call = &guest
	m, said := desk(t, v)
	press := func() { m.Update(tea.KeyPressMsg{Code: tea.KeyF8}); m.View() }
	press()
	mine := guest
	mine.Phase, mine.Allowed = call.StateTalking, []call.Kind{call.EventRelease, call.EventHold}
	v.Call = &mine
	m.show(v)
	if press(); len(*said) != 0 {
		t.Fatalf("said %v at the first press for the caller", *said)
	}
	next := mine
	next.ID = "call-2"
	v.Call = &next
	m.show(v)
	if press(); len(*said) != 0 {
		t.Fatalf("said %v at the first press for another caller", *said)
	}
	if press(); len(*said) != 1 || (*said)[0] != (session.Release{Call: "call-2"}) {
		t.Errorf("said %v", *said)
	}
}

// TestQuestionGoesWithThePaper: asked whether to hand in the written paper, nobody
// says yes to handing in everything because its time ran out.
func TestQuestionGoesWithThePaper(t *testing.T) {
	sitting := &exam.Sitting{Title: "月考", Phase: exam.PhaseWritten, Calls: []exam.Call{{Title: "失业"}}}
	v := sample.Idle()
	v.Exam.Sitting = sitting
	m, said := desk(t, v)
	m.act(keys.ExamHandIn)
	if m.box == nil {
		t.Fatal("nothing is asked")
	}
	over := *sitting
	over.Phase, v.Exam.Sitting = exam.PhaseCalls, &over
	if m.show(v); m.box != nil {
		t.Error("the question outlives what it is about")
	}
	v.Exam.Sitting = sitting
	m.show(v)
	m.act(keys.ExamHandIn)
	m.Update(tea.KeyPressMsg{Code: '2', Text: "2"})
	if n := len(*said); n == 0 || (*said)[n-1] != (session.Exam{Do: exam.HandIn{Part: exam.PhaseWritten}}) {
		t.Errorf("said %v", *said)
	}
}

// TestPopIsReportedAfterTheLock: whoever opens the screen before the locked pop
// has reached the terminal lets the call ring all the same.
func TestPopIsReportedAfterTheLock(t *testing.T) {
	m, pass, done := idleDesk(t)
	pass(16 * time.Minute)
	v := signedIn()
	v.Offer = &session.OfferView{ID: "o1"}
	m.show(v)
	typeIn(m, "synthetic-3027")
	m.Shown(m.View().WindowTitle)
	if n := len(*done); n == 0 || (*done)[n-1] != (session.OfferShown{Offer: "o1"}) {
		t.Errorf("said %v", *done)
	}
}

// TestNextPersonBeginsAnew: where somebody was who has signed out, and what they
// had open, is not there for the next one.
func TestNextPersonBeginsAnew(t *testing.T) {
	v := sample.Idle()
	m, _ := desk(t, v)
	m.act(keys.Examine)
	m.box = pop.NewSearch()
	out := v
	out.SignIn.SignedIn, out.Seat = false, session.SeatView{}
	m.show(out)
	m.show(v)
	if m.box != nil || m.env.Mode != keys.Idle {
		t.Errorf("box %T, mode %b", m.box, m.env.Mode)
	}
}

// TestMonthThatIsPublished: the question names the month, and goes when a table
// that was asked for before takes its place.
func TestMonthThatIsPublished(t *testing.T) {
	v := sample.Idle()
	month := func(m time.Month) *report.Table {
		from := time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC)
		return &report.Table{Name: "agents", From: from, To: from.AddDate(0, 1, 0)}
	}
	v.Review.Report = month(10)
	m, said := desk(t, v)
	m.act(keys.SheetPublish)
	m.frame.dirty = true
	if !strings.Contains(shown(m), "公布 2026-10 的绩效表") {
		t.Errorf("asks\n%s", shown(m))
	}
	v.Review.Report = month(11)
	if m.show(v); m.box != nil || len(*said) != 0 {
		t.Errorf("the question stays over another month: %T, said %v", m.box, *said)
	}
	v.Review.Report = nil
	m.show(v)
	if m.act(keys.SheetPublish); m.box != nil {
		t.Error("asks about no month")
	}
}

// TestNothingIsLeftToTheNextPerson: what one typed and looked for is there when they come back, and not for another.
func TestNothingIsLeftToTheNextPerson(t *testing.T) {
	v := sample.Idle()
	m, _ := desk(t, v)
	m.look.Update(tea.PasteMsg{Content: "王某的工伤"}, &m.env)
	m.pages.desk.Begin(false, &m.env)
	m.pages.desk.Update(tea.PasteMsg{Content: "写了一半"}, &m.env)
	m.pages.board.Act(keys.FindSeat, &m.env)
	m.pages.quality.Act(keys.ReviewFind, &m.env)
	out := v
	out.SignIn.SignedIn, out.Seat = false, session.SeatView{}
	m.show(out)
	if m.show(v); m.look.Typed() == "" || !m.pages.desk.Dirty() {
		t.Error("gone for who comes back")
	}
	m.show(out)
	v.Seat.AgentNo = "9999"
	if m.show(v); m.look.Typed() != "" || m.pages.desk.Dirty() || m.pages.board.Typing() || m.pages.quality.Typing() {
		t.Errorf("the next person finds %q, a draft: %v", m.look.Typed(), m.pages.desk.Dirty())
	}
	m.look.Update(tea.PasteMsg{Content: "李某的工伤"}, &m.env)
	m.show(out)
	out.Exam.Offline, out.Seat.AgentNo = true, "8888"
	if m.show(out); m.look.Typed() != "" {
		t.Errorf("who sits an exam without the hub finds %q", m.look.Typed())
	}
	paper := m.pages.exam
	out.Exam.Offline, out.SignIn.SignedIn = false, true
	if m.show(out); m.pages.exam != paper {
		t.Error("the paper is put away under the hands when the hub is there again")
	}
}
