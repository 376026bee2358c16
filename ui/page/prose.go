package page

import (
	"fmt"

	"zuoxi/ui/canvas"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Para is a paragraph of prose.
type Para struct {
	Text string
	Tok  theme.Token
}

// Prose is what people wrote below a table or sheet: wrapped, never cut, and scrolled where it is longer than its room.
type Prose struct{ top, rows, lines int }

// wrapped are the lines of paragraphs at a width.
func wrapped(paras []Para, w int) (out []Para) {
	for _, p := range paras {
		for _, l := range text.Wrap(text.Plain(p.Text), w) {
			out = append(out, Para{l, p.Tok})
		}
	}
	return out
}

// Height is how many rows paragraphs take at a width.
func Height(paras []Para, w int) int { return len(wrapped(paras, w)) }

// Scrolls tells whether there was more than fitted when it was drawn last.
func (p *Prose) Scrolls() bool { return p.lines > p.rows }

// Key scrolls; false for any other key.
func (p *Prose) Key(key string) bool {
	l := List{Sel: p.top}
	used := l.Key(key, max(p.lines-p.rows+1, 1))
	p.top = l.Sel
	return used
}

// Draw draws as much as fits; the last row then tells how much is above and below.
func (p *Prose) Draw(r canvas.Region, paras []Para, focus bool) {
	lines := wrapped(paras, r.W)
	p.lines, p.rows = len(lines), r.H
	if p.Scrolls() {
		p.rows = max(1, r.H-1)
	}
	p.top = max(0, min(p.top, p.lines-p.rows))
	for y := range min(p.rows, p.lines-p.top) {
		r.Text(0, y, lines[p.top+y].Text, lines[p.top+y].Tok)
	}
	if !p.Scrolls() || r.H < 2 {
		return
	}
	tok, keys := theme.Dim, "按 Tab 到这里，"
	if focus {
		tok, keys = theme.Select, ""
	}
	r.Right(r.H-1, fmt.Sprintf(" 上面 %d 行，下面 %d 行 · %s↑↓ 翻看 ", p.top, p.lines-p.top-p.rows, keys), tok)
}
