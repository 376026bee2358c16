package editor

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// blank is what a new article begins with.
const blank = `---
id: 
title: ""
kind: 办事指南
category: 社会保障卡
level: 国家
region: 全国
keywords: []
synonyms: []
basis:
  - {doc: "《》", articles: [""]}
effective: ""
expires: ""
reviewed: ""
review_due: ""
verified: part
unverified: ""
related: []
sources: []
papers: []
never: []
---

## 口径

## 要点

## 要问清

## 提醒
`

// blankStandard is what a new standard answer begins with: it goes before the open article from today on.
func blankStandard(e *page.Env) string {
	article := ""
	if x := e.View.Editor.Entry; x != nil && !x.Standard {
		article = x.Article
	}
	return fmt.Sprintf(`---
standard: 
title: ""
articles: [%s]
from: "%s"
until: ""
---

`, article, e.Now.Local().Format(time.DateOnly))
}

// Widths of the page.
const (
	listWidth = 48
	both      = 100 // columns from which list and text stand beside each other
)

func version(article string, n int) string { return article + "@" + strconv.Itoa(n) }

// Draw draws list and text beside each other, or the one with the focus.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	if r.W < both {
		if p.right {
			return p.drawText(r, e)
		}
		return p.drawList(r, e)
	}
	left := p.drawList(r.Sub(0, 0, listWidth, r.H), e)
	right := p.drawText(r.Sub(listWidth, 0, r.W-listWidth, r.H), e)
	if p.right {
		return right
	}
	return left
}

func (p *Page) drawList(r canvas.Region, e *page.Env) page.Cursor {
	on := !p.right && e.Focus
	in := r.Box(e.Theme, "知识库编辑", page.Frame(on))
	x := 0
	for i, l := range lists {
		if x+text.Width(l.label)+1 > in.W { // what is chosen is always there
			break
		}
		tok := theme.Dim
		if i == p.list {
			tok = theme.Key
		}
		x = in.Text(x, 0, l.label+" ", tok)
	}
	if p.list >= 6 {
		in.Right(0, lists[p.list].label, theme.Key)
	}
	qx := in.Text(0, 1, "查 ", theme.Dim)
	box := in.Sub(qx, 1, in.W-qx-12, 1)
	cx, cy := p.query.Draw(box, on)
	in.Rule(2, e.Theme, theme.Frame)
	p.drawRows(in.Sub(0, 3, in.W, in.H-3), on, e)
	if !on {
		return page.Cursor{}
	}
	return page.At(box, cx, cy)
}

func (p *Page) drawRows(r canvas.Region, on bool, e *page.Env) {
	v := &e.View.Editor
	switch {
	case v.List != lists[p.list].name || v.Busy && len(v.Rows) == 0:
		r.Text(0, 0, "正在取……", theme.Dim)
		return
	case len(v.Rows) == 0:
		r.Text(0, 0, empty(v.List), theme.Dim)
		return
	}
	top := p.rows.Window(len(v.Rows), r.H/2)
	for y := range min(r.H/2, len(v.Rows)-top) {
		row := v.Rows[top+y]
		if on && top+y == p.rows.Sel {
			r.Text(0, 2*y, e.Theme.Glyph.Sel, theme.Key)
		}
		r.Text(1, 2*y, text.Short(row.Title, r.W-2), theme.Plain)
		about := row.Label
		if row.Article != "" && row.Article != row.Label {
			about = row.Article + " " + about
		}
		if row.Times > 0 {
			about = fmt.Sprintf("%d 次 %s", row.Times, about)
		}
		if row.Who != "" {
			about += " " + row.Who
		}
		if !row.At.IsZero() {
			about += " " + row.At.Local().Format("2006-01-02")
		}
		r.Text(3, 2*y+1, text.Short(about, r.W-4), theme.Dim)
	}
}

// empty says that a list has nothing, and what that means.
func empty(list string) string {
	return map[string]string{
		session.KBWork: "没有在办的 · F3 新起草", session.KBToday: "今天没有更新", session.KBCalendar: "六十天内没有到期或要复核的",
		session.KBWrong: "没有人说答复有误", session.KBQuestions: "没有问题等着答案", session.KBMisses: "三十天内都查到了",
		session.KBPublished: "还没有发布过", session.KBArticles: "写几个字，按 Enter",
	}[list]
}

