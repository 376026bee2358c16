package screen

// control plays a control character or a sequence that draws on the grid. It
// reports false for everything else, which passes through to the terminal.
func (g *grid) control(s *sequence) bool {
	switch {
	case s.kind == '[' && s.prefix == 0 && s.inter == 0:
		return g.move2(s) || g.edit(s)
	case s.kind == '[' && s.prefix == '?' && s.final == 'W':
		return true // tab stops: no tab is ever sent on
	case s.kind == 0 && s.inter == 0 && len(s.raw) == 1:
		return g.c0(s.final)
	case s.kind == 0 && s.inter == 0:
		return g.esc(s.final)
	}
	return false
}

func (g *grid) c0(c byte) bool {
	switch c {
	case '\r':
		g.x, g.pending = 0, false
	case '\n', '\v', '\f':
		g.pending = false
		if g.mapNL {
			g.x = 0
		}
		g.lineFeed()
	case '\b':
		g.move(g.x-1, g.y)
	case '\t':
		g.move((g.x/8+1)*8, g.y)
	case 0x07:
		return false
	}
	return true
}

func (g *grid) esc(c byte) bool {
	switch c {
	case '7':
		g.save()
	case '8':
		g.restore()
	case 'D':
		g.lineFeed()
	case 'E':
		g.x = 0
		g.lineFeed()
	case 'M':
		g.pending = false
		g.reverseFeed()
	default:
		return false
	}
	return true
}

func (g *grid) save() { g.saved.x, g.saved.y, g.saved.pen = g.x, g.y, g.pen }

func (g *grid) restore() {
	g.move(g.saved.x, g.saved.y)
	g.pen = g.saved.pen
}

// move2 plays the sequences that move the cursor.
func (g *grid) move2(s *sequence) bool {
	n := s.n(0, 1)
	switch s.final {
	case 'A':
		g.move(g.x, max(g.y-n, g.limit(g.top, g.y >= g.top, 0)))
	case 'B', 'e':
		g.move(g.x, min(g.y+n, g.limit(g.bottom, g.y <= g.bottom, g.h-1)))
	case 'C', 'a':
		g.move(g.x+n, g.y)
	case 'D':
		g.move(g.x-n, g.y)
	case 'E':
		g.move(0, g.y+n)
	case 'F':
		g.move(0, g.y-n)
	case 'G', '`':
		g.move(n-1, g.y)
	case 'd':
		g.move(g.x, n-1)
	case 'H', 'f':
		g.move(s.n(1, 1)-1, n-1)
	case 'I':
		g.move((g.x/8+n)*8, g.y)
	case 'Z':
		g.move(((g.x+7)/8-n)*8, g.y)
	case 's':
		g.save()
	case 'u':
		g.restore()
	default:
		return false
	}
	return true
}

// limit keeps a vertical move inside the scrolling region when it began there.
func (g *grid) limit(edge int, inside bool, screen int) int {
	if inside {
		return edge
	}
	return screen
}

// edit plays the sequences that change cells or how they will be written.
func (g *grid) edit(s *sequence) bool {
	n := s.n(0, 1)
	switch s.final {
	case 'm':
		g.pen.apply(s.params)
	case 'J':
		g.eraseDisplay(s.n(0, 0))
	case 'K':
		g.eraseLine(s.n(0, 0))
	case 'X':
		g.erase(g.y, g.x, g.x+n)
	case '@':
		g.shiftRight(n)
	case 'P':
		g.shiftLeft(n)
	case 'L', 'M':
		g.lines(s.final, n)
	case 'S':
		g.scroll(g.top, g.bottom, n)
	case 'T':
		g.scroll(g.top, g.bottom, -n)
	case 'b':
		g.repeat(n)
	case 'r':
		g.region(n-1, s.n(1, g.h)-1)
	case 'h', 'l':
		if n != 4 {
			return false
		}
		g.insert = s.final == 'h'
	default:
		return false
	}
	return true
}

func (g *grid) eraseDisplay(how int) {
	switch how {
	case 0:
		g.erase(g.y, g.x, g.w)
		g.eraseRows(g.y+1, g.h)
	case 1:
		g.eraseRows(0, g.y)
		g.erase(g.y, 0, g.x+1)
	case 2, 3:
		g.eraseRows(0, g.h)
	}
}

func (g *grid) eraseLine(how int) {
	switch how {
	case 0:
		g.erase(g.y, g.x, g.w)
	case 1:
		g.erase(g.y, 0, g.x+1)
	case 2:
		g.erase(g.y, 0, g.w)
	}
}

// lines inserts or deletes whole lines at the cursor.
func (g *grid) lines(final byte, n int) {
	if g.y < g.top || g.y > g.bottom {
		return
	}
	if final == 'L' {
		n = -n
	}
	g.scroll(g.y, g.bottom, n)
	g.x, g.pending = 0, false
}

func (g *grid) repeat(n int) {
	w := 1
	if g.lastWide {
		w = 2
	}
	if g.last == "" {
		return
	}
	for range min(n, g.w) {
		g.print(g.last, w)
	}
}

func (g *grid) region(top, bottom int) {
	if top < 0 || bottom >= g.h || top >= bottom {
		top, bottom = 0, g.h-1
	}
	g.top, g.bottom = top, bottom
	g.move(0, 0)
}
