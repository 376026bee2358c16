package session

import (
	"strings"
	"testing"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/wire"
)

// leading is the seat of a shift lead whose board has come.
func leading(t *testing.T) (*fakeHub, *seat) {
	t.Helper()
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	x.s.Do(SignIn{AgentNo: "1001", Password: "synthetic"})
	expect[*wire.SignIn](h)
	h.say(wire.Message{Body: &wire.Welcome{Session: 1, Token: "t1", AgentNo: "1001", Name: "周某", Role: "lead", HubTime: time.Now()}})
	h.say(wire.Message{Seq: 1, Body: desk(1000, nil)})
	if _, b := expect[*wire.BoardWatch](h); !b.On || b.Have != 0 {
		t.Fatalf("watches with %+v", b)
	}
	now := time.Now().Unix()
	h.say(wire.Message{Body: &wire.Board{
		Version: 100, Fresh: true, At: now, Sums: &wire.BoardSums{Now: wire.BoardNow{Waiting: 1, EstimateS: -1, States: map[string]int64{"talking": 1}}, Today: wire.BoardToday{WrapS: 51}, BoardFiled: wire.BoardFiled{Filed: 7, Passed: 1}},
		Seats:   []wire.BoardSeat{{No: "3027", Name: "李某", District: "320102", Skills: "*/*", State: "talking", Call: "gmz1vf", Since: now - 60, MOS10: 42}},
		Waiting: []wire.BoardWait{{Call: "c1", Subject: "养老保险", Since: now - 5}}, Lines: []wire.BoardLine{{Subject: "养老保险", Waiting: 1}},
		Minutes: []wire.BoardMinute{{At: now - 2*3600, Waiting: 9}, {At: now - 60, Waiting: 1}}, Topics: []wire.BoardTopic{{Name: "养老保险", Count: 3, Before: -1}},
	}})
	if _, b := expect[*wire.BoardSeen](h); b.Version != 100 {
		t.Fatalf("confirmed %d", b.Version)
	}
	return h, x
}

func TestBoardIsKeptFromDeltas(t *testing.T) {
	h, x := leading(t)
	v := x.see("the board", func(v View) bool { return len(v.Board.Seats) == 1 }).Board
	if s := v.Seats[0]; s.Name != "李某" || s.MOS != 4.2 || s.Call != "gmz1vf" || s.State != agent.StateTalking || v.Sums.Estimate != -1 || v.Sums.Today.Wrap != 51*time.Second || v.Sums.Filed.Passed != 1 || len(v.Waiting) != 1 || len(v.Minutes) != 1 {
		t.Errorf("%+v", v)
	}
	h.say(wire.Message{Body: &wire.Board{From: 50, Version: 103, At: v.At.Unix() + 1, // reaches back further than what is here
		Seats: []wire.BoardSeat{{No: "3027", State: "wrap_up"}, {No: "3001", Name: "赵某", State: "ready"}}, Waiting: []wire.BoardWait{{Call: "c1", Gone: true}}}})
	v = x.see("the delta", func(v View) bool { return len(v.Board.Seats) == 2 }).Board
	if v.Seats[0].No != "3001" || v.Seats[1].Name != "李某" || v.Seats[1].State != agent.StateWrapUp || len(v.Waiting) != 0 {
		t.Errorf("%+v", v)
	}
	expect[*wire.BoardSeen](h)
	h.say(wire.Message{Body: &wire.Board{From: 200, Version: 210, Seats: []wire.BoardSeat{{No: "9999", State: "ready"}}}}) // something is missing before it
	h.say(wire.Message{Body: &wire.Board{From: 90, Version: 99, Seats: []wire.BoardSeat{{No: "9998", State: "ready"}}}})   // old
	h.cut()
	expect[*wire.Resume](h)
	h.say(wire.Message{Body: &wire.Welcome{Session: 2, Token: "t1", AgentNo: "1001", Role: "lead", HubTime: time.Now(), Resumed: true}})
	if _, b := expect[*wire.BoardWatch](h); b.Have != 103 {
		t.Errorf("goes on from %d", b.Have)
	}
	h.say(wire.Message{Body: &wire.Board{Fresh: true, Version: 500, Seats: []wire.BoardSeat{{No: "3002", Name: "孙某", State: "ready"}}}})
	v = x.see("a fresh board", func(v View) bool { return len(v.Board.Seats) == 1 && v.Board.Seats[0].No == "3002" }).Board
	if len(v.Lines) != 0 || len(v.Minutes) != 0 {
		t.Errorf("of the old board is left %+v", v)
	}
}

