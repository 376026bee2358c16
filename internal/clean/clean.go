// Package clean makes text from outside safe to store, log and draw.
//
// It owns the cleaner that every door of the program uses: display names, imported articles, file names, close
// reasons, configuration values. Everybody except rules, media and wire may import it; it imports nothing of ours.
// It promises valid UTF-8 without control characters, escape sequences, direction overrides or invisible
// characters, at most the stated number of runes, and the same result when applied twice. It keeps what people
// are called: rare and private-use Han characters, the middle dot of names, and the scripts of the minorities.
package clean

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one base character may carry. The tallest Tibetan stacks in use need five.
const maxMarks = 6

// Line cleans s to one line of at most max runes. Line breaks and tabs become one space, runs of spaces shrink to
// one, and the ends are trimmed. A text that had to be cut ends in "…".
func Line(s string, max int) string {
	c := cleaner{max: max, line: true}
	return c.run(s)
}

// Text cleans s to several lines of at most max runes altogether. Every kind of line break becomes "\n", a tab
// becomes a space, spaces before a line break are dropped. A text that had to be cut ends in "…".
func Text(s string, max int) string {
	c := cleaner{max: max}
	return c.run(s)
}

type cleaner struct {
	max  int
	line bool

	out    []rune
	gap    []rune // spaces and breaks that are written only when something visible follows
	marks  int    // combining marks since the last base
	cut    bool
	script *unicode.RangeTable // joining script of the last base, nil when it has none
}

func (c *cleaner) run(s string) string {
	if c.max <= 0 {
		return ""
	}
	for len(s) > 0 && !c.cut {
		if n := escapeLen(s); n > 0 {
			s = s[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		if r == '\r' && strings.HasPrefix(s, "\n") {
			continue
		}
		c.take(r)
	}
	if c.cut {
		c.out = append(trimEnd(c.out[:c.max-1]), '…')
	}
	return string(c.out)
}

func (c *cleaner) take(r rune) {
	switch {
	case isBreak(r):
		c.lineBreak()
	case r == '\t' || isOddSpace(r, c.script):
		c.space(' ')
	case unicode.Is(unicode.Zs, r) && !(r == narrowSpace && c.script == unicode.Mongolian):
		c.space(r)
	case isJoiner(r) || isVariation(r):
		if c.joins(r) {
			c.mark(r)
		}
	case isInvisible(r):
	case unicode.Is(unicode.M, r):
		c.mark(r)
	default:
		c.base(r)
	}
}

func (c *cleaner) lineBreak() {
	if c.line {
		c.space(' ')
		return
	}
	for len(c.gap) > 0 && c.gap[len(c.gap)-1] != '\n' {
		c.gap = c.gap[:len(c.gap)-1]
	}
	c.push('\n')
}

func (c *cleaner) space(r rune) {
	if c.line && len(c.gap) > 0 {
		return
	}
	c.push(r)
}

// push keeps r back until something visible follows. The gap is bounded, or a flood of spaces would grow it.
func (c *cleaner) push(r rune) {
	c.script = nil
	c.marks = maxMarks // a mark after a space has no base
	if c.line && len(c.out) == 0 {
		return
	}
	if len(c.out) == 0 && r != '\n' && len(c.gap) == 0 {
		c.gap = append(c.gap, r) // indentation of the first line
		return
	}
	if len(c.out)+len(c.gap) <= c.max {
		c.gap = append(c.gap, r)
	}
}

func (c *cleaner) base(r rune) {
	if len(c.out) == 0 {
		c.gap = c.gap[lastBreak(c.gap):]
	}
	c.out = append(c.out, c.gap...)
	c.gap = c.gap[:0]
	c.out = append(c.out, r)
	c.marks = 0
	c.script = joiningScript(r)
	c.cut = len(c.out) > c.max
}

func (c *cleaner) mark(r rune) {
	if c.marks >= maxMarks || len(c.out) == 0 || len(c.gap) > 0 {
		return
	}
	c.marks++
	c.out = append(c.out, r)
	c.cut = len(c.out) > c.max
}

// joins tells whether an invisible joiner or selector shapes the letter before it; anywhere else it only hides.
func (c *cleaner) joins(r rune) bool {
	if len(c.out) == 0 || len(c.gap) > 0 {
		return false
	}
	switch {
	case r >= 0x180B && r <= 0x180F: // Mongolian selectors and vowel separator
		return c.script == unicode.Mongolian
	case isJoiner(r):
		return c.script != nil
	case r >= 0xE0100 && r <= 0xE01EF: // ideographic variants are how some names are written
		return unicode.Is(unicode.Han, c.out[len(c.out)-1])
	}
	return false
}

// lastBreak is the length of the leading blank lines of a gap: a text starts with its first written line.
func lastBreak(gap []rune) int {
	for i := len(gap) - 1; i >= 0; i-- {
		if gap[i] == '\n' {
			return i + 1
		}
	}
	return 0
}

// trimEnd drops spaces that a cut has left at the end.
func trimEnd(rs []rune) []rune {
	for len(rs) > 0 && unicode.IsSpace(rs[len(rs)-1]) {
		rs = rs[:len(rs)-1]
	}
	return rs
}

// Cell makes one line of s harmless in a spreadsheet: a text that a spreadsheet would take for a formula gets a
// leading apostrophe. A lone "-" is our mark for "not reported" and stays.
func Cell(s string) string {
	s = Line(s, 32767) // the most characters a cell of a workbook can hold
	if s == "" || s == "-" {
		return s
	}
	if r, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("=+-@|%＝＋－＠", r) {
		return "'" + s
	}
	return s
}
