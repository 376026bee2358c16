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
	if r.H >= 18 {
		drawCurve(r.Sub(0, 0, r.W, 8), e)
		y = 8
	}
	rest := r.H - y
	line := min(max(len(e.View.Board.Waiting)+3, 5), rest/2)
	drawLines(r.Sub(0, y, r.W, rest-line), e)
	p.drawLine(r.Sub(0, r.H-line, r.W, line), e)
}

// drawCurve draws the waiting callers of the last hour.
func drawCurve(r canvas.Region, e *page.Env) {
	in := r.Box(e.Theme, "排队（最近 60 分钟，每分钟最多）", theme.Frame)
	rows := e.View.Board.Minutes
	if len(rows) == 0 || in.H < 3 {
		in.Text(0, 0, "还没有数据", theme.Dim)
		return
	}
	const axis = 4
	plot := in.Sub(axis, 0, in.W-axis, in.H-1)
	values := columns(rows, e.View.Board.At, plot.W)
	most := 1
	for _, v := range values {
		most = max(most, v)
	}
	in.Text(0, 0, fmt.Sprintf("%3d", most), theme.Dim)
	in.Text(0, plot.H-1, "  0", theme.Dim)
	levels := e.Theme.Glyph.Levels
	for x, v := range values {
		if v < 0 {
			continue
		}
		eighths := v * plot.H * len(levels) / most
		if v > 0 {
			eighths = max(eighths, 1)
		}
		for y := plot.H - 1; y >= 0 && eighths > 0; y-- {
			n := min(eighths, len(levels))
			plot.Text(x, y, levels[n-1], theme.Good)
			eighths -= n
		}
	}
	from := e.View.Board.At.Add(-time.Hour).Local().Format("15:04")
	in.Text(axis, in.H-1, from, theme.Dim)
	in.Right(in.H-1, e.View.Board.At.Local().Format("15:04"), theme.Dim)
}

// columns spreads an hour over some columns, the most of each; -1 where nothing is known.
func columns(rows []session.MinuteRow, now time.Time, w int) []int {
	out := make([]int, w)
	for i := range out {
		out[i] = -1
	}
	for _, m := range rows {
		ago := int(now.Sub(m.At) / time.Minute)
		if ago < 0 || ago >= 60 {
			continue
		}
		x := (59 - ago) * w / 60
		to := max((60-ago)*w/60, x+1)
		for ; x < min(to, w); x++ {
			out[x] = max(out[x], m.Waiting)
		}
	}
	return out
}

// drawLines draws the queues with a bar each, and the topics below.
func drawLines(r canvas.Region, e *page.Env) {
	in := r.Box(e.Theme, "队列：排队 / 最久 / 20秒接通 / 放弃", theme.Frame)
	b := &e.View.Board
	y := 0
	for _, l := range b.Lines {
		if y >= in.H {
			return
		}
		longest, level, lost := "-", "-", "-"
		if !l.Longest.IsZero() {
			longest = page.Clock(e.Since(l.Longest))
		}
		if n := l.Decided(); n > 0 {
			level, lost = share(l.In20, n), share(l.GaveUp, n)
		}
		x := in.Cell(0, y, 10, text.Short(l.Subject, 9), theme.Plain)
		x = in.Cell(x, y, 4, fmt.Sprint(l.Waiting), warnIf(l.Waiting > 0))
		x = in.Cell(x, y, 7, longest, badIf(!l.Longest.IsZero() && e.Since(l.Longest) > 2*time.Minute))
		x = in.Cell(x, y, 8, level, theme.Plain)
		x = in.Cell(x, y, 8, lost, theme.Plain)
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
	rows := e.View.Board.Waiting
	in := r.Box(e.Theme, fmt.Sprintf("等候 %d", len(rows)), page.Frame(on))
	if len(rows) == 0 {
		in.Text(0, 0, "没有人在等", theme.Dim)
		return
	}
	sel := p.line.draw(len(rows), func(i int) string { return rows[i].Call })
	top := p.line.Window(len(rows), in.H)
	for y := range min(in.H, len(rows)-top) {
		row := rows[top+y]
		if on && top+y == sel {
			in.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := in.Cell(1, y, 7, page.Clock(e.Since(row.Since)), badIf(e.Since(row.Since) > 2*time.Minute))
		x = in.Cell(x, y, 10, text.Short(dash(row.Subject), 9), theme.Plain)
		x = in.Cell(x, y, 10, text.Short(dash(region.Name(row.Region)), 9), theme.Plain)
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
	sel := p.alarms.draw(len(rows), func(i int) string { return rows[i].ID })
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
