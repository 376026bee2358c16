package pop_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/pop"
	"zuoxi/ui/sample"
)

// press gives keys to a box and follows it to the next one.
func press(d *sample.Desk, b pop.Box, names ...string) (pop.Box, pop.Result) {
	var r pop.Result
	for _, n := range names {
		r = b.Update(sample.Msg(n), &d.Env)
		if r.Open != nil {
			b = r.Open
		}
	}
	return b, r
}

func TestPresenceByDigitsOfAnyWidth(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	_, r := press(d, pop.Presence(), "２", "4")
	if !r.Close || d.Last() != (session.SetPresence{State: agent.StateBreak, Reason: agent.BreakCoach}) {
		t.Errorf("%+v, said %v", r, d.Last())
	}
	_, r = press(d, pop.Presence(), "5")
	if r.Run != keys.SignOut {
		t.Errorf("%+v", r)
	}
	_, r = press(d, pop.Presence(), "9", "x")
	if r.Used || r.Close {
		t.Errorf("%+v", r)
	}
}

func TestConfirmationDefaultsToStaying(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	went := false
	ask := func() pop.Box {
		return pop.Confirm("退出？", "不退出", "退出", func(*page.Env) pop.Result { went = true; return pop.Result{} })
	}
	if _, r := press(d, ask(), "enter"); !r.Close || went {
		t.Errorf("%+v, went %v", r, went)
	}
	if _, r := press(d, ask(), "esc"); !r.Close || went {
		t.Errorf("%+v, went %v", r, went)
	}
	if press(d, ask(), "down", "enter"); !went {
		t.Error("the second answer does nothing")
	}
}

func TestRejectLivesWithItsOffer(t *testing.T) {
	d := sample.Alone(sample.Ringing(), keys.Offer)
	b := pop.Reject("offer-1")
	if got, _ := d.Draw(b.Draw, 80, 20); !b.Alive(&d.Env) || !strings.Contains(got, "设备有问题") {
		t.Errorf("%s", got)
	}
	d.View.Offer = nil
	if b.Alive(&d.Env) {
		t.Error("the question outlived the call")
	}
}

func TestPaletteFindsByInitials(t *testing.T) {
	d := sample.Alone(sample.Talking(), keys.Talk)
	_, r := press(d, pop.Palette(&d.Env), "ztly", "enter")
	if r.Run != keys.PauseRecord || !r.Close {
		t.Errorf("%+v", r)
	}
	b, r := press(d, pop.Help(&d.Env), "gj", "enter")
	if r.Run != "" || r.Close {
		t.Errorf("help carried out %+v", r)
	}
	got, cur := d.Draw(b.Draw, 80, 20)
	if !strings.Contains(got, "Ctrl+G") || !cur.On {
		t.Errorf("cursor %+v\n%s", cur, got)
	}
	b.Update(tea.PasteMsg{Content: "没有这个"}, &d.Env)
	if got, _ := d.Draw(b.Draw, 80, 20); !strings.Contains(got, "没有这样的命令") {
		t.Errorf("%s", got)
	}
}

// TestPaletteFollowsTheCall: what is found is what can be done now.
func TestPaletteFollowsTheCall(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	b, _ := press(d, pop.Palette(&d.Env), "ztly")
	if got, _ := d.Draw(b.Draw, 80, 20); !strings.Contains(got, "没有这样的命令") {
		t.Errorf("without a call:\n%s", got)
	}
	d.Mode = keys.Talk
	if got, _ := d.Draw(b.Draw, 80, 20); !strings.Contains(got, "暂停录音") {
		t.Errorf("in a call:\n%s", got)
	}
}

// TestHelpIsWhole: no description is cut at any width, and each can be reached.
func TestHelpIsWhole(t *testing.T) {
	for _, w := range []int{80, 120, 200} {
		d := sample.Alone(sample.Talking(), keys.Talk)
		b := pop.Help(&d.Env)
		seen := ""
		for range d.Keys.For(keys.Talk) {
			got, _ := d.Draw(b.Draw, w, 21)
			seen += got
			press(d, b, "down")
		}
		if strings.Contains(seen, "..") || strings.Contains(seen, "…") {
			t.Errorf("cut at %d columns:\n%s", w, seen)
		}
		if !strings.Contains(seen, "Ctrl+G 两次 来电人") {
			t.Errorf("no space behind the key at %d columns:\n%s", w, seen)
		}
		for _, c := range d.Keys.For(keys.Talk) {
			if !strings.Contains(seen, c.Label) {
				t.Errorf("%s is not reached at %d columns", c.Label, w)
			}
		}
	}
}

