package pop

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/pinyin"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// finder is a search field over the bindings of a situation.
type finder struct {
	passive
	query *field.Field
	list  page.List
	rows  []keys.Binding
	mode  keys.Context
	all   *keys.Map
	run   bool // Enter carries the command out
	title string
}

// Palette finds a command and carries it out.
func Palette(e *page.Env) Box { return newFinder(e, "命令", true) }

// Help lists the keys of the screen; Enter carries nothing out.
func Help(e *page.Env) Box { return newFinder(e, "帮助：本屏按键", false) }

func newFinder(e *page.Env, title string, run bool) *finder {
	f := &finder{query: field.New(field.Options{Max: 30, Hint: "汉字、全拼、首字母、数字"}), mode: e.Mode, all: e.Keys, run: run, title: title}
	f.search()
	return f
}

func (f *finder) search() {
	f.rows, f.list = nil, page.List{}
	q := f.query.Value()
	for _, b := range f.all.For(f.mode) {
		if f.run && (b.Cmd == keys.Palette || b.Cmd == keys.Next || b.Cmd == keys.Previous) {
			continue
		}
		if pinyin.Match(b.Label, q) || pinyin.Match(keys.Name(b.Key), q) || (!f.run && pinyin.Match(b.Help, q)) {
			f.rows = append(f.rows, b)
		}
	}
}

// Update types into the field, moves in the list, and runs.
func (f *finder) Update(msg tea.Msg, _ *page.Env) Result {
	switch key(msg) {
	case "up", "shift+tab":
		f.list.Move(-1, len(f.rows))
	case "down", "tab":
		f.list.Move(1, len(f.rows))
	case "pgup":
		f.list.Move(-10, len(f.rows))
	case "pgdown":
		f.list.Move(10, len(f.rows))
	case "esc":
		return Result{Used: true, Close: true}
	case "enter":
		if f.run && f.list.Sel < len(f.rows) {
			return Result{Used: true, Close: true, Run: f.rows[f.list.Sel].Cmd}
		}
	default:
		return f.typed(msg)
	}
	return Result{Used: true}
}

func (f *finder) typed(msg tea.Msg) Result {
	used, changed := false, false
	switch msg := msg.(type) {
	case tea.PasteMsg:
		used, changed = true, f.query.Insert(msg.Content)
	case tea.KeyPressMsg:
		used, changed = f.query.Key(msg)
	}
	if changed {
		f.search()
	}
	return Result{Used: used}
}

// Draw draws the field and the list.
func (f *finder) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 76, min(r.H-1, 22), f.title)
	x := in.Text(0, 0, "查 ", theme.Dim)
	box := in.Sub(x, 0, in.W-x-12, 1)
	cx, cy := f.query.Draw(box, true)
	body := in.Sub(0, 2, in.W, in.H-3)
	if len(f.rows) == 0 {
		body.Text(0, 0, "没有这样的命令", theme.Dim)
	}
	top := f.list.Window(len(f.rows), body.H)
	for y := range min(body.H, len(f.rows)-top) {
		f.drawRow(body, y, f.rows[top+y], e, top+y == f.list.Sel)
	}
	foot := "Esc 收起"
	if f.run {
		foot = "↑↓ 选  Enter 执行  Esc 收起"
	}
	in.Text(0, in.H-1, foot, theme.Dim)
	return page.At(box, cx, cy)
}

func (f *finder) drawRow(r canvas.Region, y int, b keys.Binding, e *page.Env, sel bool) {
	if sel {
		r.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
	}
	name := keys.Name(b.Key)
	if b.Twice {
		name += " 两次"
	}
	x := r.Cell(2, y, 14, b.Label, theme.Plain)
	x = r.Cell(x, y, 11, name, theme.Key)
	help, tok := b.Help, theme.Dim
	if b.Why != nil {
		if why := b.Why(e.View); why != "" {
			help, tok = why, theme.Warn
		}
	}
	r.Text(x, y, text.Short(help, r.W-x), tok)
}
