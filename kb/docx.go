package kb

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"zuoxi/internal/sheet"
	"zuoxi/kb/search"
)

const maxDeep = 200 // nested elements of a document

// ParseDOCX reads a text of the office programs: a statute is split by article; anything else is one article, whose
// paragraphs and tables become Markdown. The error is a *Refusal.
func ParseDOCX(file string, data []byte) ([]Article, error) {
	no := &Refusal{}
	refuse := func(text string) ([]Article, error) {
		no.add(Problem{file, 0, text})
		return nil, no
	}
	z, err := sheet.Packed(data)
	var f *sheet.Fault
	if errors.As(err, &f) {
		return refuse(f.Text + "，请另存为 .docx 再试")
	}
	if err != nil {
		return nil, err
	}
	doc, err := z.Open("word/document.xml")
	if err != nil {
		return refuse("里面没有正文，不是 Word 文档，请另存为 .docx 再试")
	}
	defer doc.Close()
	lines, err := wordLines(io.LimitReader(doc, maxWhole))
	if err != nil {
		return refuse("正文读不出来（" + err.Error() + "），请另存为 .docx 再试")
	}
	if statuteLike(lines) {
		return ParseStatute(file, lines)
	}
	return oneArticle(file, lines, no)
}

var errDeep = errors.New("嵌套太深")

// wordLines gives the paragraphs and table rows as lines of Markdown. Word's headings begin with #.
func wordLines(r io.Reader) (lines []string, err error) {
	w := wordReader{}
	d := xml.NewDecoder(r)
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return w.lines, nil
		}
		if err != nil {
			return nil, errors.New("格式错误")
		}
		switch t := t.(type) {
		case xml.StartElement:
			if w.deep++; w.deep > maxDeep {
				return nil, errDeep
			}
			w.start(t)
		case xml.EndElement:
			w.deep--
			w.end(t.Name.Local)
		case xml.CharData:
			if w.inText {
				w.text.Write(t)
			}
		}
	}
}

type wordReader struct {
	lines  []string
	deep   int
	inText bool
	text   strings.Builder
	head   int // level of the heading under way
	tables int // nested
	cell   []string
	row    []string
	rows   int // of the table so far
}

func (w *wordReader) start(t xml.StartElement) {
	switch t.Name.Local {
	case "t":
		w.inText = true
	case "tab", "br", "cr":
		w.text.WriteByte(' ')
	case "p":
		w.text.Reset()
		w.head = 0
	case "pStyle":
		for _, a := range t.Attr {
			if a.Name.Local == "val" {
				w.head = headingOf(a.Value)
			}
		}
	case "tbl":
		w.tables, w.rows = w.tables+1, 0
	case "tr":
		w.row = nil
	case "tc":
		w.cell = nil
	}
}

// headingOf is the level of a paragraph's style, 0 for none.
func headingOf(style string) int {
	style = strings.ToLower(strings.ReplaceAll(style, " ", ""))
	for _, name := range []string{"heading", "标题"} {
		if n, ok := strings.CutPrefix(style, name); ok && len(n) == 1 && n[0] >= '1' && n[0] <= '6' {
			return int(n[0] - '0')
		}
	}
	if len(style) == 1 && style[0] >= '1' && style[0] <= '6' {
		return int(style[0] - '0')
	}
	return 0
}

func (w *wordReader) end(name string) {
	switch name {
	case "t":
		w.inText = false
	case "p":
		text := strings.Join(strings.Fields(w.text.String()), " ")
		w.text.Reset()
		switch {
		case w.tables > 0:
			w.cell = append(w.cell, text)
		case w.head > 0 && text != "":
			w.lines = append(w.lines, strings.Repeat("#", w.head)+" "+text)
		default:
			w.lines = append(w.lines, text)
		}
	case "tc":
		w.row = append(w.row, strings.ReplaceAll(strings.TrimSpace(strings.Join(w.cell, " ")), "|", "／"))
	case "tr":
		w.lines = append(w.lines, "| "+strings.Join(w.row, " | ")+" |")
		if w.rows++; w.rows == 1 {
			w.lines = append(w.lines, strings.Repeat("| --- ", len(w.row))+"|")
		}
	case "tbl":
		w.tables--
		w.lines = append(w.lines, "")
	}
}

// oneArticle takes a text as one article under the file's name.
func oneArticle(file string, lines []string, no *Refusal) ([]Article, error) {
	id := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	title, from := id, 0
	for i, l := range lines {
		if strings.TrimSpace(l) != "" {
			title, from = strings.TrimLeft(l, "# "), i+1
			break
		}
	}
	var body []string
	for _, l := range lines[from:] {
		if body = append(body, l); l != "" && !strings.HasPrefix(l, "|") {
			body = append(body, "") // Word's paragraphs stand by themselves
		}
	}
	c := checker{file: file, refusal: no, line: func(string) int { return 1 }}
	a := c.record(record{ID: id, Title: title, Body: strings.Join(body, "\n"), Kind: search.KindAnswer})
	return []Article{a}, no.err()
}

var (
	articleLine = regexp.MustCompile(`^[\s　]*第([零〇一二三四五六七八九十百千两0-9]+)条(之[一二三四五六七八九十]+)?[\s　:：]*`)
	chapterLine = regexp.MustCompile(`^[\s　#]*第[零〇一二三四五六七八九十百0-9]+[章编][\s　]*(.*)$`)
)

// articleHead takes the beginning of an article's first paragraph apart, nil for any other: 第十条规定的…… goes on about an
// article.
func articleHead(l string) []string {
	m := articleLine.FindStringSubmatch(l)
	if m == nil {
		return nil
	}
	if rest := l[len(m[0]):]; strings.HasSuffix(m[0], "条") && strings.ContainsAny(firstRunes(rest, 1), "规的、至所到和或第款中，,") {
		return nil
	}
	return m
}

// statuteLike tells that a text is a statute: several of its paragraphs begin with 第…条.
func statuteLike(lines []string) bool {
	n := 0
	for _, l := range lines {
		if articleHead(strings.TrimSpace(l)) != nil {
			n++
		}
	}
	return n >= 3
}

// ParseStatute splits a statute by article. Its first line is its name; chapters go into the titles. The error is a
// *Refusal.
func ParseStatute(file string, lines []string) ([]Article, error) {
	no := &Refusal{}
	c := checker{file: file, refusal: no}
	var name, chapter string
	var out []Article
	var r *record
	at := 0
	finish := func() {
		if r != nil {
			c.line = func(string) int { return at }
			out = append(out, c.record(*r))
		}
		r = nil
	}
	for i, raw := range lines {
		l := strings.TrimSpace(strings.TrimRight(raw, "\r"))
		switch m := articleHead(l); {
		case l == "":
		case name == "":
			name = strings.Trim(strings.TrimLeft(l, "# "), "《》")
		case m != nil:
			finish()
			at = i + 1
			number := "第" + m[1] + "条" + m[2]
			r = &record{
				ID: fmt.Sprintf("%s%s", name, number), Title: strings.TrimSpace(name + number + " " + chapter),
				Body: strings.TrimSpace(l[len(m[0]):]), Kind: search.KindPolicy, Category: "法律法规",
			}
		case chapterLine.MatchString(l):
			finish()
			chapter = strings.Join(strings.Fields(chapterLine.FindStringSubmatch(l)[1]), "")
		case r != nil:
			r.Body += "\n\n" + l
		}
	}
	finish()
	if len(out) == 0 {
		no.add(Problem{file, 0, "里面没有“第…条”，不像法规，请改用 Markdown 或表格"})
	}
	return out, no.err()
}
