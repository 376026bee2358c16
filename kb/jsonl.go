package kb

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"zuoxi/internal/clean"
	"zuoxi/kb/search"
)

// record is a line of a JSONL import.
type record struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Body      string   `json:"body"`
	Category  string   `json:"category,omitempty"`
	Kind      string   `json:"kind,omitempty"`
	Level     string   `json:"level,omitempty"`
	Region    string   `json:"region,omitempty"`
	Keywords  []string `json:"keywords,omitempty"`
	Synonyms  []string `json:"synonyms,omitempty"`
	Effective string   `json:"effective,omitempty"`
	Expires   string   `json:"expires,omitempty"`
	recordRest
}

// recordRest is what only articles written by people have.
type recordRest struct {
	Basis      []recordBasis `json:"basis,omitempty"`
	Reviewed   string        `json:"reviewed,omitempty"`
	ReviewDue  string        `json:"review_due,omitempty"`
	Verified   string        `json:"verified,omitempty"`
	Unverified string        `json:"unverified,omitempty"`
	Related    []string      `json:"related,omitempty"`
	Sources    []string      `json:"sources,omitempty"`
	Papers     []string      `json:"papers,omitempty"`
	Never      []string      `json:"never,omitempty"`
	Office     *recordOffice `json:"office,omitempty"`
}

type recordBasis struct {
	Doc      string   `json:"doc"`
	Number   string   `json:"number,omitempty"`
	Articles []string `json:"articles,omitempty"`
	Short    string   `json:"short,omitempty"`
}

type recordOffice struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Hours   string `json:"hours,omitempty"`
}

// recordOf is an article as a line of JSONL.
func recordOf(a Article) record {
	r := record{
		ID: a.ID, Title: a.Title, Body: a.Body, Category: a.Category, Kind: a.Kind, Level: a.Scope.Level, Region: a.Scope.Region,
		Keywords: a.Words.Keywords, Synonyms: a.Words.Synonyms, Effective: a.Scope.Effective.String(), Expires: a.Scope.Expires.String(),
		recordRest: recordRest{
			Reviewed: a.Review.Reviewed.String(), ReviewDue: a.Review.Due.String(), Verified: a.Review.Verified, Unverified: a.Review.Unverified,
			Related: a.Related, Sources: a.Sources, Papers: a.Papers, Never: a.Never,
		},
	}
	for _, b := range a.Basis {
		r.Basis = append(r.Basis, recordBasis(b))
	}
	if a.Office != nil {
		o := recordOffice(*a.Office)
		r.Office = &o
	}
	return r
}

// ParseJSONL reads articles, one JSON object a line. The error is a *Refusal that names the lines, or one of reading.
func ParseJSONL(file string, r io.Reader) ([]Article, error) {
	no := &Refusal{}
	var out []Article
	seen := map[string]int{} // line of each version
	in := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			no.add(Problem{file, n, fmt.Sprintf("这一行超过 %d MB，不像条目，请检查文件", maxLine>>20)})
			return nil, no
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			a, ok := parseLine(file, n, line, no)
			if first := seen[a.edition()]; ok && first > 0 {
				no.add(Problem{file, n, fmt.Sprintf("编号 %s 与第 %d 行重复，请改掉一个", a.ID, first)})
			} else if ok {
				seen[a.edition()] = n
				out = append(out, a)
			}
		}
		if err != nil {
			return out, no.err()
		}
	}
}

func parseLine(file string, n int, line []byte, no *Refusal) (Article, bool) {
	before := len(no.Problems) + no.More
	text, _, why := decodeText(line)
	if why != "" {
		no.add(Problem{file, n, why})
		return Article{}, false
	}
	var r record
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil || d.More() {
		no.add(Problem{file, n, jsonProblem(err)})
		return Article{}, false
	}
	a := checker{file: file, refusal: no, line: func(string) int { return n }}.record(r)
	return a, len(no.Problems)+no.More == before
}

// record checks a line, and tells what it does not say of itself.
func (c checker) record(r record) Article {
	a := c.fields(r)
	a.Kind = guessKind(a)
	a.Scope.Level = guessLevel(a)
	a.Category = c.category(a.Category, a.Kind)
	return a
}

