package examiner

import (
	"fmt"
	"slices"
	"time"

	"zuoxi/rules/exam"
	"zuoxi/session/examiner"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// walk takes a trainee one step; the same digit twice, because a step is told to the whole house.
func (p *Page) walk(w *exam.Way, typed string, e *page.Env) bool {
	if w == nil || len(typed) != 1 || typed[0] < '1' || int(typed[0]-'1') >= len(w.Moves) {
		return false
	}
	m := w.Moves[typed[0]-'1']
	if !p.twice(w.Agent+string(m), e) {
		e.Say(fmt.Sprintf("%s：%s？再按一次 %s 执行", w.Name, m.Label(), typed))
		return true
	}
	do(e, examiner.Move{Agent: w.Agent, Move: m})
	return true
}

// main stages in the order of the way.
var order = []exam.Stage{
	exam.StageEnrolled, exam.StageTheory, exam.StagePractice, exam.StageShadow, exam.StageSupervised, exam.StageWritten, exam.StageSkill, exam.StageCertified,
}

// drawWay is where a trainee is, what came before, and what can come next.
func (p *Page) drawWay(r canvas.Region, w *exam.Way, e *page.Env) {
	e.Focuses(r, &p.at, areaMain)
	in := r.Box(e.Theme, w.Agent+" "+w.Name, page.Frame(p.at != areaList && e.Focus))
	x := 0
	for i, s := range order {
		tok := theme.Dim
		switch at := slices.Index(order, w.Stage); {
		case i == at:
			tok = theme.Select
		case i < at:
			tok = theme.Good
		}
		if i > 0 {
			x = in.Text(x, 0, " → ", theme.Dim)
		}
		x = in.Text(x, 0, s.Label(), tok)
	}
	if !slices.Contains(order, w.Stage) {
		in.Text(0, 1, "现在："+w.Label, theme.Warn)
	}
	days := func(t time.Time) int { return int(e.Now.Sub(t).Hours()) / 24 }
	in.Text(0, 2, fmt.Sprintf("本阶段第 %d 天，报到第 %d 天；延长过：%s；带教老师：%s；能接来电：%s", days(w.Since)+1, days(w.Begun)+1, yes(w.Extended), or(w.Mentor, "还没有"), yes(w.Certified)), theme.Plain)
	y := 4
	for _, c := range w.Changes {
		in.Text(0, y, text.Short(c.String(), in.W), theme.Warn)
		y++
	}
	for i, m := range w.Moves {
		in.Text(0, y, fmt.Sprintf("%d %s", i+1, m.Label()), theme.Key)
		y++
	}
	in.Text(0, y, "按数字两次执行；考试合格由公布成绩自动走", theme.Dim)
	y += 2
	for _, s := range w.Steps {
		if y >= in.H {
			return
		}
		in.Text(0, y, text.Short(page.Day(s.At)+"  "+s.Text+"  "+s.Who, in.W), theme.Plain)
		y++
	}
}

func yes(on bool) string { return map[bool]string{true: "是", false: "否"}[on] }

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