func TestDialSendsByF3Only(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	b := pop.Dial(pop.Callee{Target: "record:0312-3027-1", Label: "王某某", Record: "0312-3027-1"})
	told := ""
	d.Say = func(line string) { told = line }
	press(d, b, "０25", "12333", "enter", "急事")
	if d.Last() != nil || told != "" {
		t.Errorf("Enter said %v, %q", d.Last(), told)
	}
	if press(d, b, "enter"); d.Last() != nil || !strings.Contains(told, "按 F3 拨出") {
		t.Errorf("Enter in the last field said %v, %q", d.Last(), told)
	}
	want := session.Dial{Target: "number:02512333", Record: "0312-3027-1", Reason: "急事"}
	if r := b.Act(keys.Dial, &d.Env); r.Close || d.Last() != want { // a refused call is not typed anew
		t.Errorf("%+v, said %v", r, d.Last())
	}
	if r := b.Act(keys.Mute, &d.Env); r.Used {
		t.Error("F4 was taken")
	}
	known := pop.Dial(pop.Callee{Target: "call:c1", Label: "139****0042"})
	if got, _ := d.Draw(known.Draw, 80, 20); !strings.Contains(got, "不写就打给 139****0042") {
		t.Errorf("%s", got)
	}
	if known.Act(keys.CallBack, &d.Env); d.Last() != (session.Dial{Target: "call:c1"}) {
		t.Errorf("said %v", d.Last())
	}
	if !known.Alive(&d.Env) {
		t.Error("a call that has not begun is to be typed anew")
	}
	if d.View.Dialled++; known.Alive(&d.Env) || !pop.Dial(pop.Callee{}).Alive(&d.Env) {
		t.Error("the box of a call that was over at once stays open, or the next one does not open")
	}
	n := len(d.Said)
	if r := pop.Dial(pop.Callee{}).Act(keys.Dial, &d.Env); r.Close || len(d.Said) != n {
		t.Error("nobody was called")
	}
}

func TestKeysAreSentAsTyped(t *testing.T) {
	d := sample.Alone(sample.Talking(), keys.Talk)
	b := pop.SendKeys("call-1")
	press(d, b, "1", "#", "x", "backspace")
	if len(d.Said) != 3 || d.Said[1] != (session.SendKeys{Call: "call-1", Keys: "#"}) {
		t.Errorf("said %v", d.Said)
	}
}

func TestTransferAsksAndCalls(t *testing.T) {
	d := sample.Alone(sample.Talking(), keys.Talk)
	b := pop.NewTransfer("call-1", false)
	press(d, b, "８０12")
	if d.Last() != (session.FindTarget{Query: "8012"}) {
		t.Errorf("said %v", d.Last())
	}
	n := len(d.Said)
	press(d, b, "enter") // no target yet
	if len(d.Said) != n {
		t.Errorf("said %v", d.Last())
	}
	d.View.Targets = sample.Consulting().Targets
	if got, _ := d.Draw(b.Draw, 80, 22); strings.Contains(got, "▸") {
		t.Errorf("a row of another search is chosen:\n%s", got)
	}
	press(d, b, "down", "enter")
	if len(d.Said) != n {
		t.Errorf("called from the list of another search: %v", d.Last())
	}
	d.View.Targets.Query = "8012"
	press(d, b, "enter")
	if d.Last() != (session.Consult{Call: "call-1", Target: "desk:8003"}) {
		t.Errorf("said %v", d.Last())
	}
	d.View.Targets.Query = ""
	blind := pop.NewTransfer("call-1", true)
	if _, r := press(d, blind, "enter"); !r.Close || d.Last() != (session.Blind{Call: "call-1", Target: "desk:8012"}) {
		t.Errorf("%+v, said %v", r, d.Last())
	}
	got, cur := d.Draw(b.Draw, 80, 22)
	if !cur.On || !strings.Contains(got, "南京市人社值班") || !strings.Contains(got, "来电人") {
		t.Errorf("cursor %+v\n%s", cur, got)
	}
}

