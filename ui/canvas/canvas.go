// Package canvas owns the grid of cells that a frame is drawn on. Pages and
// pop-ups draw into regions of it; ui/app shows it by ui/screen. It promises
// that every row is exactly as wide as the canvas whatever is drawn, that no
// drawing leaves its region, that a wide character is never halved, and that no
// byte of drawn text reaches the terminal as a control.
package canvas

import (
	"strings"

	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// cell is one column. A wide character has its text in the left cell and wide
// set; the right one is a tail.
type cell struct {
	s    string // empty = blank
	tok  theme.Token
	wide bool
	tail bool
}

// Canvas is a grid of cells.
type Canvas struct {
	w, h  int
	cells []cell
}

// New makes a blank canvas.
func New(w, h int) *Canvas {
	w, h = max(w, 0), max(h, 0)
	return &Canvas{w: w, h: h, cells: make([]cell, w*h)}
}

// Reset blanks the canvas and gives it a size, keeping its memory.
func (c *Canvas) Reset(w, h int) {
	w, h = max(w, 0), max(h, 0)
	c.w, c.h = w, h
	if cap(c.cells) < w*h {
		c.cells = make([]cell, w*h)
		return
	}
	c.cells = c.cells[:w*h]
	clear(c.cells)
}

// Size is the number of columns and rows.
func (c *Canvas) Size() (w, h int) { return c.w, c.h }

// All is the region of the whole canvas.
func (c *Canvas) All() Region { return Region{c: c, W: c.w, H: c.h} }

// put writes one cluster, blanking the other half of any wide character it cuts.
func (c *Canvas) put(x, y int, s string, width int, tok theme.Token) {
	row := c.cells[y*c.w : (y+1)*c.w]
	for i := x; i < x+width; i++ {
		if row[i].tail && i > 0 && i == x {
			row[i-1] = cell{tok: row[i-1].tok}
		}
		if row[i].wide && i+1 < c.w && i+1 >= x+width {
			row[i+1] = cell{tok: row[i+1].tok}
		}
	}
	row[x] = cell{s: s, tok: tok, wide: width == 2}
	if width == 2 {
		row[x+1] = cell{tok: tok, tail: true}
	}
}

// Lines is the canvas as plain text, each line exactly as wide as the canvas.
func (c *Canvas) Lines() []string {
	lines := make([]string, c.h)
	var b strings.Builder
	for y := range lines {
		b.Reset()
		for _, cl := range c.cells[y*c.w : (y+1)*c.w] {
			b.WriteString(cl.text())
		}
		lines[y] = b.String()
	}
	return lines
}

// Cells calls f for every cell that is not the right half of a wide character.
func (c *Canvas) Cells(f func(x, y, width int, s string, tok theme.Token)) {
	for i, cl := range c.cells {
		if cl.tail {
			continue
		}
		w := 1
		if cl.wide {
			w = 2
		}
		f(i%c.w, i/c.w, w, cl.text(), cl.tok)
	}
}

func (cl cell) text() string {
	if cl.tail {
		return ""
	}
	if cl.s == "" {
		return " "
	}
	return cl.s
}

// Draw writes s and returns the column behind it; see Region.
func (c *Canvas) draw(x, y, limit int, s string, tok theme.Token) int {
	for s != "" {
		cl, w := text.Next(s)
		s = s[len(cl):]
		if w == 0 {
			continue
		}
		if x+w > limit {
			break
		}
		c.put(x, y, cl, w, tok)
		x += w
	}
	return x
}
