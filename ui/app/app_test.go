package app_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/rules/quality"
	"zuoxi/rules/report"
	"zuoxi/session"
	"zuoxi/ui/app"
	"zuoxi/ui/sample"
	"zuoxi/ui/theme"
	"zuoxi/ui/uitest"
)

var sizes = []struct{ w, h int }{{80, 24}, {120, 40}, {200, 60}}

// scenes are the screens of which golden frames are kept.
var scenes = map[string]func(t *testing.T, w, h int) *uitest.Screen{
	"login": func(t *testing.T, w, h int) *uitest.Screen { return uitest.Start(t, w, h, sample.SignedOut(), nil) },
	"idle": func(t *testing.T, w, h int) *uitest.Screen {
		s := uitest.Start(t, w, h, sample.Idle(), nil)
		s.Press("f7", "ylj")
		s.Wait("2 条")
		return s
	},
	"offer": func(t *testing.T, w, h int) *uitest.Screen { return uitest.Start(t, w, h, sample.Ringing(), nil) },
	"talk": func(t *testing.T, w, h int) *uitest.Screen {
		s := uitest.Start(t, w, h, sample.Talking(), nil)
		s.Press("三月份养老金未到账，要求核实发放状态并回电。", "f7", "ylj wdz")
		s.Wait("1 条")
		s.Press("enter")
		return s
	},
	"transfer": func(t *testing.T, w, h int) *uitest.Screen {
		s := uitest.Start(t, w, h, sample.Talking(), nil)
		s.Press("f6", "nj sb")
		s.Show(sample.Consulting())
		return s
	},
	"wrapup": func(t *testing.T, w, h int) *uitest.Screen { return uitest.Start(t, w, h, sample.WrappingUp(), nil) },
	"board":  func(t *testing.T, w, h int) *uitest.Screen { return uitest.Start(t, w, h, sample.Board(), nil) },
	"listen": func(t *testing.T, w, h int) *uitest.Screen { return uitest.Start(t, w, h, sample.Listening(), nil) },
	"state": func(t *testing.T, w, h int) *uitest.Screen {
		s := uitest.Start(t, w, h, sample.Idle(), nil)
		s.Press("ctrl+t", "２")
		return s
	},
	"palette": func(t *testing.T, w, h int) *uitest.Screen {
		s := uitest.Start(t, w, h, sample.Talking(), nil)
		s.Press("ctrl+p", "zt")
		return s
	},
	"help": func(t *testing.T, w, h int) *uitest.Screen {
		s := uitest.Start(t, w, h, sample.Consulting(), nil)
		s.Press("f12")
		return s
	},
}

// A record opened from the list is left with Esc, which the key line names; a box over it has Esc for itself.
func TestEscLeavesAnOpenedRecord(t *testing.T) {
	v := sample.Idle()
	v.Record = sample.WrappingUp().Record
	for _, w := range []int{80, 120} {
		s := uitest.Start(t, w, 24, v, nil)
		if !s.Has("Esc 回列表") {
			t.Errorf("no way back at %d columns:\n%s", w, s.Text())
		}
		s.Press("f12", "esc")
		if said := s.Said(); len(said) != 0 {
			t.Errorf("closing help said %v", said)
		}
		s.Press("esc")
		if said := s.Said(); len(said) != 1 || said[0] != (session.CloseRecord{}) {
			t.Errorf("said %v", said)
		}
	}
}

// Who scores calls sees how many wait and how many are done, also where the list itself has no room.
func TestScorerSeesHowMuchWaits(t *testing.T) {
	v := sample.Idle()
	v.Seat = session.SeatView{AgentNo: "1007", Name: "质检", Role: string(access.RoleQA)}
	v.Review.Sheets.Count = map[string]int{quality.StateDrawn: 40, quality.StateAppealed: 2, quality.StatePublished: 17, quality.StateSettled: 1}
	for _, size := range sizes {
		if s := uitest.Start(t, size.w, size.h, v, nil); !s.Has("待检 42 已检 18") {
			t.Errorf("%v:\n%s", size, s.Text())
		}
	}
}

