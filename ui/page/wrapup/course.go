package wrapup

import (
	"strings"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/form"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// sheet writes lines below each other as long as there is room.
type sheet struct {
	canvas.Region
	y int
}

func (s *sheet) line(word string, tok theme.Token) {
	for _, l := range text.Wrap(text.Plain(word), s.W) {
		if s.y < s.H {
			s.Text(0, s.y, l, tok)
			s.y++
		}
	}
}

// drawCourse shows the course of a record that was opened from the list: where
// it stands, its deadlines, what the hub has instead, and its history.
func drawCourse(r canvas.Region, e *page.Env) {
	s := &sheet{Region: r}
	rec := e.View.Record
	if rec == nil || rec.Life == nil {
		s.line(unknown(rec), theme.Dim)
		return
	}
	v := rec.Life
	s.line(strings.TrimSpace(v.State.Label()+"   现在轮到 "+v.Owner), theme.Bold)
	if p := rec.Plain; p != nil {
		s.line("完整信息 "+p.Value+"（还显示 "+page.Clock(p.Until.Sub(e.Now))+"）", theme.Warn)
	}
	for _, d := range v.Dues {
		drawDue(s, d)
	}
	if rec.Theirs != nil {
		drawTheirs(s, rec)
	}
	for _, f := range []struct{ label, value string }{
		{"核验 ", v.Identity}, {"已读 ", strings.Join(v.Told, "；")}, {"声明 ", v.Disclaimer}, {"关联 ", strings.Join(v.Linked, "、")},
	} {
		if f.value != "" {
			s.line(f.label+f.value, theme.Plain)
		}
	}
	s.line("经过", theme.Title)
	from := max(0, len(v.History)-(s.H-s.y)/2) // the newest, with room for what was said
	for _, c := range v.History[from:] {
		s.line(page.Day(c.At)+" "+c.By+" "+c.What, theme.Plain)
		if said := strings.TrimSpace(c.Reason + " " + c.Note); said != "" {
			s.line("  "+said, theme.Dim)
		}
	}
}

// unknown says why there is no course.
func unknown(rec *session.RecordView) string {
	if rec != nil && rec.Base > 0 {
		return "对中心已有的单的修改，还没有提交；它的经过由中心告诉，连上以后就有"
	}
	return "从待办打开的受理单，还没有到中心"
}

func drawDue(s *sheet, d session.DueView) {
	word, tok := d.Name+" "+d.Length, theme.Plain
	switch {
	case d.Done:
		word, tok = word+" 已了结", theme.Dim
	case d.Paused != "":
		word, tok = word+" 暂停："+d.Paused, theme.Warn
	case d.Overdue:
		word, tok = word+" 已过 "+d.Last, theme.Bad
	default:
		word += " 到 " + d.Last
	}
	s.line(word, tok)
	if !d.Done {
		s.line("  依据 "+d.Source, theme.Dim)
	}
}

// drawTheirs shows what somebody else wrote meanwhile, beside what is here.
func drawTheirs(s *sheet, rec *session.RecordView) {
	s.line("别人已改成（再按 F9 会用左边的替换它）", theme.Bad)
	for _, c := range form.Changes(&rec.Fields, rec.Theirs) {
		s.line(c.Label+" "+c.Text, theme.Warn)
	}
}
