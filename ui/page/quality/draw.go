package quality

import (
	"fmt"
	"strconv"
	"strings"

	rules "zuoxi/rules/quality"
	"zuoxi/session/review"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// drawList is the list of sheets or recordings with its search line.
func (p *Page) drawList(r canvas.Region, e *page.Env) page.Cursor {
	v := &e.View.Review
	n := p.rows(v)
	caption := p.caption(v)
	if v.Busy > 0 {
		caption += "  正在取"
	}
	e.Focuses(r, &p.at, areaList)
	in := r.Box(e.Theme, caption, page.Frame((p.at == areaList || p.at == areaFind) && e.Focus))
	in.Text(0, 0, "筛选 ", theme.Dim)
	box := in.Sub(5, 0, in.W-5, 1)
	x, y := p.find.Draw(box, p.at == areaFind && e.Focus)
	rows := in.Sub(0, 2, in.W, in.H-3)
	in.Text(0, 1, heads[p.shows], theme.Dim)
	top := p.list.Window(n, rows.H)
	for i := range min(rows.H, n-top) {
		tok := theme.Plain
		if top+i == p.list.Sel {
			tok = theme.Select
		}
		line := ""
		switch p.shows {
		case sounds:
			line = soundLine(&v.Sounds[top+i])
		case models:
			line = modelLine(&v.Models[top+i])
		default:
			line = sheetLine(&v.Sheets.Rows[top+i])
		}
		rows.Cell(0, i, rows.W, text.Short(line, rows.W), tok)
	}
	if n == 0 {
		rows.Text(0, 0, "没有可看的", theme.Dim)
	}
	in.Text(0, in.H-1, text.Short(helps[p.shows], in.W), theme.Dim)
	if p.at == areaFind {
		return page.At(box, x, y)
	}
	return page.Cursor{}
}

// caption says what is listed, and what of it is not.
func (p *Page) caption(v *review.View) string {
	out := names[p.shows]
	if p.shows == sheets && p.state > 0 {
		out += " " + rules.StateLabel(states[p.state])
	}
	out += fmt.Sprintf(" %d", p.rows(v))
	if n := v.Sheets.More(states[p.state]); p.shows == sheets && n > 0 {
		out += fmt.Sprintf("，另有 %d 张（↓ 到底再取）", n)
	}
	return out
}

// names, heads and keys of what the list holds.
var (
	names = [kindsShown]string{"评分表", "录音", "范例"}
	helps = [kindsShown]string{"回车打开  Home 录音/范例  End 换状态", "回车打开  Home 换范例/评分表", "回车打开  Home 换评分表/录音"}
	heads = [kindsShown]string{"时间        工号  状态    评分人  分", "时间        工号  来电人       时长  分", "时间        分  说明"}
)

// drawCall is the player above the sheet and the note.
func (p *Page) drawCall(r canvas.Region, e *page.Env) page.Cursor {
	v := &e.View.Review
	height := min(9, r.H/3)
	drawPlayer(r.Sub(0, 0, r.W, height), v, e)
	rest := r.Sub(0, height, r.W, r.H-height)
	e.Focuses(rest, &p.at, areaItems)
	in := rest.Box(e.Theme, sheetTitle(v.Work), page.Frame(p.at >= areaItems && e.Focus))
	if v.Work == nil {
		in.Text(0, 0, "在左边选一通，回车打开", theme.Dim)
		return page.Cursor{}
	}
	said := course(v.Work)
	foot := 4 + min(page.Height(said, in.W), max(2, in.H/3))
	p.drawItems(in.Sub(0, 0, in.W, in.H-foot), v.Work, e)
	return p.drawFoot(in.Sub(0, in.H-foot, in.W, foot), v.Work, said, e)
}

func sheetTitle(w *rules.Work) string {
	if w == nil {
		return "评分"
	}
	title := "评分  工号 " + w.Agent + "  " + w.Label
	if w.Agent == "" && w.Mystery != nil {
		title = w.Mystery.Lines()[0]
	}
	for _, part := range w.Parts {
		title += fmt.Sprintf("  %s %d", part.Name, part.Of)
	}
	return title
}

// drawPlayer is the recording: place, both channels, marks.
func drawPlayer(r canvas.Region, v *review.View, e *page.Env) {
	pl := &v.Player
	title := "回放"
	if pl.Recording != "" {
		title = fmt.Sprintf("回放  %s / %s  %sx  %s  校验链已核对", review.Clock(pl.At), review.Clock(pl.Length), strconv.FormatFloat(pl.Speed, 'g', -1, 64), pl.Side)
	}
	in := r.Box(e.Theme, title, theme.Frame)
	if pl.Recording == "" || in.W < 20 || in.H < 3 {
		in.Text(0, 0, "没有打开录音", theme.Dim)
		return
	}
	w := in.W - 3
	at := 0
	if pl.Length > 0 {
		at = int(int64(w-1) * int64(pl.At) / int64(pl.Length))
	}
	for i, name := range []string{"来", "坐"} {
		x := in.Text(0, i, name+" ", theme.Dim)
		in.Text(x, i, wave(pl, i, w, e), theme.Plain)
		in.Mark(i, x+at, 1, theme.Select)
	}
	word := "已暂停"
	if pl.Playing {
		word = "正在播放"
	}
	if pl.Got < pl.Length {
		word += fmt.Sprintf("  已取 %d%%", int64(100*pl.Got/pl.Length))
	}
	in.Text(0, 2, word, theme.Dim)
	drawMarks(in.Sub(0, 3, in.W, in.H-3), pl)
}

// wave draws one channel: each column is the loudest of its part, as a level.
func wave(pl *review.PlayerView, side, w int, e *page.Env) string {
	levels := e.Theme.Glyph.Levels
	n := int(pl.Length / review.WaveStep)
	if n == 0 || len(levels) == 0 {
		return ""
	}
	var b strings.Builder
	for x := range w {
		top := -90.0
		for i := x * n / w; i < max((x+1)*n/w, x*n/w+1) && i < len(pl.Wave[side]); i++ {
			top = max(top, pl.Wave[side][i])
		}
		b.WriteString(levels[min(len(levels)-1, max(0, int((top+55)*float64(len(levels))/50)))])
	}
	return b.String()
}

// drawMarks lists the marks about the place that is heard.
func drawMarks(r canvas.Region, pl *review.PlayerView) {
	next := 0
	for i, m := range pl.Marks {
		if m.AtMS <= pl.At.Milliseconds() {
			next = i
		}
	}
	first := max(0, min(next-r.H/2, len(pl.Marks)-r.H))
	for y := range min(r.H, len(pl.Marks)-first) {
		m := pl.Marks[first+y]
		tok := theme.Plain
		if first+y == next {
			tok = theme.Bold
		}
		r.Text(0, y, text.Short(markLine(&m), r.W), tok)
	}
}

func (p *Page) drawItems(r canvas.Region, w *rules.Work, e *page.Env) {
	columns := 1
	if r.W >= 110 {
		columns = 2
	}
	rows := r.H
	width := r.W / columns
	top := p.item.Window(len(w.Items), rows*columns)
	for i := range min(rows*columns, len(w.Items)-top) {
		it := &w.Items[top+i]
		tok := theme.Plain
		if top+i == p.item.Sel && p.at == areaItems {
			tok = theme.Select
		}
		cell := r.Sub(i/rows*width, i%rows, width, 1)
		second := ""
		if n, ok := w.Second[it.ID]; ok {
			second = fmt.Sprintf(" 复评%d", n)
		}
		x := cell.Cell(0, 0, 30, it.Name, tok)
		x = cell.Text(x, 0, fmt.Sprintf(" %s/%d%s ", points(it), it.Of, second), bold(it, tok))
		cell.Text(x, 0, text.Short(hint(it), max(0, cell.W-x)), theme.Dim)
	}
}

// points is what a person gave.
func points(it *rules.ItemView) string {
	switch {
	case it.Excluded:
		return "不计"
	case it.Points < 0:
		return " _"
	}
	return fmt.Sprintf("%2d", it.Points)
}

func bold(it *rules.ItemView, tok theme.Token) theme.Token {
	if tok == theme.Plain && it.Points < 0 && !it.Excluded {
		return theme.Warn
	}
	return tok
}

// hint is what the machine proposes, in words.
func hint(it *rules.ItemView) string {
	if it.Why == "" {
		return ""
	}
	if it.Exclude {
		return "建议不计：" + it.Why
	}
	return fmt.Sprintf("建议 %d：%s", it.Proposed, it.Why)
}

// drawFoot is what the sheet came to, the verdict, what was said about it, and the note.
func (p *Page) drawFoot(r canvas.Region, w *rules.Work, said []page.Para, e *page.Env) page.Cursor {
	words, tok := sum(w)
	r.Text(0, 0, words, tok)
	r.Text(0, r.H-1, text.Short("封顶 "+strings.Join(w.Caps, "  "), r.W), theme.Dim)
	line := ""
	for i, v := range verdicts {
		mark := "( )"
		if i == p.verdict {
			mark = "(*)"
		}
		line += mark + v.label + "  "
	}
	r.Text(0, 1, line, theme.Plain)
	below := r.Sub(0, 2, r.W, r.H-4)
	e.Focuses(below, &p.at, areaCourse)
	p.course.Draw(below, said, p.at == areaCourse && e.Focus)
	r.Text(0, r.H-2, "说明 ", theme.Dim)
	box := r.Sub(5, r.H-2, max(0, r.W-5), 1)
	cx, cy := p.note.Draw(box, p.at == areaNote && e.Focus)
	if p.at == areaNote {
		return page.At(box, cx, cy)
	}
	return page.Cursor{}
}

// sum is what a sheet came to.
func sum(w *rules.Work) (string, theme.Token) {
	if w.Row.Mark >= 0 {
		return fmt.Sprintf("得分 %d", w.Row.Mark), theme.Good
	}
	return fmt.Sprintf("还有 %d 项没有人确认，没有总分", len(w.Open)), theme.Warn
}

// course is what happened after the first score, the ruling first: it is what is looked for.
func course(w *rules.Work) (out []page.Para) {
	add := func(format string, args ...any) {
		out = append(out, page.Para{Text: fmt.Sprintf(format, args...), Tok: theme.Dim})
	}
	if s := w.Settled; s != nil {
		how := "由 " + s.By + " 裁定"
		if s.Mean {
			how = "取两次平均"
		}
		add("%s %d 分 %s", how, s.Mark, s.Why)
	}
	if w.SecondBy != "" {
		add("%s 已复评，%d 项不同", w.SecondBy, len(w.Differ))
	}
	if a := w.Appeal; a != nil && a.By == w.Agent {
		add("申诉：%s", a.Text)
	} else if a != nil {
		add("%s 要求复评：%s", a.By, a.Text)
	}
	if !w.Until.IsZero() {
		add("坐席可申诉到 %s", page.Day(w.Until))
	}
	if m := w.Mystery; m != nil {
		for _, line := range m.Lines()[1:] {
			add("%s", line)
		}
	}
	if len(out) == 0 {
		add("给分：数字键，满分以内；回车取建议；Ctrl+D 不计")
	}
	return out
}
