// Package login is the page for signing in and the check before duty. It
// promises that a failed check never stands in the way of signing in, and that
// Enter only moves on.
package login

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

const (
	boxWidth  = 56
	boxHeight = 19
	inputAt   = 9
)

// stops of the focus.
const (
	stopAgent = iota
	stopPassword
	stopRemember
	stops
)

// Page is the login page.
type Page struct {
	version         string
	hub             string
	agent, password *field.Field
	remember        bool
	at              int
	known           string // the remembered number that was filled in
}

// New makes the page; version and hub are shown.
func New(version, hub string) *Page {
	return &Page{
		version: version, hub: hub,
		agent:    field.New(field.Options{Kind: field.Number, Max: 12}),
		password: field.New(field.Options{Kind: field.Secret, Max: 64}),
	}
}

// Forget drops the password and the wish to keep it: the next one at this desk
// is somebody else.
func (p *Page) Forget() {
	p.password.Forget()
	p.remember = false
}

// Typing is true but on the check mark.
func (p *Page) Typing() bool { return p.at != stopRemember }

// Copy gives nothing: a password is not for the clipboard.
func (p *Page) Copy(*page.Env) string { return "" }

// Act signs in, checks again, or moves the focus.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	switch c {
	case keys.SignIn:
		e.Do(session.SignIn{AgentNo: p.agent.Value(), Password: p.password.Value(), Remember: p.remember})
	case keys.Exams:
		e.Do(session.SitOffline{AgentNo: p.agent.Value(), Password: p.password.Value()})
	case keys.CheckAgain:
		e.Do(session.RunSelfCheck{})
	case keys.NextMic:
		e.Do(session.NextDevice{Kind: session.KindInput})
	case keys.Next:
		p.at = (p.at + 1) % stops
	case keys.Previous:
		p.at = (p.at + stops - 1) % stops
	default:
		return false, nil
	}
	return true, nil
}

// Update types into the field with the focus.
func (p *Page) Update(msg tea.Msg, _ *page.Env) (used bool, cmd tea.Cmd) {
	f := []*field.Field{p.agent, p.password, nil}[p.at]
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if f != nil {
			f.Insert(msg.Content)
		}
		return f != nil, nil
	case tea.KeyPressMsg:
		if f != nil {
			if used, _ := f.Key(msg); used {
				return true, nil
			}
		}
		return p.key(msg.String()), nil
	}
	return false, nil
}

func (p *Page) key(k string) bool {
	switch {
	case k == "enter" || k == "down":
		p.at = min(p.at+1, stops-1)
	case k == "up":
		p.at = max(p.at-1, 0)
	case p.at == stopRemember && k == "space":
		p.remember = !p.remember
	default:
		return false
	}
	return true
}

// Draw draws the box in the middle of the page.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	p.follow(e.View.SignIn)
	h := min(boxHeight, r.H)
	box := r.Sub((r.W-boxWidth)/2, (r.H-h)/2, boxWidth, h)
	in := box.Box(e.Theme, "登录", theme.Focus)
	in.Text(0, 0, "12333 坐席工作站", theme.Bold)
	in.Right(0, "版本 "+p.version, theme.Dim)
	in.Text(0, 2, "中心", theme.Dim)
	in.Text(inputAt, 2, p.hub, theme.Plain)
	word, tok := linkWord(e)
	in.Right(2, word, tok)
	cur := p.drawFields(in, e)
	p.drawCheck(in.Sub(0, 9, in.W, in.H-9), e)
	if e.View.SignIn.Error != "" {
		above := max((r.H-h)/2-1, 0) // next to the box, where the eye is
		r.Sub(0, above, r.W, 1).Text(max((r.W-text.Width(e.View.SignIn.Error))/2, 1), 0, e.View.SignIn.Error, theme.Bad)
	}
	return cur
}

// follow fills in the remembered number, once.
func (p *Page) follow(s session.SignInView) {
	if s.Agent != p.known {
		p.known = s.Agent
		p.agent.Set(s.Agent)
		if s.Agent != "" {
			p.at = stopPassword
		}
	}
}

func (p *Page) drawFields(in canvas.Region, e *page.Env) page.Cursor {
	s := e.View.SignIn
	in.Text(0, 4, "工号", label(p.at == stopAgent))
	agent := in.Sub(inputAt, 4, 16, 1)
	ax, ay := p.agent.Draw(agent, p.at == stopAgent)
	in.Text(0, 6, "口令", label(p.at == stopPassword))
	secret := in.Sub(inputAt, 6, 20, 1)
	sx, sy := p.password.Draw(secret, p.at == stopPassword)
	switch {
	case s.Busy:
		in.Text(inputAt+21, 6, "正在登录", theme.Warn)
	case s.Stored && p.password.Empty():
		in.Text(inputAt+21, 6, "（已存于系统钥匙串）", theme.Dim)
	}
	mark := e.Theme.Glyph.Off
	if p.remember {
		mark = e.Theme.Glyph.On
	}
	switch {
	case s.Keyring:
		in.Text(inputAt, 7, mark+"记在系统钥匙串（空格勾选）", label(p.at == stopRemember))
	case s.Asking:
		in.Text(inputAt, 7, "正在问系统钥匙串 · 不用等，可以先输口令", theme.Dim)
	default:
		in.Text(inputAt, 7, "系统钥匙串没有、锁着或没有响应 · 口令只在这次有效 · 请输口令登录", theme.Dim)
	}
	if w := p.password.Warning(); w != "" {
		in.Text(0, 8, w, theme.Warn)
	}
	switch p.at {
	case stopAgent:
		return page.At(agent, ax, ay)
	case stopPassword:
		return page.At(secret, sx, sy)
	}
	return page.Cursor{}
}

func label(focused bool) theme.Token {
	if focused {
		return theme.Key
	}
	return theme.Dim
}

func (p *Page) drawCheck(r canvas.Region, e *page.Env) {
	r.Rule(0, e.Theme, theme.Frame)
	r.Text(2, 0, " 上岗自检 ", theme.Title)
	for i, row := range e.View.Check.Rows {
		mark, tok := e.Theme.Glyph.Ring, theme.Dim
		switch {
		case row.Done && row.OK:
			mark, tok = e.Theme.Glyph.Dot, theme.Good
		case row.Done:
			mark, tok = e.Theme.Glyph.Off2, theme.Bad
		}
		r.Cell(0, 1+i, 8, row.Name, theme.Plain)
		r.Text(8, 1+i, row.Text, theme.Plain)
		r.Right(1+i, mark, tok)
	}
	if e.View.Check.Running {
		r.Text(r.W-12, 0, " 检查中 ", theme.Warn)
	}
	if r.H > 6 {
		r.Text(0, r.H-1, "自检不通过也能登录，状态栏会一直提醒。", theme.Dim)
	}
}

func linkWord(e *page.Env) (string, theme.Token) {
	if e.View.Link.Resting {
		return "登录时连接", theme.Dim
	}
	if e.View.Link.State == session.LinkOffline || e.View.Link.State == session.LinkDialling || e.View.Link.State == "" {
		return "连接中", theme.Warn
	}
	return e.Theme.Glyph.Dot + " 可达", theme.Good
}
