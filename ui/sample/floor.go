package sample

import (
	"time"

	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/session"
)

func ago(d time.Duration) time.Time { return Noon.Add(-d) }

// Board is the home of a shift lead on an ordinary afternoon.
func Board() session.View {
	v := Idle()
	v.Seat = session.SeatView{AgentNo: "1001", Name: "周某", Role: string(access.RoleLead), District: "320100"}
	v.Presence = session.PresenceView{State: agent.StateNotReady, Reason: agent.ReasonBusy, Since: ago(time.Hour)}
	v.Link.RTT = 12 * time.Millisecond
	b := &v.Board
	b.Version, b.At, b.Scope = 7, Noon, "320100"
	b.Sums = session.SumsView{
		Waiting: 6, Longest: ago(161 * time.Second), Estimate: 95 * time.Second, Trunk: 38, TrunkMax: 60, Overdue: 2, Filed: session.FiledView{Filed: 1720, Passed: 244}, RecordsAt: ago(20 * time.Second), First: session.FirstView{Day: "03-04", Once: 1764, Of: 2001},
		States: map[agent.Phase]int{
			agent.StateReady: 4, agent.StateTalking: 21, agent.StateHold: 1, agent.StateWrapUp: 5, agent.StateBreak: 3, agent.StateLost: 2,
		},
		Today: session.DayView{
			At: ago(2 * time.Second), Total: 2418, Human: 1702, Auto: 640, Abandoned: 76,
			FlowView: session.FlowView{Queued: 1770, Answered: 1702, In15: 1601, In20: 1653, GaveUp: 37},
			Talk:     198 * time.Second, Wrap: 51 * time.Second, Wait: 14 * time.Second, Rated: 920, Content: 892,
		},
	}
	seat := func(no, name, district, subject string, s agent.Phase, in time.Duration, mos float64, answered int) session.SeatRow {
		return session.SeatRow{
			No: no, Name: name, District: district, Skills: district + "/" + subject + ",*/社会保障卡", State: s, Since: ago(in), Answered: answered,
			Subject: subject, MOS: mos,
		}
	}
	b.Seats = []session.SeatRow{
		seat("3002", "孙某", "320111", "失业保险", agent.StateWrapUp, 39*time.Second, 0, 33),
		seat("3011", "周某", "320115", "医疗保险", agent.StateHold, 48*time.Second, 4.1, 29),
		seat("3019", "钱某", "320106", "养老保险", agent.StateTalking, 18*time.Minute+22*time.Second, 3.4, 31),
		seat("3027", "李某", "320102", "养老保险", agent.StateTalking, 4*time.Minute+5*time.Second, 4.2, 38),
		seat("3033", "吴某", "320118", "", agent.StateReady, 12*time.Second, 0, 27),
		seat("3040", "郑某", "320117", "", agent.StateBreak, 9*time.Minute+50*time.Second, 0, 18),
		seat("3045", "冯某", "320116", "", agent.StateLost, 20*time.Second, 0, 22),
	}
	b.Seats[3].Ears, b.Seats[2].Help = 1, "help"
	b.Lines = []session.LineRow{
		{Subject: "养老保险", Waiting: 4, Longest: ago(161 * time.Second), Estimate: 110 * time.Second, FlowView: session.FlowView{Queued: 802, Answered: 780, In15: 700, In20: 741, GaveUp: 18}},
		{Subject: "医疗保险", Waiting: 1, Longest: ago(20 * time.Second), Estimate: 40 * time.Second, FlowView: session.FlowView{Queued: 411, Answered: 402, In15: 380, In20: 390, GaveUp: 7}},
		{Subject: "失业保险", Waiting: 1, Longest: ago(9 * time.Second), FlowView: session.FlowView{Queued: 320, Answered: 312, In15: 301, In20: 305, GaveUp: 6}},
		{Subject: "劳动关系", Estimate: -1, FlowView: session.FlowView{Queued: 237, Answered: 231, In15: 220, In20: 226, GaveUp: 6}},
	}
	for i := range 60 {
		b.Minutes = append(b.Minutes, session.MinuteRow{At: ago(time.Duration(59-i) * time.Minute), Waiting: (i*i/7 + i%9) % 13, Talking: 14 + i*5%11, Answered: 4 + i*3%8, GaveUp: i * 7 % 60 / 50})
	}
	b.Waiting = []session.WaitRow{
		{Call: "c1", Region: "320106", Subject: "养老保险", Since: ago(161 * time.Second)},
		{Call: "c2", Region: "320102", Subject: "养老保险", Since: ago(70 * time.Second), Returned: true},
		{Call: "c3", Region: "320100", Subject: "医疗保险", Since: ago(20 * time.Second), Asked: "3033"},
	}
	b.Alarms = []session.AlarmRow{
		{ID: "help/3019", Code: "help", Text: "3019 钱某请求帮助", Seat: "3019", Level: session.NoticeWarn, Since: ago(8 * time.Second), Sound: true},
		{ID: "wait/养老保险", Code: "wait", Text: "养老保险 最久等待超过 02:00", Level: session.NoticeError, Since: ago(40 * time.Second), From: ago(161 * time.Second), Sound: true},
		{ID: "talk/3019", Code: "talk", Text: "3019 钱某 连续通话超过 15:00", Seat: "3019", Level: session.NoticeWarn, Since: ago(202 * time.Second), From: ago(18*time.Minute + 22*time.Second), By: "1001 周某", ByAt: ago(90 * time.Second)},
	}
	b.Topics = []session.TopicRow{{Name: "养老保险", Count: 1040, Before: 820}, {Name: "医疗保险", Count: 520, Before: 560}, {Name: "失业保险", Count: 402, Before: 0}, {Name: "劳动关系", Count: 300, Before: -1}}
	return v
}

// Listening is the board while its lead listens to a call.
func Listening() session.View {
	v := Board()
	v.Watch = &session.WatchView{
		Seat: "3027", Who: "3027 李某", Call: "call-1", Way: call.EarMonitor, Since: ago(5 * time.Second), Phase: call.StateTalking, Shown: true,
		Subject: "养老保险", Region: "320102", Masked: "139****0042",
	}
	v.Sound.OutLevel = -20
	return v
}
