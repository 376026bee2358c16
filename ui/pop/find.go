package pop

import (
	"slices"

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
	gone  bool // the chosen command is none any more, and none was chosen since
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
	f.rows, f.list, f.gone = nil, page.List{}, false
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

// follow shows what can be done now: a call may have come or gone since the box
// was opened. The choice stays with its command; where that is none any more,
// Enter carries out nothing, least of all what stands first now.
func (f *finder) follow(mode keys.Context) {
	if mode == f.mode {
		return
	}
	old, had := keys.Binding{}, f.list.Sel < len(f.rows)
	if had {
		old = f.rows[f.list.Sel]
	}
	was := f.gone
	f.mode = mode
	f.search()
	at := slices.IndexFunc(f.rows, func(b keys.Binding) bool { return b.Cmd == old.Cmd && b.Key == old.Key && b.Label == old.Label })
	if had && !was && at >= 0 {
		f.list.Sel = at
		return
	}
	f.gone = was || had
}

// Update types into the field, moves in the list, and runs.
func (f *finder) Update(msg tea.Msg, e *page.Env) Result {
	f.follow(e.Mode)
	switch key(msg) {
	case "up", "shift+tab":
		f.move(-1)
	case "down", "tab":
		f.move(1)
	case "pgup":
		f.move(-10)
	case "pgdown":
		f.move(10)
	case "esc":
		return Result{Used: true, Close: true}
	case "enter":
		if f.run && !f.gone && f.list.Sel < len(f.rows) {
			return Result{Used: true, Close: true, Run: f.rows[f.list.Sel].Cmd}
		}
	default:
		return f.typed(msg)
	}
	return Result{Used: true}
}

// move goes through the list; where nothing is chosen, to its first row.
func (f *finder) move(by int) {
	if f.gone {
		f.gone, by = false, 0
	}
	f.list.Move(by, len(f.rows))
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
	f.follow(e.Mode)
	in := frame(r, e, min(r.W-4, 100), min(r.H-1, 26), f.title)
	x := in.Text(0, 0, "查 ", theme.Dim)
	box := in.Sub(x, 0, in.W-x-12, 1)
	cx, cy := f.query.Draw(box, true)
	body := in.Sub(0, 2, in.W, in.H-3)
	if len(f.rows) == 0 {
		body.Text(0, 0, "没有这样的命令", theme.Dim)
	}
	f.drawRows(body, e)
	foot := "Esc 收起"
	if f.run {
		foot = "↑↓ 选  Enter 执行  Esc 收起"
	}
	in.Text(0, in.H-1, foot, theme.Dim)
	return page.At(box, cx, cy)
}

// The columns of a row; what the command does is wrapped in the rest.
const labelAt, keyAt, helpAt = 2, 16, 28

// drawRows draws as many rows as there is room for, the chosen one among them.
func (f *finder) drawRows(r canvas.Region, e *page.Env) {
	high := make([]int, len(f.rows))
	for i, b := range f.rows {
		help, _ := does(b, e)
		high[i] = max(len(text.Wrap(help, r.W-helpAt)), 1)
	}
	y := 0
	for i := f.window(high, r.H); i < len(f.rows) && y+high[i] <= r.H; i++ {
		f.drawRow(r.Sub(0, y, r.W, high[i]), f.rows[i], e, i == f.list.Sel && !f.gone)
		y += high[i]
	}
}

// window is the first row shown, so that the chosen one is whole and no room is left below the last.
func (f *finder) window(high []int, room int) int {
	top := min(f.list.Top, f.list.Sel)
	sum := func(from, to int) (n int) {
		for _, h := range high[min(from, len(high)):min(to, len(high))] {
			n += h
		}
		return n
	}
	for top < f.list.Sel && sum(top, f.list.Sel+1) > room {
		top++
	}
	for top > 0 && sum(top-1, len(high)) <= room {
		top--
	}
	f.list.Top = top
	return top
}

// does is what a command does, or why it is off now.
func does(b keys.Binding, e *page.Env) (string, theme.Token) {
	if b.Why != nil {
		if why := b.Why(e.View); why != "" {
			return why, theme.Warn
		}
	}
	return b.Help, theme.Dim
}

func (f *finder) drawRow(r canvas.Region, b keys.Binding, e *page.Env, sel bool) {
	if sel {
		r.Text(0, 0, e.Theme.Glyph.Sel, theme.Key)
	}
	name := keys.Name(b.Key)
	if b.Twice {
		name += " 两次"
	}
	r.Cell(labelAt, 0, keyAt-labelAt, b.Label, theme.Plain)
	r.Cell(keyAt, 0, helpAt-keyAt, name, theme.Key)
	help, tok := does(b, e)
	for y, l := range text.Wrap(help, r.W-helpAt) {
		r.Text(helpAt, y, l, tok)
	}
}
