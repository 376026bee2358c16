package pop

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// PlainText shows text over the whole page without a border, to be selected
// with the mouse or read by a screen reader.
type PlainText struct {
	passive
	text  string
	lines []string // of the text at a width: a board of ten thousand seats is not wrapped for every key
	wide  int
	top   int
	rows  int
}

// NewPlainText opens the view.
func NewPlainText(s string) *PlainText { return &PlainText{text: s} }

// Update scrolls and closes.
func (p *PlainText) Update(msg tea.Msg, _ *page.Env) Result {
	switch key(msg) {
	case "up":
		p.top--
	case "down":
		p.top++
	case "pgup":
		p.top -= p.rows
	case "pgdown":
		p.top += p.rows
	case "esc":
		return Result{Used: true, Close: true}
	default:
		return Result{}
	}
	return Result{Used: true}
}

// Draw draws the text.
func (p *PlainText) Draw(r canvas.Region, _ *page.Env) page.Cursor {
	r.Fill(theme.Plain)
	lines := p.wrapped(r.W)
	p.rows = max(r.H-1, 1)
	p.top = max(0, min(p.top, len(lines)-p.rows))
	for y := range min(p.rows, len(lines)-p.top) {
		r.Text(0, y, lines[p.top+y], theme.Plain)
	}
	r.Text(0, r.H-1, "纯文本  PgUp PgDn 翻页  Esc 收起", theme.Dim)
	return page.Cursor{}
}

func (p *PlainText) wrapped(w int) []string {
	if p.wide != w {
		p.wide, p.lines = w, nil
		for l := range strings.SplitSeq(p.text, "\n") {
			p.lines = append(p.lines, text.Wrap(text.Plain(l), w)...)
		}
	}
	return p.lines
}