// Only a call can be taken over; while a question about a seat is open, the keys of the board do nothing and say so.
func TestTakeOverNeedsACall(t *testing.T) {
	v := sample.Board()
	s := uitest.Start(t, 120, 40, v, nil)
	s.Press("f7", "3033", "tab", "f9")
	if !s.Has("3033 吴某 没有在通话（空闲） · 没有可接管的") || s.Has("按数字选原因") {
		t.Errorf("an idle seat:\n%s", s.Text())
	}
	s = uitest.Start(t, 120, 40, v, nil)
	s.Press("f7", "3027", "tab", "f9")
	if !s.Has("接管 3027") || !s.Has("Esc 收起") {
		t.Errorf("a seat in a call:\n%s", s.Text())
	}
	for _, key := range []string{"f4", "f5", "f9"} {
		s.Press(key)
		if said := s.Said(); len(said) != 0 || !s.Has("刚才的键没有执行") {
			t.Errorf("%s under the question: %v\n%s", key, said, s.Text())
		}
	}
	s.Press("esc", "f4")
	if said := s.Said(); len(said) != 1 {
		t.Errorf("after Esc: %v", said)
	}
	v.Watch = &session.WatchView{Seat: "9001", Who: "9001 郑某"}
	s = uitest.Start(t, 120, 40, v, nil)
	if s.Press("f9"); !s.Has("9001 不在看板上 · 没有可接管的") || s.Has("按数字选原因") {
		t.Errorf("somebody who is spoken with, and is not on the board:\n%s", s.Text())
	}
}

func TestGoldenFrames(t *testing.T) {
	for name, scene := range scenes {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size.w, size.h), func(t *testing.T) {
				t.Parallel()
				scene(t, size.w, size.h).Golden(fmt.Sprintf("%s-%dx%d", name, size.w, size.h))
			})
		}
	}
}

// Libraries read the locale when the program starts, so the frames are drawn
// again in a process of each locale.
func TestGoldenFramesInEveryLocale(t *testing.T) {
	if os.Getenv("UPDATE") != "" {
		return
	}
	for _, lang := range []string{"C.UTF-8", "zh_CN.UTF-8"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestGoldenFrames$")
			cmd.Env = append(os.Environ(), "LANG="+lang, "LC_ALL="+lang)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}

func TestEveryWidthFromTheSmallestOn(t *testing.T) {
	s := uitest.Start(t, 80, 24, sample.Talking(), nil)
	s.Press("f7", "yl")
	for w := 80; w <= 200; w += 3 {
		s.Resize(w, 24+w%17)
		lines := s.Lines()
		top := strings.TrimRight(lines[1], " ")
		if w >= 100 && !strings.HasSuffix(top, "┐") {
			t.Fatalf("width %d: row 1 is %q", w, top)
		}
		if x, y := s.Cursor(); y < 2 || x < 2 || !strings.HasSuffix(s.Before(), "yl") {
			t.Fatalf("width %d: cursor %d,%d behind %q", w, x, y, s.Before())
		}
	}
}

func TestTooSmallStillAnswersAndEnds(t *testing.T) {
	s := uitest.Start(t, 60, 10, sample.Ringing(), nil)
	if !s.Has("窗口太小（需 80x24）") || !s.Has("来电") || !s.Has("F3") {
		t.Fatalf("screen:\n%s", s.Text())
	}
	s.Press("f3")
	if _, ok := last(s).(session.Answer); !ok {
		t.Error("F3 did not answer")
	}
	s.Show(sample.Talking())
	if !s.Has("通话 01:23") {
		t.Errorf("no call time:\n%s", s.Text())
	}
	s.Press("f8", "f8")
	if _, ok := last(s).(session.Release); !ok {
		t.Error("F8 twice did not release")
	}
	for _, size := range [][2]int{{1, 1}, {2, 2}, {500, 200}, {3, 60}, {200, 3}, {80, 24}} {
		s.Resize(size[0], size[1])
	}
}

// last is the last verb that is not the report of a drawn pop.
func last(s *uitest.Screen) session.Verb {
	var v session.Verb
	for _, said := range s.Said() {
		if _, ok := said.(session.OfferShown); !ok {
			v = said
		}
	}
	return v
}

func TestPopIsReportedOnceItIsVisible(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Idle(), nil)
	s.Show(sample.Ringing())
	s.Press() // the report follows the frame: once the next one is there, it has been made
	if said := s.Said(); len(said) != 1 || said[0] != (session.OfferShown{Offer: "offer-1"}) {
		t.Errorf("said %v", said)
	}
	if !strings.HasPrefix(s.Title(), "▶来电 139****0042") || s.Bells() != 1 {
		t.Errorf("title %q, %d bells", s.Title(), s.Bells())
	}
	again := sample.Ringing()
	again.Offer.ID = "offer-2" // the same caller, offered again
	s.Show(again)
	s.Press()
	if said := s.Said(); len(said) != 1 || said[0] != (session.OfferShown{Offer: "offer-2"}) {
		t.Errorf("said %v", said)
	}
	if s.Bells() != 1 {
		t.Error("the bell rang twice within five seconds")
	}
}

