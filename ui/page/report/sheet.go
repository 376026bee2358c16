package report

import (
	"strconv"
	"strings"

	rules "zuoxi/rules/report"
	"zuoxi/session"
	"zuoxi/session/review"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// steps are what is done about a month sheet, by the key that does it.
var steps = map[keys.Command]string{keys.SheetObject: review.SheetAppeal, keys.SheetAnswer: review.SheetAnswer, keys.SheetGive: review.SheetGive, keys.SheetPublish: review.SheetPublish}

// sheet carries out a step on the month sheet that is shown.
func (p *Page) sheet(c keys.Command, e *page.Env) bool {
	name, ok := steps[c]
	if !ok {
		return false
	}
	t := e.View.Review.Report
	month := sheetMonth(t)
	if month == "" {
		e.Say("没有打开一个整月的绩效表 · 没有提交 · 先选“坐席绩效”，从月初到月末，F9 出表")
		return true
	}
	said := strings.TrimSpace(p.said.Value())
	s := review.Sheet{Step: name, Month: month, Text: said, Knowledge: -1, Discipline: -1}
	if name == review.SheetAnswer || name == review.SheetGive {
		if s.Agent = p.agent(t); s.Agent == "" {
			p.at = areaTable
			e.Say("没有选坐席 · 没有提交 · 在表里把光标移到他的一行")
			return true
		}
	}
	switch {
	case name == review.SheetPublish:
	case name == review.SheetGive:
		k, d, ok := strings.Cut(text.Fold(said), " ")
		if !ok || !points(k, &s.Knowledge) || !points(strings.TrimSpace(d), &s.Discipline) {
			p.at = areaSaid
			e.Say("没有写分数 · 没有记下 · 在说明栏写两个 0 到 100 的数：知识维护 日常规范，如 80 90")
			return true
		}
		s.Text = ""
	case said == "":
		p.at = areaSaid
		e.Say("没有写理由或答复 · 没有提交 · 在说明栏写好，再选一次")
		return true
	}
	e.Do(session.Review{Do: s})
	p.said.Set("")
	return true
}

func points(s string, to *int64) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	*to = n
	return err == nil && n >= 0 && n <= 100
}

// agent is whose line the cursor is on.
func (p *Page) agent(t *rules.Table) string {
	at := t.Column("agent")
	if at < 0 || p.row.Sel >= len(t.Rows) || t.Rows[p.row.Sel].Sum {
		return ""
	}
	return t.Rows[p.row.Sel].Cells[at].Text
}

// Month is the month whose sheet is shown, empty when none is.
func (p *Page) Month(e *page.Env) string { return sheetMonth(e.View.Review.Report) }

// sheetMonth is the month whose sheet is shown, as 2026-01; empty when none is: only whole months are published.
func sheetMonth(t *rules.Table) string {
	if t == nil || t.Name != "agents" || t.From.Day() != 1 || !t.To.Equal(t.From.AddDate(0, 1, 0)) {
		return ""
	}
	return t.From.Format("2006-01")
}

// drawSaid is the line in which reasons, answers and points are written.
func (p *Page) drawSaid(r canvas.Region, e *page.Env) page.Cursor {
	r.Text(0, 0, "说明 ", theme.Dim)
	box := r.Sub(5, 0, max(0, r.W-5), 1)
	x, y := p.said.Draw(box, p.at == areaSaid && e.Focus)
	if p.at != areaSaid {
		return page.Cursor{}
	}
	return page.At(box, x, y)
}
