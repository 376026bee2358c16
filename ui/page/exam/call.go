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

// drawCall is the simulated call: the call box, the knowledge pane and the form, or two of them where there is no room.
func (p *Page) drawCall(r canvas.Region, s *exam.Sitting, e *page.Env) page.Cursor {
	top := min(12, r.H/2)
	if r.W < wide-listWidth {
		p.drawTalk(r.Sub(0, 0, r.W, top), s, e)
		if p.at == areaLookup {
			return p.drawLookup(r.Sub(0, top, r.W, r.H-top), e)
		}
		return p.drawForm(r.Sub(0, top, r.W, r.H-top), s, e)
	}
	right := r.W * 2 / 5
	p.drawTalk(r.Sub(0, 0, r.W-right, top), s, e)
	c := p.drawForm(r.Sub(0, top, r.W-right, r.H-top), s, e)
	if d := p.drawLookup(r.Sub(r.W-right, 0, right, r.H), e); d.On {
		return d
	}
	return c
}

// words for the phases of a call.
var phases = map[exam.Phase]string{
	exam.PhaseCalls: "等待接听 · 按 F3 叫下一位来电人", exam.PhaseRing: "来电振铃 · 按 F3 接听", exam.PhaseTalk: "通话",
	exam.PhaseWrite: "来电已结束 · 补填受理单，按 F3 接下一个，或在命令面板里交卷",
}

func (p *Page) drawTalk(r canvas.Region, s *exam.Sitting, e *page.Env) {
	in := r.Box(e.Theme, "模拟来电", theme.Frame)
	t := s.Talk
	word, tok := phases[s.Phase], theme.Plain
	if t != nil && s.Phase == exam.PhaseTalk {
		word = fmt.Sprintf("%s 通话 %s", e.Theme.Glyph.Dot, page.Clock(t.For))
		tok = theme.Good
		if t.Held {
			word, tok = e.Theme.Glyph.Hold+" 保持 "+page.Clock(t.For), theme.Warn
		}
	}
	in.Text(0, 0, text.Short(word, in.W), tok)
	if s.Paused != "" {
		in.Text(0, 1, text.Short(s.Paused, in.W), theme.Bad)
	}
	if t == nil {
		return
	}
	in.Text(0, 2, text.Short(strings.TrimSpace(t.Category+"  "+t.Who+"  "+t.Tone), in.W), theme.Dim)
	if t.Alarm != "" {
		in.Text(0, 3, text.Short(t.Alarm, in.W), theme.Warn)
	}
	lines := in.Sub(0, 4, in.W, in.H-6)
	if p.hints && len(t.Hints) > 0 {
		rows := min(len(t.Hints), max(lines.H/2, 1))
		for y, h := range t.Hints[:rows] {
			lines.Text(0, y, text.Short(h, lines.W), theme.Warn)
		}
		lines = lines.Sub(0, rows, lines.W, lines.H-rows)
	}
	p.drawLines(lines, t)
	if s.Watched != "" {
		in.Right(0, "考官 "+s.Watched+" 在听", theme.Warn)
	}
	sw := func(on bool) string { return map[bool]string{true: "开", false: "关"}[on] }
	in.Text(0, in.H-1, fmt.Sprintf("静音 %s   保持 %s", sw(t.Muted), sw(t.Held)), theme.Dim)
}

// drawLines is the transcript of practice, newest last.
func (p *Page) drawLines(r canvas.Region, t *exam.Talk) {
	if len(t.Lines) == 0 {
		r.Text(0, 0, text.Short("正式考试不显示文字记录；记下所问，来电人才答得上。", r.W), theme.Dim)
		return
	}
	var lines []string
	for _, l := range t.Lines {
		lines = append(lines, text.Wrap("来电人："+text.Plain(l.Text), r.W)...)
	}
	for y, l := range lines[max(0, len(lines)-r.H):] {
		r.Text(0, y, l, theme.Plain)
	}
}

func (p *Page) drawForm(r canvas.Region, s *exam.Sitting, e *page.Env) page.Cursor {
	on := p.at == areaMain && e.Focus
	e.Focuses(r, &p.at, areaMain)
	in := r.Box(e.Theme, "受理单（模拟）", page.Frame(on))
	if s.Talk == nil {
		p.drawLast(in, s)
		return page.Cursor{}
	}
	return p.form.Draw(in, e, on)
}

// drawLast is, in practice between calls, the last call beside the model answer.
func (p *Page) drawLast(r canvas.Region, s *exam.Sitting) {
	n := p.item.Sel
	if s.Kind != "practice" || n >= len(s.Calls) || !s.Calls[n].Done {
		r.Text(0, 0, "接听以后在这里填单", theme.Dim)
		return
	}
	p.drawReview(r, &s.Calls[n])
}
