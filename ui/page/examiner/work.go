package examiner

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/session/examiner"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// line is one thing to be decided about a sitting.
type line struct {
	call  int // index of the simulated call, -1: a short answer
	short *exam.ShortWork
	item  *quality.Item
	point *exam.PointWork
	wrong int // index of what is forbidden, -1: none
}

// lines are everything to be decided, in the order of the sheet.
func lines(w *exam.Work) []line {
	var out []line
	for i := range w.Short {
		out = append(out, line{call: -1, short: &w.Short[i], wrong: -1})
	}
	rubric := quality.Ministry2015()
	for n := range w.Calls {
		c := &w.Calls[n]
		for i, item := range rubric.Items {
			if slices.Contains(c.Tests, item.ID) {
				out = append(out, line{call: n, item: &rubric.Items[i], wrong: -1})
			}
		}
		for i := range c.Points {
			out = append(out, line{call: n, point: &c.Points[i], wrong: -1})
		}
		for i := range c.Forbidden {
			out = append(out, line{call: n, wrong: i})
		}
	}
	return out
}

// mark decides what is under the cursor: a digit, an arrow, or the space bar.
func (p *Page) mark(w *exam.Work, key, typed string, e *page.Env) bool {
	all := lines(w)
	if p.at == areaSide {
		return p.side.Key(key, len(timeline(w, p.callOf(all))))
	}
	if p.main.Key(key, len(all)) {
		p.side = page.List{}
		return true
	}
	if p.main.Sel >= len(all) {
		return false
	}
	l := all[p.main.Sel]
	in := exam.Marking{ID: w.ID}
	switch {
	case l.short != nil:
		half, ok := nudge(l.short.Half, l.short.Of, 2, 1, key, typed)
		if !ok {
			return false
		}
		in.Short = map[string]int{l.short.Question: half}
	case l.item != nil:
		c := &w.Calls[l.call]
		now := -1
		if s, ok := c.Scores.Scores[l.item.ID]; ok && s.By != "" {
			now = s.Points
		}
		points, ok := nudge(now, l.item.Points, 1, l.item.Step, key, typed)
		if !ok {
			return false
		}
		in.Scenario, in.Items = c.Scenario, map[string]int{l.item.ID: points}
	case key == "space" || key == "enter":
		in = toggled(w.ID, &w.Calls[l.call], l)
	default:
		return false
	}
	do(e, examiner.Mark{Marking: in})
	return true
}

// nudge is a number by a digit, or one step up or down by an arrow. Digits count units of factor; step is the smallest change.
func nudge(now, most, factor, step int, key, typed string) (int, bool) {
	switch key {
	case "left":
		return max(0, max(now, 0)-step), true
	case "right":
		if now < 0 {
			return most, true
		}
		return min(most, now+step), true
	}
	if len(typed) == 1 && typed[0] >= '0' && typed[0] <= '9' {
		n := factor * int(typed[0]-'0')
		return n, n <= most && n%step == 0
	}
	return 0, false
}

// toggled is the points and the forbidden things of a call with one of them the other way.
func toggled(id string, c *exam.CallWork, l line) exam.Marking {
	in := exam.Marking{ID: id, Scenario: c.Scenario, Heard: true}
	for i := range c.Points {
		if q := &c.Points[i]; q.Given != (q == l.point) {
			in.Points = append(in.Points, q.ID)
		}
	}
	for i, f := range c.Forbidden {
		if f.Said != (i == l.wrong) {
			in.Broken = append(in.Broken, i+1)
		}
	}
	return in
}

// accept takes the machine's sure proposals for the call under the cursor, and its points as they stand.
func (p *Page) accept(w *exam.Work, e *page.Env) {
	all := lines(w)
	n := p.callOf(all)
	if n < 0 {
		e.Say("光标在简答题上 · 没有可认可的 · 把光标移到模拟来电的项目上")
		return
	}
	c := &w.Calls[n]
	in := exam.Marking{ID: w.ID, Scenario: c.Scenario, Accept: true}
	if c.By == "" {
		in = toggled(w.ID, c, line{wrong: -1})
		in.Accept = true
	}
	do(e, examiner.Mark{Marking: in})
	e.Say("机器有把握的自动项已认可 · 其余仍由人评 · ↑↓ 逐项看，数字打分")
}

