package pop

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// picker is where somebody is chosen: a field, and those who fit what is written in it.
type picker struct {
	outside bool // only numbers of the telephone network
	query   *field.Field
	list    page.List
	at      string // the chosen target: lists are asked for again and again
	seen    bool   // among those that fit what is written
	gone    bool   // there no more, and nobody was chosen since
}

func newPicker(outside bool, hint string) picker {
	return picker{outside: outside, query: field.New(field.Options{Max: 40, Hint: hint})}
}

// asked is what the hub is asked.
func (p *picker) asked() session.FindTarget {
	return session.FindTarget{Query: text.Fold(p.query.Value()), Outside: p.outside}
}

// answered tells whether the targets are those of what is written, not of an earlier search.
func (p *picker) answered(e *page.Env) bool {
	t := e.View.Targets
	return session.FindTarget{Query: t.Query, Outside: t.Outside} == p.asked()
}

// Tick asks for the targets again: who was busy when they were looked up may be free.
func (p *picker) Tick(e *page.Env) {
	if p.answered(e) {
		e.Do(p.asked())
	}
}

// typed takes a key or pasted text; changed tells that others are looked for now.
func (p *picker) typed(msg tea.Msg, e *page.Env) (used, changed bool) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		used, changed = true, p.query.Insert(msg.Content)
	case tea.KeyPressMsg:
		used, changed = p.query.Key(msg)
	}
	if changed {
		p.list, p.at, p.seen, p.gone = page.List{}, "", false, false
		e.Do(p.asked())
	}
	return used, changed
}

func (p *picker) move(by int, e *page.Env) {
	found := e.View.Targets.List
	if p.answered(e) {
		p.keep(found)
	}
	p.list.Move(by, len(found))
	if p.list.Sel < len(found) {
		p.at, p.seen, p.gone = found[p.list.Sel].ID, p.answered(e), false
	}
}

// keep lets the choice follow its target when others come before it. Where that
// has left the list, nobody is chosen: whoever took its place was not meant.
func (p *picker) keep(found []session.Target) {
	i := slices.IndexFunc(found, func(x session.Target) bool { return x.ID == p.at })
	switch {
	case i >= 0:
		p.list.Sel, p.seen, p.gone = i, true, false
	case p.seen:
		p.gone = true
	case len(found) > 0:
		p.list.Sel, p.at, p.seen = 0, found[0].ID, true
	}
}

// chosen is the target that is marked; never the first row of an earlier search.
func (p *picker) chosen(e *page.Env) (t session.Target, ok bool) {
	found := e.View.Targets.List
	if !p.answered(e) {
		return t, false
	}
	if p.keep(found); p.gone || p.list.Sel >= len(found) {
		return t, false
	}
	return found[p.list.Sel], true
}

// nobody says why there is no target to do something with.
func (p *picker) nobody(e *page.Env, done, write string) string {
	switch {
	case !p.answered(e):
		return "还在查找 · " + done + " · 请再按一次 Enter"
	case p.gone:
		return "刚才选的不在名单里了 · " + done + " · 请用 ↑↓ 重新选"
	}
	return "没有选目标 · " + done + " · 请先写" + write
}

// field draws what is written.
func (p *picker) field(in canvas.Region) page.Cursor {
	x := in.Text(0, 0, "目标  ", theme.Dim)
	box := in.Sub(x, 0, in.W-x-12, 1)
	cx, cy := p.query.Draw(box, true)
	return page.At(box, cx, cy)
}

// draw draws the targets, marked where the focus is here.
func (p *picker) draw(r canvas.Region, e *page.Env, focus bool) {
	rows := e.View.Targets.List
	if len(rows) == 0 {
		word := "写出要找的人或单位"
		if !p.query.Empty() {
			word = "没有找到 · 可以直接写外线号码"
		}
		r.Text(2, 0, word, theme.Dim)
		return
	}
	ink := theme.Plain
	if p.answered(e) {
		p.keep(rows)
	} else {
		ink = theme.Dim // of an earlier search: none of them is called
	}
	if n := e.View.Targets.More; n > 0 {
		r.Text(2, r.H-1, "还有 "+strconv.Itoa(n)+" 个 · 请再写几个字", theme.Dim)
		r.H--
	}
	top := p.list.Window(len(rows), r.H)
	for y := range min(r.H, len(rows)-top) {
		row := rows[top+y]
		if top+y == p.list.Sel && focus && !p.gone && p.answered(e) {
			r.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := r.Cell(2, y, 26, text.Short(row.Who, 25), ink)
		x = r.Cell(x, y, max(r.W-x-18, 4), text.Short(row.Duty, max(r.W-x-19, 4)), ink)
		x = r.Cell(x, y, 8, row.State, ink)
		if !row.Since.IsZero() {
			r.Text(x, y, page.Clock(e.Since(row.Since)), theme.Dim)
		}
	}
}
