package pop

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/call"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Transfer is the box for consulting, three-party talk and handing over.
type Transfer struct {
	picker
	call  string
	blind bool
	onLeg bool // the parties of the call have the focus, not the targets
	legs  page.List
}

// NewTransfer opens the box for a call; blind sends the caller on unseen.
func NewTransfer(call string, blind bool) *Transfer {
	return &Transfer{picker: newPicker(false, "工号、姓名、首字母、单位、号码"), call: call, blind: blind}
}

// Act leaves F5, F6, F8 and F9 to the program: they mean the same with the box open.
func (t *Transfer) Act(keys.Command, *page.Env) Result { return Result{} }

// Forbids keeps F8, which takes back who is being asked, from hanging up on the
// caller when that one has just left by itself.
func (t *Transfer) Forbids(c keys.Command) string {
	if c == keys.Release {
		return "没有正在咨询的一方 · 来电人在与您通话，没有挂机 · 要挂机先按 Esc 收起这一框"
	}
	return ""
}

// Alive is true while the call goes on.
func (t *Transfer) Alive(e *page.Env) bool { return sameCall(t.call)(e) }

// Update types, moves and calls.
func (t *Transfer) Update(msg tea.Msg, e *page.Env) Result {
	switch key(msg) {
	case "up":
		t.move(-1, e)
	case "down":
		t.move(1, e)
	case "tab", "shift+tab":
		t.onLeg = !t.onLeg && len(members(e)) > 0
	case "esc":
		return Result{Used: true, Close: true}
	case "enter":
		if t.onLeg {
			return t.leg(e)
		}
		return t.dial(e)
	default:
		return t.typed(msg, e)
	}
	return Result{Used: true}
}

func (t *Transfer) move(by int, e *page.Env) {
	if t.onLeg {
		t.legs.Move(by, len(members(e)))
		return
	}
	t.picker.move(by, e)
}

// members are the parties that can be muted, held or dropped; in a conference the caller too, but for the last.
func members(e *page.Env) []session.LegView {
	var out []session.LegView
	if e.View.Call == nil {
		return nil
	}
	for _, l := range e.View.Call.Legs {
		if l.Role == "target" {
			out = append(out, l)
		}
	}
	for _, l := range e.View.Call.Legs {
		if l.Role == "caller" && e.View.Call.Phase == call.StateThreeParty {
			out = append(out, l)
		}
	}
	return out
}

// leg asks what is to happen to the chosen party; the box comes back after it.
func (t *Transfer) leg(e *page.Env) Result {
	all := members(e)
	if t.legs.Sel >= len(all) {
		return Result{Used: true}
	}
	l := all[t.legs.Sel]
	do := func(what string) func(*page.Env) Result {
		return func(e *page.Env) Result {
			e.Do(session.LegSwitch{Call: t.call, Leg: l.ID, Do: what})
			return Result{Open: t}
		}
	}
	m := &Menu{title: l.Who, note: "按数字选择  Esc 收起", alive: sameCall(t.call)}
	m.rows = append(m.rows, choice{"静音：大家听不到他", do("mute")}, choice{"保持：他听音乐", do("hold")}, choice{"放掉：他离开通话", do("drop")})
	if l.Role == "caller" { // is not sent away
		m.rows = m.rows[:2]
	}
	if l.Muted {
		m.rows[0] = choice{"取消静音", do("unmute")}
	}
	if l.Held {
		m.rows[1] = choice{"恢复：回到通话", do("resume")}
	}
	return Result{Used: true, Open: m}
}

func (t *Transfer) typed(msg tea.Msg, e *page.Env) Result {
	used, changed := t.picker.typed(msg, e)
	t.onLeg = t.onLeg && !changed
	return Result{Used: used}
}

// step is what the box is for.
func (t *Transfer) step() call.Kind {
	if t.blind {
		return call.EventTransfer
	}
	return call.EventConsult
}