// TestTransferSaysThatThereAreMore: the last line tells of those who fit and are not shown.
func TestTransferSaysThatThereAreMore(t *testing.T) {
	d := sample.Alone(sample.Talking(), keys.Talk)
	d.View.Targets = sample.Consulting().Targets
	d.View.Targets.Query, d.View.Targets.More = "", 12
	if got, _ := d.Draw(pop.NewTransfer("call-1", false).Draw, 80, 22); !strings.Contains(got, "还有 12 个 · 请再写几个字") {
		t.Error(got)
	}
}

// TestReachFindsByName: a department is chosen by name after the call, and rung by F3.
func TestReachFindsByName(t *testing.T) {
	d := sample.Alone(sample.WrappingUp(), keys.WrapUp)
	b := pop.Reach("0312-3027-1")
	press(d, b, "n", "j")
	if d.Last() != (session.FindTarget{Query: "nj", Outside: true}) {
		t.Fatalf("said %v", d.Last())
	}
	n := len(d.Said)
	d.View.Targets = session.TargetsView{Query: "nj", List: sample.Consulting().Targets.List} // of the box before
	told := ""
	d.Say = func(line string) { told = line }
	if press(d, b, "enter"); len(d.Said) != n || !strings.Contains(told, "还在查找") {
		t.Fatalf("said %v, told %q", d.Last(), told)
	}
	d.View.Targets = session.TargetsView{Query: "nj", Outside: true}
	if press(d, b, "enter"); !strings.Contains(told, "没有选目标") {
		t.Fatalf("told %q", told)
	}
	d.View.Targets = session.TargetsView{Query: "nj", Outside: true, List: sample.Consulting().Targets.List[2:]}
	next, _ := press(d, b, "enter")
	if next.Act(keys.CallBack, &d.Env); d.Last() != (session.Dial{Target: "number:02512333", Record: "0312-3027-1"}) {
		t.Errorf("said %v", d.Last())
	}
}

// TestTransferFollowsItsTarget: the list is asked for again each second, and the choice stays on who was chosen.
func TestTransferFollowsItsTarget(t *testing.T) {
	d := sample.Alone(sample.Talking(), keys.Talk)
	b := pop.NewTransfer("call-1", false)
	d.View.Targets = sample.Consulting().Targets
	d.View.Targets.Query = ""
	press(d, b, "down")
	b.Tick(&d.Env)
	if d.Last() != (session.FindTarget{}) {
		t.Errorf("said %v", d.Last())
	}
	l := d.View.Targets.List
	d.View.Targets.List = []session.Target{l[1], l[0], l[2]}
	press(d, b, "enter")
	if d.Last() != (session.Consult{Call: "call-1", Target: "desk:8003"}) {
		t.Errorf("said %v", d.Last())
	}
}

func TestPartiesOfAConference(t *testing.T) {
	d := sample.Alone(sample.Consulting(), keys.Consult)
	b := pop.NewTransfer("call-1", false)
	for digit, do := range map[string]string{"1": "mute", "2": "hold", "3": "drop"} {
		back, _ := press(d, b, "tab", "enter", digit, "tab")
		if d.Last() != (session.LegSwitch{Call: "call-1", Leg: "t", Do: do}) || back != pop.Box(b) {
			t.Errorf("said %v, then %T", d.Last(), back)
		}
	}
}

func TestDismissTakesTwoSteps(t *testing.T) {
	d := sample.Alone(sample.Talking(), keys.Talk)
	_, r := press(d, pop.Dismiss("call-1"), "1", "2")
	if !r.Close || len(d.Said) != 2 || d.Said[0] != (session.Dismiss{Call: "call-1"}) || d.Last() != (session.Dismiss{Call: "call-1", Warned: true}) {
		t.Errorf("%+v, said %v", r, d.Said)
	}
}

func TestPauseRecordingNeedsAReason(t *testing.T) {
	d := sample.Alone(sample.Talking(), keys.Talk)
	press(d, pop.PauseRecording("call-1"), "1")
	if d.Last() != (session.PauseRecording{Call: "call-1", Reason: "来电人输入口令", On: true}) {
		t.Errorf("said %v", d.Last())
	}
}

func TestPlainTextHasNoBorder(t *testing.T) {
	d := sample.Alone(sample.Talking(), keys.Talk)
	b := pop.NewPlainText(strings.Repeat("养老金未到账。\n", 40))
	got, _ := d.Draw(b.Draw, 40, 10)
	if strings.ContainsAny(got, "│─┌") {
		t.Errorf("%s", got)
	}
	if _, r := press(d, b, "pgdown", "down", "pgup", "esc"); !r.Close {
		t.Errorf("%+v", r)
	}
}

