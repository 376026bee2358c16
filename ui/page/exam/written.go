package exam

import (
	"fmt"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	rules "zuoxi/rules/exam"
	"zuoxi/session/exam"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// kinds of questions in words, with how to answer.
var kinds = map[string][2]string{
	rules.Single: {"单选", "按数字选一项"}, rules.Multiple: {"多选", "按数字选或去掉，少选得一半，错选不得分"}, rules.Judge: {"判断", "1 对  2 错"},
	rules.Fill: {"填空", "直接写"}, rules.Short: {"简答", "直接写，由人阅卷"},
}

// written tells whether a question is answered in words.
func written(kind string) bool { return kind == rules.Fill || kind == rules.Short }

// reply answers the question under the cursor.
func (p *Page) reply(msg tea.Msg, s *exam.Sitting, e *page.Env) bool {
	if len(s.Items) == 0 {
		return false
	}
	p.item.Move(0, len(s.Items))
	it := s.Items[p.item.Sel]
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch key := k.String(); {
		case key == "pgdown":
			p.move(1, s)
			return true
		case key == "pgup":
			p.move(-1, s)
			return true
		case p.at == areaList && (key == "up" || key == "down"):
			p.item.Key(key, len(s.Items))
			return true
		case !written(it.Type):
			return p.pick(k, it, e)
		}
	}
	if !written(it.Type) {
		return false
	}
	return p.write(msg, e)
}

// write types an answer in words.
func (p *Page) write(msg tea.Msg, e *page.Env) bool {
	used, changed := false, false
	switch msg := msg.(type) {
	case tea.PasteMsg:
		do(e, exam.Noted{What: exam.NotedPaste})
		e.Say("考试中不能粘贴 · 没有输入，已记入考试日志 · 请自己写")
		return true
	case tea.KeyPressMsg:
		used, changed = p.answer.Key(msg)
	}
	if w := p.answer.Warning(); w != "" {
		e.Say(w)
	}
	if changed {
		do(e, exam.Answer{Item: p.item.Sel, Given: []string{p.answer.Value()}})
	}
	return used
}

// pick chooses an option by its digit, or by arrows and space.
func (p *Page) pick(k tea.KeyPressMsg, it exam.Item, e *page.Env) bool {
	n := len(it.Options)
	switch k.String() {
	case "up":
		p.opt = max(0, p.opt-1)
		return true
	case "down":
		p.opt = min(n-1, p.opt+1)
		return true
	case "space":
	default:
		d, err := strconv.Atoi(text.Fold(k.Text))
		if err != nil || d < 1 || d > n {
			return k.Text != ""
		}
		p.opt = d - 1
	}
	if p.opt >= n {
		return true
	}
	key := it.Options[p.opt].Key
	given := []string{key}
	if it.Type == rules.Multiple {
		given = slices.DeleteFunc(slices.Clone(it.Given), func(g string) bool { return g == key })
		if len(given) == len(it.Given) {
			given = append(given, key)
		}
	}
	do(e, exam.Answer{Item: p.item.Sel, Given: given})
	return true
}

// drawWritten is the question under the cursor, and the knowledge pane where it may be used.
func (p *Page) drawWritten(r canvas.Region, s *exam.Sitting, e *page.Env) page.Cursor {
	if p.at == areaLookup && (!s.Open || r.W < wide-listWidth) {
		if !s.Open {
			p.at = areaMain
		} else {
			return p.drawLookup(r, e)
		}
	}
	if s.Open && r.W >= wide-listWidth {
		right := r.W * 2 / 5
		c := p.drawQuestion(r.Sub(0, 0, r.W-right, r.H), s, e)
		if d := p.drawLookup(r.Sub(r.W-right, 0, right, r.H), e); d.On {
			return d
		}
		return c
	}
	return p.drawQuestion(r, s, e)
}

func (p *Page) drawLookup(r canvas.Region, e *page.Env) page.Cursor {
	on := p.at == areaLookup && e.Focus
	e.Focuses(r, &p.at, areaLookup)
	return p.look.Draw(r.Box(e.Theme, "知识库", page.Frame(on)), e, on)
}

func (p *Page) drawQuestion(r canvas.Region, s *exam.Sitting, e *page.Env) page.Cursor {
	on := p.at == areaMain && e.Focus
	e.Focuses(r, &p.at, areaMain)
	in := r.Box(e.Theme, fmt.Sprintf("第 %d 题 / %d", p.item.Sel+1, len(s.Items)), page.Frame(on))
	if p.item.Sel >= len(s.Items) {
		return page.Cursor{}
	}
	it := s.Items[p.item.Sel]
	y := 0
	if s.Paused != "" {
		in.Text(0, y, text.Short(s.Paused, in.W), theme.Bad)
		y += 2
	}
	again := map[bool]string{true: "  以前答错过"}[it.Again]
	in.Text(0, y, fmt.Sprintf("%s  %d 分  %s%s", kinds[it.Type][0], it.Points, kinds[it.Type][1], again), theme.Dim)
	in.Right(y, "剩余 "+page.Clock(s.Left), theme.Key)
	y += 2
	for _, l := range text.Wrap(text.Plain(it.Stem), in.W) {
		in.Text(0, y, l, theme.Bold)
		y++
	}
	y++
	if written(it.Type) {
		return p.drawField(in.Sub(0, y, in.W, in.H-y-2), s, it, on)
	}
	p.loaded = ""
	y = p.drawOptions(in, y, it, e)
	p.drawExplain(in.Sub(0, y+1, in.W, in.H-y-1), it)
	return page.Cursor{}
}

// drawField is an answer in words; the field follows the question.
func (p *Page) drawField(r canvas.Region, s *exam.Sitting, it exam.Item, on bool) page.Cursor {
	if name := s.Title + it.ID; p.loaded != name {
		p.loaded = name
		given := ""
		if len(it.Given) > 0 {
			given = it.Given[0]
		}
		p.answer.Set(given)
	}
	in := r.Sub(0, 0, r.W, max(1, min(r.H, 8)))
	x, y := p.answer.Draw(in, on)
	p.drawExplain(r.Sub(0, in.H+1, r.W, r.H-in.H-1), it)
	if !on {
		return page.Cursor{}
	}
	return page.At(in, x, y)
}

func (p *Page) drawOptions(r canvas.Region, y int, it exam.Item, e *page.Env) int {
	for i, o := range it.Options {
		mark, tok := e.Theme.Glyph.Off, theme.Plain
		if slices.Contains(it.Given, o.Key) {
			mark, tok = e.Theme.Glyph.On, theme.Bold
		}
		if i == p.opt {
			r.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		for n, l := range text.Wrap(text.Plain(o.Text), r.W-8) {
			if n == 0 {
				r.Text(2, y, fmt.Sprintf("%s %d ", mark, i+1), tok)
			}
			r.Text(8, y, l, tok)
			y++
		}
	}
	return y
}

// drawExplain gives the answer in practice.
func (p *Page) drawExplain(r canvas.Region, it exam.Item) {
	if len(it.Right) == 0 {
		return
	}
	right := ""
	for i, o := range it.Options {
		if slices.Contains(it.Right, o.Key) {
			right += fmt.Sprintf(" %d", i+1)
		}
	}
	if right == "" {
		right = " " + it.Right[0]
	}
	y := 0
	for _, l := range text.Wrap("正确答案"+right+"。"+it.Explain+"（"+it.KB+"）", r.W) {
		r.Text(0, y, l, theme.Good)
		y++
	}
}
