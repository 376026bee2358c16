package lead

import (
	"fmt"
	"strings"
	"time"

	"zuoxi/rules/region"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// drawSide draws the curve, the queues, the line and the topics, as far as there is room.
func (p *Page) drawSide(r canvas.Region, e *page.Env) {
	if p.at == areaAlarms {
		p.drawAlarms(r, e)
		return
	}
	y := 0
	if high := 8 + min(max(r.H-18, 0)/4, 4); r.H >= 18 {
		drawCurves(r.Sub(0, 0, r.W, high), e)
		y = high
	}
	rest := r.H - y
	line := min(max(len(p.waiting(e))+3, 5), rest/2)
	p.drawLines(r.Sub(0, y, r.W, rest-line), e)
	p.drawLine(r.Sub(0, r.H-line, r.W, line), e)
}

// curves are what is drawn of a minute: who waited as columns, the others as a row of marks each.
var curves = []struct {
	name string
	of   func(*session.MinuteRow) int
	tok  theme.Token
}{
	{"通话", func(m *session.MinuteRow) int { return m.Talking }, theme.Good},
	{"接听", func(m *session.MinuteRow) int { return m.Answered }, theme.Good},
	{"放弃", func(m *session.MinuteRow) int { return m.GaveUp }, theme.Bad},
}

// drawCurves draws the last hour.
func drawCurves(r canvas.Region, e *page.Env) {
	in := r.Box(e.Theme, "最近 60 分钟：排队（每分钟最多）", theme.Frame)
	rows := e.View.Board.Minutes
	if len(rows) == 0 || in.H < len(curves)+2 {
		in.Text(0, 0, "还没有数据", theme.Dim)
		return
	}
	const axis = 5
	w, high := in.W-2*axis, in.H-1-len(curves)
	levels := e.Theme.Glyph.Levels
	values, most := columns(rows, e.View.Board.At, w, func(m *session.MinuteRow) int { return m.Waiting })
	in.Text(0, 0, fmt.Sprintf("%4d", most), theme.Dim)
	in.Text(0, high-1, "   0", theme.Dim)
	for x, v := range values {
		eighths := height(v, most, high*len(levels))
		for y := high - 1; y >= 0 && eighths > 0; y-- {
			n := min(eighths, len(levels))
			in.Text(axis+x, y, levels[n-1], theme.Warn)
			eighths -= n
		}
	}
	for i, c := range curves {
		values, most := columns(rows, e.View.Board.At, w, c.of)
		in.Text(0, high+i, c.name, theme.Dim)
		for x, v := range values {
			if n := height(v, most, len(levels)); n > 0 {
				in.Text(axis+x, high+i, levels[n-1], c.tok)
			}
		}
		in.Text(axis+w+1, high+i, fmt.Sprint(most), theme.Dim)
	}
	from := e.View.Board.At.Add(-time.Hour).Local().Format("15:04")
	in.Text(axis, in.H-1, from, theme.Dim)
	in.Right(in.H-1, e.View.Board.At.Local().Format("15:04"), theme.Dim)
}

// height is v in steps, of which most has so many; what is there is seen.
func height(v, most, steps int) int {
	if v <= 0 || most <= 0 {
		return 0
	}
	return max(v*steps/most, 1)
}

// columns spreads an hour over some columns, the most of each, and tells the most of all; -1 where nothing is known.
func columns(rows []session.MinuteRow, now time.Time, w int, of func(*session.MinuteRow) int) (out []int, most int) {
	out = make([]int, w)
	for i := range out {
		out[i] = -1
	}
	for i := range rows {
		m := &rows[i]
		ago := int(now.Sub(m.At) / time.Minute)
		if ago < 0 || ago >= 60 {
			continue
		}
		most = max(most, of(m))
		x := (59 - ago) * w / 60
		to := max((60-ago)*w/60, x+1)
		for ; x < min(to, w); x++ {
			out[x] = max(out[x], of(m))
		}
	}
	return out, most
}

// drawLines draws the queues, with a bar each where there is room, and the topics below.
func (p *Page) drawLines(r canvas.Region, e *page.Env) {
	in := r.Box(e.Theme, "队列：排队 最久 预计 15秒 20秒 放弃", theme.Frame)
	b := &e.View.Board
	y := 0
	for _, l := range p.lines(e) {
		if y >= in.H {
			return
		}
		f := figuresOf(&l, e)
		x := in.Cell(0, y, 9, text.Short(l.Subject, 8), theme.Plain)
		x = in.Cell(x, y, 3, fmt.Sprint(l.Waiting), warnIf(l.Waiting > 0))
		x = in.Cell(x, y, 6, f.longest, badIf(!l.Longest.IsZero() && e.Since(l.Longest) > 2*time.Minute))
		x = in.Cell(x, y, 6, f.expect, theme.Plain)
		x = in.Cell(x, y, 5, f.in15, badIf(l.In15*10 < l.Decided()*8))
		x = in.Cell(x, y, 5, f.in20, badIf(l.In20*10 < l.Decided()*8))
		x = in.Cell(x, y, 4, f.lost, badIf(l.GaveUp*10 > l.Decided()*2))
		in.Text(x, y, strings.Repeat(e.Theme.Glyph.Levels[7], min(l.Waiting, max(in.W-x, 0))), theme.Warn)
		y++
	}
	if len(b.Topics) == 0 || y+2 > in.H {
		return
	}
	in.Text(0, y, "今日热点", theme.Dim)
	y++
	for _, t := range b.Topics {
		if y >= in.H {
			return
		}
		x := in.Cell(0, y, 14, text.Short(t.Name, 13), theme.Plain)
		x = in.Cell(x, y, 7, fmt.Sprint(t.Count), theme.Plain)
		in.Text(x, y, rise(t), badIf(t.Before > 0 && t.Count > 2*t.Before))
		y++
	}
}

// queueFigures are those of a queue as they are printed; "-" where there is none.
type queueFigures struct{ longest, expect, in15, in20, lost string }

func figuresOf(l *session.LineRow, e *page.Env) queueFigures {
	f := queueFigures{"-", "-", "-", "-", "-"}
	if !l.Longest.IsZero() {
		f.longest = page.Clock(e.Since(l.Longest))
	}
	if l.Estimate >= 0 {
		f.expect = page.Clock(l.Estimate)
	}
	if n := l.Decided(); n > 0 {
		f.in15, f.in20, f.lost = whole(l.In15, n), whole(l.In20, n), whole(l.GaveUp, n)
	}
	return f
}

// rise compares a topic with the same time yesterday.
func rise(t session.TopicRow) string {
	switch {
	case t.Before < 0:
		return "昨日 -"
	case t.Before == 0:
		return "昨日此时 0"
	}
	return fmt.Sprintf("较昨日此时 %+.0f%%", 100*float64(t.Count-t.Before)/float64(t.Before))
}

// drawLine draws who waits.
func (p *Page) drawLine(r canvas.Region, e *page.Env) {
	on := p.at == areaWaiting && e.Focus
	e.Focuses(r, &p.at, areaWaiting)
	rows, all := p.waiting(e), len(e.View.Board.Waiting)
	caption := fmt.Sprintf("等候 %d", len(rows))
	if len(rows) < all {
		caption += fmt.Sprintf("（筛选，共 %d）", all)
	}
	in := r.Box(e.Theme, caption, page.Frame(on))
	if len(rows) == 0 {
		in.Text(0, 0, "没有人在等", theme.Dim)
		return
	}
	sel := p.line.Draw(len(rows), func(i int) string { return rows[i].Call }, e.Now)
	top := p.line.Window(len(rows), in.H)
	for y := range min(in.H, len(rows)-top) {
		row := rows[top+y]
		if on && top+y == sel {
			in.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := in.Cell(1, y, 7, page.Clock(e.Since(row.Since)), badIf(e.Since(row.Since) > 2*time.Minute))
		x = in.Cell(x, y, 10, text.Short(dash(row.Subject), 9), theme.Plain)
		x = in.Cell(x, y, 11, text.Short(dash(region.Name(row.Region)), 10), theme.Plain)
		in.Text(x, y, waitMark(&row), theme.Warn)
	}
}

func waitMark(w *session.WaitRow) string {
	switch {
	case w.Asked != "":
		return "振铃 " + w.Asked
	case w.Returned:
		return "优先"
	case w.Priority > 0:
		return "紧急"
	}
	return ""
}

// drawAlarms draws all alarms.
func (p *Page) drawAlarms(r canvas.Region, e *page.Env) {
	rows := e.View.Board.Alarms
	in := r.Box(e.Theme, fmt.Sprintf("预警 %d（Enter 由我处理）", len(rows)), page.Frame(e.Focus))
	if len(rows) == 0 {
		in.Text(0, 0, "没有预警", theme.Dim)
		return
	}
	sel := p.alarms.Draw(len(rows), func(i int) string { return rows[i].ID }, e.Now)
	y := 0
	for i := p.alarms.Window(len(rows), max(in.H/2, 1)); i < len(rows) && y < in.H; i++ {
		if i == sel {
			in.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		for _, l := range text.Wrap(alarmText(&rows[i], e), in.W-2) {
			if y < in.H {
				in.Text(2, y, l, alarmTok(&rows[i]))
			}
			y++
		}
	}
}
