package examiner

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/session"
	"zuoxi/session/examiner"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// say lets the caller say the line under the cursor.
func (p *Page) say(l *exam.Live, e *page.Env) {
	if p.at == areaSide {
		e.Say("光标在评分项上 · 没有说话 · 按数字打分，空格勾要点")
		return
	}
	list := l.Call.Choices
	switch n := p.atLine(list); {
	case len(list) == 0:
		e.Say("现在没有可选的话 · 来电人没有说话 · 等学员接听")
	case n < 0:
		p.line = ""
		e.Say("刚才选的那一句没有了 · 来电人没有说话 · 看一看再选")
	default:
		do(e, examiner.Steer{Do: exam.SteerSay, Choice: list[n]})
	}
}

func lineName(c exam.Choice) string { return string(c.Kind) + " " + c.ID }

// atLine is where the chosen line stands: with each word of the talk the lines
// change places. -1: it is there no more.
func (p *Page) atLine(list []exam.Choice) int {
	if p.line == "" {
		return 0
	}
	return slices.IndexFunc(list, func(c exam.Choice) bool { return lineName(c) == p.line })
}

// pick goes through the lines.
func (p *Page) pick(key string, list []exam.Choice) bool {
	p.main.Sel = p.atLine(list) // where it has gone, an arrow begins at the first
	if !p.main.Key(key, len(list)) {
		return false
	}
	if len(list) > 0 {
		p.line = lineName(list[p.main.Sel])
	}
	return true
}

// watch is a key on a sitting under way: the line to be said, a mark, a point that was given.
func (p *Page) watch(l *exam.Live, key, typed string, e *page.Env) bool {
	if p.at == areaMain {
		if key == "enter" {
			p.say(l, e)
			return true
		}
		return p.pick(key, l.Call.Choices)
	}
	n := len(l.Call.Points) + len(l.Call.Tests)
	if p.side.Key(key, n) {
		return true
	}
	sel := p.side.Sel
	switch {
	case sel < len(l.Call.Points) && (key == "space" || key == "enter"):
		do(e, examiner.Steer{Do: exam.SteerTick, Choice: exam.Choice{ID: l.Call.Points[sel].ID}})
		return true
	case sel >= len(l.Call.Points) && sel < n:
		item, _ := quality.Ministry2015().Item(l.Call.Tests[sel-len(l.Call.Points)])
		now, marked := view(e).Marks[item.ID]
		if !marked {
			now = -1
		}
		points, ok := nudge(now, item.Points, 1, item.Step, key, typed)
		if ok {
			do(e, examiner.Score{Item: item.ID, Points: points})
		}
		return ok
	}
	return false
}

// write is the note under the sitting.
func (p *Page) write(msg tea.Msg, e *page.Env) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return p.note.Insert(msg.Content)
	case tea.KeyPressMsg:
		if msg.String() == "enter" {
			if t := strings.TrimSpace(p.note.Value()); t != "" {
				p.keep(t, e)
				p.note.Set("")
			}
			return true
		}
		used, _ := p.note.Key(msg)
		return used
	}
	return false
}

// keep puts a note where it belongs: to the sitting that is watched, or to one's own.
func (p *Page) keep(t string, e *page.Env) {
	if p.tab == tabBeside {
		p.jot(t, e)
		return
	}
	do(e, examiner.Steer{Do: exam.SteerNote, Choice: exam.Choice{Text: t}})
}

// drawLive is the talk, what the caller could say, the record, and the sheet.
func (p *Page) drawLive(r canvas.Region, v *examiner.View, e *page.Env) page.Cursor {
	l := v.Live
	right := r.W * 2 / 5
	left := r.Sub(0, 0, r.W-right, r.H)
	talk := max(6, left.H*2/5)
	p.drawTalk(left.Sub(0, 0, left.W, talk), v, e)
	p.drawChoices(left.Sub(0, talk, left.W, left.H-talk-3), l, e)
	note := left.Sub(0, left.H-3, left.W, 3)
	e.Focuses(note, &p.at, areaNote)
	in := note.Box(e.Theme, "记一笔", page.Frame(p.at == areaNote && e.Focus))
	x, y := p.note.Draw(in, p.at == areaNote && e.Focus)
	half := r.H / 2
	p.drawSheet(r.Sub(r.W-right, 0, right, r.H-half), v, e)
	drawFields(r.Sub(r.W-right, r.H-half, right, half).Box(e.Theme, "学员的受理单", theme.Frame), l.Call.Record)
	if p.at != areaNote || !e.Focus {
		return page.Cursor{}
	}
	return page.At(in, x, y)
}

