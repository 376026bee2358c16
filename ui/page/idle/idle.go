// Package idle is the page between calls: the day so far, open records,
// messages, and the knowledge pane. It promises that the caller's data of a row
// is only what the hub sent masked.
package idle

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// The areas of the page.
const (
	areaTodo = iota
	areaMail
	areaLookup
	areas
)

// Page is the idle page.
type Page struct {
	look       *lookup.Pane
	at         int
	todo, mail page.Marked
}

// New makes the page around the shared knowledge pane.
func New(look *lookup.Pane) *Page { return &Page{look: look} }

// Typing is true in the search field.
func (p *Page) Typing() bool { return p.at == areaLookup }

// Copy is the open article.
func (p *Page) Copy(*page.Env) string { return p.look.Copy() }

// Act moves the focus and opens what is chosen.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	switch c {
	case keys.Next:
		p.at = (p.at + 1) % areas
	case keys.Previous:
		p.at = (p.at + areas - 1) % areas
	case keys.Search:
		p.at = areaLookup
	case keys.OpenTodo:
		p.open(e)
	case keys.CheckNow:
		e.Do(session.RunSelfCheck{})
	default:
		return false, nil
	}
	return true, nil
}

func (p *Page) open(e *page.Env) {
	t, m := p.row(e)
	switch {
	case t != nil:
		p.todo.Name = t.Number
		e.Do(session.OpenTodo{Number: t.Number})
	case m != nil:
		p.mail.Name = m.ID // stays marked, to be stopped, whatever else comes in
		e.Do(session.HearVoicemail{ID: m.ID, On: !m.Playing})
	}
}

// row is what the cursor is on, if it is on a list.
func (p *Page) row(e *page.Env) (*session.TodoRow, *session.VoicemailRow) {
	v := e.View
	switch p.at {
	case areaTodo:
		if i := p.todo.Keep(len(v.Todo), numbers(v.Todo)); i >= 0 {
			return &v.Todo[i], nil
		}
	case areaMail:
		if i := p.mail.Keep(len(v.Voicemail), messages(v.Voicemail)); i >= 0 {
			return nil, &v.Voicemail[i]
		}
	}
	return nil, nil
}

func numbers(rows []session.TodoRow) func(int) string {
	return func(i int) string { return rows[i].Number }
}

func messages(rows []session.VoicemailRow) func(int) string {
	return func(i int) string { return rows[i].ID }
}

// Chosen is whom the chosen row is about, as session.Dial and people want it.
func (p *Page) Chosen(e *page.Env) (target, label string) {
	switch t, m := p.row(e); {
	case t != nil:
		return "record:" + t.Number, t.Who + " " + t.Number
	case m != nil:
		return "voicemail:" + m.ID, m.Who
	}
	return "", ""
}

// Update moves in the lists or types into the search field.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	k, isKey := msg.(tea.KeyPressMsg)
	if !isKey || p.at == areaLookup {
		return p.look.Update(msg, e)
	}
	if k.String() == "enter" {
		p.open(e)
		return true, nil
	}
	if p.at == areaMail {
		return p.mail.Key(k.String(), len(e.View.Voicemail), messages(e.View.Voicemail)), nil
	}
	return p.todo.Key(k.String(), len(e.View.Todo), numbers(e.View.Todo)), nil
}

// Draw draws as many areas as the width allows; the one with the focus is
// always among them.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	if r.W < 100 {
		return p.drawNarrow(r, e)
	}
	left := 42
	top := min(12, r.H/2)
	p.drawToday(r.Sub(0, 0, left, top), e)
	p.drawTodo(r.Sub(left, 0, r.W-left, top), e)
	half := r.W * 2 / 5
	p.drawMail(r.Sub(0, top, half, r.H-top), e)
	return p.drawLookup(r.Sub(half, top, r.W-half, r.H-top), e)
}

func (p *Page) drawNarrow(r canvas.Region, e *page.Env) page.Cursor {
	top := min(7, r.H/2)
	if p.at == areaMail {
		p.drawMail(r.Sub(0, 0, r.W, top), e)
	} else {
		p.drawTodo(r.Sub(0, 0, r.W, top), e)
	}
	return p.drawLookup(r.Sub(0, top, r.W, r.H-top), e)
}

