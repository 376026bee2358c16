// Package wrapup is the page after a call, and of a record opened from the
// list: the form, the call in figures, and what to do next. It promises that
// time running out loses nothing: it only says so.
package wrapup

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/form"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/page"
	"zuoxi/ui/page/talk"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Page is the wrap-up page.
type Page struct {
	look   *lookup.Pane
	form   *form.Form
	lookup bool // the knowledge pane has the focus
}

// New makes the page around the shared knowledge pane and form.
func New(look *lookup.Pane, f *form.Form) *Page { return &Page{look: look, form: f} }

// Typing reports whether a text field has the focus.
func (p *Page) Typing() bool { return p.lookup || p.form.Number() != "" && p.form.Typing() }

// Copy is the article, or the field of the form.
func (p *Page) Copy(*page.Env) string {
	if p.lookup {
		return p.look.Copy()
	}
	return p.form.Copy()
}

// Act submits, asks for time, and moves the focus.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	switch c {
	case keys.Save:
		e.Do(session.SubmitRecord{Number: p.form.Number(), Next: agent.StateReady})
	case keys.ExtendWrap:
		e.Do(session.ExtendWrap{})
	case keys.Search:
		p.lookup = true
	case keys.Next:
		p.step(1)
	case keys.Previous:
		p.step(-1)
	default:
		return false, nil
	}
	return true, nil
}

func (p *Page) step(by int) {
	switch {
	case p.lookup:
		p.lookup = false
		p.form.Enter(by)
	case !p.form.Step(by):
		p.lookup = true
	}
}

// Update types into the form or the search field.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		if !p.lookup {
			return p.form.Update(msg, e)
		}
	}
	return p.look.Update(msg, e)
}

// Draw draws the form at the left, the rest at the right.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	if r.W < 100 {
		if p.lookup {
			return p.drawLookup(r, e)
		}
		return p.drawForm(r, e)
	}
	left := r.W * 3 / 5
	c := p.drawForm(r.Sub(0, 0, left, r.H), e)
	right := r.Sub(left, 0, r.W-left, r.H)
	if p.lookup {
		return p.drawLookup(right, e)
	}
	top := min(14, r.H/2)
	if e.View.Call == nil {
		top = max(r.H-12, r.H/2) // the record's course needs more room than the keys
	}
	p.drawCall(right.Sub(0, 0, right.W, top), e)
	p.drawNext(right.Sub(0, top, right.W, right.H-top), e)
	return c
}

func (p *Page) drawLookup(r canvas.Region, e *page.Env) page.Cursor {
	on := p.lookup && e.Focus
	return p.look.Draw(r.Box(e.Theme, "知识库", page.Frame(on)), e, on)
}

func (p *Page) drawForm(r canvas.Region, e *page.Env) page.Cursor {
	on := !p.lookup && e.Focus
	in := r.Box(e.Theme, talk.FormTitle(e), page.Frame(on))
	body := in
	if warn := problem(e.View.Record); warn != "" {
		body = in.Sub(0, 0, in.W, in.H-2)
		for i, l := range text.Wrap(warn, in.W) {
			in.Text(0, in.H-2+i, l, theme.Warn)
		}
	}
	return p.form.Draw(body, e, on)
}

// problem is what stands in the way of submitting.
func problem(r *session.RecordView) string {
	switch {
	case r == nil, r.Sent:
		return ""
	case r.Error != "":
		return r.Error
	case len(r.Missing) > 0:
		return "必填未完成：" + strings.Join(r.Missing, "、")
	}
	return ""
}

func (p *Page) drawCall(r canvas.Region, e *page.Env) {
	c := e.View.Call
	if c == nil {
		drawCourse(r.Box(e.Theme, "单据", theme.Frame), e)
		return
	}
	in := r.Box(e.Theme, "本次通话", theme.Frame)
	rows := []string{
		c.Caller.Masked + "  " + c.Caller.Place,
		fmt.Sprintf("接通 %s   挂断 %s %s", clock(c.Bridged), clock(c.Ended), first(c.EndedBy)),
	}
	if !c.Bridged.IsZero() && !c.Ended.IsZero() {
		rows = append(rows, "通话 "+page.Clock(c.Ended.Sub(c.Bridged))+"   保持 "+page.Clock(c.Held))
	}
	if e.View.Record != nil {
		for _, a := range e.View.Record.Fields.Articles {
			rows = append(rows, "知识条目 "+a.ID)
		}
	}
	for y, s := range rows {
		in.Text(0, y, text.Short(s, in.W), theme.Plain)
	}
}

func clock(t interface {
	IsZero() bool
	Format(string) string
}) string {
	if t.IsZero() {
		return "--"
	}
	return t.Format("15:04:05")
}

func first(who string) string {
	if who == "" {
		return ""
	}
	return who + "先挂"
}

func (p *Page) drawNext(r canvas.Region, e *page.Env) {
	in := r.Box(e.Theme, "下一步", theme.Frame)
	y := 0
	for _, b := range e.Keys.For(e.Mode) {
		if b.Key == "" || !b.Bar || b.Cmd == keys.Next || b.Cmd == keys.Help || b.Cmd == keys.Palette || b.Spent(e.View) {
			continue
		}
		x := in.Cell(0, y, 10, keys.Name(b.Key), theme.Key)
		in.Text(x, y, b.Label, theme.Plain)
		y++
	}
	if c := e.View.Call; c != nil && !c.WrapUntil.IsZero() {
		left := c.WrapUntil.Sub(e.Now)
		note := fmt.Sprintf("还有 %s 自动转空闲；没写完的单进待办，不会丢。", page.Clock(left))
		if r := e.View.Record; r != nil && r.Sent {
			note = fmt.Sprintf("还有 %s 自动转空闲；受理单已在中心，转出的由接手的人写完。", page.Clock(left))
		}
		for i, l := range text.Wrap(note, in.W) {
			in.Text(0, y+1+i, l, theme.Dim)
		}
	}
}
