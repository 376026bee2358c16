// Package examiner is the page of who examines others: the papers and their marking, the sittings under way with what the
// caller could say next, the way of the trainees, and the live calls of one's mentor or trainees. It promises that a machine's proposal is never shown as a mark, that a
// mark goes to the hub at once, and that a step which cannot be taken back is asked for twice.
package examiner

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/access"
	"zuoxi/rules/exam"
	"zuoxi/session"
	"zuoxi/session/examiner"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// The tabs of the page.
const (
	tabPapers = iota
	tabLives
	tabWays
	tabBeside
	tabMake
	tabs
)

var tabNames = [tabs]string{"试卷", "现场", "学员", "跟听带教", "出卷"}

// The areas in the order of Tab.
const (
	areaList = iota
	areaMain // what is marked, or what the caller could say
	areaSide // the timeline, or the items of the sheet
	areaNote // a word for whoever marks, in a sitting under way
	areas
)

const listWidth = 34

// Page is the examiner's page.
type Page struct {
	tab   int
	at    int
	list  [tabs]page.Marked
	main  page.List
	side  page.List
	note  *field.Field
	make  making
	shown string // what main and side are about
	hears bool
	line  string // what the caller could say next, as it was chosen; empty: the first
	armed armed
	heard session.WatchView // the call that was listened to last
}

// armed is a step of the path, a takeover or an order for papers that was pressed
// once. It waits for the second press no longer than the line that asks for it
// stands: later, it would be another call's.
type armed struct {
	what  string
	until time.Time
}

const armTime = 8 * time.Second

// twice tells that the same was pressed just before.
func (p *Page) twice(what string, e *page.Env) bool {
	if p.armed.what == what && e.Now.Before(p.armed.until) {
		p.armed = armed{}
		return true
	}
	p.armed = armed{what, e.Now.Add(armTime)}
	return false
}

// New makes the page.
func New() *Page {
	return &Page{make: newMaking(), note: field.New(field.Options{Max: 200, Hint: "记一笔，回车记入时间轴"})}
}

// Typing reports whether a text field has the focus.
func (p *Page) Typing() bool { return p.at == areaNote || p.tab == tabMake && p.at == areaList }

// Copy gives nothing: what stands here is about people.
func (p *Page) Copy(*page.Env) string { return "" }

func view(e *page.Env) *examiner.View { return &e.View.Exam.Examiner }

func do(e *page.Env, v examiner.Verb) { e.Do(session.Examiner{Do: v}) }

// Chosen is the paper under the cursor.
func (p *Page) Chosen(e *page.Env) (exam.Row, bool) {
	if p.tab != tabPapers {
		return exam.Row{}, false
	}
	v := view(e)
	i := p.chosen(v)
	if i < 0 {
		return exam.Row{}, false
	}
	return v.Rows[i], true
}

// listed is how long the list of a tab is, and the names of its rows: those of
// sittings come and go every few seconds.
func listed(v *examiner.View, tab int) (int, func(int) string) {
	switch tab {
	case tabPapers:
		return len(v.Rows), func(i int) string { return v.Rows[i].ID }
	case tabLives:
		return len(v.Lives), func(i int) string { return v.Lives[i].Agent }
	case tabWays:
		return len(v.Ways), func(i int) string { return v.Ways[i].Agent }
	case tabBeside:
		return len(v.Beside), func(i int) string { return v.Beside[i].Agent }
	}
	return 0, nil
}

// chosen is the row of the tab's list that is marked, -1 where there is none.
func (p *Page) chosen(v *examiner.View) int {
	n, name := listed(v, p.tab)
	return p.list[p.tab].Keep(n, name)
}