func TestRingingTakesNoText(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Idle(), nil)
	s.Press("f7", "养老")
	s.Show(sample.Ringing())
	s.Press("保险")
	if !strings.HasSuffix(s.Before(), "查 养老保险") {
		t.Errorf("cursor behind %q", s.Before())
	}
	if !s.Has("接听") || !s.Has("139****0042") {
		t.Errorf("no banner:\n%s", s.Text())
	}
	s.Press("f3")
	if v := last(s); v != (session.Answer{Offer: "offer-1"}) {
		t.Errorf("said %v", v)
	}
}

func TestRejectNeedsTwoPressesAndAReason(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Ringing(), nil)
	s.Press("f8")
	if !s.Has("两秒内再按一次 F8 选拒接原因") {
		t.Fatalf("not armed:\n%s", s.Text())
	}
	s.Pass(3 * time.Second)
	s.Press("f8")
	if s.Has("拒接原因 ") {
		t.Fatal("the first press was still armed after three seconds")
	}
	s.Press("f8", "２")
	if v := last(s); v != (session.Reject{Offer: "offer-1", Reason: "手头有急事"}) {
		t.Errorf("said %v", v)
	}
}

func TestGuardedReleaseNamesWhoIsThere(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Talking(), nil)
	s.Press("f8")
	if !s.Has("139****0042 还在线 · 两秒内再按一次 F8 请他评价并进入话后") {
		t.Fatalf("not armed:\n%s", s.Text())
	}
	s.Press("f4", "f8")
	if v := last(s); v != (session.Mute{On: true}) {
		t.Errorf("said %v", v)
	}
	s.Press("f8")
	if v := last(s); v != (session.Release{Call: "call-1"}) {
		t.Errorf("said %v", v)
	}
	s.Press("esc", "esc")
	if v := last(s); v != nil {
		t.Errorf("Esc said %v", v)
	}
}

func TestNoLetterIsACommandAndEnterSubmitsNothing(t *testing.T) {
	for name, v := range map[string]session.View{"login": sample.SignedOut(), "idle": sample.Idle(), "offer": sample.Ringing(), "talk": sample.Talking(), "wrapup": sample.WrappingUp()} {
		s := uitest.Start(t, 120, 40, v, nil)
		for c := ' '; c <= '~'; c++ {
			s.Type(string(c))
		}
		s.Press("ｍ", "enter", "enter", "esc")
		for _, said := range s.Said() {
			switch said.(type) {
			case session.EditRecord, session.OfferShown, session.OpenTodo: // Enter opens what is chosen
			default:
				t.Errorf("%s: typing said %T", name, said)
			}
		}
	}
}

func TestFormReportsAndKeepsTheCursor(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Talking(), nil)
	s.Press("养老保险", "a")
	if !strings.HasSuffix(s.Before(), "诉求 养老保险a") {
		t.Errorf("cursor behind %q", s.Before())
	}
	edit, ok := last(s).(session.EditRecord)
	if !ok || edit.Fields.Question != "养老保险a" {
		t.Errorf("said %+v", edit)
	}
	s.Press("left", "left", "金")
	if !strings.HasSuffix(s.Before(), "养老保金") {
		t.Errorf("cursor behind %q", s.Before())
	}
	s.Type("\x1b[200~第一行\n第二行\x1b[201~")
	if !strings.HasSuffix(s.Before(), "第二行") {
		t.Errorf("cursor behind %q", s.Before())
	}
	s.Press("f7", "ylj")
	if !strings.HasSuffix(s.Before(), "查 ylj") {
		t.Errorf("cursor behind %q", s.Before())
	}
	s.Press("tab", "tab")
	if x, y := s.Cursor(); y == 39 || x == 119 {
		t.Errorf("cursor parked at %d,%d although the form has a field", x, y)
	}
}