// callOf is the call that the cursor is about, -1 for none.
func (p *Page) callOf(all []line) int {
	if p.main.Sel < len(all) {
		return all[p.main.Sel].call
	}
	return -1
}

func timeline(w *exam.Work, call int) []exam.Remark {
	if call < 0 || call >= len(w.Calls) {
		return nil
	}
	return w.Calls[call].Timeline
}

// hear plays from the mark under the cursor, or stops.
func (p *Page) hear(v *examiner.View, e *page.Env) {
	if p.hears {
		p.hears = false
		do(e, examiner.Hear{From: -1})
		return
	}
	all := lines(v.Work)
	n := p.callOf(all)
	if n < 0 {
		e.Say("光标在简答题上 · 没有录音 · 把光标移到模拟来电的项目上")
		return
	}
	from := int64(0)
	if t := timeline(v.Work, n); p.side.Sel < len(t) {
		from = t[p.side.Sel].MS
	}
	p.hears = true
	do(e, examiner.Hear{Paper: v.Work.ID, Scenario: v.Work.Calls[n].Scenario, From: from})
}

// drawWork is the sheet beside the timeline and the record.
func (p *Page) drawWork(r canvas.Region, w *exam.Work, e *page.Env) {
	right := r.W * 2 / 5
	sheet := r.Sub(0, 0, r.W-right, r.H)
	e.Focuses(sheet, &p.at, areaMain)
	in := sheet.Box(e.Theme, fmt.Sprintf("%s %s · %s", w.Agent, w.Title, w.State.Label()), page.Frame(p.at == areaMain && e.Focus))
	word, tok := fmt.Sprintf("还有 %d 项没有人评，机器不出总分", len(w.Open)), theme.Warn
	if len(w.Open) == 0 {
		word, tok = "都评完了：命令面板里“公布成绩”", theme.Good
	}
	if w.Dispute != nil {
		word = "复核（" + w.Dispute.Reason + "） " + word
	}
	in.Text(0, 0, text.Short(word, in.W), tok)
	y := 1
	for _, n := range w.Notes[:min(len(w.Notes), 3)] {
		in.Text(0, y, text.Short("注意 "+n.Text, in.W), theme.Dim)
		y++
	}
	in.Text(0, in.H-1, text.Short("数字或 ←→ 打分，空格勾要点和禁忌，F9 认可自动项，Tab 到时间轴，F6 听", in.W), theme.Dim)
	all := lines(w)
	body := in.Sub(0, y, in.W, in.H-y-1)
	top := p.main.Window(len(all), body.H)
	for row := range min(body.H, len(all)-top) {
		p.drawLine(body, row, w, all[top+row], top+row == p.main.Sel)
	}
	p.drawSide(r.Sub(r.W-right, 0, right, r.H), w, all, e)
}

