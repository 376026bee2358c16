// Package exam is the page of a trainee who is examined: the papers that are laid out, the written paper, the simulated
// call with the knowledge pane and the record form of the real page, and the sheet afterwards. It promises that handing in
// is asked for twice, that a closed-book paper shows no knowledge pane, and that what the machine proposes is never shown
// as a score.
package exam

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/session/exam"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/form"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// The areas in the order of Tab.
const (
	areaList = iota
	areaMain
	areaLookup
	areas
)

// Widths of the columns.
const (
	listWidth = 28
	wide      = 120
)

// Page is the exam page.
type Page struct {
	look   *lookup.Pane
	form   *form.Form
	code   *field.Field
	answer *field.Field
	at     int
	papers page.List
	item   page.List
	opt    int    // the option under the cursor
	loaded string // what the answer field holds: phase and item
	phase  exam.Phase
	drill
}

// drill is what practice has besides.
type drill struct {
	hints bool
	plays bool
	mark  page.List // of the timeline of the last talk
}

// New makes the page around the shared knowledge pane and form.
func New(look *lookup.Pane, f *form.Form) *Page {
	return &Page{
		look: look, form: f, code: field.New(field.Options{Kind: field.Number, Max: 12, Hint: "监考人给的开卷码"}),
		answer: field.New(field.Options{Kind: field.Area, Max: 2000}),
	}
}

// Typing reports whether a text field has the focus.
func (p *Page) Typing() bool {
	switch p.at {
	case areaLookup:
		return true
	case areaMain:
		return p.loaded != "" || p.form.Number() != "" && p.form.Typing()
	}
	return false
}

// Copy gives nothing: no text leaves an exam by the clipboard.
func (p *Page) Copy(*page.Env) string { return "" }

// sitting is the exam under way, nil between exams.
func sitting(e *page.Env) *exam.Sitting { return e.View.Exam.Sitting }

func do(e *page.Env, v exam.Verb) { e.Do(session.Exam{Do: v}) }

// Act carries out the commands of an exam.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	s := sitting(e)
	switch c {
	case keys.Next:
		p.step(1, e)
	case keys.Previous:
		p.step(-1, e)
	case keys.Search:
		if !p.openBook(s) {
			e.Say("这一部分闭卷 · 知识库没有打开 · 请凭记忆作答")
			return true, nil
		}
		p.at = areaLookup
	case keys.ExamOpen:
		p.open(e)
	default:
		return p.call(c, e)
	}
	return true, nil
}

// call carries out what concerns the simulated call.
func (p *Page) call(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	s := sitting(e)
	if s == nil {
		return false, nil
	}
	switch c {
	case keys.ExamTake:
		if s.Phase == exam.PhaseRing {
			do(e, exam.Pick{})
		} else {
			do(e, exam.Next{Call: p.chosenCall(s)})
		}
	case keys.ExamMute:
		do(e, exam.Mute{On: s.Talk != nil && !s.Talk.Muted})
	case keys.ExamHold:
		do(e, exam.Hold{On: s.Talk != nil && !s.Talk.Held})
	case keys.ExamHangUp:
		do(e, exam.HangUp{})
	case keys.ExamHint:
		p.hints = !p.hints
	case keys.ExamReplay:
		p.replay(s, e)
	default:
		return false, nil
	}
	return true, nil
}

// chosenCall is the one under the cursor in practice; an exam goes on in order.
func (p *Page) chosenCall(s *exam.Sitting) int {
	if n := p.item.Sel; s.Kind == "practice" && n < len(s.Calls) {
		return n
	}
	return -1
}