func TestKnowledgeIsNotedWithTheCall(t *testing.T) {
	s := uitest.Start(t, 160, 40, sample.Talking(), nil)
	s.Press("f7", "zgrz")
	s.Wait("待遇领取资格认证")
	s.Press("enter")
	if v := last(s); v != (session.ArticleShown{ID: "K-1050", Version: "2"}) {
		t.Errorf("said %v", v)
	}
	if !s.Has("部分内容未核实") {
		t.Error("the caution is not shown")
	}
}

func TestTransferBox(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Talking(), nil)
	s.Press("f6", "８０１２")
	if v := last(s); v != (session.FindTarget{Query: "8012"}) {
		t.Errorf("said %v", v)
	}
	v := sample.Talking()
	v.Targets = sample.Consulting().Targets
	v.Targets.Query = "8012"
	s.Show(v)
	s.Press("down", "enter")
	if v := last(s); v != (session.Consult{Call: "call-1", Target: "desk:8003"}) {
		t.Errorf("said %v", v)
	}
	s.Show(sample.Consulting())
	for key, want := range map[string]session.Verb{"f5": session.Swap{Call: "call-1"}, "f6": session.Merge{Call: "call-1"}, "f9": session.HandOver{Call: "call-1"}} {
		s.Press(key)
		if v := last(s); v != want {
			t.Errorf("%s said %v", key, v)
		}
	}
	s.Press("f8", "f8")
	if v := last(s); v != (session.CancelTransfer{Call: "call-1"}) {
		t.Errorf("said %v", v)
	}
	s.Show(sample.Talking()) // the third party left by itself meanwhile
	s.Press("f8", "f8")
	if v := last(s); v == (session.Release{Call: "call-1"}) || !s.Has("没有挂机") {
		t.Errorf("taking back who is asked hung up on the caller: said %v", v)
	}
	s.Show(sample.WrappingUp())
	if s.Has("三方转接") {
		t.Error("the box outlived the call")
	}
}

// TestWaitOfTheCallerIsSeen: whoever the agent talks to, a caller who waits for more than a minute is in the first line.
func TestWaitOfTheCallerIsSeen(t *testing.T) {
	for wait, seen := range map[time.Duration]bool{50 * time.Second: false, 70 * time.Second: true} {
		v := sample.Consulting()
		v.Presence.State = agent.StateTalking
		v.Call.Legs[0].Since = sample.Noon.Add(-wait)
		s := uitest.Start(t, 120, 40, v, nil)
		if s.Has("来电人等 01:10") != seen {
			t.Errorf("after %v: seen %v", wait, !seen)
		}
	}
}

// TestMenuIsTaken: who answered and is asked for a key can be taken without it, with the box open or not; else the key
// takes no room.
func TestMenuIsTaken(t *testing.T) {
	v := sample.Consulting()
	v.Call.Phase = call.StateConsultDial
	v.Call.Allowed = call.Allowed(call.State{Phase: call.StateConsultDial, Third: call.PartyOutside})
	asking := slices.Index(v.Call.Allowed, call.EventThirdAccepted)
	rings := v
	c := *v.Call
	c.Allowed = slices.Delete(slices.Clone(c.Allowed), asking, asking+1)
	rings.Call = &c
	s := uitest.Start(t, 120, 40, rings, nil)
	s.Press("f3")
	if last(s) != nil || s.Has("F3 直接说话") || !s.Has("没有外线在等按键确认") {
		t.Errorf("said %v while it rings", last(s))
	}
	s.Show(v)
	if !s.Has("F3 直接说话") {
		t.Error("the bottom line does not say it")
	}
	s.Press("f6")
	if !s.Has("对方是语音菜单就按 F3") {
		t.Error("the box does not say it")
	}
	s.Press("f3")
	if got := last(s); got != (session.AcceptTarget{Call: "call-1"}) {
		t.Errorf("said %v", got)
	}
}