func (p *Page) drawLookup(r canvas.Region, e *page.Env) page.Cursor {
	on := p.at == areaLookup && e.Focus
	e.Focuses(r, &p.at, areaLookup)
	return p.look.Draw(r.Box(e.Theme, "知识库", page.Frame(on)), e, on)
}

func (p *Page) drawToday(r canvas.Region, e *page.Env) {
	in := r.Box(e.Theme, "今日", theme.Frame)
	t := e.View.Today
	in.Text(0, 0, fmt.Sprintf("接听 %d    平均通话 %s", t.Answered, page.Clock(t.TalkMean)), theme.Plain)
	in.Text(0, 1, fmt.Sprintf("办结 %d    未结 %d", t.Closed, t.Open), theme.Plain)
	x := in.Text(0, 2, fmt.Sprintf("话后平均 %s", page.Clock(t.WrapMean)), theme.Plain)
	if t.Rated > 0 {
		in.Text(x, 2, fmt.Sprintf("    满意率 %.1f%%", 100*float64(t.Content)/float64(t.Rated)), theme.Plain)
	}
	in.Text(0, 4, "状态     时长", theme.Dim)
	for i, s := range []agent.Phase{agent.StateTalking, agent.StateReady, agent.StateBreak, agent.StateTraining} {
		in.Cell(0, 5+i, 9, s.Label(), theme.Plain)
		in.Text(9, 5+i, page.Clock(inState(e, s)), theme.Plain)
	}
}

// inState is how long the agent has been in a state today, up to now.
func inState(e *page.Env, s agent.Phase) time.Duration {
	d := e.View.Today.InState[s]
	if now := &e.View.Presence; now.State == s {
		d += e.Since(now.Since)
	}
	return d
}

func (p *Page) drawTodo(r canvas.Region, e *page.Env) {
	on := p.at == areaTodo && e.Focus
	e.Focuses(r, &p.at, areaTodo)
	in := r.Box(e.Theme, "我的待办（未结受理单）", page.Frame(on))
	rows := e.View.Todo
	if len(rows) == 0 {
		in.Text(0, 0, "没有未结的受理单", theme.Dim)
		return
	}
	matter := max(in.W-48, 8)
	x := in.Cell(1, 0, 14, "单号", theme.Dim)
	x = in.Cell(x, 0, 13, "来电人", theme.Dim)
	x = in.Cell(x, 0, matter, "事项", theme.Dim)
	x = in.Cell(x, 0, 10, "时限", theme.Dim)
	in.Text(x, 0, "状态", theme.Dim)
	p.todo.Draw(len(rows), numbers(rows), e.Now)
	top := p.todo.Window(len(rows), in.H-1)
	for y := range min(in.H-1, len(rows)-top) {
		row := rows[top+y]
		tok := theme.Plain
		if row.Overdue {
			tok = theme.Bad
		}
		if on && top+y == p.todo.Sel {
			in.Text(0, 1+y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := in.Cell(1, 1+y, 14, row.Number, tok)
		x = in.Cell(x, 1+y, 13, row.Who, tok)
		x = in.Cell(x, 1+y, matter, text.Short(row.Matter, matter-1), tok)
		x = in.Cell(x, 1+y, 10, text.Short(row.Due, 9), tok)
		in.Text(x, 1+y, row.State, tok)
	}
}

func (p *Page) drawMail(r canvas.Region, e *page.Env) {
	on := p.at == areaMail && e.Focus
	e.Focuses(r, &p.at, areaMail)
	in := r.Box(e.Theme, "留言", page.Frame(on))
	rows := e.View.Voicemail
	if len(rows) == 0 {
		in.Text(0, 0, "没有要听的留言", theme.Dim)
		return
	}
	p.mail.Draw(len(rows), messages(rows), e.Now)
	top := p.mail.Window(len(rows), in.H)
	for y := range min(in.H, len(rows)-top) {
		row := rows[top+y]
		if on && top+y == p.mail.Sel {
			in.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := in.Cell(1, y, 12, page.Day(row.At), theme.Dim)
		x = in.Cell(x, y, 13, row.Who, theme.Plain)
		x = in.Cell(x, y, 7, fmt.Sprintf("%d 秒", row.Seconds), theme.Plain)
		state := row.State
		if row.Playing {
			state = "在听"
		}
		in.Text(x, y, state, theme.Plain)
	}
}
