package pop

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Transfer is the box for consulting, three-party talk and handing over.
type Transfer struct {
	call  string
	blind bool
	query *field.Field
	list  page.List
}

// NewTransfer opens the box for a call; blind sends the caller on unseen.
func NewTransfer(call string, blind bool) *Transfer {
	return &Transfer{call: call, blind: blind, query: field.New(field.Options{Max: 40, Hint: "工号、姓名、首字母、单位、号码"})}
}

// Act leaves F5, F6, F8 and F9 to the program: they mean the same with the box open.
func (t *Transfer) Act(keys.Command, *page.Env) Result { return Result{} }

// Alive is true while the call goes on.
func (t *Transfer) Alive(e *page.Env) bool { return sameCall(t.call)(e) }

// Update types, moves and calls.
func (t *Transfer) Update(msg tea.Msg, e *page.Env) Result {
	n := len(e.View.Targets)
	switch key(msg) {
	case "up", "shift+tab":
		t.list.Move(-1, n)
	case "down", "tab":
		t.list.Move(1, n)
	case "esc":
		return Result{Used: true, Close: true}
	case "enter":
		return t.dial(e)
	default:
		return t.typed(msg, e)
	}
	return Result{Used: true}
}

func (t *Transfer) typed(msg tea.Msg, e *page.Env) Result {
	used, changed := false, false
	switch msg := msg.(type) {
	case tea.PasteMsg:
		used, changed = true, t.query.Insert(msg.Content)
	case tea.KeyPressMsg:
		used, changed = t.query.Key(msg)
	}
	if changed {
		t.list = page.List{}
		e.Do(session.FindTarget{Query: text.Fold(t.query.Value())})
	}
	return Result{Used: used}
}

func (t *Transfer) dial(e *page.Env) Result {
	if t.list.Sel < len(e.View.Targets) && e.Mode == keys.Talk {
		id := e.View.Targets[t.list.Sel].ID
		if t.blind {
			e.Do(session.Blind{Call: t.call, Target: id})
			return Result{Used: true, Close: true}
		}
		e.Do(session.Consult{Call: t.call, Target: id})
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
	x := in.Text(0, 0, "目标  ", theme.Dim)
	box := in.Sub(x, 0, in.W-x-12, 1)
	cx, cy := t.query.Draw(box, true)
	legs := e.View.Call.Legs
	rows := max(in.H-6-len(legs), 1)
	t.drawTargets(in.Sub(0, 2, in.W, rows), e)
	in.Rule(2+rows, e.Theme, theme.Frame)
	for i, l := range legs {
		y := 3 + rows + i
		in.Cell(0, y, 8, legRole(l.Role), theme.Dim)
		in.Cell(8, y, 28, l.Who, theme.Plain)
		in.Text(36, y, l.State+" "+page.Clock(e.Since(l.Since)), theme.Plain)
	}
	if t.blind {
		in.Text(0, in.H-1, "Enter 转出，对方不接会回到你这里   Esc 收起", theme.Dim)
	} else {
		in.Text(0, in.H-2, "Enter 呼叫   F5 切换通话方   F6 三方并入   F9 咨询后转出（随单转）", theme.Dim)
		in.Text(0, in.H-1, "F8 两次 取消转接，接回来电人           Esc 收起，不改变通话", theme.Dim)
	}
	return page.At(box, cx, cy)
}

func (t *Transfer) drawTargets(r canvas.Region, e *page.Env) {
	rows := e.View.Targets
	if len(rows) == 0 {
		word := "写出要找的人或单位"
		if !t.query.Empty() {
			word = "没有找到 · 可以直接写外线号码"
		}
		r.Text(2, 0, word, theme.Dim)
		return
	}
	top := t.list.Window(len(rows), r.H)
	for y := range min(r.H, len(rows)-top) {
		row := rows[top+y]
		if top+y == t.list.Sel {
			r.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := r.Cell(2, y, 26, text.Short(row.Who, 25), theme.Plain)
		x = r.Cell(x, y, max(r.W-x-18, 4), text.Short(row.Duty, max(r.W-x-19, 4)), theme.Plain)
		x = r.Cell(x, y, 8, row.State, theme.Plain)
		if !row.Since.IsZero() {
			r.Text(x, y, page.Clock(e.Since(row.Since)), theme.Dim)
		}
	}
}

func legRole(role string) string {
	if cn := map[string]string{"caller": "来电人", "agent": "我", "target": "目标", "observer": "旁听"}[role]; cn != "" {
		return cn
	}
	return role
}
