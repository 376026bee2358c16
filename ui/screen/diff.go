package screen

import (
	"strconv"
	"unicode/utf8"
)

const (
	// bridge is how many unchanged columns are cheaper to write again than to
	// jump over.
	bridge = 3
	// blanks is from how many blank columns on an erase is cheaper than spaces.
	blanks = 8
)

// cell is one column. A wide character has its text in the left cell and wide
// set; the right one is a tail.
type cell struct {
	s    string // empty = blank
	sgr  string // parameters of the attributes, empty = none
	wide bool
	tail bool
}

// unknown equals no cell of a frame.
var unknown = cell{s: "\x00"}

// painter writes sequences for a terminal whose pen and cursor it keeps track of.
type painter struct {
	out    []byte
	sgr    string // the pen
	x, y   int    // -1 = not known
	hidden bool   // the cursor
	// apart says that the terminal draws ambiguous characters two columns wide:
	// after each of them the column is named anew.
	apart   bool
	changed []bool // scratch
}

// row writes what makes the row shown equal to want, and updates shown.
func (p *painter) row(y int, shown, want []cell) {
	if !p.compare(shown, want) {
		return
	}
	w := len(want)
	for x := 0; x < w; {
		if !p.changed[x] {
			x++
			continue
		}
		end := p.runEnd(x, want)
		if tail := blankFrom(want, x, end); end == w && w-tail >= 4 {
			p.run(x, tail, y, want)
			p.move(tail, y)
			p.setPen("")
			p.out = append(p.out, "\x1b[K"...)
		} else {
			p.run(x, end, y, want)
		}
		x = end
	}
	copy(shown, want)
}

// compare marks the columns to be written, whole characters of both rows.
func (p *painter) compare(shown, want []cell) bool {
	w := len(want)
	if len(p.changed) < w {
		p.changed = make([]bool, w)
	}
	changed := p.changed[:w]
	found := false
	for x := range w {
		changed[x] = shown[x] != want[x]
		found = found || changed[x]
	}
	for again := found; again; {
		again = false
		for x := 0; x+1 < w; x++ {
			if changed[x] != changed[x+1] && (shown[x].wide || want[x].wide || shown[x+1].tail || want[x+1].tail) {
				changed[x], changed[x+1], again = true, true, true
			}
		}
	}
	return found
}

// runEnd is the column behind the run that begins at x; short gaps belong to it.
func (p *painter) runEnd(x int, want []cell) int {
	w := len(want)
	end := x
	for i := x; i < w && i <= end+bridge; i++ {
		if p.changed[i] {
			end = i + 1
		}
	}
	return end
}

// blankFrom is the first column of the blank tail of a run.
func blankFrom(want []cell, x, end int) int {
	for end > x && want[end-1] == (cell{}) {
		end--
	}
	return end
}

// run writes the columns from to end-1.
func (p *painter) run(from, end, y int, want []cell) {
	for x := from; x < end; {
		if n := blankRun(want, x, end); n >= blanks {
			p.move(x, y)
			p.setPen("")
			p.out = append(strconv.AppendInt(append(p.out, "\x1b["...), int64(n), 10), 'X')
			x += n
			continue
		}
		p.move(x, y)
		x += p.cell(want[x], len(want))
	}
}

func blankRun(want []cell, x, end int) int {
	n := 0
	for x+n < end && want[x+n] == (cell{}) {
		n++
	}
	return n
}

// cell writes one character at the cursor and returns its columns.
func (p *painter) cell(c cell, width int) int {
	if c.tail { // an orphan half: cannot happen in a whole row, drawn as a blank
		c = cell{sgr: c.sgr}
	}
	p.setPen(c.sgr)
	n := 1
	if c.wide {
		n = 2
	}
	if c.s == "" {
		p.out = append(p.out, ' ')
	} else {
		p.out = append(p.out, c.s...)
	}
	p.x += n
	if p.x >= width || (p.apart && ambiguous(c)) {
		p.x = -1 // wrap pending, or the terminal may have gone further
	}
	return n
}

// ambiguous reports characters that some terminals draw two columns wide.
func ambiguous(c cell) bool {
	return !c.wide && len(c.s) > 0 && c.s[0] >= utf8.RuneSelf
}

func (p *painter) setPen(to string) {
	switch {
	case to == p.sgr:
		return
	case to == "":
		p.out = append(p.out, "\x1b[m"...)
	case p.sgr == "":
		p.out = append(append(append(p.out, "\x1b["...), to...), 'm')
	default:
		p.out = append(append(append(p.out, "\x1b[0;"...), to...), 'm')
	}
	p.sgr = to
}

// move puts the cursor at a cell by the shortest sequence.
func (p *painter) move(x, y int) {
	if p.x == x && p.y == y {
		return
	}
	known := p.x >= 0 && p.y == y
	p.out = append(p.out, "\x1b["...)
	switch {
	case known && x > p.x:
		if x-p.x > 1 {
			p.out = strconv.AppendInt(p.out, int64(x-p.x), 10)
		}
		p.out = append(p.out, 'C')
	case p.y == y:
		p.out = append(strconv.AppendInt(p.out, int64(x+1), 10), 'G')
	default:
		p.out = append(strconv.AppendInt(p.out, int64(y+1), 10), ';')
		p.out = append(strconv.AppendInt(p.out, int64(x+1), 10), 'H')
	}
	p.x, p.y = x, y
}