func (p *Page) drawText(r canvas.Region, e *page.Env) page.Cursor {
	on := p.right && e.Focus
	v := &e.View.Editor
	in := r.Box(e.Theme, p.caption(v), page.Frame(on))
	if v.Error != "" {
		in = p.drawLines(in, v.Error, theme.Bad)
	}
	switch {
	case p.mode == writing:
		x, y := p.text.Draw(in, on)
		if !on {
			return page.Cursor{}
		}
		return page.At(in, x, y)
	case v.Entry == nil:
		in.Text(0, 0, "左边选一条，Enter 打开；F3 新起草", theme.Dim)
	default:
		p.drawEntry(in, v.Entry)
	}
	return page.Cursor{}
}

// drawLines draws a wrapped text above what follows.
func (p *Page) drawLines(in canvas.Region, s string, tok theme.Token) canvas.Region {
	rows := text.Wrap(s, in.W)
	for y, l := range rows {
		in.Text(0, y, l, tok)
	}
	return in.Sub(0, len(rows), in.W, in.H-len(rows))
}

func (p *Page) caption(v *session.EditorView) string {
	x := v.Entry
	switch {
	case p.mode == writing && x != nil && p.entry != "" && x.Entry == p.entry && x.Version > p.version:
		return "正文 · 别人刚改过这一稿，存不进去；请复制出来，重新打开再改"
	case p.mode == writing && p.Dirty():
		return "正文（还没有存） F9 存稿"
	case p.mode == writing:
		return "正文 F9 存稿"
	case x == nil:
		return "条目"
	case p.mode == comparing && x.Base > 0:
		return fmt.Sprintf("%s 与第%d版的差异", x.Article, x.Base)
	}
	return strings.TrimSpace(x.Article + " " + x.Label)
}

// line is a line of the open entry as it is drawn.
type line struct {
	text string
	tok  theme.Token
}

func (p *Page) drawEntry(r canvas.Region, x *session.EditorEntry) {
	var all []line
	add := func(tok theme.Token, s string) {
		for _, l := range text.Wrap(s, r.W) {
			all = append(all, line{l, tok})
		}
	}
	if len(x.Marks) > 0 {
		add(theme.Warn, strings.Join(x.Marks, "、"))
	}
	for _, s := range x.Steps {
		add(theme.Dim, strings.TrimSpace(page.Day(s.At)+" "+s.By+" "+s.Label+" "+s.Why))
	}
	if len(x.Versions) > 1 {
		add(theme.Dim, fmt.Sprintf("共 %d 版，F8 看上一版", len(x.Versions)))
	}
	if len(all) > 0 {
		all = append(all, line{})
	}
	if p.mode == comparing {
		all = append(all, difference(x, r.W)...)
	} else {
		for l := range strings.Lines(x.Text) {
			add(theme.Plain, strings.TrimRight(l, "\n"))
		}
	}
	p.shown, p.lines = r.H, len(all)
	p.scroll("")
	for y := range min(r.H, len(all)-p.top) {
		r.Text(0, y, all[p.top+y].text, all[p.top+y].tok)
	}
	if rest := len(all) - p.top - r.H; rest > 0 && r.H > 2 {
		r.Right(r.H-1, " PgDn 还有"+strconv.Itoa(rest)+"行", theme.Dim)
	}
}

func difference(x *session.EditorEntry, width int) (out []line) {
	if len(x.Diff) == 0 {
		return []line{{"没有更早的版本可比", theme.Dim}}
	}
	toks := map[byte]theme.Token{'+': theme.Good, '-': theme.Bad}
	for _, d := range x.Diff {
		mark, tok := "  ", theme.Dim
		if t, ok := toks[d[0]]; ok {
			mark, tok = d[:1]+" ", t
		}
		for _, l := range text.Wrap(d[1:], width-2) {
			out = append(out, line{mark + l, tok})
		}
	}
	return out
}
