package canvas

import (
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Region is a rectangle of a canvas with its own origin; drawing outside of it
// does nothing. It is a value: hand it on freely.
type Region struct {
	c          *Canvas
	x, y, W, H int
}

// Origin is the region's left upper cell on the canvas.
func (r Region) Origin() (x, y int) { return r.x, r.y }

// Sub is the part of a region, clipped to it.
func (r Region) Sub(x, y, w, h int) Region {
	x, y = clamp(x, r.W), clamp(y, r.H)
	return Region{c: r.c, x: r.x + x, y: r.y + y, W: clamp(w, r.W-x), H: clamp(h, r.H-y)}
}

// Text draws s from column x on, cut at the right edge, and returns the column
// behind it. Text from outside the program goes through text.Plain here.
func (r Region) Text(x, y int, s string, tok theme.Token) int {
	if y < 0 || y >= r.H || x < 0 || x >= r.W {
		return x + text.Width(s)
	}
	return r.c.draw(r.x+x, r.y+y, r.x+r.W, text.Plain(s), tok) - r.x
}

// Cell draws s into exactly w columns: cut, then filled up.
func (r Region) Cell(x, y, w int, s string, tok theme.Token) int {
	w = min(w, r.W-x)
	if w <= 0 {
		return x
	}
	return r.Text(x, y, text.Fit(text.Plain(s), w), tok)
}

// Right draws s so that it ends at the right edge, and returns where it begins.
func (r Region) Right(y int, s string, tok theme.Token) int {
	s = text.Cut(text.Plain(s), r.W)
	x := r.W - text.Width(s)
	r.Text(x, y, s, tok)
	return x
}

// Fill blanks the region with a token.
func (r Region) Fill(tok theme.Token) {
	for y := range r.H {
		for x := range r.W {
			r.c.put(r.x+x, r.y+y, "", 1, tok)
		}
	}
}

// Mark gives the cells of a row a token and leaves their text.
func (r Region) Mark(y, x, w int, tok theme.Token) {
	if y < 0 || y >= r.H {
		return
	}
	for i := max(x, 0); i < min(x+w, r.W); i++ {
		r.c.cells[(r.y+y)*r.c.w+r.x+i].tok = tok
	}
}

// Rule draws a horizontal line.
func (r Region) Rule(y int, t *theme.Theme, tok theme.Token) {
	for x := range r.W {
		r.Text(x, y, t.Glyph.H, tok)
	}
}

// Box draws a border with a caption and returns the region inside, one column
// of air on each side.
func (r Region) Box(t *theme.Theme, caption string, tok theme.Token) Region {
	if r.W < 4 || r.H < 2 {
		return r.Sub(0, 0, 0, 0)
	}
	g := t.Glyph
	for x := 1; x < r.W-1; x++ {
		r.Text(x, 0, g.H, tok)
		r.Text(x, r.H-1, g.H, tok)
	}
	for y := 1; y < r.H-1; y++ {
		r.Text(0, y, g.V, tok)
		r.Text(r.W-1, y, g.V, tok)
	}
	r.Text(0, 0, g.TL, tok)
	r.Text(r.W-1, 0, g.TR, tok)
	r.Text(0, r.H-1, g.BL, tok)
	r.Text(r.W-1, r.H-1, g.BR, tok)
	if caption = text.Cut(text.Plain(caption), r.W-6); caption != "" {
		x := r.Text(2, 0, " ", tok)
		x = r.Text(x, 0, caption, theme.Title)
		r.Text(x, 0, " ", tok)
	}
	return r.Sub(2, 1, r.W-4, r.H-2)
}

func clamp(n, most int) int { return max(0, min(n, most)) }
