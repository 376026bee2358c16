package pop

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/find"
	"zuoxi/rules/region"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Search is the page for looking things up: one line, the hits below it, and
// what is known of the hit under the cursor. It lies over whatever is on the
// screen, so that it can be used during a call.
type Search struct {
	passive
	line *field.Field
	list page.List
}

// NewSearch opens it.
func NewSearch() *Search {
	return &Search{line: field.New(field.Options{Max: find.MaxLength, Hint: "单号、号码、今天、投诉、gh:8001、几个字…"})}
}

// Update types, moves, looks up and opens.
func (s *Search) Update(msg tea.Msg, e *page.Env) Result {
	found := e.View.Found
	switch key(msg) {
	case "esc":
		return Result{Used: true, Close: true}
	case "up":
		s.list.Move(-1, len(found.Rows))
	case "down":
		s.move(1, e)
	case "pgup":
		s.list.Move(-10, len(found.Rows))
	case "pgdown":
		s.move(10, e)
	case "enter":
		return s.enter(e)
	default:
		used, changed := false, false
		switch msg := msg.(type) {
		case tea.PasteMsg:
			used, changed = true, s.line.Insert(msg.Content)
		case tea.KeyPressMsg:
			used, changed = s.line.Key(msg)
		}
		if changed {
			s.list = page.List{}
		}
		return Result{Used: used}
	}
	return Result{Used: true}
}

// move goes down, and asks for more where the list ends.
func (s *Search) move(by int, e *page.Env) {
	f := e.View.Found
	if s.list.Sel+by >= len(f.Rows) && f.More {
		e.Do(session.Find{Line: f.Line, More: true})
	}
	s.list.Move(by, len(f.Rows))
}

// enter looks up what was typed, or opens the hit when it was looked up already.
func (s *Search) enter(e *page.Env) Result {
	f, line := e.View.Found, strings.TrimSpace(s.line.Value())
	switch {
	case line == "":
		e.Say("没有写要查什么 · 没有查 · 写单号、号码、日期、种类或几个字")
	case f.Line != line || f.Error != "" || len(f.Rows) == 0 && !f.Busy: // what was not there a minute ago may be now
		s.list = page.List{}
		e.Do(session.Find{Line: line})
	case f.Busy || s.list.Sel >= len(f.Rows):
	case f.Rows[s.list.Sel].Record == "":
		e.Say("这一条没有可打开的受理单 · 内容就在下面 · 换一条，或 Esc 收起")
	default:
		e.Do(session.OpenTodo{Number: f.Rows[s.list.Sel].Record})
		return Result{Used: true, Close: true}
	}
	return Result{Used: true}
}

// Act leaves every command to the program but the one that opened the box.
func (s *Search) Act(c keys.Command, _ *page.Env) Result { return Result{Used: c == keys.Find} }

// Draw draws the line, what was understood, the hits and the one under the cursor.
func (s *Search) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 116, r.H-2, "综合查询")
	x := in.Text(0, 0, "查  ", theme.Dim)
	box := in.Sub(x, 0, in.W-x, 1)
	cx, cy := s.line.Draw(box, true)
	f := e.View.Found
	if line := strings.TrimSpace(s.line.Value()); line == "" || f.Line != line {
		f = session.FoundView{}
		s.help(in.Sub(0, 2, in.W, in.H-3))
	} else {
		s.drawFound(in.Sub(0, 1, in.W, in.H-2), f, e)
	}
	foot := "Enter 查   Esc 收起"
	if len(f.Rows) > 0 {
		foot = "Enter 打开   ↑↓ 选   改了再按 Enter 重新查   Esc 收起"
	}
	in.Text(0, in.H-1, foot, theme.Dim)
	return page.At(box, cx, cy)
}

