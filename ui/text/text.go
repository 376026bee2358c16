package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of columns of s.
func Width(s string) int {
	w := 0
	for s != "" {
		c, cw := Next(s)
		w += cw
		s = s[len(c):]
	}
	return w
}

// Cut is the longest beginning of s of at most w columns.
func Cut(s string, w int) string {
	used, i := 0, 0
	for i < len(s) {
		c, cw := Next(s[i:])
		if used+cw > w {
			break
		}
		used += cw
		i += len(c)
	}
	return s[:i]
}

// Fit cuts s to w columns and fills up with spaces: always exactly w columns.
func Fit(s string, w int) string {
	s = Cut(s, w)
	if n := w - Width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// Right is Fit with the text at the right edge.
func Right(s string, w int) string {
	s = Cut(s, w)
	if n := w - Width(s); n > 0 {
		return strings.Repeat(" ", n) + s
	}
	return s
}

// Short cuts s to w columns and shows by two dots that something is missing.
func Short(s string, w int) string {
	if Width(s) <= w {
		return s
	}
	if w < 3 {
		return Cut(s, w)
	}
	return Cut(s, w-2) + ".."
}

// Fold maps full-width letters, digits and signs to ASCII and the ideographic
// space to a plain one: what an input method types where a number is asked.
func Fold(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == 0x3000 || (r >= 0xff01 && r <= 0xff5e) }) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0x3000:
			return ' '
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xfee0
		}
		return r
	}, s)
}

// Plain makes s fit for cells: control characters and broken bytes go, tabs and
// line ends become a space, pictographs become Emoji.
func Plain(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		c, w := Next(s)
		s = s[len(c):]
		switch {
		case c == "\t" || c == "\n":
			b.WriteByte(' ')
		case w == 0 || !utf8.ValidString(c):
		case pictograph(c):
			b.WriteString(Emoji)
		default:
			b.WriteString(agreed(printable(c)))
		}
	}
	return b.String()
}

// agreed keeps of a cluster what terminals with and without grapheme mode draw
// equally wide: all of it nearly always, else its base.
func agreed(c string) string {
	_, n := utf8.DecodeRuneInString(c)
	for _, s := range []string{c, c[:n]} {
		if w := ansi.StringWidth(s); w == ansi.StringWidthWc(s) && w <= 2 {
			return s
		}
	}
	return "?"
}

// plain reports whether s needs no change by Plain, without building anything.
func plain(s string) bool {
	for i := 0; i < len(s); {
		n, w := plainRune(s[i:])
		if n == 0 || w == 0 {
			return false
		}
		i += n
	}
	return true
}

// printable drops the controls and invisible formats that a cluster may carry
// and keeps at most four marks on its base.
func printable(c string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		if n++; n > 5 {
			return -1
		}
		return r
	}, c)
}
