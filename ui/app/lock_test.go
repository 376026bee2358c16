package app

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
)

// idleDesk is a signed-in desk on a clock that the test moves.
func idleDesk(t *testing.T) (m *Model, pass func(time.Duration), done *[]session.Verb) {
	t.Helper()
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	done = &[]session.Verb{}
	m = New(Options{
		Do: func(v session.Verb) bool { *done = append(*done, v); return true }, Still: true, Now: func() time.Time { return now },
		Idle: 15 * time.Minute, Knows: func(p string) bool { return p == "synthetic-3027" },
	})
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.Update(ViewMsg{signedIn()})
	m.Update(TickMsg{})
	return m, func(d time.Duration) { now = now.Add(d); m.Update(TickMsg{}) }, done
}

func signedIn() session.View {
	var v session.View
	v.SignIn.SignedIn = true
	v.Seat = session.SeatView{AgentNo: "3027", Name: "李某"}
	return v
}

func shown(m *Model) string {
	m.View()
	return strings.Join(m.frame.canvas.Lines(), "\n")
}

func typeIn(m *Model, s string) {
	for _, r := range s {
		m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	m.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
}

func TestLocksAfterAWhile(t *testing.T) {
	m, pass, done := idleDesk(t)
	pass(14 * time.Minute)
	if strings.Contains(shown(m), "已锁定") {
		t.Fatal("locked too early")
	}
	m.Update(tea.KeyPressMsg{Code: tea.KeyTab})
	pass(14 * time.Minute)
	if strings.Contains(shown(m), "已锁定") {
		t.Fatal("a key did not count")
	}
	pass(2 * time.Minute)
	if got := shown(m); !strings.Contains(got, "屏幕已锁定") || strings.Contains(got, "李某") {
		t.Fatalf("not locked, or it says too much:\n%s", got)
	}
	// A call rings behind it, and who calls is not said.
	v := signedIn()
	v.Offer = &session.OfferView{ID: "o1"}
	v.Offer.Caller.Masked = "139****0042"
	m.Update(ViewMsg{v})
	if got := shown(m) + m.View().WindowTitle; !strings.Contains(got, "有来电振铃") || strings.Contains(got, "0042") {
		t.Errorf("the call does not show, or says too much:\n%s", got)
	}
	m.Update(tea.KeyPressMsg{Code: tea.KeyF3})
	if len(*done) != 0 {
		t.Errorf("a locked desk did %v", *done)
	}
	typeIn(m, "wrong")
	if !strings.Contains(shown(m), "口令不对") {
		t.Error("a wrong password is not told")
	}
	typeIn(m, "synthetic-3027")
	if got := shown(m); strings.Contains(got, "已锁定") || !strings.Contains(got, "0042") {
		t.Errorf("not unlocked:\n%s", got)
	}
}

func TestLockedOnAnyScreen(t *testing.T) {
	m, pass, _ := idleDesk(t)
	pass(16 * time.Minute)
	for _, size := range [][2]int{{1, 1}, {3, 2}, {40, 5}, {500, 200}} {
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		if strings.Contains(shown(m), "李某") {
			t.Errorf("%v says who sits here", size)
		}
	}
}

func TestNeverLocksInACall(t *testing.T) {
	m, pass, _ := idleDesk(t)
	v := signedIn()
	v.Call = &session.CallView{ID: "c1"}
	m.Update(ViewMsg{v})
	pass(2 * time.Hour)
	if strings.Contains(shown(m), "已锁定") {
		t.Error("locked in a call")
	}
	m.Update(ViewMsg{signedIn()})
	pass(time.Minute)
	if strings.Contains(shown(m), "已锁定") {
		t.Error("locked at once after a call")
	}
}

func TestGuessingSignsOut(t *testing.T) {
	m, pass, done := idleDesk(t)
	pass(16 * time.Minute)
	for range wrongMost {
		typeIn(m, "guess")
	}
	if len(*done) != 1 || (*done)[0] != (session.Verb)(session.SignOut{}) {
		t.Errorf("did %v", *done)
	}
}
