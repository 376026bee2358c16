package quality

import (
	"fmt"
	"strings"

	"zuoxi/rules/mask"
	rules "zuoxi/rules/quality"
	"zuoxi/session/review"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
)

// Copy is the open sheet in words, else the list. Numbers that people wrote leave masked.
func (p *Page) Copy(e *page.Env) string {
	v := &e.View.Review
	if v.Work == nil {
		return p.listWords(v)
	}
	return mask.Text(p.sheetWords(v.Work))
}

func (p *Page) listWords(v *review.View) string {
	n := p.rows(v)
	if n == 0 {
		return ""
	}
	out := []string{p.caption(v), heads[p.shows]}
	for i := range n {
		switch p.shows {
		case sounds:
			out = append(out, soundLine(&v.Sounds[i]))
		case models:
			out = append(out, modelLine(&v.Models[i]))
		default:
			out = append(out, sheetLine(&v.Sheets.Rows[i]))
		}
	}
	return strings.Join(out, "\n")
}

func (p *Page) sheetWords(w *rules.Work) string {
	out := []string{sheetTitle(w)}
	for i := range w.Items {
		it := &w.Items[i]
		line := fmt.Sprintf("%s %s/%d", it.Name, strings.TrimSpace(points(it)), it.Of)
		if n, ok := w.Second[it.ID]; ok {
			line += fmt.Sprintf("，复评 %d", n)
		}
		if h := hint(it); h != "" {
			line += "，" + h
		}
		out = append(out, line)
	}
	sum, _ := sum(w)
	out = append(out, sum, "结论 "+verdicts[p.verdict].label)
	for _, s := range course(w) {
		out = append(out, s.Text)
	}
	if note := p.note.Value(); note != "" {
		out = append(out, "说明 "+note)
	}
	for _, m := range w.Marks {
		out = append(out, markLine(&m))
	}
	return strings.Join(append(out, "封顶 "+strings.Join(w.Caps, "  ")), "\n")
}

// The lines of the lists, columns at their places.

func sheetLine(s *rules.Row) string {
	mark := "--"
	if s.Mark >= 0 {
		mark = fmt.Sprint(s.Mark)
	}
	who := s.Agent
	if s.Purpose == rules.PurposeMystery {
		who = text.Cut(s.Region, 5)
	}
	return fmt.Sprintf("%s %s %s %s %s", text.Fit(page.Day(s.At), 11), text.Fit(who, 5), text.Fit(s.Label, 7), text.Fit(s.Scorer, 6), mark)
}

func soundLine(s *review.Sound) string {
	length, mark := "无录音", "--"
	switch {
	case s.Purged:
		length = "已清除"
	case s.Recording != "":
		length = fmt.Sprintf("%02d:%02d", int(s.Seconds)/60, int(s.Seconds)%60)
	}
	if s.Mark != nil {
		mark = fmt.Sprint(*s.Mark)
	}
	if s.Hold {
		mark += " 保全"
	}
	return fmt.Sprintf("%s %s %s %s %s", text.Fit(page.Day(s.Arrived), 11), text.Fit(s.Agent, 5), text.Fit(s.Caller, 12), text.Fit(length, 6), mark)
}

func modelLine(m *rules.Example) string {
	return fmt.Sprintf("%s %3d %s", text.Fit(page.Day(m.At), 11), m.Mark, m.Title)
}

func markLine(m *rules.MarkView) string {
	line := fmt.Sprintf("%02d:%02d %s", m.AtMS/60000, m.AtMS/1000%60, m.Text)
	if m.By != "" {
		line += "（" + m.By + "）"
	}
	return line
}
