package pop

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/caller"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// citizen is to whom a text goes: of a call and its record, or of a record without one.
type citizen struct{ call, record string }

// Alive while the call or the record is the one the box was opened for: beside
// another caller it would be taken for theirs. A call whose time after it ends
// takes no text away that is being written: the hub says why it sends none.
func (c citizen) Alive(e *page.Env) bool {
	if now := e.View.Call; now != nil {
		return now.ID == c.call
	}
	if r := e.View.Record; r != nil {
		return r.Number == c.record
	}
	return c.call != ""
}

// Texts chooses what to send to the citizen of the call, or of the open record.
type Texts struct{ citizen }

// Act carries out nothing.
func (*Texts) Act(keys.Command, *page.Env) Result { return Result{} }

// NewTexts opens it for the citizen of a call, a record or both: a call has its record. The texts come from the centre.
func NewTexts(call, record string) *Texts { return &Texts{citizen{call, record}} }

// Update chooses by digit.
func (t *Texts) Update(msg tea.Msg, e *page.Env) Result {
	if key(msg) == "esc" {
		return Result{Used: true, Close: true}
	}
	n := digit(msg)
	if n < 1 || n > len(e.View.Texts) {
		return Result{Used: true}
	}
	return Result{Used: true, Open: t.fill(e.View.Texts[n-1], e)}
}

// fill asks for the blanks of a text; the answer of the form is offered for one.
func (t *Texts) fill(v session.TextTemplate, e *page.Env) Box {
	a := &asker{title: "短信：" + v.Title, do: "发出", alive: t.Alive}
	for _, blank := range v.Blanks {
		q := question{blank, field.New(field.Options{Max: 500, Hint: "不写证件号、卡号"}), true}
		if r := e.View.Record; r != nil && blank == "答复" {
			q.input.Set(r.Fields.Answer)
		}
		a.lines = append(a.lines, q)
	}
	if len(a.lines) == 0 {
		a.lines = []question{line("备注", "这个模板没有要填的，按 F9 发出", false)}
	}
	a.run = func(env *page.Env, answers []string) Result {
		out := session.SendText{Call: t.call, Record: t.record, Template: v.ID, Values: map[string]string{}}
		for i, blank := range v.Blanks {
			out.Values[blank] = answers[i]
		}
		env.Do(out)
		return Result{}
	}
	return a
}

// Draw lists the texts as they will read.
func (t *Texts) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 100, r.H-4, "给来电人发短信")
	if len(e.View.Texts) == 0 {
		in.Text(0, 0, "正在向中心要模板…   没有接短信网关时发不了", theme.Dim)
		return page.Cursor{}
	}
	y := 0
	for i, v := range e.View.Texts {
		if i == 9 || y+2 >= in.H {
			break
		}
		in.Text(0, y, string(rune('1'+i))+"  "+v.Title, theme.Bold)
		for n, l := range text.Wrap(v.Text+v.Legal, in.W-3) {
			if n < 2 && y+1+n < in.H-1 {
				in.Text(3, y+1+n, l, theme.Dim)
			}
		}
		y += 3
	}
	in.Text(0, in.H-1, "按数字选   Esc 收起", theme.Dim)
	return page.Cursor{}
}

// SheetBox shows the link for the department that has a record.
type SheetBox struct {
	passive
	number string
	url    string
}

// NewSheet opens it and asks for the link.
func NewSheet(number string) *SheetBox { return &SheetBox{number: number} }

// Update closes it.
func (s *SheetBox) Update(msg tea.Msg, _ *page.Env) Result {
	return Result{Used: true, Close: key(msg) == "esc" || key(msg) == "enter"}
}

// Act puts the sheet into a file, by F9.
func (s *SheetBox) Act(c keys.Command, e *page.Env) Result {
	if (c != keys.Save && c != keys.OpenTodo && c != keys.HandOver) || e.View.Sheet.Number != s.number {
		return Result{}
	}
	e.Do(session.SaveSheet{Number: s.number})
	return Result{Used: true}
}

// Copy is the link, for Ctrl+Y; after the sheet was saved, where it is.
func (s *SheetBox) Copy() string { return s.url }

// Draw shows the link in full.
func (s *SheetBox) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 92, 10, "部门答复链接 "+s.number)
	v := e.View.Sheet
	if v.Number != s.number {
		in.Text(0, 0, "正在生成…   中心没有开答复网页、单子不在部门手里时没有链接", theme.Dim)
		return page.Cursor{}
	}
	s.url = v.URL
	in.Text(0, 0, "给 "+v.Dept+"，只能用一次，"+page.Day(v.Expires)+" 前有效：", theme.Plain)
	for y, l := range text.Wrap(v.URL, in.W) {
		in.Text(0, 2+y, l, theme.Bold)
	}
	note := "以前发过的链接已经作废。"
	if v.File != "" {
		note = "工单存在 " + v.File
		s.url = v.File
	}
	in.Text(0, in.H-2, note, theme.Dim)
	in.Text(0, in.H-1, "F9 把工单存成文件，好打印或邮寄   Ctrl+Y 复制   Esc 收起", theme.Dim)
	return page.Cursor{}
}

// Tags marks the caller of a call, or takes a mark off.
func Tags(c *session.CallView) Box {
	m := &Menu{title: "来电人标签", note: "只记在号码上，到期自动取消；下次来电时看得见  Esc 收起", alive: func(e *page.Env) bool {
		return e.View.Call != nil && e.View.Call.ID == c.ID
	}}
	for _, r := range caller.Rules {
		on := true
		for _, line := range c.Caller.Tags {
			on = on && !strings.HasPrefix(line, r.Name)
		}
		label := r.Name + "：" + r.Advice
		if !on {
			label = "取消“" + r.Name + "”"
		}
		m.rows = append(m.rows, choice{label, say(session.TagCaller{Call: c.ID, Tag: r.Tag, On: on})})
	}
	return m
}
