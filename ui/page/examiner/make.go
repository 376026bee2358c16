package examiner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/access"
	"zuoxi/rules/exam"
	"zuoxi/session/examiner"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// The rows of the form for drawing papers.
const (
	rowTitle = iota
	rowWho
	rowSingle
	rowMultiple
	rowJudge
	rowFill
	rowShort
	rowQuotas
	rowCalls
	rowMinutes
	rowOpen
	rowMonthly
	rowSeed
	rowImport
	rowExport
	rows
)

var rowNames = [rows][2]string{
	{"标题", "考试"}, {"考谁", "工号，空格分开；或 全体学员、全体坐席"}, {"单选", "题数"}, {"多选", "题数"}, {"判断", "题数"}, {"填空", "题数"}, {"简答", "题数"},
	{"按类别难度", "题型:类别:难度=题数，写了就代替上面五行"}, {"模拟来电", "情景，例如 s01 s03"}, {"分钟", "空 = 一题一分钟"}, {"可查知识库", "空格切换"}, {"月考", "空格切换"},
	{"种子", "同一个种子同一份题"}, {"导入题库", "文件 .xlsx .yaml .zip，回车导入"}, {"导出题库", "新文件 .xlsx 或 .yaml，回车写出"},
}

// making is the form, and the order that was looked at last.
type making struct {
	fields [rows]*field.Field
	flags  map[int]bool
	list   page.List
	shown  string
}

func newMaking() making {
	m := making{flags: map[int]bool{}}
	for i := range m.fields {
		o := field.Options{Max: 300, Hint: rowNames[i][1]}
		if i >= rowSingle && i <= rowShort || i == rowMinutes || i == rowSeed {
			o.Kind, o.Max = field.Number, 9
		}
		m.fields[i] = field.New(o)
	}
	m.fields[rowSeed].Set("1")
	return m
}

func (m *making) text(row int) string { return strings.TrimSpace(m.fields[row].Value()) }

func (m *making) number(row int) int {
	n, err := strconv.Atoi(m.text(row))
	if err != nil {
		return 0
	}
	return max(0, n)
}

func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ，,、\u3000", r) })
}

// everybody are the words for all who have a role.
var everybody = map[string]access.Role{"全体学员": access.RoleTrainee, "全体坐席": access.RoleAgent}

// order is what the form says; fault is one line where it cannot be understood.
func (m *making) order() (o exam.Order, fault string) {
	o = exam.Order{Title: m.text(rowTitle), Minutes: m.number(rowMinutes), Open: m.flags[rowOpen], Monthly: m.flags[rowMonthly], Calls: words(m.text(rowCalls))}
	seed, err := strconv.ParseUint(m.text(rowSeed), 10, 64)
	if err != nil {
		return o, "种子要是一个数 · 没有抽题 · 例如 1"
	}
	o.Seed = seed
	if o.Title == "" {
		o.Title = "考试"
	}
	for _, w := range words(m.text(rowWho)) {
		if role, ok := everybody[w]; ok {
			o.Everybody = string(role)
		} else {
			o.Agents = append(o.Agents, w)
		}
	}
	rule := exam.PaperRule{Single: m.number(rowSingle), Multiple: m.number(rowMultiple), Judge: m.number(rowJudge), Fill: m.number(rowFill), Short: m.number(rowShort)}
	if rule.Quotas, err = exam.ReadQuotas(words(m.text(rowQuotas))); err != nil {
		return o, "按类别难度看不懂 · 没有抽题 · 写成 单选:sy:3=2，类别和难度可以空着"
	}
	if sum := rule.Single + rule.Multiple + rule.Judge + rule.Fill + rule.Short; sum > 0 || len(rule.Quotas) > 0 {
		o.Rule = &rule
	}
	o.NoWritten = o.Rule == nil && len(o.Calls) > 0
	return o, ""
}

// draw looks at what the form draws; when that stands on the screen already, the second time lays the papers out.
func (p *Page) draw(v *examiner.View, e *page.Env) {
	o, fault := p.make.order()
	if fault != "" {
		e.Say(fault)
		return
	}
	raw, _ := json.Marshal(o) // plain data
	seen := string(raw)
	switch {
	case v.Draft == nil || p.make.shown != seen:
		p.make.shown, p.armed = seen, armed{}
		do(e, examiner.Preview{Order: o})
	case len(o.Agents) == 0 && o.Everybody == "":
		e.Say("没有写考谁 · 没有发卷 · 写工号，或“全体学员”")
	case !p.twice(seen, e):
		e.Say(fmt.Sprintf("《%s》封卷并发给 %d 人？再按一次 F9 执行，发出后只能逐份作废", o.Title, v.Draft.People))
	default:
		do(e, examiner.Make{Order: o})
	}
}

