package field

import (
	"strings"

	"zuoxi/ui/canvas"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Draw draws the field into its region and returns the cell of the cursor.
func (f *Field) Draw(r canvas.Region, focused bool) (x, y int) {
	if r.W <= 0 || r.H <= 0 {
		return 0, 0
	}
	f.width = r.W
	if f.Empty() && f.o.Hint != "" {
		r.Text(0, 0, f.o.Hint, theme.Dim)
		return 0, 0
	}
	tok := theme.Plain
	if focused {
		tok = theme.Input
	}
	if f.o.Kind == Area {
		return f.drawArea(r, tok)
	}
	return f.drawLine(r, tok), 0
}

// shown is a character as it is drawn.
func (f *Field) shown(c string) string {
	if f.o.Kind == Secret {
		return "*"
	}
	return text.Plain(c)
}

func (f *Field) drawLine(r canvas.Region, tok theme.Token) (x int) {
	f.off = min(f.off, f.at)
	for f.span(f.off, f.at) > r.W-1 {
		f.off++
	}
	// Show as much as fits when text before the window could be shown again.
	for f.off > 0 && f.span(f.off-1, len(f.chars)) <= r.W-1 {
		f.off--
	}
	col := 0
	for _, c := range f.chars[f.off:] {
		s := f.shown(c)
		if col+text.Width(s) > r.W {
			break
		}
		col = r.Text(col, 0, s, tok)
	}
	return f.span(f.off, f.at)
}

// span is the number of columns of the characters from to to-1.
func (f *Field) span(from, to int) int {
	n := 0
	for _, c := range f.chars[from:to] {
		n += text.Width(f.shown(c))
	}
	return n
}

// layout is the wrapped text of an Area.
type layout struct {
	s     string
	begin []int // byte where each character begins in s, and len(s)
	rows  []text.Span
}

func (f *Field) layout() layout {
	var b strings.Builder
	l := layout{begin: make([]int, 0, len(f.chars)+1)}
	for _, c := range f.chars {
		l.begin = append(l.begin, b.Len())
		if c == "\n" {
			b.WriteByte('\n')
		} else {
			b.WriteString(f.shown(c))
		}
	}
	l.s = b.String()
	l.begin = append(l.begin, len(l.s))
	l.rows = text.Spans(l.s, f.width-1) // one column stays for the cursor
	return l
}

// cell is where character i stands.
func (l layout) cell(i, width int) (x, y int) {
	at := l.begin[i]
	for y+1 < len(l.rows) && l.rows[y+1].Start <= at {
		y++
	}
	return min(text.Width(l.s[l.rows[y].Start:max(at, l.rows[y].Start)]), width-1), y
}

// char is the character at or before a column of a row.
func (l layout) char(x, y int) int {
	row := l.rows[y]
	col, best := 0, -1
	for i, at := range l.begin {
		if at < row.Start || (at >= row.End && best >= 0 && at > row.End) {
			continue
		}
		if best < 0 {
			best = i
		}
		if col > x || at > row.End {
			break
		}
		best = i
		if i+1 < len(l.begin) {
			col += text.Width(l.s[at:l.begin[i+1]])
		}
	}
	return max(best, 0)
}

func (f *Field) drawArea(r canvas.Region, tok theme.Token) (x, y int) {
	l := f.layout()
	x, y = l.cell(f.at, r.W)
	f.off = max(min(f.off, y), y-r.H+1, 0)
	for i := range min(r.H, len(l.rows)-f.off) {
		row := l.rows[f.off+i]
		r.Text(0, i, l.s[row.Start:row.End], tok)
	}
	return x, y - f.off
}

// Rows is how many rows the text takes at a width.
func (f *Field) Rows(width int) int {
	f.width = width
	return len(f.layout().rows)
}

// vertical moves the cursor by rows; false when there is none.
func (f *Field) vertical(by int) bool {
	l := f.layout()
	x, y := l.cell(f.at, f.width)
	if y+by < 0 || y+by >= len(l.rows) {
		return false
	}
	f.at = l.char(x, y+by)
	return true
}