func (p *Page) drawLine(r canvas.Region, y int, w *exam.Work, l line, selected bool) {
	tok := theme.Plain
	if selected {
		tok = theme.Select
	}
	const marks = 16
	left, right, rt := "", "", theme.Plain
	switch {
	case l.short != nil:
		left = "简答 " + l.short.Given
		right, rt = "待评", theme.Warn
		if l.short.Half >= 0 {
			right, rt = fmt.Sprintf("%g/%g", float64(l.short.Half)/2, float64(l.short.Of)/2), theme.Good
		}
	case l.item != nil:
		c := &w.Calls[l.call]
		left = c.Scenario + " " + l.item.ID + " " + l.item.Name
		right, rt = "待评/"+fmt.Sprint(l.item.Points), theme.Warn
		if i := slices.IndexFunc(c.Proposals, func(q quality.Proposal) bool { return q.Item == l.item.ID }); i >= 0 {
			left += " · 建议 " + fmt.Sprint(c.Proposals[i].Points) + " " + c.Proposals[i].Why
		}
		if s := c.Scores.Scores[l.item.ID]; s.By != "" {
			right, rt = fmt.Sprintf("%d/%d %s", s.Points, l.item.Points, s.By), theme.Good
			if s.Excluded {
				right = "不计 " + s.By
			}
		}
	case l.point != nil:
		left = "要点 " + l.point.Text + "（" + l.point.KB + "）"
		if l.point.Must {
			left = "必答" + left
		}
		right = map[bool]string{true: "√", false: "—"}[l.point.Given]
		if l.point.Proposed && !l.point.Given {
			right, rt = "写到或说到", theme.Dim
		}
	default:
		f := w.Calls[l.call].Forbidden[l.wrong]
		left, right = fmt.Sprintf("禁忌 %s（扣 %d）", f.Text, f.Minus), "—"
		if f.Said {
			right, rt = "犯了", theme.Bad
		}
	}
	r.Cell(0, y, max(r.W-marks, 8), left, tok)
	r.Right(y, text.Short(right, marks-1), rt)
}

// drawSide is the timeline of the call under the cursor, and what was written; or the question and what the bank expects.
func (p *Page) drawSide(r canvas.Region, w *exam.Work, all []line, e *page.Env) {
	e.Focuses(r, &p.at, areaSide)
	n := p.callOf(all)
	if n < 0 {
		in := r.Box(e.Theme, "题目与参考", theme.Frame)
		if p.main.Sel < len(all) {
			drawShort(in, all[p.main.Sel].short)
		}
		return
	}
	half := r.H * 3 / 5
	in := r.Sub(0, 0, r.W, half).Box(e.Theme, "时间轴", page.Frame(p.at == areaSide && e.Focus))
	list := timeline(w, n)
	top := p.side.Window(len(list), in.H)
	for y := range min(in.H, len(list)-top) {
		tok := theme.Plain
		if top+y == p.side.Sel {
			tok = theme.Select
		}
		in.Cell(0, y, in.W, clock(list[top+y].MS)+" "+list[top+y].Text, tok)
	}
	box := r.Sub(0, half, r.W, r.H-half).Box(e.Theme, "受理单", theme.Frame)
	drawRecord(box, w.Calls[n].Record)
}

func clock(ms int64) string { return fmt.Sprintf("%02d:%02d", ms/60000, ms/1000%60) }

func drawShort(r canvas.Region, s *exam.ShortWork) {
	y := 0
	put := func(t string, tok theme.Token) {
		for _, l := range text.Wrap(text.Plain(t), r.W) {
			r.Text(0, y, l, tok)
			y++
		}
	}
	put(s.Stem, theme.Bold)
	put("答："+s.Given, theme.Plain)
	for _, x := range s.Expected {
		put("参考："+x+"（"+s.KB+"）", theme.Dim)
	}
}

func drawRecord(r canvas.Region, raw json.RawMessage) {
	var record map[string]string
	if json.Unmarshal(raw, &record) != nil {
		r.Text(0, 0, "没有填单", theme.Dim)
		return
	}
	drawFields(r, record)
}

// fields are the names of a record's entries for people, in the order of the form.
var fields = [][2]string{
	{"question", "问题"}, {"answer", "答复"}, {"subject", "业务"}, {"topic", "主题"}, {"region", "地区"}, {"name", "姓名"}, {"callback", "回电"},
	{"handling", "处理"}, {"forward", "转办"}, {"due", "时限"}, {"urgent", "加急"}, {"kind", "类别"},
}

func drawFields(r canvas.Region, record map[string]string) {
	y := 0
	known := maps.Clone(record)
	for _, f := range fields {
		v := known[f[0]]
		if v == "" {
			continue
		}
		for _, l := range text.Wrap(text.Plain(f[1]+"："+v), r.W) {
			r.Text(0, y, l, theme.Plain)
			y++
		}
	}
}