// TestGuestLeaves: who was asked to join can hang up, whatever the call is in.
func TestGuestLeaves(t *testing.T) {
	v := sample.Consulting()
	v.Call.Allowed = []call.Kind{call.EventRelease, call.EventMute}
	s := uitest.Start(t, 120, 40, v, nil)
	s.Press("f8")
	if !s.Has("离开，来电人和坐席继续") || !s.Has("三方 开") {
		t.Errorf("screen:\n%s", s.Text())
	}
	s.Press("f8")
	if v := last(s); v != (session.Release{Call: "call-1"}) {
		t.Errorf("said %v", v)
	}
}

// TestCommonestConsultInTwelveKeys goes from the ringing call to the submitted
// record, on a call whose subject the menu did not tell; what is said and
// answered is typed besides.
func TestCommonestConsultInTwelveKeys(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Ringing(), nil)
	pressed := 0
	press := func(keys ...string) { pressed += len(keys); s.Press(keys...) }
	press("f3")
	if v := last(s); v != (session.Answer{Offer: "offer-1"}) {
		t.Fatalf("said %v", v)
	}
	v := sample.Talking()
	v.Record.Fields.Subject = ""
	s.Show(v)
	s.Press("养老金何时到账")
	press("tab")
	s.Press("每月十五日前")
	for range 7 { // over 诉求, 称呼, 地区, 级别, 方式 and 细目 to 业务
		press("shift+tab")
	}
	press("1")
	edit, ok := last(s).(session.EditRecord)
	if f := edit.Fields; !ok || f.Kind != "consult" || f.Subject != "养老保险" || f.Question != "养老金何时到账" || f.Answer != "每月十五日前" {
		t.Fatalf("the form holds %+v", f)
	}
	done := sample.WrappingUp()
	done.Record.Fields, done.Record.Missing = edit.Fields, nil
	s.Show(done)
	press("f9")
	if v := last(s); v != (session.SubmitRecord{Number: done.Record.Number, Next: agent.StateReady}) {
		t.Errorf("said %v", v)
	}
	t.Logf("%d keys beyond the text, answering included", pressed)
	if pressed > 12 {
		t.Errorf("%d keys beyond the text", pressed)
	}
}

func TestWrapUp(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.WrappingUp(), nil)
	if !s.Has("必填未完成：答复") || !s.Has("来电人先挂") {
		t.Errorf("screen:\n%s", s.Text())
	}
	s.Press("ctrl+r")
	if v := last(s); v != (session.ExtendWrap{}) {
		t.Errorf("said %v", v)
	}
	s.Press("f9")
	if v := last(s); v != (session.SubmitRecord{Number: sample.WrappingUp().Record.Number, Next: agent.StateReady}) {
		t.Errorf("said %v", v)
	}
	v := sample.WrappingUp()
	if !s.Has("再要 60 秒") {
		t.Errorf("the extension is not offered:\n%s", s.Text())
	}
	v.Call.Extended = true
	s.Show(v)
	if s.Has("再要 60 秒") {
		t.Errorf("the extension is used up and still offered:\n%s", s.Text())
	}
	s.Press("ctrl+r")
	if v := last(s); v != nil || !s.Has("已经延过一次") {
		t.Errorf("said %v", v)
	}
}

func TestPaletteRunsWhatHasNoKey(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Talking(), nil)
	s.Press("ctrl+p", "qzbz", "enter")
	if v := last(s); v != (session.CallHelp{Text: "请班长协助"}) {
		t.Errorf("said %v", v)
	}
	s.Press("ctrl+p", "ztly", "enter", "1")
	if v := last(s); v != (session.PauseRecording{Call: "call-1", Reason: "来电人输入口令", On: true}) {
		t.Errorf("said %v", v)
	}
}

func TestCallBackFromWrapUpAndFromTheList(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.WrappingUp(), nil)
	s.Press("f3")
	if v := last(s); v != nil || !s.Has("不写就打给 139****0042") {
		t.Fatalf("said %v\n%s", v, s.Text())
	}
	s.Press("f3")
	if v := last(s); v != (session.Dial{Target: "call:call-1", Record: "0312-3027-63"}) {
		t.Errorf("said %v", v)
	}
	s.Press("esc")
	s.Show(sample.Idle())
	s.Press("f3", "f3")
	if v := last(s); v != (session.Dial{Target: "record:0312-3027-47"}) {
		t.Errorf("said %v", v)
	}
}