// fill is a key or pasted text in the form.
func (p *Page) fill(msg tea.Msg, e *page.Env) bool {
	m := &p.make
	row := m.list.Sel
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return m.fields[row].Insert(msg.Content)
	case tea.KeyPressMsg:
		key := msg.String()
		switch {
		case key == "up" || key == "down":
			return m.list.Key(key, rows)
		case key == "enter":
			m.enter(row, e)
		case row == rowOpen || row == rowMonthly:
			if key == "space" {
				m.flags[row] = !m.flags[row]
			}
			return key == "space"
		default:
			used, _ := m.fields[row].Key(msg)
			return used
		}
		return true
	}
	return false
}

// enter carries a row of files out, or goes on to the next.
func (m *making) enter(row int, e *page.Env) {
	switch path := m.text(row); {
	case row == rowImport && path != "":
		do(e, examiner.Import{Path: path})
	case row == rowExport && path != "":
		do(e, examiner.Export{Path: path})
	default:
		m.list.Key("down", rows)
	}
}

// drawMake is the form beside what it draws.
func (p *Page) drawMake(r canvas.Region, v *examiner.View, e *page.Env) page.Cursor {
	left := max(40, r.W*2/5)
	form := r.Sub(0, 0, left, r.H)
	e.Focuses(form, &p.at, areaList)
	here := p.at == areaList && e.Focus
	in := form.Box(e.Theme, "出卷", page.Frame(here))
	p.drawDraft(r.Sub(left, 0, r.W-left, r.H), v, e)
	const label = 11
	cursor := page.Cursor{}
	body := in.Sub(0, 0, in.W, max(0, in.H-2))
	top := p.make.list.Window(rows, body.H)
	for y := range min(body.H, rows-top) {
		row := top + y
		tok := theme.Plain
		if row == p.make.list.Sel {
			tok = theme.Select
		}
		body.Cell(0, y, label, rowNames[row][0], tok)
		if row == rowOpen || row == rowMonthly {
			body.Text(label, y, yes(p.make.flags[row])+"（"+rowNames[row][1]+"）", theme.Dim)
			continue
		}
		value := body.Sub(label, y, body.W-label, 1)
		x, _ := p.make.fields[row].Draw(value, here && row == p.make.list.Sel)
		if here && row == p.make.list.Sel {
			cursor = page.At(value, x, 0)
		}
	}
	in.Text(0, in.H-1, text.Short("↑↓ 换行；F9 抽题预览，预览后再按 F9 封卷发卷；Tab 看题", in.W), theme.Dim)
	return cursor
}

// drawDraft is what the order draws, or what is wrong with a file.
func (p *Page) drawDraft(r canvas.Region, v *examiner.View, e *page.Env) {
	e.Focuses(r, &p.at, areaMain)
	in := r.Box(e.Theme, "抽到的题", page.Frame(p.at == areaMain && e.Focus))
	switch {
	case len(v.Faults) > 0:
		in.Text(0, 0, "文件没有导入：", theme.Bad)
		for y, l := range v.Faults[:min(len(v.Faults), max(0, in.H-1))] {
			in.Text(0, y+1, text.Short(l, in.W), theme.Plain)
		}
		return
	case v.Draft == nil:
		in.Text(0, 0, "还没有预览：填好左边，按 F9", theme.Dim)
		return
	}
	d := v.Draft
	in.Text(0, 0, text.Short(fmt.Sprintf("%d 题 %d 分，%d 分钟，%d 分合格；模拟来电 %d 个；发给 %d 人", len(d.Items), d.Points, d.Minutes, d.Pass, len(d.Calls), d.People), in.W), theme.Bold)
	var counts []string
	for _, c := range d.Counts {
		counts = append(counts, fmt.Sprintf("%s %d", c.Category, c.Number))
	}
	slices.Sort(counts)
	in.Text(0, 1, text.Short(strings.Join(counts, "  "), in.W), theme.Dim)
	lines := draftLines(d)
	body := in.Sub(0, 2, in.W, max(0, in.H-2))
	top := p.main.Window(len(lines), body.H)
	for y := range min(body.H, len(lines)-top) {
		tok := theme.Plain
		if top+y == p.main.Sel && p.at == areaMain {
			tok = theme.Select
		}
		body.Cell(0, y, body.W, lines[top+y], tok)
	}
}

func draftLines(d *exam.Draft) []string {
	var out []string
	for _, c := range d.Calls {
		out = append(out, "来电 "+c.ID+" "+c.Title)
	}
	for i, q := range d.Items {
		out = append(out, fmt.Sprintf("%2d %s %s%s %d 分 %s 答 %s（%s）", i+1, exam.KindLabel(q.Type), q.Category, q.Level, q.Points, q.Stem, strings.Join(q.Right, "/"), q.KB))
	}
	return out
}
