package pop

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/theme"
)

// Callee is somebody who can be called without knowing the number.
type Callee struct {
	Target string // as session.Dial wants it: call:ID, record:NUMBER, voicemail:ID
	Label  string
	Record string // the record that the call belongs to, if any
}

// dial asks whom to call. F3 calls, never Enter.
type dial struct {
	callee Callee
	inputs [2]*field.Field // number, reason
	at     int
	asked  bool // the hub was asked for the call
	begun  int  // what had begun before
}

// Dial opens the box; with no number written, callee is called.
func Dial(callee Callee) Box {
	hint := "外线号码"
	if callee.Target != "" {
		hint = "不写就打给 " + callee.Label
	}
	return &dial{callee: callee, inputs: [2]*field.Field{
		field.New(field.Options{Kind: field.Number, Max: 20, Hint: hint}),
		field.New(field.Options{Max: 40, Hint: "夜间或次数到了才要写"}),
	}}
}

// Act calls.
func (d *dial) Act(c keys.Command, e *page.Env) Result {
	if c != keys.Dial && c != keys.CallBack {
		return Result{}
	}
	v := session.Dial{Target: d.callee.Target, Record: d.callee.Record, Reason: strings.TrimSpace(d.inputs[1].Value())}
	if n := strings.ReplaceAll(d.inputs[0].Value(), " ", ""); n != "" {
		v.Target = "number:" + n
	}
	if v.Target == "" {
		e.Say("没有写号码 · 没有拨出 · 请写外线号码")
		return Result{Used: true}
	}
	if !d.asked {
		d.asked, d.begun = true, e.View.Dialled
	}
	e.Do(v)
	d.at = 1 // where the hub may ask for more
	return Result{Used: true}
}

// Alive is true until the call has begun: one that is refused for want of a
// reason is not typed anew. One that met a busy line may be over before a
// screen showed it: left open, the box would ring there again at the next F3.
func (d *dial) Alive(e *page.Env) bool {
	if d.asked && e.View.Dialled != d.begun {
		return false
	}
	return e.Mode&(keys.Idle|keys.Record|keys.WrapUp) != 0
}

// Update types into the fields.
func (d *dial) Update(msg tea.Msg, e *page.Env) Result {
	switch key(msg) {
	case "esc":
		return Result{Used: true, Close: true}
	case "enter":
		if d.at == len(d.inputs)-1 {
			e.Say("还没有拨出 · Enter 不拨号 · 按 F3 拨出，或按 Esc 收起")
		}
		d.at = len(d.inputs) - 1
		return Result{Used: true}
	case "tab", "shift+tab", "up", "down":
		d.at = 1 - d.at
		return Result{Used: true}
	}
	return Result{Used: typed(d.inputs[d.at], msg, e)}
}

// typed gives a key or pasted text to a field.
func typed(f *field.Field, msg tea.Msg, e *page.Env) (used bool) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		used = true
		f.Insert(msg.Content)
	case tea.KeyPressMsg:
		used, _ = f.Key(msg)
	}
	if w := f.Warning(); w != "" {
		e.Say(w)
	}
	return used
}

// Draw draws the fields.
func (d *dial) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 60, 7, "外呼")
	var cur page.Cursor
	for i, label := range []string{"号码", "事由"} {
		tok := theme.Dim
		if i == d.at {
			tok = theme.Key
		}
		x := in.Text(0, 1+i, label+"  ", tok)
		box := in.Sub(x, 1+i, in.W-x-12, 1)
		cx, cy := d.inputs[i].Draw(box, i == d.at)
		if i == d.at {
			cur = page.At(box, cx, cy)
		}
	}
	in.Text(0, in.H-1, "F3 拨出   Tab 下一项   Esc 收起", theme.Dim)
	return cur
}

// sender sends digits to the far end's menu as they are typed.
type sender struct {
	passive
	call  string
	input *field.Field
}

// SendKeys opens the box for a call.
func SendKeys(call string) Box {
	return &sender{call: call, input: field.New(field.Options{Kind: field.Number, Max: 40})}
}

// Alive is true while the call goes on.
func (s *sender) Alive(e *page.Env) bool { return sameCall(s.call)(e) }

// Update sends what was typed.
func (s *sender) Update(msg tea.Msg, e *page.Env) Result {
	if key(msg) == "esc" {
		return Result{Used: true, Close: true}
	}
	before := len(s.input.Value())
	used := typed(s.input, msg, e)
	if v := s.input.Value(); len(v) > before {
		e.Do(session.SendKeys{Call: s.call, Keys: v[before:]})
	}
	return Result{Used: used}
}

// Draw draws the field.
func (s *sender) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 48, 6, "发按键")
	x := in.Text(0, 1, "按键  ", theme.Dim)
	box := in.Sub(x, 1, in.W-x-12, 1)
	cx, cy := s.input.Draw(box, true)
	in.Text(0, in.H-1, "按数字、* 或 # 马上发出   Esc 收起", theme.Dim)
	return page.At(box, cx, cy)
}