func TestMouseFocusesAndPressesKeys(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Talking(), func(o *app.Options) { o.Look.Mouse = true })
	s.Click("查 ")
	if x, _ := s.Cursor(); x < 34 || x > 84 {
		t.Errorf("cursor in column %d", x)
	}
	s.Click("F4")
	if v := last(s); v != (session.Mute{On: true}) {
		t.Errorf("said %v", v)
	}
	s.Press("ctrl+o")
	if s.Has("│ 来电人") || !s.Has("纯文本") {
		t.Errorf("screen:\n%s", s.Text())
	}
}

// everything is a lead between calls who has an article, a board, a sheet and a report.
func everything() session.View {
	v := sample.Board()
	made := report.Calls(report.CallAsk{Label: "地市", Groups: []report.Group{{Name: "南京", Sums: report.Sums{Classes: report.Classes{Arrived: 9, Human: 8, Auto: 1}}}}})
	v.Review.Report = &made
	v.Review.Work = &quality.Work{
		Row:    quality.Row{ID: "s1", Agent: "3027", Label: "已裁定", Mark: 93},
		Lines:  quality.Lines{Items: []quality.ItemView{{ID: "A1a", Name: "主动报工号", Of: 2, Points: 1, Proposed: -1}}, Caps: []string{"B4 3+4+4=11"}},
		Course: quality.Course{Appeal: &quality.Appeal{By: "3027", Text: "报了，电话 13900000042"}, Settled: &quality.Settled{By: "1009", Mark: 93, Why: "听了，报了"}},
		Marks:  []quality.MarkView{{AtMS: 3000, Text: "开口"}},
	}
	return v
}

// TestPlainViewIsOfItsPage: the plain view is the page that one looks at, in words, and never what another page has open.
func TestPlainViewIsOfItsPage(t *testing.T) {
	s := uitest.Start(t, 120, 40, everything(), nil)
	pages := []struct {
		goes string // in the palette
		does []string
		says []string
	}{
		{"我的工作台", []string{"f7", "ylj"}, []string{"每月十五日前"}},
		{"看板", nil, []string{"大屏 南京  数据 14:05:00", "3019 钱某  南京鼓楼区  通话 18:22  求助", "养老保险  排队 4，最久 02:41", "已等 01:10  优先"}},
		{"录音、质检、范例", nil, []string{"主动报工号 1/2", "得分 93", "由 1009 裁定 93 分 听了，报了", "139****0042", "00:03 开口", "封顶 B4"}},
		{"统计报表", nil, []string{"来电总量", "核对 ", "说明 自动语音量"}},
	}
	seen := map[string]string{}
	for _, p := range pages {
		s.Press("ctrl+p", p.goes, "enter")
		s.Press(p.does...)
		if p.does != nil {
			s.Wait("2 条")
			s.Press("enter")
		}
		s.Press("ctrl+o")
		seen[p.goes] = s.Text()
		s.Press("esc")
	}
	for _, p := range pages {
		for _, q := range pages {
			for _, w := range q.says {
				if has := strings.Contains(seen[p.goes], w); has != (p.goes == q.goes) {
					t.Errorf("%s has %q: %v\n%s", p.goes, w, has, seen[p.goes])
				}
			}
		}
	}
}

func TestPresenceMenu(t *testing.T) {
	s := uitest.Start(t, 80, 24, sample.Idle(), nil)
	s.Press("ctrl+t", "2", "2")
	if v := last(s); v != (session.SetPresence{State: agent.StateBreak, Reason: agent.BreakMeal}) {
		t.Errorf("said %v", v)
	}
}

