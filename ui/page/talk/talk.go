// Package talk is the page of a call: the caller, the knowledge pane and the
// record form beside each other, or as tabs where there is no room. It promises
// that the area with the focus is always on the screen.
package talk

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/form"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// The areas in the order of Tab.
const (
	areaLookup = iota
	areaForm
	areaCaller
	areas
)

// Widths from which on more areas stand beside each other.
const (
	twoPanes   = 100
	threePanes = 120
	widePage   = 160
)

// Page is the talk page.
type Page struct {
	look *lookup.Pane
	form *form.Form
	at   int
	call string // the call the focus was set for
	line int    // first row of the timeline counted from its end
}

// New makes the page around the shared knowledge pane and form.
func New(look *lookup.Pane, f *form.Form) *Page { return &Page{look: look, form: f} }

// Typing reports whether a text field has the focus.
func (p *Page) Typing() bool {
	return p.at == areaLookup || p.at == areaForm && p.form.Number() != "" && p.form.Typing()
}

// Copy is the article, or the field of the form.
func (p *Page) Copy(*page.Env) string {
	if p.at == areaForm {
		return p.form.Copy()
	}
	return p.look.Copy()
}

// Act moves the focus and saves.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	switch c {
	case keys.Next:
		p.step(1)
	case keys.Previous:
		p.step(-1)
	case keys.Search:
		p.at = areaLookup
	case keys.Save:
		if p.form.Number() != "" {
			edit := p.form.Edit()
			edit.Keep = true
			e.Do(edit)
			e.Say("受理单已存在本机 · 还没有提交 · 挂机后按 F9 提交")
		}
	default:
		return false, nil
	}
	return true, nil
}

// step moves to the next item of the form, or to the next area.
func (p *Page) step(by int) {
	if p.at == areaForm && p.form.Step(by) {
		return
	}
	p.at = (p.at + by + areas) % areas
	if p.at == areaForm {
		p.form.Enter(by)
	}
}

// Update types into the area with the focus.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch p.at {
		case areaForm:
			return p.form.Update(msg, e)
		case areaCaller:
			return p.scroll(msg.String(), e), nil
		}
	case tea.PasteMsg:
		if p.at == areaForm {
			return p.form.Update(msg, e)
		}
	}
	return p.look.Update(msg, e)
}

func (p *Page) scroll(key string, e *page.Env) bool {
	switch key {
	case "up":
		p.line++
	case "down":
		p.line--
	default:
		return false
	}
	n := 0
	if e.View.Call != nil {
		n = len(e.View.Call.Timeline)
	}
	p.line = max(0, min(p.line, n-1))
	return true
}

// Draw draws the areas for the width there is.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	p.follow(e)
	switch {
	case r.W >= threePanes:
		left, right := 34, 36
		if r.W >= widePage {
			left, right = 40, 48
		}
		p.drawCaller(r.Sub(0, 0, left, r.H), e)
		c := p.drawLookup(r.Sub(left, 0, r.W-left-right, r.H), e)
		return one(c, p.drawForm(r.Sub(r.W-right, 0, right, r.H), e))
	case r.W >= twoPanes:
		left := r.W / 2
		var c page.Cursor
		if p.at == areaCaller {
			p.drawCaller(r.Sub(0, 0, left, r.H), e)
		} else {
			c = p.drawLookup(r.Sub(0, 0, left, r.H), e)
		}
		return one(c, p.drawForm(r.Sub(left, 0, r.W-left, r.H), e))
	}
	return p.drawTab(r, e)
}

// follow starts a new call in the form, where the notes are taken.
func (p *Page) follow(e *page.Env) {
	if c := e.View.Call; c != nil && c.ID != p.call {
		p.call, p.at, p.line = c.ID, areaForm, 0
	}
}

func one(a, b page.Cursor) page.Cursor {
	if a.On {
		return a
	}
	return b
}

