package kb

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"zuoxi/internal/clean"
	"zuoxi/kb/search"
)

// Standard is an agreed wording (统一口径) that goes before what articles say for some time: after a new rule, during a
// campaign, while an office is closed.
type Standard struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Wording  string   `json:"wording"`
	Articles []string `json:"articles,omitempty"` // ids that it goes before
	From     Day      `json:"from,omitzero"`
	Until    Day      `json:"until,omitzero"` // last day, none until it is ended
}

// ValidOn tells whether it is to be used on a day.
func (s Standard) ValidOn(day search.Date) bool {
	return s.From.First() <= day && (s.Until.IsZero() || day <= s.Until.Last())
}

// StandardOn finds the wording to be used on a day; the latest begun counts.
func StandardOn(list []Standard, day search.Date) (best Standard, ok bool) {
	for _, s := range list {
		if s.ValidOn(day) && (!ok || s.From.First() > best.From.First()) {
			best, ok = s, true
		}
	}
	return best, ok
}

// frontStandard is the head of a standard answer in Markdown.
type frontStandard struct {
	Standard string   `yaml:"standard"` // its id
	Title    string   `yaml:"title"`
	Articles []string `yaml:"articles,flow"`
	From     string   `yaml:"from"`
	Until    string   `yaml:"until"`
}

// IsStandard tells whether a Markdown text is a standard answer rather than an article.
func IsStandard(data []byte) bool { return bytes.HasPrefix(data, []byte("---\nstandard:")) }

// ParseStandard reads a standard answer. The error is a *Refusal that names the line.
func ParseStandard(file string, data []byte) (Standard, error) {
	no := &Refusal{}
	head, body, ok := cutFront(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
	if !ok || len(data) > maxFront {
		no.add(Problem{file, 1, "开头缺少用“---”围起来的条目信息，或者太长，请参照样例补上"})
		return Standard{}, no
	}
	var f frontStandard
	if err := unmarshalStrict(head, &f); err != nil {
		line, what := yamlProblem(err)
		no.add(Problem{file, line + 1, "条目信息写法不对（" + what + "），请参照样例修改"})
		return Standard{}, no
	}
	c := checker{file: file, refusal: no, line: func(field string) int { return lineOf(head, strings.Replace(field, "id", "standard", 1)) }}
	s := Standard{
		ID: c.id(f.Standard), Title: c.title(f.Title), Articles: c.list("articles", f.Articles),
		From: c.day("from", "开始日期", f.From), Until: c.day("until", "截止日期", f.Until),
		Wording: strings.TrimSpace(clean.Text(string(body), maxWording)),
	}
	switch {
	case s.Wording == "":
		c.problem("title", "没有写口径，请在“---”下面写上要照读的话")
	case len(s.Articles) == 0:
		c.problem("articles", "没有写用于哪些条目（articles），请写上编号")
	case !s.Until.IsZero() && s.Until.Last() < s.From.First():
		c.problem("until", "截止日期 %s 早于开始日期 %s，请改正", s.Until, s.From)
	}
	return s, no.err()
}

const maxWording = 2000 // characters

// Markdown writes a standard answer so that ParseStandard reads the same again.
func (s Standard) Markdown() ([]byte, error) {
	head, err := yaml.Marshal(frontStandard{s.ID, s.Title, s.Articles, s.From.String(), s.Until.String()})
	if err != nil {
		return nil, fmt.Errorf("write front matter of %s: %w", s.ID, err)
	}
	return fmt.Appendf(nil, "---\n%s---\n\n%s\n", head, s.Wording), nil
}
