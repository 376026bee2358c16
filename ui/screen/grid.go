package screen

import "unicode/utf8"

// cell is one column of the terminal. A wide character stands in its left cell,
// the right one is a tail.
type cell struct {
	s    string // empty = blank
	pen  pen
	wide bool
	tail bool
}

// grid is a terminal's screen as the stream sees it.
type grid struct {
	w, h    int
	cells   []cell
	x, y    int  // cursor
	pending bool // the last column was written: the next character wraps
	pen     pen
	saved   struct {
		x, y int
		pen  pen
	}
	top, bottom int // scrolling region, inclusive
	wrap        bool
	insert      bool
	mapNL       bool
	last        string // last printed cluster, for REP
	lastWide    bool
	dirty       []bool // rows touched since the last diff
}

func newGrid(w, h int) *grid {
	g := &grid{wrap: true}
	g.resize(w, h)
	return g
}

// resize blanks the grid: the renderer repaints after a change of size.
func (g *grid) resize(w, h int) {
	g.w, g.h = max(w, 1), max(h, 1)
	g.cells = make([]cell, g.w*g.h)
	g.dirty = make([]bool, g.h)
	g.top, g.bottom = 0, g.h-1
	g.move(0, 0)
}

func (g *grid) row(y int) []cell { return g.cells[y*g.w : (y+1)*g.w] }

func (g *grid) move(x, y int) {
	g.x, g.y = max(0, min(x, g.w-1)), max(0, min(y, g.h-1))
	g.pending = false
}

// print writes a cluster at the cursor.
func (g *grid) print(s string, width int) {
	if !utf8.ValidString(s) {
		return
	}
	if width == 0 {
		g.join(s)
		return
	}
	if g.pending && g.wrap {
		g.x = 0
		g.lineFeed()
	}
	g.pending = false
	if g.x+width > g.w {
		if !g.wrap {
			g.x = g.w - width
		} else {
			g.x = 0
			g.lineFeed()
		}
	}
	if g.x < 0 {
		g.x = 0
		return
	}
	if g.insert {
		g.shiftRight(width)
	}
	g.put(g.x, g.y, cell{s: s, pen: g.pen, wide: width == 2})
	g.last, g.lastWide = s, width == 2
	g.x += width
	if g.x >= g.w {
		g.x, g.pending = g.w-1, true
	}
}

// join adds a mark to the character before the cursor.
func (g *grid) join(s string) {
	x := g.x - 1
	if g.pending {
		x = g.x
	}
	row := g.row(g.y)
	if x > 0 && row[x].tail {
		x--
	}
	if x < 0 || row[x].s == "" {
		return
	}
	row[x].s += s
	g.dirty[g.y] = true
}

// put sets a cell and blanks the halves of wide characters that it cuts.
func (g *grid) put(x, y int, c cell) {
	row := g.row(y)
	end := x + 1
	if c.wide {
		end++
	}
	if row[x].tail && x > 0 {
		row[x-1] = cell{pen: row[x-1].pen}
	}
	if row[end-1].wide && end < g.w {
		row[end] = cell{pen: row[end].pen}
	}
	row[x] = c
	if c.wide {
		row[x+1] = cell{pen: c.pen, tail: true}
	}
	g.dirty[y] = true
}

// erase blanks columns from to to-1 of a row with the pen's background.
func (g *grid) erase(y, from, to int) {
	from, to = max(from, 0), min(to, g.w)
	if from >= to || y < 0 || y >= g.h {
		return
	}
	row := g.row(y)
	if row[from].tail && from > 0 {
		row[from-1] = cell{pen: row[from-1].pen}
	}
	if to < g.w && row[to].tail {
		row[to] = cell{pen: row[to].pen}
	}
	blank := cell{pen: pen{bg: g.pen.bg}}
	for x := from; x < to; x++ {
		row[x] = blank
	}
	g.dirty[y] = true
}

func (g *grid) eraseRows(from, to int) {
	for y := max(from, 0); y < min(to, g.h); y++ {
		g.erase(y, 0, g.w)
	}
}

// lineFeed moves down, scrolling at the bottom of the region.
func (g *grid) lineFeed() {
	if g.y == g.bottom {
		g.scroll(g.top, g.bottom, 1)
	} else if g.y < g.h-1 {
		g.y++
	}
}

// reverseFeed moves up, scrolling at the top of the region.
func (g *grid) reverseFeed() {
	if g.y == g.top {
		g.scroll(g.top, g.bottom, -1)
	} else if g.y > 0 {
		g.y--
	}
}

// scroll moves the rows top..bottom up by n, or down when n is negative.
func (g *grid) scroll(top, bottom, n int) {
	height := bottom - top + 1
	n = max(-height, min(n, height))
	if height <= 0 || n == 0 {
		return
	}
	area := g.cells[top*g.w : (bottom+1)*g.w]
	if n > 0 {
		copy(area, area[n*g.w:])
		g.eraseRows(bottom+1-n, bottom+1)
	} else {
		copy(area[-n*g.w:], area)
		g.eraseRows(top, top-n)
	}
	for y := top; y <= bottom; y++ {
		g.dirty[y] = true
	}
}

// shiftRight opens n blank columns at the cursor.
func (g *grid) shiftRight(n int) {
	row := g.row(g.y)
	n = min(n, g.w-g.x)
	if row[g.x].tail && g.x > 0 {
		row[g.x-1] = cell{pen: row[g.x-1].pen}
		row[g.x] = cell{pen: row[g.x].pen}
	}
	copy(row[g.x+n:], row[g.x:g.w-n])
	if row[g.w-1].wide {
		row[g.w-1] = cell{pen: row[g.w-1].pen}
	}
	g.clearCells(g.x, g.x+n)
}

// shiftLeft deletes n columns at the cursor.
func (g *grid) shiftLeft(n int) {
	row := g.row(g.y)
	n = min(n, g.w-g.x)
	if row[g.x].tail && g.x > 0 {
		row[g.x-1] = cell{pen: row[g.x-1].pen}
	}
	copy(row[g.x:], row[g.x+n:])
	if row[g.x].tail {
		row[g.x] = cell{pen: row[g.x].pen}
	}
	g.clearCells(g.w-n, g.w)
}

// clearCells blanks columns without looking at their neighbours.
func (g *grid) clearCells(from, to int) {
	row := g.row(g.y)
	for x := from; x < to; x++ {
		row[x] = cell{pen: pen{bg: g.pen.bg}}
	}
	g.dirty[g.y] = true
}