// open opens the chosen paper, or goes to the next question.
func (p *Page) open(e *page.Env) {
	s := sitting(e)
	switch {
	case s == nil && p.papers.Sel < len(e.View.Exam.Papers):
		paper := e.View.Exam.Papers[p.papers.Sel]
		if paper.Keyed && p.code.Empty() {
			p.at = areaMain
			e.Say("请输入监考人给的开卷码 · 输入后再按 F9")
			return
		}
		do(e, exam.Open{Paper: paper.ID, Code: p.code.Value()})
		p.code.Set("")
	case s != nil && s.Phase == exam.PhaseWritten:
		p.move(1, s)
	case s != nil && s.Phase == exam.PhaseDone:
		do(e, exam.Done{})
	case s == nil:
		e.Say("还没有发给您的试卷 · 没有开卷 · 刚登录的请稍候，一直没有请问监考人")
	}
}

func (p *Page) move(by int, s *exam.Sitting) {
	p.item.Move(by, len(s.Items))
	p.opt = 0
}

// openBook tells whether the knowledge pane may be used now.
func (p *Page) openBook(s *exam.Sitting) bool {
	return s != nil && (s.Phase != exam.PhaseWritten || s.Open)
}

// step moves the focus; the form's own items come one by one.
func (p *Page) step(by int, e *page.Env) {
	if p.at == areaMain && p.form.Number() != "" && p.form.Step(by) {
		return
	}
	p.at = (p.at + by + areas) % areas
	if p.at == areaLookup && !p.openBook(sitting(e)) {
		p.at = (p.at + by + areas) % areas
	}
	if p.at == areaMain && p.form.Number() != "" {
		p.form.Enter(by)
	}
}

// Update types into the area with the focus.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	s := sitting(e)
	if k, ok := msg.(tea.KeyPressMsg); ok && s != nil && k.String() == "ctrl+y" {
		do(e, exam.Noted{What: exam.NotedCopy})
		e.Say("考试中不能复制 · 已记入考试日志 · 请继续作答")
		return true, nil
	}
	if p.at == areaLookup && p.openBook(s) {
		return p.look.Update(msg, e)
	}
	switch {
	case s == nil:
		return p.choose(msg, e), nil
	case s.Phase == exam.PhaseWritten:
		return p.reply(msg, s, e), nil
	case p.at == areaMain && p.form.Number() != "":
		return p.form.Update(msg, e)
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		return p.item.Key(k.String(), len(s.Calls)) || p.review(s, k, e), nil
	}
	used, cmd = p.look.Update(msg, e) // the answer to a search
	return used, cmd
}

// choose picks a paper, or types its code.
func (p *Page) choose(msg tea.Msg, e *page.Env) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return p.code.Insert(msg.Content)
	case tea.KeyPressMsg:
		if p.papers.Key(msg.String(), len(e.View.Exam.Papers)) {
			return true
		}
		used, _ := p.code.Key(msg)
		if w := p.code.Warning(); w != "" {
			e.Say(w)
		}
		if used {
			p.at = areaMain
		}
		return used
	}
	return false
}

// Draw draws the page.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	s := sitting(e)
	p.follow(s)
	left := min(listWidth, r.W/3)
	p.drawList(r.Sub(0, 0, left, r.H), e)
	main := r.Sub(left, 0, r.W-left, r.H)
	switch {
	case s == nil:
		return p.drawPapers(main, e)
	case s.Phase == exam.PhaseWritten:
		return p.drawWritten(main, s, e)
	case s.Phase == exam.PhaseDone:
		p.drawSheets(main, s, e)
		return page.Cursor{}
	}
	return p.drawCall(main, s, e)
}

// follow starts a new part where one begins to work.
func (p *Page) follow(s *exam.Sitting) {
	phase := exam.Phase("")
	if s != nil {
		phase = s.Phase
	}
	if phase == p.phase {
		return
	}
	p.phase, p.at = phase, areaMain
	if phase == exam.PhaseWritten || phase == "" {
		p.item, p.opt, p.loaded = page.List{}, 0, ""
	}
}

