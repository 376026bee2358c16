package pop

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// choice is one line of a menu.
type choice struct {
	label string
	do    func(e *page.Env) Result
}

// Menu asks for one of a few answers.
type Menu struct {
	title, note string
	rows        []choice
	list        page.List
	alive       func(e *page.Env) bool
}

// Act leaves all commands to the program.
func (m *Menu) Act(keys.Command, *page.Env) Result { return Result{} }

// Alive asks whether the question still stands.
func (m *Menu) Alive(e *page.Env) bool { return m.alive == nil || m.alive(e) }

// Update takes digits, arrows and Enter.
func (m *Menu) Update(msg tea.Msg, e *page.Env) Result {
	if n := digit(msg); n >= 1 && n <= len(m.rows) {
		return m.choose(n-1, e)
	}
	switch key(msg) {
	case "up", "shift+tab":
		m.list.Move(-1, len(m.rows))
	case "down", "tab":
		m.list.Move(1, len(m.rows))
	case "enter":
		return m.choose(m.list.Sel, e)
	case "esc":
		return Result{Used: true, Close: true}
	default:
		return Result{}
	}
	return Result{Used: true}
}

func (m *Menu) choose(i int, e *page.Env) Result {
	r := m.rows[i].do(e)
	r.Used = true
	r.Close = r.Open == nil
	return r
}

// Draw draws the menu in the middle.
func (m *Menu) Draw(r canvas.Region, e *page.Env) page.Cursor {
	w := max(text.Width(m.title)+10, text.Width(m.note)+4, 34)
	for _, c := range m.rows {
		w = max(w, text.Width(c.label)+10)
	}
	in := frame(r, e, w, len(m.rows)+5, m.title)
	top := m.list.Window(len(m.rows), in.H-2)
	for y := range min(in.H-2, len(m.rows)-top) {
		i := top + y
		if i == m.list.Sel {
			in.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := in.Text(2, y, strconv.Itoa(i+1)+" ", theme.Key)
		in.Text(x, y, m.rows[i].label, theme.Plain)
	}
	note := m.note
	if note == "" {
		note = "按数字选择  Esc 收起"
	}
	in.Text(0, in.H-1, note, theme.Dim)
	return page.Cursor{}
}

func say(v session.Verb) func(*page.Env) Result {
	return func(e *page.Env) Result { e.Do(v); return Result{} }
}

// Presence is the menu of states.
func Presence() Box {
	return &Menu{title: "状态", rows: []choice{
		{"空闲", say(session.SetPresence{State: agent.StateReady})},
		{"小休", func(*page.Env) Result { return Result{Open: breaks()} }},
		{"培训", say(session.SetPresence{State: agent.StateTraining})},
		{"示忙", say(session.SetPresence{State: agent.StateNotReady, Reason: agent.ReasonBusy})},
		{"签出", func(*page.Env) Result { return Result{Run: keys.SignOut} }},
	}}
}

func breaks() Box {
	m := &Menu{title: "小休原因"}
	for _, r := range agent.BreakReasons {
		m.rows = append(m.rows, choice{r.Label(), say(session.SetPresence{State: agent.StateBreak, Reason: r})})
	}
	return m
}

// rejections are the reasons for refusing a call.
var rejections = []string{"设备有问题", "手头有急事", "需要暂离", "不会办这类业务", "其他"}

// Reject asks why an offer is refused.
func Reject(offer string) Box {
	m := &Menu{title: "拒接原因", note: "按数字选择  Esc 不拒接", alive: func(e *page.Env) bool {
		return e.View.Offer != nil && e.View.Offer.ID == offer
	}}
	for _, r := range rejections {
		m.rows = append(m.rows, choice{r, say(session.Reject{Offer: offer, Reason: r})})
	}
	return m
}

// PauseRecording asks why the recording is to pause.
func PauseRecording(call string) Box {
	m := &Menu{title: "暂停录音", note: "空白处会记下原因  Esc 收起", alive: sameCall(call)}
	for _, r := range []string{"来电人输入口令", "来电人报银行卡", "其他"} {
		m.rows = append(m.rows, choice{r, say(session.PauseRecording{Call: call, Reason: r, On: true})})
	}
	return m
}

// Dismiss ends the call of an abusive caller: first the reminder that the agent
// says, then, when it does not help, the end with the centre's wording.
func Dismiss(call string) Box {
	m := &Menu{title: "终止辱骂、骚扰的来电", note: "先说第一步；仍不停止再选第二步  Esc 收起", alive: sameCall(call)}
	m.rows = []choice{
		{"已说：请您文明用语，否则我只能结束本次通话", func(e *page.Env) Result { e.Do(session.Dismiss{Call: call}); return Result{Open: m} }},
		{"仍不停止：来电人听到结束语，通话结束", say(session.Dismiss{Call: call, Warned: true})},
	}
	return m
}

// Confirm asks before something that cannot be undone; Enter takes the first
// answer, which leaves everything as it is.
func Confirm(title, stay, goOn string, run func(e *page.Env) Result) *Menu {
	return &Menu{title: title, note: "Enter = 1  Esc 收起", rows: []choice{
		{stay, func(*page.Env) Result { return Result{} }},
		{goOn, run},
	}}
}

// While closes the menu when what it asks about is over.
func (m *Menu) While(alive func(e *page.Env) bool) *Menu {
	m.alive = alive
	return m
}

// sameCall is true while the call with an id goes on.
func sameCall(id string) func(e *page.Env) bool {
	return func(e *page.Env) bool {
		return e.View.Call != nil && e.View.Call.ID == id && e.Mode&keys.OnCall != 0
	}
}