// Act carries out the commands of the page.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	v := view(e)
	switch c {
	case keys.Next:
		p.step(1, e)
	case keys.Previous:
		p.step(-1, e)
	case keys.ExamineTab:
		next := (p.tab + 1) % tabs
		if next == tabMake && !e.View.Seat.Can(access.ExamManage) {
			next = tabPapers
		}
		p.turn(next, e)
	case keys.ExamineLook:
		p.turn(p.tab, e)
	case keys.ExamineCode:
		if r, ok := p.Chosen(e); ok {
			do(e, examiner.Open{Paper: r.ID})
		} else {
			e.Say("没有选中试卷 · 没有取码 · 按 F3 到“试卷”里选一份")
		}
	case keys.ExamineHear:
		p.hear(v, e)
	case keys.ExamineLead:
		do(e, examiner.Steer{Do: map[bool]exam.Steer{true: exam.SteerFree, false: exam.SteerLead}[v.Live.Call.Led]})
	case keys.ExamineShut:
		p.shut(v, e)
	case keys.ExamineDo:
		p.open(v, e)
	default:
		return false, nil
	}
	return true, nil
}

// Beside turns to the live calls of one's mentor or trainees.
func (p *Page) Beside(e *page.Env) { p.turn(tabBeside, e) }

// turn reads a tab anew. Who examines nobody has the last one only.
func (p *Page) turn(tab int, e *page.Env) {
	if !e.View.Seat.Can(access.ExamMark) {
		tab = tabBeside
	}
	if tab != p.tab {
		p.tab, p.at, p.armed = tab, areaList, armed{}
	}
	do(e, examiner.Look{Beside: tab == tabBeside})
}

// step moves the focus among the areas that there are.
func (p *Page) step(by int, e *page.Env) {
	if p.tab == tabBeside {
		p.at = areaNote - p.at
		return
	}
	if p.tab == tabMake {
		p.at = areaMain - p.at
		return
	}
	n := areas
	if view(e).Live == nil || p.tab != tabLives {
		n = areaNote
	}
	p.at = (p.at + by + n) % n
}

func (p *Page) shut(v *examiner.View, e *page.Env) {
	switch {
	case p.tab == tabBeside:
		e.Do(session.Observe{})
		return
	case p.tab == tabLives && v.Live != nil:
		do(e, examiner.Attend{})
	default:
		do(e, examiner.Close{})
	}
	p.at = areaList
}

// open opens what is under the cursor, or carries it out.
func (p *Page) open(v *examiner.View, e *page.Env) {
	i := p.chosen(v)
	switch {
	case p.tab == tabMake:
		p.draw(v, e)
	case p.tab == tabPapers && (v.Work == nil || p.at == areaList):
		if i >= 0 {
			do(e, examiner.Work{Paper: v.Rows[i].ID})
			p.at = areaMain
		}
	case p.tab == tabPapers:
		p.accept(v.Work, e)
	case p.tab == tabLives && (v.Live == nil || p.at == areaList):
		if i >= 0 {
			do(e, examiner.Attend{Agent: v.Lives[i].Agent})
			p.at = areaMain
		}
	case p.tab == tabLives:
		p.say(v.Live, e)
	case p.tab == tabBeside:
		p.sit(v, "1", e)
	case i >= 0:
		do(e, examiner.Way{Agent: v.Ways[i].Agent})
		p.at = areaMain
	}
}

// Update takes keys that are no commands.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	switch {
	case p.at == areaNote:
		return p.write(msg, e), nil
	case p.tab == tabMake && p.at == areaList:
		return p.fill(msg, e), nil
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return false, nil
	}
	v, key := view(e), k.String()
	switch {
	case p.tab == tabMake:
		return v.Draft != nil && p.main.Key(key, len(draftLines(v.Draft))), nil
	case p.tab == tabBeside && p.sit(v, text.Fold(k.Text), e):
		return true, nil
	case p.at == areaList:
		n, name := listed(v, p.tab)
		return p.list[p.tab].Key(key, n, name), nil
	case p.tab == tabWays:
		return p.walk(v.Way, text.Fold(k.Text), e), nil
	case p.tab == tabPapers && v.Work != nil:
		return p.mark(v.Work, key, text.Fold(k.Text), e), nil
	case p.tab == tabLives && v.Live != nil:
		return p.watch(v.Live, key, text.Fold(k.Text), e), nil
	}
	return false, nil
}

