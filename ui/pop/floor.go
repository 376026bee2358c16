package pop

import (
	"cmp"
	"slices"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
)

// floorReasons are why somebody changes what another's seat does.
var floorReasons = []string{"排队过长", "坐席请求", "服务质量", "设备或线路", "离席未签出"}

// takeReasons are why somebody goes on with another's call.
var takeReasons = []string{"坐席求助", "来电人要求", "答复有误", "来电人情绪激动", "设备或线路"}

// why asks for a reason by digit, or in words.
func why(title string, reasons []string, alive func(*page.Env) bool, do func(reason string) session.Verb) Box {
	m := &Menu{title: title, note: "按数字选原因，会记入审计  Esc 收起", alive: alive}
	for _, r := range reasons {
		m.rows = append(m.rows, choice{r, func(e *page.Env) Result { e.Do(do(r)); return Result{} }})
	}
	m.rows = append(m.rows, choice{"其他（写明）", func(*page.Env) Result {
		return Result{Open: &asker{title: title, do: "办理", lines: []question{line("原因", "会记入审计", true)}, alive: alive,
			run: func(e *page.Env, a []string) Result { e.Do(do(a[0])); return Result{} }}}
	}})
	return decision{m}
}

// decision keeps the keys of the board from acting below a question about it.
type decision struct{ *Menu }

// Forbids says that the question comes first.
func (decision) Forbids(c keys.Command) string {
	if slices.Contains(boardOnly, c) {
		return "这一框还没有选 · 刚才的键没有执行 · 按数字选，或按 Esc 收起"
	}
	return ""
}

// boardOnly are the commands of the board, and F9, which chooses nothing here.
var boardOnly = []keys.Command{
	keys.CallSeat, keys.Listen, keys.Whisper, keys.Barge, keys.StopListen, keys.FindSeat, keys.ForceSeat, keys.AckAlarm, keys.SortSeats, keys.PushCall,
	keys.Save,
}

func onFloor(e *page.Env) bool { return e.Mode == keys.Floor }

// ForceSeat asks what is to become of a seat.
func ForceSeat(r session.SeatRow) Box {
	who := r.No + " " + r.Name
	state := func(s agent.Phase) func(*page.Env) Result {
		return func(*page.Env) Result {
			return Result{Open: why("置 "+who+" 为"+s.Label(), floorReasons, onFloor, func(reason string) session.Verb {
				return session.ForceState{Seat: r.No, State: s, Reason: reason}
			})}
		}
	}
	move := func(title, do string) func(*page.Env) Result {
		return func(e *page.Env) Result {
			if r.Call == "" && !r.State.OnCall() && r.State != agent.StateRinging { // the next caller there would be meant by nobody
				e.Say(who + " 没有来电 · 没有执行 · 有来电时再选")
				return Result{Close: true}
			}
			return Result{Open: why(title+" "+who, floorReasons, onFloor, func(reason string) session.Verb {
				return session.MoveCall{Do: do, Seat: r.No, Call: r.Call, Reason: reason}
			})}
		}
	}
	return decision{&Menu{title: "坐席 " + who, alive: onFloor, rows: []choice{
		{"置闲", state(agent.StateReady)},
		{"置忙（通话中的在话后生效）", state(agent.StateNotReady)},
		{"签出（通话中的在话后生效）", state(agent.StateSignedOut)},
		{"拉回来电：来电人回到队首", move("拉回来电", session.MovePull)},
		{"强拆：结束这通电话", move("强拆", session.MoveEnd)},
	}}}
}

// PushCall asks why a waiting caller is to go to a seat.
func PushCall(w session.WaitRow, r session.SeatRow) Box {
	return why("派 "+w.Subject+" 的来电给 "+r.No+" "+r.Name, floorReasons, onFloor, func(reason string) session.Verb {
		return session.MoveCall{Do: session.MovePush, Seat: r.No, Call: w.Call, Reason: reason}
	})
}

// TakeOver asks why somebody goes on with another's call. Where it was listened
// to, that call alone is meant: not the next one of the seat.
func TakeOver(r session.SeatRow, heard string) Box {
	alive := func(e *page.Env) bool {
		w := e.View.Watch
		return onFloor(e) && (heard == "" || w != nil && w.Call == heard)
	}
	return why("接管 "+r.No+" "+r.Name+" 的通话：来电人由您接着接待", takeReasons, alive, func(reason string) session.Verb {
		return session.TakeOver{Seat: r.No, Call: cmp.Or(heard, r.Call), Reason: reason}
	})
}

// Broadcast asks for a line for everybody.
func Broadcast() Box {
	return &asker{title: "广播通知", do: "发出", lines: []question{line("通知", "显示在本区每个坐席的屏幕上", true)}, alive: onFloor,
		run: func(e *page.Env, a []string) Result { e.Do(session.Broadcast{Text: a[0]}); return Result{} }}
}
