package keys

import (
	"slices"

	"zuoxi/rules/access"
	"zuoxi/rules/call"
	"zuoxi/session"
)

// The commands of who looks after other seats.
const (
	CallSeat   Command = "call_seat"
	Listen     Command = "listen"
	Whisper    Command = "whisper"
	Barge      Command = "barge"
	StopListen Command = "stop_listening"
	TakeOver   Command = "take_over"
	FindSeat   Command = "find_seat"
	ForceSeat  Command = "force_seat"
	PushCall   Command = "push_call"
	Broadcast  Command = "broadcast"
	AckAlarm   Command = "ack_alarm"
	SortSeats  Command = "sort_seats"
	Board      Command = "board"
	Workbench  Command = "workbench"
)

// floorTable are the keys of the board. With a call of one's own, taken over
// included, the agent's keys hold instead.
var floorTable = []Binding{
	{Cmd: CallSeat, Key: "f3", In: Floor, Label: "呼叫坐席", Bar: true, Help: "和光标所在的坐席对讲：马上说话；他在通话时是耳语", Why: may(access.LeadWhisper)},
	{Cmd: Listen, Key: "f4", In: Floor, Label: "监听", Bar: true, Help: "听光标所在坐席的通话，谁也听不到你；正在听时回到只听", Why: may(access.LeadMonitor)},
	{Cmd: Whisper, Key: "f5", In: Floor, Label: "耳语", Bar: true, Help: "只有坐席听得到你，来电人听不到", Why: may(access.LeadWhisper)},
	{Cmd: Barge, Key: "f6", In: Floor, Label: "插话", Bar: true, Help: "三个人一起说话", Why: may(access.LeadBarge)},
	{Cmd: FindSeat, Key: "f7", In: Floor, Label: "查找", Bar: true, Help: "按工号、姓名、区县、技能、状态筛选坐席；空格分开几个词"},
	{Cmd: StopListen, Key: "f8", In: Floor, Label: "停止", Bar: true, Help: "不再听，回到看板", Why: listening},
	{Cmd: TakeOver, Key: "f9", In: Floor, Label: "接管", Bar: true, Help: "选原因以后来电人由我接着接待，坐席进入话后", Why: may(access.LeadTake)},
	{Cmd: ForceSeat, Key: "ctrl+t", In: Floor, Label: "坐席状态", Bar: true, Help: "置闲、置忙、签出、拉回来电、强拆，都要选原因", Why: may(access.LeadState)},
	{Cmd: AckAlarm, Key: "ctrl+a", In: Floor, Label: "确认预警", Bar: true, Help: "最急的一条预警由我处理，别人看得到是谁", Why: alarmed},
	{Cmd: PushCall, In: Floor, Label: "派来电给坐席", Help: "把等候最久的（或选中的）来电人派给光标所在的坐席", Why: may(access.LeadPush)},
	{Cmd: Broadcast, In: Floor, Label: "广播通知", Help: "一行字，显示在本区每个坐席的屏幕上", Why: may(access.LeadSpeak)},
	{Cmd: SortSeats, Key: "ctrl+r", In: Floor, Label: "排序", Help: "换一种排序：状态和时长、线路质量、今日接听、工号、区县"},
	{Cmd: State, In: Floor, Label: "我的状态", Help: "自己的空闲、小休、培训、示忙、签出"},
	{Cmd: Workbench, In: Floor, Label: "我的工作台", Help: "自己的待办、留言和知识库"},
	{Cmd: Board, In: Idle, Label: "看板", Help: "回到看板", Why: may(access.BoardView)},
}

// may makes a reason out of the rights of who sits here.
func may(cmd access.Command) func(*session.View) string {
	return func(v *session.View) string {
		if v.Seat.Can(cmd) {
			return ""
		}
		return "没有权限：“" + cmd.Label() + "” · 没有执行 · 需要时请找有权限的人"
	}
}

func listening(v *session.View) string {
	if v.Watch == nil {
		return "现在没有在听 · 没有变化 · 选一个通话中的坐席再按监听"
	}
	return ""
}

func alarmed(v *session.View) string {
	if slices.ContainsFunc(v.Board.Alarms, func(a session.AlarmRow) bool { return a.By == "" }) {
		return ""
	}
	return "没有要确认的预警 · 没有变化 · 有预警时再按"
}

// Way is how a command listens; empty for all others.
func (c Command) Way() call.Ear {
	return map[Command]call.Ear{Listen: call.EarMonitor, Whisper: call.EarWhisper, Barge: call.EarBarge}[c]
}
