// Package login is the page for signing in and the check before duty. It
// promises that a failed check never stands in the way of signing in, and that
// Enter only moves on.
package login

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/secret"
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

// stop is where the focus can be.
type stop int

const (
	stopAgent stop = iota
	stopPassword
	stopNew
	stopAgain
	stopRemember
)

// The way of the focus: to sign in, and for who must choose another password first.
var (
	usual    = []stop{stopAgent, stopPassword, stopRemember}
	renewing = []stop{stopAgent, stopNew, stopAgain, stopRemember}
)

// maxTyped is the longest password with a one-time code behind it.
const maxTyped = secret.MaxLength + 6

// Page is the login page.
type Page struct {
	version         string
	hub             string
	agent, password *field.Field
	own, again      *field.Field // the new password, twice
	remember        bool
	at              stop
	known           string // the remembered number that was filled in
	renew           string // the number whose password must be changed, as the session said last
	sits            bool   // papers were asked for last, not to sign in
}

// New makes the page; version and hub are shown.
func New(version, hub string) *Page {
	return &Page{
		version: version, hub: hub,
		agent:    field.New(field.Options{Kind: field.Number, Max: 12}),
		password: field.New(field.Options{Kind: field.Secret, Max: maxTyped}),
		own:      field.New(field.Options{Kind: field.Secret, Max: secret.MaxLength}),
		again:    field.New(field.Options{Kind: field.Secret, Max: secret.MaxLength}),
	}
}

// Forget drops the passwords and the wish to keep one: the next one at this desk
// is somebody else.
func (p *Page) Forget() {
	for _, f := range []*field.Field{p.password, p.own, p.again} {
		f.Forget()
	}
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
		p.sits = false
		if p.renews() {
			e.Do(session.Renew{AgentNo: p.renew, Password: p.own.Value(), Again: p.again.Value(), Remember: p.remember})
			return true, nil
		}
		e.Do(session.SignIn{AgentNo: p.agent.Value(), Password: p.password.Value(), Remember: p.remember})
	case keys.Exams:
		p.sits = true
		e.Do(session.SitOffline{AgentNo: p.agent.Value(), Password: p.password.Value()})
	case keys.CheckAgain:
		e.Do(session.RunSelfCheck{})
	case keys.NextMic:
		e.Do(session.NextDevice{Kind: session.KindInput})
	case keys.Next:
		p.move(1, true)
	case keys.Previous:
		p.move(-1, true)
	default:
		return false, nil
	}
	return true, nil
}

// renews tells whether the number on the page is the one whose password must be
// changed; another number signs in as usual.
func (p *Page) renews() bool { return p.renew != "" && p.agent.Value() == p.renew }

// way is what the focus goes along now.
func (p *Page) way() []stop {
	if p.renews() {
		return renewing
	}
	return usual
}

// move takes the focus along, around the ends or not beyond them.
func (p *Page) move(by int, around bool) {
	way := p.way()
	i := max(slices.Index(way, p.at), 0) + by
	if around {
		i = (i + len(way)) % len(way)
	}
	p.at = way[min(max(i, 0), len(way)-1)]
}

// Update types into the field with the focus.
func (p *Page) Update(msg tea.Msg, _ *page.Env) (used bool, cmd tea.Cmd) {
	f := map[stop]*field.Field{stopAgent: p.agent, stopPassword: p.password, stopNew: p.own, stopAgain: p.again}[p.at]
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
		p.move(1, false)
	case k == "up":
		p.move(-1, false)
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

// follow fills in the remembered number, once, and goes to the new password when
// one is asked for.
func (p *Page) follow(s session.SignInView) {
	if s.Agent != p.known {
		p.known = s.Agent
		p.agent.Set(s.Agent)
		if s.Agent != "" {
			p.at = stopPassword
		}
	}
	if s.Renew != p.renew {
		p.renew = s.Renew
		p.own.Forget()
		p.again.Forget()
		if p.renews() {
			p.at = stopNew
		}
	}
	if !slices.Contains(p.way(), p.at) {
		p.at = stopPassword
	}
}

func (p *Page) drawFields(in canvas.Region, e *page.Env) page.Cursor {
	s := e.View.SignIn
	in.Text(0, 4, "工号", label(p.at == stopAgent))
	agent := in.Sub(inputAt, 4, 16, 1)
	ax, ay := p.agent.Draw(agent, p.at == stopAgent)
	cur := page.Cursor{}
	if p.at == stopAgent {
		cur = page.At(agent, ax, ay)
	}
	typed, last := p.password, 7
	if p.renews() {
		typed, last = p.own, 8
		in.Text(0, 5, "这个口令别人也知道，请换成自己的（8 个字符以上）", theme.Warn)
		p.drawSecret(in, 6, "新口令", p.own, stopNew, &cur)
		p.drawSecret(in, 7, "再输一遍", p.again, stopAgain, &cur)
	} else {
		p.drawSecret(in, 6, "口令", p.password, stopPassword, &cur)
	}
	switch {
	case s.Busy && p.sits:
		in.Text(inputAt+21, 6, "正在打开试卷", theme.Warn)
	case s.Busy:
		in.Text(inputAt+21, 6, "正在登录", theme.Warn)
	case s.Stored && typed == p.password && typed.Empty():
		in.Text(inputAt+21, 6, "（已存于系统钥匙串）", theme.Dim)
	}
	w := typed.Warning()
	in.Text(0, 8, w, theme.Warn)
	if w == "" || last < 8 {
		p.drawRemember(in, last, e)
	}
	return cur
}

// drawSecret draws a password; cur is set where it has the focus.
func (p *Page) drawSecret(in canvas.Region, y int, name string, f *field.Field, at stop, cur *page.Cursor) {
	in.Text(0, y, name, label(p.at == at))
	box := in.Sub(inputAt, y, 20, 1)
	x, dy := f.Draw(box, p.at == at)
	if p.at == at {
		*cur = page.At(box, x, dy)
	}
}

// drawRemember offers the keyring, or says that there is none.
func (p *Page) drawRemember(in canvas.Region, y int, e *page.Env) {
	s, mark := e.View.SignIn, e.Theme.Glyph.Off
	if p.remember {
		mark = e.Theme.Glyph.On
	}
	switch {
	case s.Keyring:
		in.Text(inputAt, y, mark+"记在系统钥匙串（空格勾选）", label(p.at == stopRemember))
	case s.Asking:
		in.Text(inputAt, y, "正在问系统钥匙串 · 不用等，可以先输口令", theme.Dim)
	default:
		in.Text(inputAt, y, "系统钥匙串没有、锁着或没有响应 · 口令只在这次有效 · 请输口令登录", theme.Dim)
	}
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
