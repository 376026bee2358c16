package text

import (
	"strings"
	"unicode/utf8"
)

// Span is a line of a wrapped text as byte offsets; what lies between the end
// of one line and the start of the next are the spaces that hang at the break.
type Span struct{ Start, End int }

// Wrap breaks s into lines of at most w columns. A break may fall between any
// two Chinese characters; numbers and Latin words stay whole; no line begins
// with closing punctuation or ends with opening punctuation; ideographic
// spaces at the beginning of a paragraph stay.
func Wrap(s string, w int) []string {
	spans := Spans(s, w)
	lines := make([]string, len(spans))
	for i, sp := range spans {
		lines[i] = s[sp.Start:sp.End]
	}
	return lines
}

// Spans is Wrap as offsets into s. An empty text is one empty line.
func Spans(s string, w int) []Span {
	w = max(w, 2)
	var out []Span
	start := 0
	for {
		end := strings.IndexByte(s[start:], '\n')
		if end < 0 {
			return wrapParagraph(out, s, Span{start, len(s)}, w)
		}
		out = wrapParagraph(out, s, Span{start, start + end}, w)
		start += end + 1
	}
}

// unit is a piece of text that is never broken: a word, a character, a space.
type unit struct {
	Span
	width int
	kind  kind
}

func wrapParagraph(out []Span, s string, p Span, w int) []Span {
	units := split(s, p, w)
	if len(units) == 0 {
		return append(out, Span{p.Start, p.Start})
	}
	for first := 0; first < len(units); {
		next := fill(units, first, w)
		last := next - 1
		for last > first && units[last].kind == space {
			last--
		}
		out = append(out, Span{units[first].Start, units[last].End})
		for next < len(units) && units[next].kind == space {
			next++ // spaces hang at the break
		}
		first = next
	}
	return out
}

// fill returns the index of the first unit that belongs to the next line.
func fill(units []unit, first, w int) int {
	used, i := 0, first
	for i < len(units) && used+units[i].width <= w {
		used += units[i].width
		i++
	}
	if i == len(units) || units[i].kind == space {
		return i
	}
	for b := i; b > first; b-- {
		if units[b-1].kind != opening && units[b].kind != closing {
			return b
		}
	}
	return max(i, first+1) // nothing but punctuation: break where it is full
}

// split cuts a paragraph into units; a word longer than a line is cut to it.
func split(s string, p Span, w int) []unit {
	units := make([]unit, 0, (p.End-p.Start)/3+1)
	indent := true
	for i := p.Start; i < p.End; {
		c, cw := Next(s[i:p.End])
		k := kindOf(c, cw)
		if c == "\u3000" && indent {
			k = letter // the indent of a paragraph is text, not a gap
		}
		indent = indent && (c == " " || c == "\u3000")
		u := unit{Span{i, i + len(c)}, cw, k}
		i = u.End
		if n := len(units); n > 0 && glued(s, units[n-1], u) && units[n-1].width+cw <= w {
			units[n-1].End, units[n-1].width = u.End, units[n-1].width+cw
			continue
		}
		units = append(units, u)
	}
	return units
}

// glued reports whether u belongs to the word before it: the 5 of 3.5 and the
// dot as well.
func glued(s string, word, u unit) bool {
	tail := s[word.End-1]
	ascii := tail < utf8.RuneSelf && kindOf(s[word.End-1:word.End], 1) == closing
	inWord := word.kind == latin || ascii
	return inWord && (u.kind == latin || (u.kind == closing && s[u.Start] < utf8.RuneSelf))
}

type kind uint8

const (
	letter  kind = iota // a line may break on both sides
	latin               // sticks to its like
	space               // hangs at the end of a line
	opening             // never ends a line
	closing             // never begins a line
)

func kindOf(c string, width int) kind {
	r, _ := utf8.DecodeRuneInString(c)
	switch r {
	case ' ', 0x3000:
		return space
	case '（', '《', '「', '『', '【', '〈', '〔', '［', '｛', '“', '‘', '(', '[', '{':
		return opening
	case '，', '。', '、', '；', '：', '！', '？', '）', '》', '」', '』', '】', '〉', '〕', '］', '｝',
		'”', '’', '…', '％', '·', '～', '—', ',', '.', ';', ':', '!', '?', ')', ']', '}', '%':
		return closing
	}
	if width > 1 {
		return letter
	}
	return latin
}
