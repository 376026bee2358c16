// Package report is the page of statistics: which report, which days, by what, and the table with its proofs and notes. It
// promises that a figure is shown as the hub printed it, and that a proof that fails stands out.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/access"
	rules "zuoxi/rules/report"
	"zuoxi/session"
	"zuoxi/session/review"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

type kind struct {
	name, label string
	right       access.Command
}

// kinds are the reports in the order of the list.
var kinds = []kind{
	{"calls", "来电统计", access.ReportView}, {"wait", "等待与服务水平", access.ReportView}, {"first", "一次解决率", access.ReportView}, {"topics", "业务分类", access.ReportView}, {"hot", "热点问题", access.ReportView},
	{"ageing", "工单时效", access.ReportView}, {"kb", "知识库使用", access.ReportView}, {"exams", "考试成绩", access.ReportView}, {"quality", "质检得分", access.ReportView},
	{"mystery", "质量监控", access.ReportView}, {"agents", "坐席绩效", access.ReportSheet}, {"awards", "星级与表彰", access.ReportSheet},
}

// ways calls can be grouped, in the order of the key.
var ways = []struct{ name, label string }{
	{"city", "地市"}, {"district", "区县"}, {"province", "省"}, {"subject", "业务"}, {"agent", "坐席"}, {"hour", "时段"}, {"day", "日"}, {"month", "月"}, {"quarter", "季度"},
}

// The areas in the order of Tab.
const (
	areaKinds = iota
	areaFrom
	areaTo
	areaTable
	areaFoot
	areaSaid
	areas
)

// Page is the page.
type Page struct {
	at       int
	kind     page.List
	way      int
	from, to *field.Field
	said     *field.Field // about the month sheet that is shown
	row      page.List
	left     int // first column shown
	foot     page.Prose
}

// New makes the page.
func New() *Page {
	return &Page{
		from: field.New(field.Options{Max: 10, Hint: "起始日"}), to: field.New(field.Options{Max: 10, Hint: "截止日"}),
		said: field.New(field.Options{Max: 300, Hint: "绩效：申诉的理由、答复，或两个分数"}),
	}
}

// Typing reports whether a text field has the focus.
func (p *Page) Typing() bool { return p.at == areaFrom || p.at == areaTo || p.at == areaSaid }

// Enter is called when the person comes to the page.
func (p *Page) Enter(e *page.Env) {
	if p.from.Empty() {
		p.from.Set(e.Now.Format("2006-01") + "-01")
		p.to.Set(e.Now.Format(time.DateOnly))
		for p.kind.Sel < len(kinds)-1 && !e.View.Seat.Can(kinds[p.kind.Sel].right) {
			p.kind.Sel++ // the first report that the person may make
		}
	}
}

// Act carries out the commands of the page.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	switch c {
	case keys.Next:
		p.step(1)
	case keys.Previous:
		p.step(areas - 1)
	case keys.ReportNext:
		if !p.grouped() {
			e.Say(kinds[p.kind.Sel].label + "不能换分组 · 没有改动 · 能分组的是来电统计、等待与服务水平、一次解决率")
			return true, nil
		}
		p.way = (p.way + 1) % len(ways)
		e.Say("按" + ways[p.way].label + "分组 · F9 出表")
	case keys.ReportMake:
		p.make(e)
	default:
		return p.sheet(c, e), nil
	}
	return true, nil
}

// step goes on to another area, past the foot where all of it is seen.
func (p *Page) step(by int) {
	p.at = (p.at + by) % areas
	if p.at == areaFoot && !p.foot.Scrolls() {
		p.at = (p.at + by) % areas
	}
}

// grouped tells whether the chosen report goes by what the person chooses.
func (p *Page) grouped() bool { return slices.Contains(rules.Grouped, kinds[p.kind.Sel].name) }

func (p *Page) make(e *page.Env) {
	k := kinds[p.kind.Sel]
	if !e.View.Seat.Can(k.right) {
		e.Say("没有权限：“" + k.right.Label() + "” · 没有出表 · 需要时请找有权限的人")
		return
	}
	by := ""
	if p.grouped() {
		by = ways[p.way].name
	}
	if k.name == "first" && by == "hour" { // a first contact is judged by days
		e.Say("一次解决率不按时段分 · 没有出表 · 请按 F6 换一种分组")
		return
	}
	p.row, p.left, p.foot = page.List{}, 0, page.Prose{}
	e.Do(session.Review{Do: review.Report{Name: k.name, From: text.Fold(p.from.Value()), To: text.Fold(p.to.Value()), By: by}})
}

// Update takes keys and pasted text.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if paste, is := msg.(tea.PasteMsg); is && p.at == areaSaid {
			return p.said.Insert(paste.Content), nil
		}
		return false, nil
	}
	switch p.at {
	case areaFrom, areaTo, areaSaid:
		used, _ = map[int]*field.Field{areaFrom: p.from, areaTo: p.to, areaSaid: p.said}[p.at].Key(k)
		return used, nil
	case areaKinds:
		if k.String() == "enter" {
			p.make(e)
			return true, nil
		}
		return p.kind.Key(k.String(), len(kinds)), nil
	case areaFoot:
		return p.foot.Key(k.String()), nil
	}
	return p.scroll(k.String(), e.View.Review.Report), nil
}