func TestQuitAsksWhenARecordIsOpen(t *testing.T) {
	s := uitest.Start(t, 80, 24, sample.WrappingUp(), nil)
	s.Press("ctrl+x", "enter")
	if v := last(s); v != nil {
		t.Errorf("the default answer said %v", v)
	}
	s.Show(sample.Talking())
	s.Press("ctrl+x")
	if s.Has("不退出，") {
		t.Error("one can quit in a call")
	}
	s.Show(sample.Idle())
	s.Leave("ctrl+x")
	if v := last(s); v != (session.SignOut{}) {
		t.Errorf("said %v", v)
	}
}

func TestLoginByF9(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.SignedOut(), nil)
	s.Press("密", "pw1", "tab", "space", "f9")
	if v := last(s); v != (session.SignIn{AgentNo: "3027", Password: "pw1", Remember: true}) {
		t.Errorf("said %v", v)
	}
	v := sample.SignedOut()
	v.SignIn.Error = "工号或口令不对 · 没有登录 · 请再输一次"
	s.Show(v)
	if !s.Has(v.SignIn.Error) || s.Has("pw1") {
		t.Errorf("screen:\n%s", s.Text())
	}
}

func TestHostileTextStaysText(t *testing.T) {
	v := sample.Ringing()
	v.Offer.Caller.Place = "☎️\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32;33;34;35m☎️"
	v.Offer.Caller.Masked = "139\x07****\x1b]0;x\x1b\\0042"
	s := uitest.Start(t, 120, 40, v, nil)
	if strings.Contains(s.Title(), "\x1b") || s.Bells() != 1 || !s.Has("[表情]") {
		t.Errorf("title %q, %d bells\n%s", s.Title(), s.Bells(), s.Text())
	}
}

func TestBackgroundWaitsWhileSomebodyTypes(t *testing.T) {
	s := uitest.Start(t, 120, 40, sample.Talking(), nil)
	s.Press("养")
	v := sample.Talking()
	v.Sound.InLevel, v.Link.Jitter = -3, 99*time.Millisecond
	s.Sent()
	s.Show(v)
	if n := s.Sent() - uitest.MarkBytes; n > 40 {
		t.Errorf("meters cost %d bytes while a field has the focus", n)
	}
	s.Pass(100 * time.Millisecond)
	if s.Has("抖99ms") {
		t.Error("a tick drew within 250 ms of a text key")
	}
	s.Pass(time.Second)
	if !s.Has("抖99ms") {
		t.Error("the figures did not come with the next tick")
	}
}

func TestGlyphSets(t *testing.T) {
	for set, corner := range map[theme.Set]string{theme.Unicode: "┌", theme.Narrow: "┌", theme.ASCII: "+"} {
		s := uitest.Start(t, 120, 40, sample.Talking(), func(o *app.Options) { o.Look.Mode.Glyphs = set })
		if !strings.HasPrefix(s.Lines()[1], corner) {
			t.Errorf("%s: %q", set, s.Lines()[1])
		}
		if set != theme.Unicode && s.Has("●") {
			t.Errorf("%s draws ●", set)
		}
	}
}

func TestStatusLineKeepsTheEssentials(t *testing.T) {
	v := sample.Idle()
	v.Presence.State, v.Presence.Reason = agent.StateBreak, agent.BreakOffice
	v.Link.Quality = "差"
	s := uitest.Start(t, 80, 24, v, nil)
	row := s.Lines()[0]
	for _, want := range []string{"小休（窗口业务） 00:42", "线路 差", "14:05"} {
		if !strings.Contains(row, want) {
			t.Errorf("%s is missing: %q", want, row)
		}
	}
	v.Link.State, v.Link.Since = session.LinkDialling, sample.Noon.Add(-7*time.Second)
	s.Show(v)
	if row := s.Lines()[0]; !strings.Contains(row, "中心 重连中 00:07") {
		t.Errorf("%q", row)
	}
	wide := uitest.Start(t, 160, 40, v, nil)
	if row := wide.Lines()[0]; !strings.Contains(row, "待接 6 最久 02:41") {
		t.Errorf("%q", row)
	}
}

// TestQuittingLosesNothingUnasked: what only this program holds is not gone with one key.
func TestQuittingLosesNothingUnasked(t *testing.T) {
	v := sample.Idle()
	v.Link.Unsent, v.Link.Loose = 1, 1
	s := uitest.Start(t, 80, 24, v, nil)
	if s.Press("ctrl+x"); !s.Has("有 1 件中心还没有收下") || !s.Has("退出，没收下的就丢了") {
		t.Errorf("asks:\n%s", s.Text())
	}
}

