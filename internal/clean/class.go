package clean

import (
	"unicode"
	"unicode/utf8"
)

const (
	esc         = 0x1B
	narrowSpace = 0x202F
)

// escapeLen is the length of the terminal control sequence at the start of s (ECMA-48), 0 when there is none. A string
// sequence without its terminator ends at the line's end: what follows would be lost in a terminal as well, but a
// cleaner must not lose a whole article.
func escapeLen(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == esc && len(s) == 1:
		return 1
	case r == esc:
		return escapedLen(s)
	case r == 0x9B:
		return n + csiLen(s[n:])
	case r == 0x90 || r == 0x98 || (r >= 0x9D && r <= 0x9F):
		return n + stringLen(s[n:])
	}
	return 0
}

func escapedLen(s string) int {
	switch s[1] {
	case '[':
		return 2 + csiLen(s[2:])
	case ']', 'P', 'X', '^', '_':
		return 2 + stringLen(s[2:])
	}
	i := 1
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x2F {
		i++
	}
	if i < len(s) && s[i] >= 0x30 && s[i] <= 0x7E {
		i++
	}
	return i
}

// csiLen measures parameters, intermediates and the final byte after a CSI.
func csiLen(s string) int {
	i := 0
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x3F {
		i++
	}
	if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7E {
		i++
	}
	return i
}

// stringLen measures the body of an OSC, DCS, SOS, PM or APC with its terminator.
func stringLen(s string) int {
	for i, r := range s {
		switch r {
		case 0x07, 0x18, 0x1A:
			return i + 1
		case 0x9C:
			return i + 2
		case esc:
			if i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
			return i
		case '\n', '\r':
			return i
		}
	}
	return len(s)
}

func isBreak(r rune) bool {
	switch r {
	case '\n', '\v', '\f', '\r', 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

// isOddSpace names the spaces that look like a plain one and are made plain.
func isOddSpace(r rune, script *unicode.RangeTable) bool {
	switch {
	case r == 0xA0 || r == 0x1680 || r == 0x205F || r == 0x2800:
		return true
	case r >= 0x2000 && r <= 0x200A:
		return true
	case r == narrowSpace:
		return script != unicode.Mongolian
	}
	return false
}

func isJoiner(r rune) bool { return r == 0x200C || r == 0x200D || (r >= 0x180B && r <= 0x180F) }

func isVariation(r rune) bool {
	return (r >= 0xFE00 && r <= 0xFE0F) || (r >= 0xE0100 && r <= 0xE01EF)
}

// isInvisible names what has no picture of its own: controls, formats, fillers, and code points that nobody has
// assigned. Planes 2 and 3 hold Han characters only, newer ones than our tables know, and private use is how older
// registers write rare names: both stay.
func isInvisible(r rune) bool {
	switch {
	case r == 0x34F || r == 0x115F || r == 0x1160 || r == 0x17B4 || r == 0x17B5 || r == 0x3164 || r == 0xFFA0 || r == 0xFFFC:
		return true
	case r >= 0x20000 && r <= 0x3FFFD:
		return r&0xFFFE == 0xFFFE
	case unicode.Is(unicode.Co, r):
		return r&0xFFFE == 0xFFFE
	}
	return !unicode.IsGraphic(r)
}

// joiningScript returns the script of r when its letters join and so may need an invisible joiner.
func joiningScript(r rune) *unicode.RangeTable {
	for _, t := range [...]*unicode.RangeTable{unicode.Mongolian, unicode.Arabic, unicode.Tibetan} {
		if r >= 0x600 && unicode.Is(t, r) {
			return t
		}
	}
	return nil
}
