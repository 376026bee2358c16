// Package article owns how a knowledge article looks: its blocks become lines
// of a given width with Chinese line-breaking. ui/lookup shows it. It promises
// that the text of the lines, joined, is the text of the article and nothing
// else: no line drawing is mixed into what may be copied.
package article

import (
	"strconv"
	"strings"

	"zuoxi/ui/canvas"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Kind is what a block is.
type Kind uint8

// The kinds of blocks.
const (
	Para    Kind = iota
	Head         // a caption inside the article
	Item         // one entry of a list; Mark is its number or bullet
	Speak        // wording that may be read out to the caller
	Never        // what must not be promised
	Basis        // document and article that the answer rests on
	Blocked      // wording that must not be read out now; Mark says why
	Quote        // what somebody else says, word for word
	Code         // lines that stay as they are
	Table        // Rows; where it cannot be a table, Text
)

// Block is a piece of an article.
type Block struct {
	Kind  Kind
	Mark  string
	Text  string
	Depth int        // of an item, from 0
	Rows  [][]string // of a table, the head first
}

// Article is what the pane shows.
type Article struct {
	ID, Version string
	Title       string
	Meta        string // level, region, dates: one line
	Caution     string // expired, not verified: one line, empty when sound
	Blocks      []Block
	Links       []Link
	Papers      string // what to bring, as a text message; empty when there is none
	Held        string // why Papers must not go to the caller now; empty when they may
}

// Link leads to another article: by its id, or by words that find it.
type Link struct{ Label, ID, Query string }

// Line is a drawn line.
type Line struct {
	Indent int
	Text   string
	Tok    theme.Token
}

// maxDepth is the deepest level of a list that is moved to the right.
const maxDepth = 4

// Lines lays the article out at a width.
func Lines(a Article, width int) []Line {
	var out []Line
	add := func(first, rest string, tok theme.Token, s string) {
		out = append(out, hang(first, rest, tok, s, width)...)
	}
	add("", "", theme.Title, a.Title)
	if a.Meta != "" {
		add("", "", theme.Dim, strings.TrimSpace(a.ID+"  "+a.Meta))
	}
	if a.Caution != "" {
		add("", "", theme.Warn, a.Caution)
	}
	for _, b := range a.Blocks {
		switch b.Kind {
		case Head:
			out = append(out, Line{})
			add("", "", theme.Bold, b.Text)
		case Item:
			lead, mark := strings.Repeat("  ", 1+min(b.Depth, maxDepth)), b.Mark+" "
			add(lead+mark, strings.Repeat(" ", len(lead)+text.Width(mark)), theme.Plain, b.Text)
		case Quote:
			add("  ", "  ", theme.Dim, b.Text)
		case Code:
			for l := range strings.SplitSeq(b.Text, "\n") {
				code := strings.TrimLeft(l, " ")
				lead := strings.Repeat(" ", 2+len(l)-len(code))
				add(lead, lead, theme.Plain, code)
			}
		case Table:
			out = append(out, tableLines(b.Rows, width)...)
		case Speak:
			add("可读出 ", "       ", theme.Good, b.Text)
		case Blocked:
			add("", "", theme.Bad, b.Mark)
			add("", "", theme.Dim, b.Text)
		case Never:
			add("不承诺 ", "       ", theme.Bad, b.Text)
		case Basis:
			add("依据 ", "     ", theme.Dim, b.Text)
		default:
			add("", "", theme.Plain, b.Text)
		}
	}
	return out
}

// hang wraps s behind a mark, the following lines indented by rest.
func hang(first, rest string, tok theme.Token, s string, width int) []Line {
	indent := text.Width(first)
	if width-indent < 10 {
		first, rest, indent = "", "", 0
	}
	var out []Line
	for i, l := range text.Wrap(s, width-indent) {
		lead := rest
		if i == 0 {
			lead = first
		}
		out = append(out, Line{Indent: indent, Text: lead + l, Tok: tok})
	}
	return out
}

// View shows an article in a window that can be scrolled.
type View struct {
	art   Article
	lines []Line
	width int
	top   int
	shown int // rows of the last drawing
}

// Open shows an article from its beginning; the same one again stays where it is.
func (v *View) Open(a Article) {
	if a.ID == v.art.ID && a.Version == v.art.Version {
		return
	}
	*v = View{art: a}
}

// Close shows nothing.
func (v *View) Close() { *v = View{} }

// Article is what is shown; its ID is empty when nothing is.
func (v *View) Article() Article { return v.art }

// unbroken is a width at which no line is broken.
const unbroken = 1 << 20

// Text is the article as it may be copied: its paragraphs in one line each, as who pastes them wants them.
func (v *View) Text() string {
	lines := Lines(v.art, unbroken)
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.Text
	}
	return strings.Join(out, "\n")
}

// Scroll moves the window by rows.
func (v *View) Scroll(by int) {
	v.top = max(0, min(v.top+by, len(v.lines)-v.shown))
}

// Page is the height of the window, for scrolling by pages.
func (v *View) Page() int { return max(v.shown-1, 1) }

// Draw draws the window.
func (v *View) Draw(r canvas.Region) {
	if v.width != r.W {
		v.width, v.lines = r.W, Lines(v.art, r.W)
	}
	v.shown = r.H
	v.Scroll(0)
	for y := range min(r.H, len(v.lines)-v.top) {
		l := v.lines[v.top+y]
		r.Text(0, y, l.Text, l.Tok)
	}
	if rest := len(v.lines) - v.top - r.H; rest > 0 && r.H > 2 {
		r.Right(r.H-1, " PgDn 还有"+strconv.Itoa(rest)+"行", theme.Dim)
	}
}
