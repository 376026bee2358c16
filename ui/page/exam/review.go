package exam

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session/exam"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// reviewed is the practice call under the cursor that has been taken.
func (p *Page) reviewed(s *exam.Sitting) (*exam.Call, bool) {
	n := p.item.Sel
	if s.Kind != "practice" || n >= len(s.Calls) || !s.Calls[n].Done {
		return nil, false
	}
	return &s.Calls[n], true
}

// review is a key on a talk that is over: a digit says that a point of the model answer was given, arrows move along the
// timeline.
func (p *Page) review(s *exam.Sitting, k tea.KeyPressMsg, e *page.Env) bool {
	c, ok := p.reviewed(s)
	if !ok {
		return false
	}
	switch k.String() {
	case "left":
		p.mark.Move(-1, len(c.Notes))
		return true
	case "right":
		p.mark.Move(1, len(c.Notes))
		return true
	}
	if t := text.Fold(k.Text); len(t) == 1 && t[0] >= '1' && int(t[0]-'1') < len(c.Point) {
		do(e, exam.Check{Call: p.item.Sel, Point: int(t[0] - '1')})
		return true
	}
	return false
}

// replay plays the last talk from the mark under the cursor, or stops.
func (p *Page) replay(s *exam.Sitting, e *page.Env) {
	if p.plays {
		p.plays = false
		do(e, exam.Replay{From: -1})
		return
	}
	c, ok := p.reviewed(s)
	if !ok {
		e.Say("还没有打过这个来电 · 没有可重听的 · 先按 F3 打一遍")
		return
	}
	from := int64(0)
	if p.mark.Sel < len(c.Notes) {
		from = c.Notes[p.mark.Sel].MS
	}
	p.plays = true
	do(e, exam.Replay{Call: p.item.Sel, From: from})
}

// drawReview is a talk of practice beside the model answer: the machine's proposals, what a complete answer holds with the
// person's own check, and the timeline to hear it again from.
func (p *Page) drawReview(r canvas.Region, c *exam.Call) {
	if !c.Done {
		drawCallSheet(r, c)
		return
	}
	right := r.W / 2
	left := r.Sub(0, 0, r.W-right-1, r.H)
	points := min(len(c.Point)+2, r.H/2)
	drawCallSheet(left, c)
	side := r.Sub(r.W-right, 0, right, r.H)
	said := 0
	for i, q := range c.Point[:min(len(c.Point), max(points-1, 0))] {
		mark, tok := "  ", theme.Warn
		switch {
		case q.Said:
			mark, tok = "√ ", theme.Good
			said++
		case q.Found:
			mark, tok = "写 ", theme.Plain
		}
		side.Text(0, i+1, text.Short(fmt.Sprintf("%s%d %s（%s）", mark, i+1, q.Text, q.KB), side.W), tok)
	}
	side.Text(0, 0, text.Short(fmt.Sprintf("完整的答复应有，说到的按数字勾：%d/%d", said, len(c.Point)), side.W), theme.Title)
	notes := side.Sub(0, points+1, side.W, side.H-points-1)
	notes.Text(0, 0, "时间轴（←→ 移动，F6 从这里重听）", theme.Title)
	body := notes.Sub(0, 1, notes.W, notes.H-1)
	top := p.mark.Window(len(c.Notes), body.H)
	for y := range min(body.H, len(c.Notes)-top) {
		tok := theme.Plain
		if top+y == p.mark.Sel {
			tok = theme.Select
		}
		n := c.Notes[top+y]
		body.Cell(0, y, body.W, fmt.Sprintf("%02d:%02d %s", n.MS/60000, n.MS/1000%60, n.Text), tok)
	}
}
