package screen

import "strconv"

// colour is 0 for the default, 1+n for the palette, or rgb with the top bit set.
type colour uint32

const rgb colour = 1 << 31

// attribute bits in the order of their SGR numbers.
const (
	bold = 1 << iota
	faint
	italic
	blink
	fastBlink
	reverse
	conceal
	strike
)

// pen is how a cell is drawn. It is comparable on purpose.
type pen struct {
	fg, bg, ul colour
	under      uint8 // underline style, 0 = none
	attrs      uint8
}

// param is one SGR parameter; sub says that it follows a colon.
type param struct {
	n   int
	sub bool
}

// apply changes the pen as SGR does. Unknown parameters are left out.
func (p *pen) apply(ps []param) {
	if len(ps) == 0 {
		*p = pen{}
	}
	for i := 0; i < len(ps); {
		i += p.one(ps[i:])
	}
}

// one applies the first parameter and returns how many it used up.
func (p *pen) one(ps []param) int {
	switch n := ps[0].n; n {
	case 0:
		*p = pen{}
	case 1, 2, 3, 5, 6, 7, 8, 9:
		p.attrs |= attrOf(n)
	case 4:
		p.under = 1
		if len(ps) > 1 && ps[1].sub {
			p.under = uint8(min(ps[1].n, 5))
			return 2
		}
	case 22:
		p.attrs &^= bold | faint
	case 24:
		p.under = 0
	case 25:
		p.attrs &^= blink | fastBlink
	case 23, 27, 28, 29:
		p.attrs &^= attrOf(n - 20)
	case 38, 48, 58:
		return p.extended(ps)
	default:
		p.basic(n)
	}
	return 1
}

// attrOf maps the SGR numbers 1-9 without 4 to a bit.
func attrOf(n int) uint8 {
	if n > 4 {
		n--
	}
	return 1 << (n - 1)
}

func (p *pen) basic(n int) {
	switch {
	case n >= 30 && n <= 37:
		p.fg = colour(n - 30 + 1)
	case n == 39:
		p.fg = 0
	case n >= 40 && n <= 47:
		p.bg = colour(n - 40 + 1)
	case n == 49:
		p.bg = 0
	case n == 59:
		p.ul = 0
	case n >= 90 && n <= 97:
		p.fg = colour(n - 90 + 9)
	case n >= 100 && n <= 107:
		p.bg = colour(n - 100 + 9)
	}
}

// extended reads 38;5;n, 38;2;r;g;b and their forms with colons.
func (p *pen) extended(ps []param) int {
	if len(ps) < 3 {
		return len(ps)
	}
	var c colour
	used := 3
	switch ps[1].n {
	case 5:
		c = colour(ps[2].n&0xff) + 1
	case 2:
		at := 2
		if ps[1].sub && len(ps) > 5 && ps[5].sub {
			at = 3 // a colour space stands before the values
		}
		if len(ps) < at+3 {
			return len(ps)
		}
		used = at + 3
		c = rgb | colour(ps[at].n&0xff)<<16 | colour(ps[at+1].n&0xff)<<8 | colour(ps[at+2].n&0xff)
	default:
		return 2
	}
	switch ps[0].n {
	case 38:
		p.fg = c
	case 48:
		p.bg = c
	default:
		p.ul = c
	}
	return used
}

// sgr appends the sequence that changes the pen from to p.
func (p pen) sgr(b []byte, from pen) []byte {
	if p == from {
		return b
	}
	if p == (pen{}) {
		return append(b, "\x1b[m"...)
	}
	b = append(b, "\x1b["...)
	if p.lacks(from) {
		b = append(b, '0', ';')
		from = pen{}
	}
	for bit := range 8 {
		if p.attrs&^from.attrs&(1<<bit) != 0 {
			n := bit + 1
			if n > 3 {
				n++
			}
			b = append(strconv.AppendInt(b, int64(n), 10), ';')
		}
	}
	if p.under != from.under {
		b = append(b, '4')
		if p.under > 1 {
			b = append(b, ':', '0'+p.under)
		}
		b = append(b, ';')
	}
	b = p.fg.sgr(b, from.fg, 38, 30, 90)
	b = p.bg.sgr(b, from.bg, 48, 40, 100)
	b = p.ul.sgr(b, from.ul, 58, 0, 0)
	b[len(b)-1] = 'm'
	return b
}

// lacks reports whether from has something that p has not: then it is shorter
// to begin from nothing.
func (p pen) lacks(from pen) bool {
	gone := func(was, is colour) bool { return was != 0 && is == 0 }
	return from.attrs&^p.attrs != 0 || from.under != 0 && p.under == 0 ||
		gone(from.fg, p.fg) || gone(from.bg, p.bg) || gone(from.ul, p.ul)
}

// sgr appends the parameters of a colour, each with a semicolon behind it.
func (c colour) sgr(b []byte, from colour, ext, base, bright int) []byte {
	n := int(c) - 1
	switch {
	case c == from:
		return b
	case c&rgb != 0:
		b = append(strconv.AppendInt(b, int64(ext), 10), ";2;"...)
		for _, shift := range []int{16, 8, 0} {
			b = append(strconv.AppendInt(b, int64(c>>shift&0xff), 10), ';')
		}
		return b
	case base != 0 && n < 8:
		return append(strconv.AppendInt(b, int64(base+n), 10), ';')
	case base != 0 && n < 16:
		return append(strconv.AppendInt(b, int64(bright+n-8), 10), ';')
	}
	b = append(strconv.AppendInt(b, int64(ext), 10), ";5;"...)
	return append(strconv.AppendInt(b, int64(n), 10), ';')
}