func (p *Page) scroll(key string, t *rules.Table) bool {
	if t == nil {
		return false
	}
	if p.row.Key(key, len(t.Rows)) {
		return true
	}
	switch key {
	case "left":
		p.left = max(0, p.left-1)
	case "right":
		p.left = min(max(0, len(t.Columns)-2), p.left+1)
	default:
		return false
	}
	return true
}

// Draw draws the page.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	left := 24
	cur := p.drawChoice(r.Sub(0, 0, left, r.H), e)
	if c := p.drawTable(r.Sub(left, 0, r.W-left, r.H), e); c.On {
		cur = c
	}
	return cur
}

func (p *Page) drawChoice(r canvas.Region, e *page.Env) (cur page.Cursor) {
	e.Focuses(r, &p.at, areaKinds)
	in := r.Box(e.Theme, "统计报表", page.Frame(p.at <= areaTo && e.Focus))
	for i, k := range kinds {
		tok := theme.Plain
		if !e.View.Seat.Can(k.right) {
			tok = theme.Dim
		}
		if i == p.kind.Sel {
			tok = theme.Select
		}
		in.Cell(0, i, in.W, k.label, tok)
	}
	y := len(kinds) + 1
	for i, f := range []*field.Field{p.from, p.to} {
		in.Text(0, y+i, []string{"从 ", "到 "}[i], theme.Dim)
		box := in.Sub(3, y+i, min(12, in.W-3), 1)
		cx, cy := f.Draw(box, p.at == areaFrom+i && e.Focus)
		if p.at == areaFrom+i {
			cur = page.At(box, cx, cy)
		}
	}
	if p.grouped() {
		in.Text(0, y+3, text.Short("按"+ways[p.way].label+"分组", in.W), theme.Dim)
	}
	if e.View.Review.Busy > 0 {
		in.Text(0, y+4, "正在出表", theme.Warn)
	}
	return cur
}

func (p *Page) drawTable(r canvas.Region, e *page.Env) (cur page.Cursor) {
	t := e.View.Review.Report
	title := "报表"
	if t != nil {
		title = t.Title + "  " + t.Span()
	}
	e.Focuses(r, &p.at, areaTable)
	in := r.Box(e.Theme, title, page.Frame(p.at >= areaTable && e.Focus))
	if t == nil {
		in.Text(0, 0, "选一张报表和日期，F9 出表", theme.Dim)
		return cur
	}
	if sheetMonth(t) != "" {
		cur = p.drawSaid(in.Sub(0, in.H-1, in.W, 1), e)
		in = in.Sub(0, 0, in.W, in.H-1)
	}
	foot := below(t)
	room := max(in.H/2, in.H-1-len(t.Rows)) // what the rows leave, at least half
	high := max(4, in.H-min(page.Height(foot, in.W), room))
	p.drawRows(in.Sub(0, 0, in.W, high), t)
	said := in.Sub(0, high, in.W, in.H-high)
	e.Focuses(said, &p.at, areaFoot)
	p.foot.Draw(said, foot, p.at == areaFoot && e.Focus)
	return cur
}

// below are the proofs, those that fail first, and the notes.
func below(t *rules.Table) (out []page.Para) {
	for _, c := range t.Checks {
		if !c.OK() {
			out = append(out, page.Para{Text: "核对 " + c.Line(), Tok: theme.Bad})
		}
	}
	for _, c := range t.Checks {
		if c.OK() {
			out = append(out, page.Para{Text: "核对 " + c.Line(), Tok: theme.Good})
		}
	}
	for _, n := range t.Notes {
		out = append(out, page.Para{Text: "说明 " + n, Tok: theme.Dim})
	}
	return out
}

// drawRows draws head and rows; the first column stays, the others move under it.
func (p *Page) drawRows(r canvas.Region, t *rules.Table) {
	widths := columnWidths(t)
	draw := func(y int, cells []string, tok theme.Token) {
		x := r.Cell(0, y, widths[0], cells[0], tok) + 1
		for i := 1 + p.left; i < len(cells) && x+widths[i] <= r.W; i++ {
			cell := text.Fit(cells[i], widths[i])
			if !t.Columns[i].Words {
				cell = text.Right(cells[i], widths[i])
			}
			x = r.Text(x, y, cell, tok) + 1
		}
	}
	labels := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		labels[i] = c.Label
	}
	draw(0, labels, theme.Title)
	top := p.row.Window(len(t.Rows), r.H-1)
	for y := range min(r.H-1, len(t.Rows)-top) {
		tok := theme.Plain
		switch {
		case top+y == p.row.Sel && p.at == areaTable:
			tok = theme.Select
		case t.Rows[top+y].Sum:
			tok = theme.Bold
		}
		draw(y+1, t.Printed(t.Rows[top+y]), tok)
	}
	if rest := len(t.Rows) - top - (r.H - 1); rest > 0 {
		r.Right(r.H-1, fmt.Sprintf(" 还有 %d 行 ", rest), theme.Dim)
	}
}

const widest = 30

func columnWidths(t *rules.Table) []int {
	out := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = text.Width(c.Label)
	}
	for _, r := range t.Rows {
		for i, cell := range t.Printed(r) {
			out[i] = min(widest, max(out[i], text.Width(strings.TrimSpace(cell))))
		}
	}
	return out
}
