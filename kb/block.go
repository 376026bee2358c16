package kb

import (
	"strings"
)

// BlockKind is the kind of a block of text.
type BlockKind int

// Kinds of blocks.
const (
	Para BlockKind = iota
	Heading
	Item // of a list
	Quote
	Table
	Rule
	Code
)

// Block is a piece of an article that stands on lines of its own. Emphasis and links inside it are plain text.
type Block struct {
	Kind   BlockKind
	Level  int    // of a heading, 1 to 6; of an item, its depth from 0
	Number string // of an item of a numbered list: 1. 2.
	Text   string
	Rows   [][]string // of a table, the head first
}

// Blocks takes Markdown apart. Whatever is no other block is a paragraph; nothing is lost and nothing fails.
func Blocks(body string) []Block {
	p := blockParser{lines: strings.Split(body, "\n")}
	for p.at < len(p.lines) {
		p.next()
	}
	p.endPara()
	return p.out
}

type blockParser struct {
	lines []string
	at    int
	para  []string
	out   []Block
}

func (p *blockParser) add(b Block) {
	p.endPara()
	p.out = append(p.out, b)
}

// endPara closes the paragraph under way. Its lines are joined as Chinese is: with a space only between Latin words.
func (p *blockParser) endPara() {
	if len(p.para) == 0 {
		return
	}
	text := joinLines(p.para)
	p.para = nil
	p.out = append(p.out, Block{Kind: Para, Text: inline(text)})
}

func joinLines(lines []string) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 && endsLatin(lines[i-1]) && beginsLatin(l) {
			b.WriteByte(' ')
		}
		b.WriteString(l)
	}
	return b.String()
}

func endsLatin(s string) bool   { return s != "" && s[len(s)-1] < 0x80 }
func beginsLatin(s string) bool { return s != "" && s[0] < 0x80 }

func (p *blockParser) next() {
	line := p.lines[p.at]
	text := strings.TrimSpace(line)
	p.at++
	switch {
	case text == "":
		p.endPara()
	case strings.HasPrefix(text, "```"):
		p.code()
	case headingLevel(text) > 0:
		n := headingLevel(text)
		p.add(Block{Kind: Heading, Level: n, Text: inline(strings.TrimSpace(strings.Trim(text[n:], "#")))})
	case isRule(text):
		p.add(Block{Kind: Rule})
	case strings.HasPrefix(text, ">"):
		p.add(Block{Kind: Quote, Text: inline(strings.TrimSpace(strings.TrimLeft(text, "> ")))})
	case strings.HasPrefix(text, "|"):
		p.table(text)
	default:
		p.item(line, text)
	}
}

func headingLevel(text string) int {
	n := len(text) - len(strings.TrimLeft(text, "#"))
	if n > 6 || n == len(text) || text[n] != ' ' {
		return 0
	}
	return n
}

func isRule(text string) bool {
	for _, c := range []string{"-", "*", "_"} {
		if len(text) >= 3 && strings.Trim(text, c+" ") == "" && strings.Count(text, c) >= 3 {
			return true
		}
	}
	return false
}

// code keeps the lines up to the closing fence as they are.
func (p *blockParser) code() {
	from := p.at
	for p.at < len(p.lines) && !strings.HasPrefix(strings.TrimSpace(p.lines[p.at]), "```") {
		p.at++
	}
	p.add(Block{Kind: Code, Text: strings.Join(p.lines[from:p.at], "\n")})
	p.at = min(p.at+1, len(p.lines))
}

// table gathers the rows; the line of dashes under the head goes.
func (p *blockParser) table(text string) {
	rows := [][]string{cells(text)}
	for p.at < len(p.lines) {
		next := strings.TrimSpace(p.lines[p.at])
		if !strings.HasPrefix(next, "|") {
			break
		}
		p.at++
		if strings.Trim(next, "|-: ") != "" {
			rows = append(rows, cells(next))
		}
	}
	p.add(Block{Kind: Table, Rows: rows})
}

func cells(text string) []string {
	parts := strings.Split(strings.Trim(text, "|"), "|")
	for i, c := range parts {
		parts[i] = inline(strings.TrimSpace(c))
	}
	return parts
}

// item takes a list item, or a line of a paragraph. A line indented under an item belongs to it.
func (p *blockParser) item(line, text string) {
	depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
	if number, rest, ok := itemMark(text); ok {
		p.add(Block{Kind: Item, Level: depth, Number: number, Text: inline(rest)})
		return
	}
	if last := len(p.out) - 1; depth > 0 && len(p.para) == 0 && last >= 0 && p.out[last].Kind == Item && p.lines[p.at-2] != "" {
		p.out[last].Text = joinLines([]string{p.out[last].Text, inline(text)})
		return
	}
	p.para = append(p.para, text)
}

func itemMark(text string) (number, rest string, ok bool) {
	for _, m := range []string{"- ", "* ", "+ "} {
		if rest, ok = strings.CutPrefix(text, m); ok {
			return "", strings.TrimSpace(rest), true
		}
	}
	n := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if n == 0 || n > 3 || !strings.HasPrefix(text[n:], ". ") && !strings.HasPrefix(text[n:], ") ") {
		return "", "", false
	}
	return text[:n] + ".", strings.TrimSpace(text[n+2:]), true
}

// inline drops the marks of emphasis and keeps the words of links.
func inline(s string) string {
	s = strings.NewReplacer("**", "", "__", "", "`", "").Replace(s)
	for {
		open := strings.Index(s, "](")
		if open < 0 {
			return s
		}
		start, end := strings.LastIndex(s[:open], "["), strings.Index(s[open:], ")")
		if start < 0 || end < 0 {
			return s
		}
		s = s[:start] + s[start+1:open] + s[open+end+1:]
	}
}

// plain is the text of blocks, a line each.
func plain(blocks []Block) string {
	var lines []string
	for _, b := range blocks {
		switch b.Kind {
		case Table:
			for _, r := range b.Rows {
				lines = append(lines, strings.Join(r, "  "))
			}
		case Rule:
		case Item:
			lines = append(lines, strings.TrimSpace(b.Number+" "+b.Text))
		default:
			lines = append(lines, b.Text)
		}
	}
	return strings.Join(lines, "\n")
}