func (t *Transfer) dial(e *page.Env) Result {
	target, ok := t.chosen(e)
	switch {
	case t.answered(e) && !slices.Contains(e.View.Call.Allowed, t.step()):
		e.Say("现在不能呼叫 · 通话没有变 · 先切换、并入或取消已有的一方")
	case !ok:
		e.Say(t.nobody(e, "没有呼叫", "工号、姓名、单位或号码"))
	case t.blind:
		e.Do(session.Blind{Call: t.call, Target: target.ID})
		return Result{Used: true, Close: true}
	default:
		e.Do(session.Consult{Call: t.call, Target: target.ID})
	}
	return Result{Used: true}
}

// Draw draws the field, the targets and who is on the line.
func (t *Transfer) Draw(r canvas.Region, e *page.Env) page.Cursor {
	title := "三方转接"
	if t.blind {
		title = "直接转出（不咨询）"
	}
	in := frame(r, e, 78, 20, title)
	cur := t.field(in)
	legs := e.View.Call.Legs
	rows := max(in.H-7-len(legs), 1)
	t.draw(in.Sub(0, 2, in.W, rows), e, !t.onLeg)
	in.Rule(2+rows, e.Theme, theme.Frame)
	t.drawLegs(in.Sub(0, 3+rows, in.W, len(legs)), e)
	for i, line := range t.hints(e) {
		in.Text(0, in.H-3+i, line, theme.Dim)
	}
	return cur
}

// hints are what the keys do now, in three lines.
func (t *Transfer) hints(e *page.Env) [3]string {
	can := func(k call.Kind) bool { return slices.Contains(e.View.Call.Allowed, k) }
	switch {
	case t.blind:
		return [3]string{"", "Enter 转出，对方不接会回到你这里", "技能组没有人空闲（要排队）时，来电人去排这个组的队   Esc 收起"}
	case can(call.EventMerge):
		return [3]string{
			"↑↓ 选   Tab 选通话里的一方，Enter 静音、保持、放掉", "F5 切换通话方   F6 三方并入   F9 咨询后转出（随单转）",
			"F8 两次 取消转接，接回来电人           Esc 收起，不改变通话",
		}
	case can(call.EventThirdAccepted):
		return [3]string{
			"对方已接听，听到来意后按 1 就接通；来电人在听音乐", "对方是语音菜单就按 F3 直接说话，给它发按键也行", "F8 两次 取消转接，接回来电人           Esc 收起，不改变通话",
		}
	case can(call.EventCancel):
		return [3]string{"", "正在呼叫，来电人在听音乐", "F8 两次 取消转接，接回来电人           Esc 收起，不改变通话"}
	case len(members(e)) > 0:
		return [3]string{
			"↑↓ 选   Tab 选通话里的一方，Enter 静音、保持、放掉", "Enter 再呼叫一方，其余的人先听音乐   F9 我退出，其余的人继续", "Esc 收起，不改变通话",
		}
	}
	return [3]string{"", "↑↓ 选   Enter 呼叫，来电人先听音乐", "Esc 收起，不改变通话"}
}

// drawLegs draws who is on the line.
func (t *Transfer) drawLegs(r canvas.Region, e *page.Env) {
	chosen := ""
	if all := members(e); t.onLeg && t.legs.Sel < len(all) {
		chosen = all[t.legs.Sel].ID
	}
	for y, l := range e.View.Call.Legs {
		if l.ID == chosen {
			r.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		state := l.State + " " + page.Clock(e.Since(l.Since))
		if l.Muted && l.Role != "agent" {
			state += " 静音"
		}
		r.Cell(2, y, 8, legRole(l.Role), theme.Dim)
		r.Cell(10, y, 28, text.Short(l.Who, 27), theme.Plain)
		r.Text(38, y, state, theme.Plain)
	}
}

func legRole(role string) string {
	if cn := map[string]string{"caller": "来电人", "agent": "我", "target": "目标", "observer": "旁听"}[role]; cn != "" {
		return cn
	}
	return role
}