// Checked checks articles that were not read here, and cleans them. The error is a *Refusal that counts them as lines.
func Checked(file string, list []Article) ([]Article, error) {
	no := &Refusal{}
	out := make([]Article, len(list))
	for i, a := range list {
		c := checker{file: file, refusal: no, line: func(string) int { return i + 1 }}
		out[i] = c.fields(recordOf(a))
		out[i].Category = c.category(out[i].Category, out[i].Kind)
	}
	return out, no.err()
}

func (c checker) fields(r record) Article {
	a := Article{
		ID: c.id(r.ID), Title: c.title(r.Title), Body: c.body([]byte(r.Body)),
		Category: clean.Line(r.Category, maxWord),
		Kind:     c.oneOf("kind", "类别", r.Kind, Kinds),
		Scope: Scope{
			Level: c.oneOf("level", "层级", r.Level, Levels), Region: clean.Line(r.Region, maxWord),
			Effective: c.day("effective", "施行日期", r.Effective), Expires: c.day("expires", "失效日期", r.Expires),
		},
		Words: Words{c.list("keywords", r.Keywords), c.list("synonyms", r.Synonyms)},
		Review: Review{
			Verified: c.oneOf("verified", "核对情况", r.Verified, Trust), Unverified: clean.Line(r.Unverified, maxReport),
			Reviewed: c.day("reviewed", "复核日期", r.Reviewed), Due: c.day("review_due", "下次复核日期", r.ReviewDue),
		},
		Related: c.list("related", r.Related), Sources: c.list("sources", r.Sources),
		Papers: c.list("papers", r.Papers), Never: c.list("never", r.Never),
	}
	for _, b := range r.Basis {
		a.Basis = append(a.Basis, Basis{clean.Line(b.Doc, maxWord), clean.Line(b.Number, maxWord), c.list("basis", b.Articles), clean.Line(b.Short, maxWord)})
	}
	if o := r.Office; o != nil {
		a.Office = &Office{clean.Line(o.Name, maxWord), clean.Line(o.Address, maxWord), clean.Line(o.Phone, maxWord), clean.Line(o.Hours, maxWord)}
	}
	c.span(a.Scope.Effective, a.Scope.Expires)
	return a
}

func jsonProblem(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return "一行里有两个以上的对象，请每行只写一个"
	case errors.As(err, &kind):
		return fmt.Sprintf("“%s”的写法不对，请检查引号和方括号", kind.Field)
	case errors.As(err, &syntax):
		return fmt.Sprintf("第 %d 个字节处不是合法的 JSON，请检查引号和逗号", syntax.Offset)
	case strings.Contains(err.Error(), "unknown field"):
		return "有不认识的字段 " + strings.TrimPrefix(err.Error(), "json: unknown field ") + "，请删掉或改名"
	}
	return "不是合法的 JSON（缺了一半），请检查文件是否完整"
}

// guessKind tells the kind of an article that does not say it, from its category and title.
func guessKind(a Article) string {
	switch {
	case a.Kind != "":
		return a.Kind
	case collected(a.Category) != "":
		return collected(a.Category)
	case search.IsStatute(a.Title):
		return search.KindPolicy
	case slices.Contains(Categories, a.Category):
		return search.KindAnswer
	}
	return search.KindPolicy
}

// collected is the kind of articles whose category is the name of a collection, empty for any other.
func collected(category string) string {
	switch {
	case strings.Contains(category, "指南"):
		return search.KindGuide
	case strings.Contains(category, "问答") || strings.Contains(category, "解答") || strings.Contains(category, "案例"):
		return search.KindAnswer
	}
	return ""
}

// guessLevel tells the level of a statute that does not say it.
func guessLevel(a Article) string {
	switch {
	case a.Scope.Level != "" || a.Kind != search.KindPolicy:
		return a.Scope.Level
	case strings.Contains(a.Category, "部门规章"):
		return "部"
	case strings.Contains(a.Category, "地方"):
		return "省"
	}
	return "国家"
}
