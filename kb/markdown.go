package kb

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// frontMatter is the head of a Markdown article between two lines of dashes.
type frontMatter struct {
	ID        string       `yaml:"id"`
	Title     string       `yaml:"title"`
	Kind      string       `yaml:"kind"`
	Category  string       `yaml:"category"`
	Level     string       `yaml:"level"`
	Region    string       `yaml:"region"`
	Keywords  []string     `yaml:"keywords,flow"`
	Synonyms  []string     `yaml:"synonyms,flow"`
	Basis     []frontBasis `yaml:"basis,omitempty"`
	Effective string       `yaml:"effective"`
	Expires   string       `yaml:"expires"`
	Rest      frontRest    `yaml:",inline"`
	Extra     frontExtra   `yaml:",inline"`
}

type frontRest struct {
	Reviewed   string   `yaml:"reviewed"`
	ReviewDue  string   `yaml:"review_due"`
	Verified   string   `yaml:"verified"`
	Unverified string   `yaml:"unverified"`
	Related    []string `yaml:"related,flow"`
	Sources    []string `yaml:"sources,flow"`
}

type frontExtra struct {
	Papers []string     `yaml:"papers,omitempty"`
	Office *frontOffice `yaml:"office,omitempty"`
	Never  []string     `yaml:"never,omitempty"`
}

type frontBasis struct {
	Doc      string   `yaml:"doc"`
	Number   string   `yaml:"number,omitempty"`
	Articles []string `yaml:"articles,flow,omitempty"`
	Short    string   `yaml:"short,omitempty"`
}

type frontOffice struct {
	Name    string `yaml:"name"`
	Address string `yaml:"address,omitempty"`
	Phone   string `yaml:"phone,omitempty"`
	Hours   string `yaml:"hours,omitempty"`
}

const maxFront = 64 << 10

// ParseMarkdown reads an article in Markdown with front matter. The error is a *Refusal that names the file and line.
func ParseMarkdown(file string, data []byte) (Article, error) {
	no := &Refusal{}
	refuse := func(line int, text string) (Article, error) {
		no.add(Problem{file, line, text})
		return Article{}, no
	}
	if len(data) > maxFile {
		return refuse(0, fmt.Sprintf("文件超过 %d MB，不像一篇条目，请拆开", maxFile>>20))
	}
	text, _, why := decodeText(data)
	if why != "" {
		return refuse(0, why)
	}
	if n := longLine(text); n > 0 {
		return refuse(n, fmt.Sprintf("这一行超过 %d MB，不像条目，请检查文件", maxLine>>20))
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	head, body, ok := cutFront(text)
	if !ok {
		return refuse(1, "开头缺少用“---”围起来的条目信息，请参照样例补上")
	}
	if len(head) > maxFront {
		return refuse(2, "条目信息太长，请把内容写到正文里")
	}
	var f frontMatter
	if err := unmarshalStrict(head, &f); err != nil {
		line, what := yamlProblem(err)
		return refuse(line+1, "条目信息写法不对（"+what+"），请参照样例修改")
	}
	check := checker{file: file, refusal: no, line: func(field string) int { return lineOf(head, field) }}
	a := check.article(f, body)
	return a, no.err()
}

// cutFront separates the front matter from the body.
func cutFront(text []byte) (head, body []byte, ok bool) {
	rest, ok := bytes.CutPrefix(text, []byte("---\n"))
	if !ok {
		return nil, nil, false
	}
	if head, body, ok = bytes.Cut(rest, []byte("\n---\n")); ok {
		return append(head, '\n'), body, true
	}
	head, ok = bytes.CutSuffix(rest, []byte("\n---"))
	return append(head, '\n'), nil, ok
}

// yamlProblem says where and what the YAML reader stumbled over.
func yamlProblem(err error) (line int, what string) {
	var y yaml.Error
	if !errors.As(err, &y) {
		return 1, "格式错误"
	}
	if t := y.GetToken(); t != nil && t.Position != nil {
		line = t.Position.Line
		if strings.Contains(y.GetMessage(), "unknown field") {
			return line, "不认识“" + t.Value + "”"
		}
		return line, "在“" + firstRunes(t.Value, 20) + "”附近"
	}
	return 1, "格式错误"
}

func firstRunes(s string, n int) string {
	rs := []rune(s)
	return string(rs[:min(len(rs), n)])
}

// lineOf finds the line of the file that a field of the front matter stands on.
func lineOf(head []byte, field string) int {
	for i, l := range bytes.Split(head, []byte("\n")) {
		if bytes.HasPrefix(l, []byte(field+":")) {
			return i + 2 // the dashes are line 1
		}
	}
	return 1
}

// Markdown writes an article so that ParseMarkdown reads the same again.
func (a Article) Markdown() ([]byte, error) {
	f := frontMatter{
		ID: a.ID, Title: a.Title, Kind: a.Kind, Category: a.Category, Level: a.Scope.Level, Region: a.Scope.Region,
		Keywords: a.Words.Keywords, Synonyms: a.Words.Synonyms,
		Effective: a.Scope.Effective.String(), Expires: a.Scope.Expires.String(),
		Rest: frontRest{
			Reviewed: a.Review.Reviewed.String(), ReviewDue: a.Review.Due.String(), Verified: a.Review.Verified,
			Unverified: a.Review.Unverified, Related: a.Related, Sources: a.Sources,
		},
		Extra: frontExtra{Papers: a.Papers, Never: a.Never},
	}
	for _, b := range a.Basis {
		f.Basis = append(f.Basis, frontBasis(b))
	}
	if a.Office != nil {
		o := frontOffice(*a.Office)
		f.Extra.Office = &o
	}
	head, err := yaml.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write front matter of %s: %w", a.ID, err)
	}
	return fmt.Appendf(nil, "---\n%s---\n\n%s\n", head, a.Body), nil
}

func unmarshalStrict(data []byte, into any) error {
	return yaml.UnmarshalWithOptions(data, into, yaml.Strict())
}