func (p *Page) drawTalk(r canvas.Region, v *examiner.View, e *page.Env) {
	l := v.Live
	in := r.Box(e.Theme, "现场 "+l.Agent+" "+l.Title, theme.Frame)
	word, tok := phaseWord(l.Phase), theme.Plain
	c := &l.Call
	switch {
	case v.Stale:
		word, tok = "学员的坐席没有消息 · 考试在他本席照常 · 等连上自动继续", theme.Bad
	case l.Paused != "":
		word, tok = l.Paused, theme.Bad
	case l.Phase == "written":
		word = fmt.Sprintf("笔试 已答 %d/%d，剩余 %d 分钟", l.Written.Answered, l.Written.Items, l.Written.LeftS/60)
	case l.Phase == "talk":
		word, tok = fmt.Sprintf("%s 通话 %s  %s  %s  %s", e.Theme.Glyph.Dot, clock(c.MS), speaking(c), led(c.Led), hearing(l, e)), theme.Good
	}
	in.Text(0, 0, text.Short(word, in.W), tok)
	in.Text(0, 1, text.Short(c.Title, in.W), theme.Bold)
	rows := in.H - 2
	said := c.Said[max(0, len(c.Said)-rows):]
	for y, m := range said {
		tok := theme.Plain
		if m.Kind != "caller" && m.Kind != "said" {
			tok = theme.Dim
		}
		in.Text(0, 2+y, text.Short(clock(m.MS)+" "+sayer(m)+m.Text, in.W), tok)
	}
}

func sayer(m exam.Remark) string {
	if m.Kind == "caller" {
		return "来电人："
	}
	return ""
}

func led(on bool) string {
	return map[bool]string{true: "考官主导（F7 交还）", false: "剧本自动（F7 接手）"}[on]
}

// hearing tells whether the sound of the sitting is in the ear here.
func hearing(l *exam.Live, e *page.Env) string {
	if w := e.View.Watch; w != nil && w.Way == session.WayExam && w.Seat == l.Agent {
		return "听得到"
	}
	return "听不到声音（看转写）"
}

func speaking(c *exam.LiveCall) string {
	switch {
	case c.Held:
		return "保持中"
	case c.Muted:
		return "静音中"
	}
	return map[string]string{exam.SpeakingCaller: "来电人在说", exam.SpeakingTrainee: "学员在说", exam.SpeakingBoth: "两人同时在说", "": "没有人说话"}[c.Speaking]
}

func (p *Page) drawChoices(r canvas.Region, l *exam.Live, e *page.Env) {
	e.Focuses(r, &p.at, areaMain)
	in := r.Box(e.Theme, "来电人的下一句（↑↓ 选，回车或 F9 说）", page.Frame(p.at == areaMain && e.Focus))
	list := l.Call.Choices
	if len(list) == 0 {
		in.Text(0, 0, "没有通话", theme.Dim)
	}
	sel := p.atLine(list)
	p.main.Sel = max(sel, 0)
	top := p.main.Window(len(list), in.H)
	for y := range min(in.H, len(list)-top) {
		c := list[top+y]
		tok := theme.Plain
		if top+y == sel {
			tok = theme.Select
		}
		t := c.Text
		if c.End {
			t += "（挂机）"
		}
		const mark = 6
		in.Text(0, y, map[exam.ChoiceKind]string{exam.ChoiceFact: "告知", exam.ChoiceCommon: "常用"}[c.Kind], theme.Dim)
		if c.Next {
			in.Text(0, y, "顺接", theme.Good)
		}
		in.Cell(mark, y, in.W-mark, t, tok)
	}
}

// drawSheet is the points and items that can be decided while listening.
func (p *Page) drawSheet(r canvas.Region, v *examiner.View, e *page.Env) {
	e.Focuses(r, &p.at, areaSide)
	in := r.Box(e.Theme, "要点与评分（空格勾，数字打分）", page.Frame(p.at == areaSide && e.Focus))
	c := &v.Live.Call
	n := len(c.Points) + len(c.Tests)
	top := p.side.Window(n, in.H)
	for y := range min(in.H, n-top) {
		i := top + y
		tok, left, right := theme.Plain, "", ""
		if i < len(c.Points) {
			q := c.Points[i]
			left, right = "要点 "+q.Text, map[bool]string{true: "√", false: ""}[q.Proposed]
			if q.Must {
				left = "必答" + left
			}
		} else {
			item, _ := quality.Ministry2015().Item(c.Tests[i-len(c.Points)])
			left, right = item.ID+" "+item.Name, fmt.Sprintf("/%d", item.Points)
			if m, ok := v.Marks[item.ID]; ok {
				right = fmt.Sprint(m) + right
			}
		}
		if i == p.side.Sel {
			tok = theme.Select
		}
		in.Cell(0, y, max(in.W-6, 4), left, tok)
		in.Right(y, right, theme.Good)
	}
}
