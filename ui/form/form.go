// Package form is the record form of a call. The talk and wrap-up pages show
// the same one. It promises to hand on every change at once (the session saves
// it), to take the session's record only when another record is opened or
// another text has come into it, so that what is being typed is never
// overwritten, and never to submit by itself.
package form

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/mask"
	"zuoxi/rules/region"
	"zuoxi/rules/ticket"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// item is one line of the form: a text field or a choice.
type item struct {
	code  string // of rules/ticket, or of the record's course
	label string
	text  *field.Field
	picks []option
	sel   int
	rows  int  // least rows, 1 for all but areas
	seal  bool // personal
	input ticket.Input
}

// Form is the record form.
type Form struct {
	items  []item
	at     int // the item with the focus
	top    int // first row shown
	number string
	kept   bool // the hub has the record: it goes on by steps
	reread int  // of the session's record
	fields session.RecordFields
}

// New makes an empty form.
func New() *Form { return &Form{items: lay("", false)} }

// Follow takes the session's record when it is another one than before, or
// says something else than what was typed into it here.
func (f *Form) Follow(r *session.RecordView) {
	switch {
	case r == nil:
		f.number = ""
	case r.Number != f.number:
		f.number, f.fields, f.kept, f.reread = r.Number, r.Fields, r.Base > 0, r.Reread
		f.lay()
		f.at, f.top = f.index("summary"), 0
	case r.Reread != f.reread:
		f.fields, f.reread = r.Fields, r.Reread
		f.lay()
		f.at = min(f.at, len(f.items)-1)
	}
}

// lay makes the items of the record's kind and fills them.
func (f *Form) lay() {
	f.items = lay(ticket.Kind(f.fields.Kind), f.kept)
	for i := range f.items {
		it := &f.items[i]
		v := f.fields.Value(it.code)
		if it.code == regionCode {
			v = region.Name(v)
		}
		if it.text != nil {
			it.text.Set(v)
			continue
		}
		it.sel = -1
		for n, o := range it.picks {
			if o.value == v {
				it.sel = n
			}
		}
	}
}

// index is where a field stands, 0 when it is not in the form.
func (f *Form) index(code string) int {
	for i := range f.items {
		if f.items[i].code == code {
			return i
		}
	}
	return 0
}

// Number is the record shown, empty when there is none.
func (f *Form) Number() string { return f.number }

// Edit is what stands in the form, for the session.
func (f *Form) Edit() session.EditRecord {
	return session.EditRecord{Number: f.number, Fields: f.fields, Reread: f.reread}
}

// Typing reports whether a text field has the focus.
func (f *Form) Typing() bool { return f.items[f.at].text != nil }

// Copy is the text of the item with the focus, as it may leave the screen:
// persons and numbers masked.
func (f *Form) Copy() string { return hidden(&f.items[f.at], f.fields.Value(f.items[f.at].code)) }

// hidden masks a value that is copied.
func hidden(it *item, v string) string {
	switch {
	case it.input == ticket.InputPhone:
		return mask.Phone(v)
	case it.input == ticket.InputID:
		return mask.ID(v)
	case it.seal:
		return mask.Name(v)
	}
	return mask.Text(v)
}

// Step moves the focus; false at the end of the form.
func (f *Form) Step(by int) bool {
	if f.at >= 0 && f.at < len(f.items) && f.items[f.at].code == regionCode {
		f.items[f.at].text.Set(region.Name(f.fields.Region)) // what was understood stands there when one goes on
	}
	for i := f.at + by; i >= 0 && i < len(f.items); i += by {
		if f.visible(i) {
			f.at = i
			return true
		}
	}
	return false
}

// Enter puts the focus on the first item, or the last when coming from behind.
func (f *Form) Enter(by int) {
	if by < 0 {
		f.at = len(f.items)
		f.Step(-1)
		return
	}
	f.at = -1
	f.Step(1)
}

func (f *Form) visible(i int) bool {
	return f.items[i].code != "dept" || f.fields.Handling == string(ticket.Forward)
}

// Update takes keys and pasted text for the item with the focus.
func (f *Form) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	if f.number == "" {
		return false, nil
	}
	it := &f.items[f.at]
	changed := false
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if it.text == nil {
			it.explain(msg.Content, e)
			return true, nil
		}
		used, changed = true, it.text.Insert(msg.Content)
	case tea.KeyPressMsg:
		if it.text != nil {
			used, changed = it.text.Key(msg)
		} else {
			used, changed = it.key(msg)
			it.explain(msg.Text, e)
		}
		if !used {
			return f.move(msg.String()), nil
		}
	default:
		return false, nil
	}
	if changed {
		f.changed(it, e)
	}
	if it.text != nil && it.text.Warning() != "" {
		e.Say(it.text.Warning())
	}
	return used, nil
}

// changed hands the new content to the session. Another kind asks for other
// things; what was written stays where it fits.
func (f *Form) changed(it *item, e *page.Env) {
	if it.text != nil {
		v := it.text.Value()
		if it.code == regionCode {
			v = place(v, e)
		}
		f.fields.Set(it.code, v)
	} else if it.sel >= 0 {
		f.fields.Set(it.code, it.picks[it.sel].value)
	}
	if it.code == "kind" {
		f.lay()
		f.at = f.index("kind")
	}
	e.Do(f.Edit())
}

