package pop

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Devices chooses a sound device from what the machine has.
type Devices struct {
	passive
	kind string
	list page.List
}

// NewDevices opens it for a kind; the list comes with session.ListDevices.
func NewDevices(kind string) *Devices { return &Devices{kind: kind} }

// deviceTitles are the titles by kind, and what no name means.
var deviceTitles = map[string][2]string{
	session.KindInput:  {"选麦克风", "系统默认"},
	session.KindOutput: {"选耳机", "系统默认"},
	session.KindRinger: {"选振铃设备", "和耳机一起"},
}

// names are the choices, the first of them no name.
func (d *Devices) names(e *page.Env) []string {
	return append([]string{""}, e.View.Devices.Names(d.kind)...)
}

// Update takes digits, arrows and Enter.
func (d *Devices) Update(msg tea.Msg, e *page.Env) Result {
	names := d.names(e)
	if n := digit(msg); n >= 1 && n <= len(names) {
		return d.choose(names[n-1], e)
	}
	switch k := key(msg); {
	case d.list.Key(k, len(names)):
	case k == "enter":
		return d.choose(names[min(d.list.Sel, len(names)-1)], e)
	case k == "esc":
		return Result{Used: true, Close: true}
	default:
		return Result{}
	}
	return Result{Used: true}
}

func (d *Devices) choose(name string, e *page.Env) Result {
	e.Do(session.UseDevice{Kind: d.kind, Name: name})
	return Result{Used: true, Close: true}
}

// Draw draws the list, the one in use marked.
func (d *Devices) Draw(r canvas.Region, e *page.Env) page.Cursor {
	const note = "按数字或 Enter 换  Esc 收起"
	names, words := d.names(e), deviceTitles[d.kind]
	w := max(text.Width(note)+4, 60)
	for _, n := range names {
		w = max(w, text.Width(n)+20)
	}
	in := frame(r, e, w, len(names)+6, words[0])
	top := d.list.Window(len(names), in.H-3)
	for y := range min(in.H-3, len(names)-top) {
		i := top + y
		if i == d.list.Sel {
			in.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := in.Text(2, y, strconv.Itoa(i+1)+" ", theme.Key)
		label := names[i]
		if label == "" {
			label = words[1]
		} else if label == e.View.Sound.InUse(d.kind) {
			in.Right(y, "在用", theme.Good)
		}
		in.Text(x, y, text.Short(text.Plain(label), in.W-x-6), theme.Plain)
	}
	said := "马上换，下次启动还用它 · 通话不断"
	switch {
	case e.View.Devices.Error != "":
		said = e.View.Devices.Error
	case !e.View.Devices.Known:
		said = "正在看接了哪些设备…"
	}
	in.Text(0, in.H-2, text.Short(said, in.W), theme.Dim)
	in.Text(0, in.H-1, note, theme.Dim)
	return page.Cursor{}
}