func TestAlarmsAreHeardUntilSomebodyLooks(t *testing.T) {
	h, x := leading(t)
	alarm := wire.BoardAlarm{ID: "wait/养老保险", Level: "error", Text: "养老保险 最久等待", Since: time.Now().Unix(), Sound: true}
	help := wire.BoardAlarm{ID: "help/3027", Code: "help", Level: "warn", Text: "3027 请求帮助", Since: time.Now().Unix()}
	h.say(wire.Message{Body: &wire.Board{From: 100, Version: 101, Alarms: []wire.BoardAlarm{alarm, help}}})
	v := x.see("the alarms", func(v View) bool { return len(v.Board.Alarms) == 2 })
	if v.Board.Alarms[0].ID != help.ID || !strings.Contains(x.phone.told(), "ring+") {
		t.Errorf("%+v, the phone was told %s", v.Board.Alarms, x.phone.told())
	}
	x.s.Do(AckAlarm{ID: alarm.ID})
	if _, b := expect[*wire.AlarmAck](h); b.ID != alarm.ID {
		t.Errorf("acknowledged %s", b.ID)
	}
	alarm.By = "1001 周某"
	h.say(wire.Message{Body: &wire.Board{From: 101, Version: 102, Alarms: []wire.BoardAlarm{alarm, {ID: help.ID, Gone: true}}}})
	x.see("who looks after it", func(v View) bool { return len(v.Board.Alarms) == 1 && v.Board.Alarms[0].By == "1001 周某" })
}

// TestAlarmThatGotWorseIsHeard: the hub takes back who looks after it, and that is heard like a new one.
func TestAlarmThatGotWorseIsHeard(t *testing.T) {
	h, x := leading(t)
	began := time.Now().Add(-2 * time.Minute).Unix()
	alarm := wire.BoardAlarm{ID: "wait/养老保险", Level: "error", Text: "养老保险 最久等待超过 02:00", Since: began, From: began, Sound: true, By: "1001 周某"}
	h.say(wire.Message{Body: &wire.Board{From: 100, Version: 101, Alarms: []wire.BoardAlarm{alarm}}})
	v := x.see("the alarm", func(v View) bool { return len(v.Board.Alarms) == 1 })
	if from := v.Board.Alarms[0].From; time.Since(from) < time.Minute || strings.Contains(x.phone.told(), "ring+") {
		t.Errorf("counts from %s, the phone was told %s", from, x.phone.told())
	}
	alarm.By = ""
	h.say(wire.Message{Body: &wire.Board{From: 101, Version: 102, Alarms: []wire.BoardAlarm{alarm}}})
	x.see("that nobody looks after it", func(v View) bool { return v.Board.Alarms[0].By == "" })
	if !strings.Contains(x.phone.told(), "ring+") {
		t.Errorf("the phone was told %s", x.phone.told())
	}
}

func TestMicrophoneOpensOnlyToSpeak(t *testing.T) {
	h, x := leading(t)
	for i, w := range []struct {
		verb Verb
		way  string
		mic  string
	}{
		{Observe{Seat: "3027", Way: call.EarMonitor}, "monitor", ""}, {Observe{Seat: "3027", Way: call.EarWhisper}, "whisper", "talk+ mute-"},
		{Observe{Seat: "3027", Way: call.EarMonitor}, "monitor", "talk-"}, {Intercom{Seat: "3027"}, "talk", "talk+ mute-"}, {Observe{}, "off", "talk-"},
	} {
		x.s.Do(w.verb)
		m, b := expect[*wire.Observe](h)
		if b.Way != w.way {
			t.Errorf("asks for %s, want %s", b.Way, w.way)
		}
		h.ok(m)
		version := uint64(1001 + i)
		h.say(wire.Message{Seq: version, Body: desk(version, func(d *wire.DeskState) {
			if w.way != "off" {
				d.Watch = &wire.Watch{Seat: "3027", Who: "3027 李某", Way: w.way, Phase: "talking"}
			}
		})})
		v := x.see(w.way, func(v View) bool {
			return (v.Watch == nil) == (w.way == "off") && (v.Watch == nil || string(v.Watch.Way) == w.way)
		})
		if told := x.phone.told(); w.mic != "" && !strings.HasSuffix(told, w.mic) || w.mic == "" && strings.Contains(told, "talk") {
			t.Errorf("%s: the phone was told %s, view %+v", w.way, told, v.Watch)
		} else if !strings.Contains(told, "wake+") {
			t.Errorf("%s: the phone was not woken: %s", w.way, told)
		}
	}
}

func TestVerbsOverSeats(t *testing.T) {
	h, x := leading(t)
	x.s.Do(TakeOver{Seat: "3027", Call: "gmz1vf", Reason: "班长接管"})
	m, take := expect[*wire.TakeOver](h)
	if take.Call != "gmz1vf" {
		t.Errorf("%+v", take)
	}
	h.say(wire.Message{Re: m.ID, Body: &wire.Ack{Code: wire.CodeForbidden, Text: "没有权限"}})
	x.see("the refusal", func(v View) bool { return v.Notice.Text == "没有权限" })
	x.s.Do(ForceState{Seat: "3027", State: agent.StateNotReady, Reason: "服务质量"})
	m, f := expect[*wire.SeatForce](h)
	if f.State != "not_ready" || f.Reason != "服务质量" {
		t.Errorf("%+v", f)
	}
	h.ok(m)
	x.see("what was done", func(v View) bool { return strings.HasPrefix(v.Notice.Text, "已置 3027 为示忙") })
	x.s.Do(MoveCall{Do: MovePush, Seat: "3027", Call: "c1", Reason: "排队过长"})
	if _, b := expect[*wire.CallMove](h); b.Do != "push" || b.Call != "c1" {
		t.Errorf("%+v", b)
	}
	x.s.Do(Broadcast{Text: "十分钟后开会"})
	expect[*wire.Broadcast](h)
}