// drawList is the left column: questions or calls, and the rules.
func (p *Page) drawList(r canvas.Region, e *page.Env) {
	s := sitting(e)
	title := "试卷"
	if s != nil {
		title = s.Title
	}
	e.Focuses(r, &p.at, areaList)
	in := r.Box(e.Theme, title, page.Frame(p.at == areaList && e.Focus))
	if s == nil {
		return
	}
	rules := []string{"· 每个来电只接一次", "· 断网照考，恢复后自动送达", "· 耳麦或磁盘故障自动停表", "· 交卷前不能离开"}
	if s.Kind == "practice" {
		rules = []string{"· 练习不计成绩", "· 来电可以反复打"}
	}
	rows := max(in.H-len(rules)-2, 1)
	if s.Phase == exam.PhaseWritten {
		p.drawItems(in.Sub(0, 0, in.W, rows), s, e)
	} else {
		p.drawCalls(in.Sub(0, 0, in.W, rows), s, e)
	}
	for i, l := range rules {
		in.Text(0, in.H-len(rules)+i, text.Short(l, in.W), theme.Dim)
	}
}

func (p *Page) drawItems(r canvas.Region, s *exam.Sitting, e *page.Env) {
	top := p.item.Window(len(s.Items), r.H)
	for y := range min(r.H, len(s.Items)-top) {
		i := top + y
		it := s.Items[i]
		mark, tok := e.Theme.Glyph.Off, theme.Plain
		if len(it.Given) > 0 && it.Given[0] != "" {
			mark = e.Theme.Glyph.On
		}
		if i == p.item.Sel {
			tok = theme.Select
		}
		r.Text(0, y, text.Short(fmt.Sprintf("%s%2d %s", mark, i+1, it.Stem), r.W), tok)
	}
}

func (p *Page) drawCalls(r canvas.Region, s *exam.Sitting, e *page.Env) {
	top := p.item.Window(len(s.Calls), r.H)
	for y := range min(r.H, len(s.Calls)-top) {
		i := top + y
		c := s.Calls[i]
		mark, word, tok := e.Theme.Glyph.Off, "", theme.Plain
		switch {
		case i == s.At:
			mark, word, tok = e.Theme.Glyph.Sel, "作答中", theme.Bold
		case c.Done:
			mark, word = e.Theme.Glyph.On, "已接"
		}
		if s.Kind == "practice" && i == p.item.Sel {
			tok = theme.Select
		}
		x := r.Text(0, y, mark+" ", tok)
		r.Cell(x, y, r.W-x-7, fmt.Sprintf("%d %s", i+1, c.Title), tok)
		r.Right(y, word, theme.Dim)
	}
}

// drawPapers is the page between exams: what is laid out, the code, and what was published.
func (p *Page) drawPapers(r canvas.Region, e *page.Env) page.Cursor {
	v := &e.View.Exam
	top := r.Sub(0, 0, r.W, min(r.H, max(10, r.H/2)))
	e.Focuses(top, &p.at, areaMain)
	in := top.Box(e.Theme, "发给我的试卷", page.Frame(p.at != areaList && e.Focus))
	first := p.papers.Window(len(v.Papers), in.H-4)
	if len(v.Papers) == 0 {
		in.Text(0, 0, "还没有发给您的试卷", theme.Dim)
	}
	for y := range min(max(in.H-4, 0), len(v.Papers)-first) {
		paper := v.Papers[first+y]
		tok := theme.Plain
		if first+y == p.papers.Sel {
			in.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
			tok = theme.Bold
		}
		word := "练习"
		if paper.Kind != "practice" {
			word = "正式考试"
		}
		x := in.Cell(2, y, max(in.W-24, 8), paper.Title, tok)
		in.Text(x, y, word, theme.Dim)
	}
	y := in.H - 3
	x := in.Text(0, y, "开卷码 ", theme.Dim)
	box := in.Sub(x, y, min(16, in.W-x), 1)
	cx, cy := p.code.Draw(box, e.Focus)
	in.Text(0, y+2, text.Short("↑↓ 选试卷，正式考试要输入开卷码，F9 开卷；开卷后计时，交卷前不能离开", in.W), theme.Dim)
	p.drawResults(r.Sub(0, top.H, r.W, r.H-top.H), e)
	return page.At(box, cx, cy)
}