// help says what can be written.
func (s *Search) help(r canvas.Region) {
	for y, l := range []string{
		"几个字          工伤认定 迟发工资        词都要有；加引号的当文字查",
		"单号、号码      0312-8001-1   139…完整号码或证件号   尾号 wh:0042   姓名 xm:",
		"日期            今天 昨天 本周 上周 本月 近7天 3-1 3-1~3-5 2026-02",
		"种类            咨询 查询 投诉 举报 建议 求助    类型 通话 受理单 工单 留言 短信",
		"其他            工号 gh:8001   轮到 ld:某科   业务 yw:养老保险   地区 dq:   状态 zt:已转办   区县 qx:",
		"通话            不满意 坐席先挂 >10分钟 <1分钟   评价 pj:   先挂 xg:   结果 jg:排队放弃   发生 fs:转接   结束原因 yy:",
		"录音的标记      有标记   标记里的字 bj:态度",
	} {
		r.Text(0, y, l, theme.Dim)
	}
}

func (s *Search) drawFound(r canvas.Region, f session.FoundView, e *page.Env) {
	said := "条件  " + strings.Join(f.Conditions, " · ")
	tok := theme.Dim
	switch {
	case f.Error != "":
		said, tok = f.Error, theme.Bad
	case f.Busy && len(f.Rows) == 0:
		said = "正在查…"
	case f.Local:
		said, tok = "中心连不上，只查了本机的草稿和我交过的单 · "+said, theme.Warn
	}
	r.Text(0, 0, text.Short(said, r.W), tok)
	if f.Error != "" || f.Busy && len(f.Rows) == 0 {
		return
	}
	if len(f.Rows) == 0 && f.More {
		r.Text(0, 2, "较近的里面没有 · 按 ↓ 接着往更早的找，或少写几个常见的字", theme.Dim)
		return
	}
	if len(f.Rows) == 0 {
		r.Text(0, 2, "没有查到 · 可能不在您的区县或权限里 · 少写一个条件再查", theme.Dim)
		return
	}
	const detail = 5
	s.drawRows(r.Sub(0, 1, r.W, max(r.H-1-detail, 1)), f, e)
	s.drawDetail(r.Sub(0, r.H-detail, r.W, detail), f.Rows[min(s.list.Sel, len(f.Rows)-1)], e)
}

func (s *Search) drawRows(r canvas.Region, f session.FoundView, e *page.Env) {
	what := max(r.W-58, 8)
	x := r.Cell(1, 0, 7, "类型", theme.Dim)
	x = r.Cell(x, 0, 12, "时间", theme.Dim)
	x = r.Cell(x, 0, 14, "来电人", theme.Dim)
	x = r.Cell(x, 0, what, "内容", theme.Dim)
	x = r.Cell(x, 0, 11, "状态", theme.Dim)
	r.Text(x, 0, "工号", theme.Dim)
	top := s.list.Window(len(f.Rows), r.H-1)
	for y := range min(r.H-1, len(f.Rows)-top) {
		row := f.Rows[top+y]
		if top+y == s.list.Sel {
			r.Text(0, 1+y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := r.Cell(1, 1+y, 7, row.Type.Label(), theme.Plain)
		x = r.Cell(x, 1+y, 12, page.Day(row.At), theme.Dim)
		x = r.Cell(x, 1+y, 14, text.Short(row.Who, 13), theme.Plain)
		x = r.Cell(x, 1+y, what, text.Short(strings.TrimSpace(row.Subject+" "+row.What), what-1), theme.Plain)
		x = r.Cell(x, 1+y, 11, text.Short(row.State, 10), theme.Plain)
		r.Text(x, 1+y, row.Agent, theme.Dim)
	}
}

// drawDetail is the hit under the cursor in full.
func (s *Search) drawDetail(r canvas.Region, row session.FoundRow, e *page.Env) {
	r.Rule(0, e.Theme, theme.Frame)
	head := row.ID
	if row.Record != "" && row.Record != row.ID {
		head = fmt.Sprintf("%s（单 %s）", row.ID, row.Record)
	}
	kind := ""
	if row.Kind != "" {
		kind = row.Kind.Label()
	}
	parts := []string{head, kind, row.Subject, region.Name(row.Region), row.State}
	if row.Owner != "" {
		parts = append(parts, "轮到 "+row.Owner)
	}
	r.Text(0, 1, text.Short(join(parts), r.W), theme.Bold)
	for y, l := range text.Wrap(row.What, r.W) {
		if y+2 < r.H {
			r.Text(0, 2+y, l, theme.Plain)
		}
	}
}

func join(parts []string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " · ")
}