// drawTab shows one area and the names of all.
func (p *Page) drawTab(r canvas.Region, e *page.Env) page.Cursor {
	x := 1
	for _, t := range []struct {
		area int
		name string
	}{{areaCaller, "来电人"}, {areaLookup, "知识库"}, {areaForm, "受理单"}} {
		tok := theme.Dim
		if t.area == p.at {
			tok = theme.Select
		}
		x = r.Text(x, 0, " "+t.name+" ", tok)
		x = r.Text(x, 0, " ", theme.Plain)
	}
	body := r.Sub(0, 1, r.W, r.H-1)
	switch p.at {
	case areaCaller:
		p.drawCaller(body, e)
		return page.Cursor{}
	case areaLookup:
		return p.drawLookup(body, e)
	}
	return p.drawForm(body, e)
}

func (p *Page) drawLookup(r canvas.Region, e *page.Env) page.Cursor {
	on := p.at == areaLookup && e.Focus
	e.Focuses(r, &p.at, areaLookup)
	return p.look.Draw(r.Box(e.Theme, "知识库", page.Frame(on)), e, on)
}

func (p *Page) drawForm(r canvas.Region, e *page.Env) page.Cursor {
	on := p.at == areaForm && e.Focus
	e.Focuses(r, &p.at, areaForm)
	return p.form.Draw(r.Box(e.Theme, FormTitle(e), page.Frame(on)), e, on)
}

// FormTitle names the record and says where it stands.
func FormTitle(e *page.Env) string {
	rec := e.View.Record
	switch {
	case rec == nil:
		return "受理单"
	case rec.Sent:
		return "受理单 " + rec.Number + "（已提交）"
	case !rec.Saved.IsZero():
		return "受理单 " + rec.Number + "（已存）"
	}
	return "受理单 " + rec.Number
}

func (p *Page) drawCaller(r canvas.Region, e *page.Env) {
	c := e.View.Call
	e.Focuses(r, &p.at, areaCaller)
	in := r.Box(e.Theme, "来电人", page.Frame(p.at == areaCaller && e.Focus))
	if c == nil {
		return
	}
	y := page.Caller(in, c.Caller) + 1
	if n := min(3, len(c.Caller.Earlier)); n > 0 {
		rule(in, y, "近三次", e)
		page.Earlier(in.Sub(0, y+1, in.W, n), c.Caller.Earlier, false)
		y += n + 2
	}
	if third := thirds(c.Legs); len(third) > 0 && y < in.H {
		rule(in, y, "三方", e)
		for i, l := range third {
			in.Text(0, y+1+i, text.Short(l, in.W), theme.Plain)
		}
		y += len(third) + 2
	}
	rule(in, y, "通话时间线", e)
	p.drawTimeline(in.Sub(0, y+1, in.W, in.H-y-1), c)
}

func rule(r canvas.Region, y int, caption string, e *page.Env) {
	if y >= r.H {
		return
	}
	r.Rule(y, e.Theme, theme.Frame)
	r.Text(2, y, " "+caption+" ", theme.Title)
}

// drawTimeline shows the newest lines, with the time since the talk began; what
// came before it counts backwards.
func (p *Page) drawTimeline(r canvas.Region, c *session.CallView) {
	rows := c.Timeline
	end := len(rows) - p.line
	top := max(end-r.H, 0)
	for y, row := range rows[top:max(end, top)] {
		at := "     "
		switch since := row.At.Sub(c.Bridged); {
		case c.Bridged.IsZero():
		case since < 0:
			at = "-" + strings.TrimPrefix(page.Clock(-since), "0")
		default:
			at = page.Clock(since)
		}
		x := r.Text(0, y, at+" ", theme.Dim)
		r.Text(x, y, text.Short(text.Plain(row.Text), r.W-x), theme.Plain)
	}
}

// thirds lists the parties beside caller and agent.
func thirds(legs []session.LegView) []string {
	var out []string
	for _, l := range legs {
		if l.Role != "caller" && l.Role != "agent" {
			out = append(out, strings.TrimSpace(l.Who+" "+l.State))
		}
	}
	return out
}
