package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Emoji stands for a pictograph in fixed-width cells: terminals disagree about
// the width of the real one.
const Emoji = "[表情]"

// Next splits the first grapheme cluster off s and says how many columns it
// takes. A control character counts as a cluster of no columns.
func Next(s string) (cluster string, width int) {
	if s == "" {
		return "", 0
	}
	if n, w := plainRune(s); n > 0 {
		return s[:n], w
	}
	cluster, width = ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	// A terminal without grapheme mode counts code points: draw to the wider
	// of the two opinions, so that neither overlaps its neighbour.
	if _, wc := ansi.FirstGraphemeCluster(cluster, ansi.WcWidth); wc > width {
		width = wc
	}
	return cluster, min(width, 2)
}

// plainRune recognises the runes that make up nearly all of our text, and that
// no following rune can change; n is 0 for anything else.
func plainRune(s string) (n, width int) {
	c := s[0]
	if c < utf8.RuneSelf {
		if len(s) > 1 && s[1] >= utf8.RuneSelf && joins(s[1:]) {
			return 0, 0
		}
		if c < 0x20 || c == 0x7f {
			return 1, 0
		}
		return 1, 1
	}
	r, n := utf8.DecodeRuneInString(s)
	width = 2
	if narrow(r) {
		width = 1
	} else if !wideCJK(r) {
		return 0, 0
	}
	if n < len(s) && s[n] >= utf8.RuneSelf && joins(s[n:]) {
		return 0, 0
	}
	return n, width
}

// narrow reports the runes that frames, meters and lamps are drawn with.
func narrow(r rune) bool {
	return r >= 0x2500 && r <= 0x259f || r == '·' || r == '●' || r == '○'
}

// wideCJK reports the blocks whose runes are always two columns wide.
func wideCJK(r rune) bool {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3400 && r <= 0x4dbf, r >= 0x20000 && r <= 0x2fffd, r >= 0x30000 && r <= 0x323af:
		return true
	case r >= 0x3000 && r <= 0x3029, r >= 0x3041 && r <= 0x3096, r >= 0x30a1 && r <= 0x30ff:
		return true
	case r >= 0xff01 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6:
		return true
	}
	return false
}

// joins reports whether the first rune of s may belong to the rune before it.
func joins(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	if r < 0x300 || wideCJK(r) || narrow(r) {
		return false
	}
	return r == 0x200d || unicode.In(r, unicode.M, unicode.Cf) || (r >= 0x1f3fb && r <= 0x1f3ff)
}

// IsHan reports whether r is a Chinese character.
func IsHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// pictograph reports whether a cluster would be drawn as an emoji.
func pictograph(cluster string) bool {
	for _, r := range cluster {
		switch {
		case r == 0xfe0f, r >= 0x1f000 && r <= 0x1faff, r >= 0xe0020 && r <= 0xe007f:
			return true
		case (r >= 0x2600 && r <= 0x27bf) || r == 0x2b50 || r == 0x2b55:
			_, w := ansi.FirstGraphemeCluster(cluster, ansi.GraphemeWidth)
			return w > 1
		}
	}
	return false
}
