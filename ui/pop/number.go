package pop

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/theme"
)

// number asks for digits; a command of the key table sends them, never Enter.
type number struct {
	title, note string
	input       *field.Field
	send        keys.Command
	do          func(e *page.Env, digits string)
	alive       func(e *page.Env) bool
	each        bool // every digit is sent as it is typed
}

// Dial asks whom to call. record is the one the call belongs to, if any.
func Dial(record string) Box {
	return &number{
		title: "外呼", note: "F3 拨出   Esc 收起", send: keys.Dial,
		input: field.New(field.Options{Kind: field.Number, Max: 20, Hint: "号码或工号"}),
		do:    func(e *page.Env, d string) { e.Do(session.Dial{Target: d, Record: record, Reason: "外呼"}) },
		alive: func(e *page.Env) bool { return e.View.Call == nil },
	}
}

// SendKeys sends digits to the far end's menu as they are typed.
func SendKeys(call string) Box {
	return &number{
		title: "发按键", note: "按数字、* 或 # 马上发出   Esc 收起", each: true,
		input: field.New(field.Options{Kind: field.Number, Max: 40}),
		do:    func(e *page.Env, d string) { e.Do(session.SendKeys{Call: call, Keys: d}) },
		alive: sameCall(call),
	}
}

// Act sends on the box's own command.
func (n *number) Act(c keys.Command, e *page.Env) Result {
	if n.send == "" || c != n.send {
		return Result{}
	}
	if n.input.Empty() {
		return Result{Used: true}
	}
	n.do(e, n.input.Value())
	return Result{Used: true, Close: true}
}

func (n *number) Alive(e *page.Env) bool { return n.alive(e) }

func (n *number) Update(msg tea.Msg, e *page.Env) Result {
	if key(msg) == "esc" {
		return Result{Used: true, Close: true}
	}
	before := len(n.input.Value())
	used := false
	switch msg := msg.(type) {
	case tea.PasteMsg:
		used = true
		n.input.Insert(msg.Content)
	case tea.KeyPressMsg:
		used, _ = n.input.Key(msg)
	}
	if v := n.input.Value(); n.each && len(v) > before {
		n.do(e, v[before:])
	}
	return Result{Used: used}
}

func (n *number) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 48, 6, n.title)
	x := in.Text(0, 1, "号码  ", theme.Dim)
	box := in.Sub(x, 1, in.W-x-12, 1)
	cx, cy := n.input.Draw(box, true)
	in.Text(0, in.H-1, n.note, theme.Dim)
	return page.At(box, cx, cy)
}