// move takes the arrows and Enter that the item had no use for.
func (f *Form) move(key string) bool {
	switch key {
	case "up":
		f.Step(-1)
	case "down", "enter":
		f.Step(1)
	default:
		return false
	}
	return true
}

// key chooses: arrows, space, or the digit of an option.
func (it *item) key(k tea.KeyPressMsg) (used, changed bool) {
	n := len(it.picks)
	before := it.sel
	switch k.String() {
	case "left":
		it.sel = (max(it.sel, 0) + n - 1) % n
	case "right", "space":
		it.sel = (it.sel + 1) % n
	default:
		d, err := strconv.Atoi(text.Fold(k.Text))
		if err != nil || d < 1 || d > n {
			return k.Text != "", false // a stray letter is not somebody else's
		}
		it.sel = d - 1
	}
	return true, it.sel != before
}

// explain says how to choose to somebody who writes where nothing is written.
func (it *item) explain(written string, e *page.Env) {
	if written == "" || written == " " {
		return
	}
	if d, err := strconv.Atoi(text.Fold(written)); err != nil || d < 1 || d > len(it.picks) {
		e.Say(fmt.Sprintf("“%s”只能选，不能写 · 没有变 · 按 ←→ 或数字 1-%d 选", it.label, len(it.picks)))
	}
}

const labelWidth = 5

// Draw draws the form without a border.
func (f *Form) Draw(r canvas.Region, e *page.Env, focused bool) page.Cursor {
	if f.number == "" {
		r.Text(0, 0, "没有打开的受理单", theme.Dim)
		return page.Cursor{}
	}
	place := f.place(r)
	f.scroll(place, r.H)
	var cur page.Cursor
	for i := range f.items {
		p := place[i]
		y := p.y - f.top
		if p.h == 0 || y < 0 || y >= r.H {
			continue
		}
		on := focused && i == f.at
		c := f.items[i].draw(r.Sub(0, y, r.W, p.h), e, on)
		if on {
			cur = c
		}
	}
	return cur
}

// spot is where an item stands: row and height; height 0 = not shown.
type spot struct{ y, h int }

// place lays the items out one below the other; areas share what room is left.
func (f *Form) place(r canvas.Region) []spot {
	out := make([]spot, len(f.items))
	need, areas := 0, 0
	for i, it := range f.items {
		if f.visible(i) {
			need += it.rows
			if it.rows > 1 {
				areas++
			}
		}
	}
	extra := max(r.H-need, 0)
	y := 0
	for i, it := range f.items {
		if !f.visible(i) {
			continue
		}
		h := it.rows
		if h > 1 {
			h += min(extra/areas, 6)
		}
		out[i] = spot{y, h}
		y += h
	}
	return out
}

// scroll keeps the item with the focus on the screen.
func (f *Form) scroll(place []spot, h int) {
	p := place[f.at]
	f.top = max(min(f.top, p.y), p.y+p.h-h, 0)
}

func (it *item) draw(r canvas.Region, e *page.Env, focused bool) page.Cursor {
	tok := theme.Dim
	if focused {
		tok = theme.Key
	}
	r.Text(0, 0, it.label, tok)
	if it.text == nil {
		it.drawPicks(r.Sub(labelWidth, 0, r.W-labelWidth, 1), e, focused)
		return page.Cursor{}
	}
	in := r.Sub(labelWidth, 0, r.W-labelWidth, r.H)
	x, y := it.text.Draw(in, focused)
	if focused && it.code == regionCode {
		in.Text(text.Width(it.text.Value())+2, 0, text.Short(meant(it.text.Value(), home(e)), max(in.W-text.Width(it.text.Value())-2, 0)), theme.Dim)
	}
	if !focused {
		return page.Cursor{}
	}
	return page.At(in, x, y)
}

// drawPicks shows all options where they fit, else the chosen one.
func (it *item) drawPicks(r canvas.Region, e *page.Env, focused bool) {
	all := 0
	for _, o := range it.picks {
		all += len("( ) ") + text.Width(o.label)
	}
	if all-1 <= r.W {
		x := 0
		for i, o := range it.picks {
			mark, tok := e.Theme.Glyph.Off, theme.Plain
			if i == it.sel {
				mark = e.Theme.Glyph.On
				if focused {
					tok = theme.Bold
				}
			}
			x = r.Text(x, 0, mark+o.label, tok) + 1
		}
		return
	}
	x := r.Text(0, 0, it.chosen(), theme.Plain)
	if focused {
		r.Text(x, 0, "  ←→ 或 1-"+strconv.Itoa(len(it.picks)), theme.Dim)
	}
}

func (it *item) chosen() string {
	if it.sel < 0 || it.sel >= len(it.picks) {
		return "请选择"
	}
	return it.picks[it.sel].label
}

// Summary is the form in words, for the plain view.
func (f *Form) Summary() string {
	var b strings.Builder
	for i := range f.items {
		it := &f.items[i]
		v := f.fields.Value(it.code)
		if it.text == nil {
			v = it.chosen()
		}
		if v != "" && f.visible(i) {
			b.WriteString(it.label + "：" + hidden(it, v) + "\n")
		}
	}
	return b.String()
}
