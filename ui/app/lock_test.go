package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
)

// idleDesk is a signed-in desk on a clock that the test moves. That the screen is locked or opened is no deed of the person.
func idleDesk(t *testing.T) (m *Model, pass func(time.Duration), done *[]session.Verb) {
	t.Helper()
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	done = &[]session.Verb{}
	m = New(Options{
		Do: func(v session.Verb) bool {
			if _, is := v.(session.LockScreen); !is {
				*done = append(*done, v)
			}
			return true
		}, Still: true, Now: func() time.Time { return now },
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

// TestTheLockIsTold: the session hears of each lock and of its end, and again where it had no room for it; what ends a lock by
// signing out leaves it as it is.
func TestTheLockIsTold(t *testing.T) {
	m, pass, _ := idleDesk(t)
	var said []session.Verb
	room := false
	m.opt.Do = func(v session.Verb) bool {
		if room {
			said = append(said, v)
		}
		return room
	}
	want := func(what string, verbs ...session.Verb) {
		t.Helper()
		if !slices.Equal(said, verbs) {
			t.Errorf("%s: said %v, want %v", what, said, verbs)
		}
		said = nil
	}
	pass(16 * time.Minute)
	room = true
	pass(time.Second)
	pass(time.Second)
	want("locked", session.LockScreen{On: true})
	typeIn(m, "wrong")
	want("a wrong password")
	typeIn(m, "synthetic-3027")
	want("unlocked", session.LockScreen{})
	pass(16 * time.Minute)
	v := signedIn()
	v.Call = &session.CallView{ID: "c1"}
	m.Update(ViewMsg{v})
	pass(time.Second)
	pass(time.Second)
	want("a call", session.LockScreen{On: true}, session.LockScreen{})
	m.Update(ViewMsg{signedIn()})
	pass(16 * time.Minute)
	m.Update(ViewMsg{})
	pass(time.Second)
	want("signed out by a lead", session.LockScreen{On: true})
}

// TestGuessingSignsOut: too many wrong passwords shut the screen, whatever becomes
// of the sign-out: a right one, a key, a call that rings or is on change nothing.
func TestGuessingSignsOut(t *testing.T) {
	m, pass, done := idleDesk(t)
	pass(16 * time.Minute)
	v := signedIn()
	v.Offer = &session.OfferView{ID: "o1"}
	m.Update(ViewMsg{v}) // the session will refuse
	for range wrongMost {
		typeIn(m, "guess")
	}
	out := func(what string) {
		t.Helper()
		if len(*done) != 1 || (*done)[0] != (session.Verb)(session.SignOut{Guessed: true}) {
			t.Errorf("%s: did %v", what, *done)
		}
		if got := shown(m); !strings.Contains(got, "屏幕已锁定") || !strings.Contains(got, "不再接受口令") {
			t.Errorf("%s: not locked:\n%s", what, got)
		}
		*done = nil
	}
	if got := shown(m); !strings.Contains(got, "这里不能接了") || strings.Contains(got, "解锁后再接听") {
		t.Errorf("with a call ringing it says:\n%s", got)
	}
	out("the last guess")
	typeIn(m, "synthetic-3027")
	m.Update(tea.KeyPressMsg{Code: tea.KeyF3})
	if len(*done) != 0 {
		t.Errorf("a shut desk did %v", *done)
	}
	pass(time.Second)
	out("a second later")
	v.Offer, v.Call = nil, &session.CallView{ID: "c1"} // taken by the headset
	m.Update(ViewMsg{v})
	pass(time.Second)
	out("in a call")
	m.Update(ViewMsg{})
	pass(time.Second)
	if got := shown(m); len(*done) != 0 || strings.Contains(got, "已锁定") || !strings.Contains(got, "口令") {
		t.Errorf("signed out: did %v\n%s", *done, got)
	}
}

// TestSignedOutLeavesNoPassword: whoever comes next to the sign-in page finds no
// password in it, nor brings one back; a sign-in that failed keeps it.
func TestSignedOutLeavesNoPassword(t *testing.T) {
	offline := session.View{}
	offline.Exam.Offline = true
	for _, c := range []struct {
		name string
		in   session.View
	}{{"signed in", signedIn()}, {"an exam without the hub", offline}} {
		t.Run(c.name, func(t *testing.T) {
			m, _, done := idleDesk(t)
			out := session.View{}
			out.SignIn.Agent = "3027"
			press := func(k tea.KeyPressMsg) session.SignIn {
				shown(m)
				m.Update(k)
				if len(*done) == 0 {
					return session.SignIn{}
				}
				said, _ := (*done)[len(*done)-1].(session.SignIn)
				return said
			}
			f9, undo := tea.KeyPressMsg{Code: tea.KeyF9}, tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl}
			m.Update(ViewMsg{out})
			shown(m)
			typeIn(m, "synthetic-3027")
			press(tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}) // to be kept
			press(f9)
			refused := out
			refused.SignIn.Error = "工号或口令不对"
			m.Update(ViewMsg{refused})
			if said := press(f9); said.Password != "synthetic-3027" || !said.Remember {
				t.Fatalf("after a refusal it says %+v", said)
			}
			press(tea.KeyPressMsg{Code: tea.KeyUp}) // back to the password
			press(undo)                             // cleared, and to be had back
			m.Update(ViewMsg{c.in})
			m.Update(ViewMsg{out})
			press(undo)
			if said := press(f9); said != (session.SignIn{AgentNo: "3027"}) {
				t.Errorf("after the sign-out it says %+v", said)
			}
		})
	}
}
