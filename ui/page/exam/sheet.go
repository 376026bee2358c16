package exam

import (
	"fmt"
	"strings"

	"zuoxi/session/exam"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// drawSheets is what follows handing in: what the machine noticed, which is no score.
func (p *Page) drawSheets(r canvas.Region, s *exam.Sitting, e *page.Env) {
	in := r.Box(e.Theme, "已交卷", theme.Frame)
	in.Text(0, 0, text.Short("答卷已存好并送中心 · 成绩由阅卷人评定后公布 · 按 F9 回到试卷列表", in.W), theme.Good)
	if s.Kind == "practice" {
		in.Text(0, 0, text.Short("练习结束 · 不计成绩 · ↑↓ 看各个来电，按 F9 回到试卷列表", in.W), theme.Good)
	}
	switch body := in.Sub(0, 2, in.W, in.H-2); {
	case p.item.Sel >= len(s.Calls):
	case s.Kind == "practice":
		p.drawReview(body, &s.Calls[p.item.Sel])
	default:
		drawCallSheet(body, &s.Calls[p.item.Sel])
	}
}

// drawCallSheet is one call: the machine's proposals, and in practice the model answer.
func drawCallSheet(r canvas.Region, c *exam.Call) {
	r.Text(0, 0, text.Short(c.Title, r.W), theme.Title)
	if len(c.Lines) == 0 {
		r.Text(0, 1, "没有接听", theme.Dim)
		return
	}
	x := r.Cell(0, 1, min(30, r.W/2), "项目（机器建议，待人评）", theme.Dim)
	r.Text(x, 1, "满分 建议 依据", theme.Dim)
	y := 2
	for _, l := range c.Lines {
		points := fmt.Sprintf("%3d  %3d  ", l.Of, l.Points)
		if l.Excluded {
			points = fmt.Sprintf("%3d   --  ", l.Of)
		}
		x := r.Cell(0, y, min(30, r.W/2), l.Item+" "+l.Name, theme.Plain)
		x = r.Text(x, y, points, theme.Plain)
		r.Text(x, y, text.Short(l.Why, r.W-x), theme.Dim)
		y++
	}
	r.Text(0, y, "其余项目由人评定，机器不出总分", theme.Dim)
}

// drawResults is what was published about earlier papers.
func (p *Page) drawResults(r canvas.Region, e *page.Env) {
	in := r.Box(e.Theme, "成绩单", theme.Frame)
	results := e.View.Exam.Results
	if len(results) == 0 {
		in.Text(0, 0, "还没有公布的成绩", theme.Dim)
		return
	}
	y := 0
	for _, res := range results {
		word, tok := "不合格", theme.Bad
		if res.Passed {
			word, tok = "合格", theme.Good
		}
		x := in.Text(0, y, res.Title+" ", theme.Bold)
		x = in.Text(x, y, word, tok)
		if res.Disputed {
			in.Text(x, y, "  复核中", theme.Warn)
		}
		y++
		for _, l := range res.Lines {
			for _, part := range text.Wrap(strings.TrimRight(l, " "), in.W-2) {
				in.Text(2, y, part, theme.Plain)
				y++
			}
		}
	}
}