// TestSigningOutPromisesNoListWhereThereIsNone: a draft that is not on the disk ends with who wrote it, on the screen or
// not any more.
func TestSigningOutPromisesNoListWhereThereIsNone(t *testing.T) {
	for _, v := range []session.View{sample.WrappingUp(), sample.Idle()} {
		v.Link.Loose = 1
		signingOutLoses(t, v)
	}
}

func signingOutLoses(t *testing.T, v session.View) {
	t.Helper()
	s := uitest.Start(t, 120, 40, v, nil)
	if s.Press("ctrl+p", "签出", "enter"); !s.Has("本机存不下，有 1 件") || !s.Has("签出，没收下的就丢了") {
		t.Errorf("asks:\n%s", s.Text())
	}
}

// TestLineBelowHidesNothing: what is new is said at once, and what holds beside it gets its turn.
func TestLineBelowHidesNothing(t *testing.T) {
	v := sample.Talking()
	v.Link.Unsent = 2
	s := uitest.Start(t, 120, 40, v, nil)
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "有 2 件没送到中心 · 都存在本机"},
		{func() { v.Link.Loose = 1 }, "有 1 件没送到中心，本机也存不下"},
		{func() { v.Link.Why = "丢包多 · 听得断续 · 正在换编码" }, "丢包多"},
		{func() { v.Call.Legs[0].Silent = true }, "听不到来电人的声音"},
		{func() {
			v.Sound.Warning = "麦克风声音太大 · 对方听到的是破音 · 请把话筒移远一点"
		}, "麦克风声音太大"},
		{func() { v.Sound.Problem = "麦克风没有声音 · 来电人听不到你 · 请看耳麦开关" }, "麦克风没有声音"},
		{func() {
			v.Notice = session.Notice{ID: 1, Level: session.NoticeError, Text: "班长请你稍后联系", At: sample.Noon}
		}, "班长请你稍后联系"},
	} {
		step.change()
		s.Show(v)
		s.Pass(time.Second)
		if !s.Has(step.want) {
			t.Errorf("%s is not shown:\n%s", step.want, s.Text())
		}
	}
	said := map[string]int{}
	for range 24 {
		s.Pass(time.Second)
		for _, want := range []string{"班长请你稍后联系", "麦克风没有声音", "麦克风声音太大", "听不到来电人的声音", "丢包多", "有 1 件没送到中心"} {
			if s.Has(want) {
				said[want]++
			}
		}
	}
	if len(said) != 6 || slices.Max(slices.Collect(maps.Values(said))) > 4 {
		t.Errorf("not each line had its turn of four seconds: %v", said)
	}
	v.Notice, v.Link.Loose = session.Notice{}, 2
	s.Show(v)
	if s.Pass(20 * time.Second); s.Has("班长请你稍后联系") {
		t.Error("what holds no more is still said")
	}
	s.Press("f9")
	if !s.Has("受理单已存在本机") {
		t.Error("F9 in a call says nothing")
	}
}

// TestFiguresThatRunAreNoNews: a line whose figures and parts are others each second leaves the rest their turn, and
// so does one that comes and goes.
func TestFiguresThatRunAreNoNews(t *testing.T) {
	v := sample.Talking()
	v.Notice = session.Notice{ID: 1, Level: session.NoticeError, Text: "班长请你稍后联系", At: sample.Noon}
	s := uitest.Start(t, 120, 40, v, nil)
	told := map[bool]int{}
	for i := range 16 {
		v.Link.Why = fmt.Sprintf("您听到的丢包 %d%%", 3+i)
		v.Sound.Warning = strings.Repeat("麦克风声音太大", i%2)
		if v.Link.Unsent = i % 2; v.Link.Unsent == 0 {
			v.Link.Why += fmt.Sprintf("，抖动 %d 毫秒", 60-i)
		}
		s.Show(v)
		s.Pass(time.Second)
		told[s.Has("班长请你稍后联系")]++
	}
	if told[true] < 6 || told[false] < 6 {
		t.Errorf("not each line had its turn: %v\n%s", told, s.Text())
	}
}