// TestTakeOverAsksWhy: nobody's call is taken over without a reason, the key that opened the box chooses none, and the
// caller is meant who was on the board then.
func TestTakeOverAsksWhy(t *testing.T) {
	d := sample.Alone(sample.Board(), keys.Floor)
	row := session.SeatRow{No: "3027", Name: "李某", Call: "gmz1vf"}
	b := pop.TakeOver(row, "")
	if r := b.Act(keys.Save, &d.Env); r.Used {
		t.Error("the key that opened the box chooses a reason")
	}
	if press(d, b, "2"); d.Last() != (session.TakeOver{Seat: "3027", Call: "gmz1vf", Reason: "来电人要求"}) {
		t.Errorf("said %v", d.Last())
	}
	told := ""
	d.Say = func(line string) { told = line }
	if _, r := press(d, pop.ForceSeat(session.SeatRow{No: "3027", State: agent.StateReady}), "5"); r.Open != nil || !strings.Contains(told, "没有来电") {
		t.Errorf("of a seat without a caller: %+v, says %q", r, told)
	}
	_, r := press(d, pop.ForceSeat(row), "5")
	if press(d, r.Open, "1"); d.Last() != (session.MoveCall{Do: session.MoveEnd, Seat: "3027", Call: "gmz1vf", Reason: "排队过长"}) {
		t.Errorf("said %v", d.Last())
	}
}

// TestNobodyTakesThePlaceOfATarget: when the chosen one leaves the list, whoever
// stands in its place is not called.
func TestNobodyTakesThePlaceOfATarget(t *testing.T) {
	for _, blind := range []bool{false, true} {
		d := sample.Alone(sample.Talking(), keys.Talk)
		b := pop.NewTransfer("call-1", blind)
		told := ""
		d.Say = func(line string) { told = line }
		d.View.Targets = sample.Consulting().Targets
		d.View.Targets.Query = ""
		press(d, b, "down")
		l := d.View.Targets.List
		d.View.Targets.List = []session.Target{l[0], l[2]}
		if got, _ := d.Draw(b.Draw, 100, 30); strings.Contains(got, d.Theme.Glyph.Sel) {
			t.Errorf("somebody is marked:\n%s", got)
		}
		if press(d, b, "enter"); d.Last() != nil || !strings.Contains(told, "不在名单里了") {
			t.Errorf("said %v, %q", d.Last(), told)
		}
		press(d, b, "up", "enter")
		if d.Last() == nil {
			t.Errorf("nobody can be chosen again: %q", told)
		}
	}
}

// TestPaletteRunsWhatWasChosen: a call that comes under the palette does not put
// its own first command under Enter.
func TestPaletteRunsWhatWasChosen(t *testing.T) {
	d := sample.Alone(sample.Idle(), keys.Idle)
	b, _ := press(d, pop.Palette(&d.Env), "down", "down")
	d.Mode = keys.Offer
	d.Draw(b.Draw, 100, 30)
	if _, r := press(d, b, "enter"); r.Run != "" {
		t.Errorf("carries out %s", r.Run)
	}
	if _, r := press(d, b, "down", "enter"); r.Run != keys.Answer {
		t.Errorf("chosen anew, it carries out %q", r.Run)
	}
	d = sample.Alone(sample.Idle(), keys.Idle)
	b, _ = press(d, pop.Palette(&d.Env), "chonghua")
	d.Mode = keys.Offer
	if _, r := press(d, b, "enter"); r.Run != keys.Redraw {
		t.Errorf("what is a command in both carries out %q", r.Run)
	}
}

// TestTakeOverOfTheCallThatIsHeard: the question goes with the call, the next one
// of the same seat is not taken.
func TestTakeOverOfTheCallThatIsHeard(t *testing.T) {
	d := sample.Alone(sample.Board(), keys.Floor)
	d.View.Watch = &session.WatchView{Seat: "3027", Call: "c1"}
	b := pop.TakeOver(session.SeatRow{No: "3027", Name: "李某"}, "c1")
	if !b.Alive(&d.Env) {
		t.Error("gone while the call goes on")
	}
	if d.View.Watch = nil; b.Alive(&d.Env) {
		t.Error("stays when the call is over")
	}
	if b = pop.TakeOver(session.SeatRow{No: "3027", Name: "李某"}, ""); !b.Alive(&d.Env) {
		t.Error("nobody listens, and there is no question")
	}
}