// Draw draws the page.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	v := view(e)
	p.follow(v)
	if p.tab == tabMake {
		return p.drawMake(r, v, e)
	}
	left := min(listWidth, r.W/3)
	p.drawList(r.Sub(0, 0, left, r.H), v, e)
	main := r.Sub(left, 0, r.W-left, r.H)
	switch {
	case p.tab == tabPapers && v.Work != nil:
		p.drawWork(main, v.Work, e)
	case p.tab == tabLives && v.Live != nil:
		return p.drawLive(main, v, e)
	case p.tab == tabWays && v.Way != nil:
		p.drawWay(main, v.Way, e)
	case p.tab == tabBeside:
		return p.drawBeside(main, v, e)
	default:
		p.drawNothing(main, v, e)
	}
	return page.Cursor{}
}

// follow puts the cursors back when something else is on the page.
func (p *Page) follow(v *examiner.View) {
	name := ""
	switch {
	case p.tab == tabPapers && v.Work != nil:
		name = v.Work.ID
	case p.tab == tabLives && v.Live != nil:
		name = v.Live.Agent + v.Live.Call.Scenario
	case p.tab == tabWays && v.Way != nil:
		name = v.Way.Agent
	}
	if name != p.shown {
		p.shown, p.main, p.side, p.line, p.armed = name, page.List{}, page.List{}, "", armed{}
	}
}

func (p *Page) drawList(r canvas.Region, v *examiner.View, e *page.Env) {
	e.Focuses(r, &p.at, areaList)
	in := r.Box(e.Theme, tabNames[p.tab], page.Frame(p.at == areaList && e.Focus))
	var lines [][2]string
	switch p.tab {
	case tabPapers:
		for _, row := range v.Rows {
			lines = append(lines, [2]string{row.Agent + " " + row.Title, row.State.Label()})
		}
	case tabLives:
		for _, l := range v.Lives {
			lines = append(lines, [2]string{l.Agent + " " + l.Title, phaseWord(l.Phase)})
		}
	case tabWays:
		for _, w := range v.Ways {
			word := w.Label
			if len(w.Changes) > 0 {
				word = "建议复核"
			}
			lines = append(lines, [2]string{w.Agent + " " + w.Name, word})
		}
	case tabBeside:
		for _, b := range v.Beside {
			lines = append(lines, [2]string{b.Agent + " " + b.Name, or(b.State, "没有签入")})
		}
	}
	if len(lines) == 0 {
		in.Text(0, 0, [tabs]string{"还没有试卷", "现在没有人在考", "没有学员", "没有可以跟听的席"}[p.tab], theme.Dim)
	}
	l := &p.list[p.tab]
	n, name := listed(v, p.tab)
	sel := l.Draw(n, name, e.Now)
	top := l.Window(len(lines), in.H)
	for y := range min(in.H, len(lines)-top) {
		tok := theme.Plain
		if top+y == sel {
			tok = theme.Select
		}
		word := lines[top+y][1]
		in.Cell(0, y, max(in.W-text.Width(word)-1, 4), lines[top+y][0], tok)
		in.Right(y, word, theme.Dim)
	}
}

func phaseWord(phase string) string {
	return map[string]string{"written": "笔试", "calls": "待接", "ring": "振铃", "talk": "通话", "write": "填单", "done": "已交卷"}[phase]
}

func (p *Page) drawNothing(r canvas.Region, v *examiner.View, e *page.Env) {
	in := r.Box(e.Theme, "阅卷与考核", theme.Frame)
	lines := [tabBeside][]string{
		{"↑↓ 选试卷，F9 打开阅卷；F4 取开卷码，同一场考试用一个码", "按 F3 到“出卷”：抽题、预览、封卷发卷，题库导入导出"},
		{"↑↓ 选一个正在考的人，F9 进入现场：看转写和受理单，选来电人的下一句，记分"},
		{"↑↓ 选学员，F9 看他的培训阶段和记录"},
	}[p.tab]
	for y, l := range lines {
		in.Text(0, y, text.Short(l, in.W), theme.Dim)
	}
	if v.Code != "" && p.tab == tabPapers {
		in.Text(0, 3, fmt.Sprintf("刚取的开卷码：%s", v.Code), theme.Bold)
	}
}
