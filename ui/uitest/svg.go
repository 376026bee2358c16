package uitest

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// The size of a cell and the colours of a picture, in the units of SVG.
const (
	cellWidth  = 8.4
	cellHeight = 18.0
	baseline   = 13.5
	paper      = "#ffffff"
	ink        = "#1f2328"
)

// basic are the terminal's colours on light paper.
var basic = map[color.Color]string{}

func init() {
	for i, c := range []string{
		"#24292f", "#c4191f", "#1a7f37", "#9a6700", "#0550ae", "#8250df", "#1b7c83", "#6e7781",
		"#8c959f", "#a40e26", "#2da44e", "#bf8700", "#218bff", "#a475f9", "#3192aa", "#57606a",
	} {
		basic[ansi.BasicColor(i)] = c
	}
}

// SVG is a picture of the screen: every character in its cell, lines drawn as
// lines, so that it looks the same with any font.
func (s *Screen) SVG() string {
	s.screen.Lock()
	defer s.screen.Unlock()
	w, h := s.emu.Width(), s.emu.Height()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %.1f" font-family="'Sarasa Mono SC','Noto Sans Mono CJK SC','Source Han Mono SC',monospace" font-size="14">`+"\n",
		float64(w)*cellWidth+16, float64(h)*cellHeight+16)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="6" fill="%s"/><g transform="translate(8 8)">`+"\n", paper)
	for y := range h {
		for x := 0; x < w; {
			x += s.drawRun(&b, x, y)
		}
	}
	b.WriteString("</g></svg>\n")
	return b.String()
}

// drawRun draws the cells from x on that look alike, and returns how many.
func (s *Screen) drawRun(b *strings.Builder, x, y int) int {
	first := s.cell(x, y)
	var text strings.Builder
	n := 0
	for x+n < s.emu.Width() {
		c := s.cell(x+n, y)
		if n > 0 && (!c.Style.Equal(&first.Style) || c.Width != first.Width || line(c.Content) != line(first.Content) || (line(c.Content) && c.Content != first.Content)) {
			break
		}
		text.WriteString(c.Content)
		n += max(c.Width, 1)
	}
	fg, bg := look(first.Style)
	left, top, width := float64(x)*cellWidth, float64(y)*cellHeight, float64(n)*cellWidth
	if bg != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left, top, width, cellHeight, bg)
	}
	switch {
	case line(first.Content):
		drawLines(b, first.Content, left, top, n, fg)
	case strings.TrimSpace(text.String()) != "":
		attrs := ""
		if first.Style.Attrs&uv.AttrBold != 0 {
			attrs = ` font-weight="bold"`
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="%s" textLength="%.1f" lengthAdjust="spacingAndGlyphs" xml:space="preserve"%s>%s</text>`+"\n",
			left, top+baseline, fg, width, attrs, html.EscapeString(text.String()))
	}
	if first.Style.Underline != uv.UnderlineNone {
		fmt.Fprintf(b, `<path d="M%.1f %.1fh%.1f" stroke="%s" stroke-width=".8"/>`+"\n", left, top+cellHeight-1.5, width, fg)
	}
	return n
}

func (s *Screen) cell(x, y int) uv.Cell {
	c := s.emu.CellAt(x, y)
	if c == nil || c.Content == "" {
		return uv.EmptyCell
	}
	return *c
}

// look is the colours of a style; no background is empty.
func look(st uv.Style) (fg, bg string) {
	fg = ink
	if st.Fg != nil {
		fg = hex(st.Fg)
	}
	if st.Attrs&uv.AttrReverse != 0 {
		return paper, fg
	}
	return fg, ""
}

func hex(c color.Color) string {
	if h, ok := basic[c]; ok {
		return h
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// strokes are the arms of the line characters: left, right, up, down.
var strokes = map[string][4]bool{
	"─": {true, true, false, false}, "│": {false, false, true, true}, "┌": {false, true, false, true},
	"┐": {true, false, false, true}, "└": {false, true, true, false}, "┘": {true, false, true, false},
}

// bars are the level characters in eighths of a cell.
const bars = "▁▂▃▄▅▆▇█"

func line(s string) bool {
	_, ok := strokes[s]
	return ok || (s != "" && strings.Contains(bars, s))
}

func drawLines(b *strings.Builder, s string, left, top float64, n int, fg string) {
	arms, ok := strokes[s]
	if !ok {
		h := float64(strings.Index(bars, s)/len("▁")+1) / 8 * (cellHeight - 4)
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left+1, top+cellHeight-3-h, float64(n)*cellWidth-2, h, fg)
		return
	}
	if s == "─" {
		fmt.Fprintf(b, `<path d="M%.1f %.1fh%.1f" stroke="%s"/>`+"\n", left, top+cellHeight/2, float64(n)*cellWidth, fg)
		return
	}
	for i := range n {
		x, y := left+(float64(i)+.5)*cellWidth, top+cellHeight/2
		var d strings.Builder
		for k, on := range arms {
			if on {
				fmt.Fprintf(&d, "M%.1f %.1f%s", x, y, []string{"h-4.2", "h4.2", "v-9", "v9"}[k])
			}
		}
		fmt.Fprintf(b, `<path d="%s" stroke="%s" fill="none"/>`+"\n", d.String(), fg)
	}
}
