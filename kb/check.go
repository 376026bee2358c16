package kb

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"zuoxi/internal/clean"
	"zuoxi/kb/search"
)

// checker turns what was written into an article, and notes what is wrong with it.
type checker struct {
	file    string
	refusal *Refusal
	line    func(field string) int
}

func (c checker) problem(field, format string, args ...any) {
	c.refusal.add(Problem{c.file, c.line(field), fmt.Sprintf(format, args...)})
}

// id refuses what could not be named on a command line, or be the name of a file.
func (c checker) id(s string) string {
	switch {
	case s == "":
		c.problem("id", "缺少编号（id），请补上")
	case len([]rune(s)) > maxID:
		c.problem("id", "编号超过 %d 个字，请改短", maxID)
	case !ValidID(s):
		c.problem("id", `编号“%s”里有空格、@、/、\ 或看不见的字符，请改掉`, clean.Line(s, 40))
	}
	return s
}

// ValidID tells whether an id is one that imports take.
func ValidID(s string) bool {
	return s != "" && clean.Line(s, maxID) == s && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`@/\`, r)
	})
}

func (c checker) title(s string) string {
	s = clean.Line(s, maxTitle)
	if s == "" {
		c.problem("title", "缺少标题（title），请补上")
	}
	return s
}

func (c checker) oneOf(field, label, s string, list []string) string {
	s = clean.Line(s, maxWord)
	if s != "" && !slices.Contains(list, s) {
		c.problem(field, "%s“%s”不在规定之内，请改为：%s", label, firstRunes(s, 20), strings.Join(list, "、"))
	}
	return s
}

// category refuses what is none of ours where people wrote it; statutes and collections bring their own.
func (c checker) category(s, kind string) string {
	if s = clean.Line(s, maxWord); kind == search.KindPolicy || collected(s) != "" {
		return s
	}
	return c.oneOf("category", "业务", s, Categories)
}

func (c checker) day(field, label, s string) Day {
	d, ok := ParseDay(strings.TrimSpace(s))
	if !ok {
		c.problem(field, "%s“%s”不是日期，请写成 2025-01-01", label, clean.Line(s, 20))
	}
	return d
}

func (c checker) list(field string, in []string) (out []string) {
	if len(in) > maxList {
		c.problem(field, "有 %d 项，超过 %d 项，请精简", len(in), maxList)
		return nil
	}
	for _, s := range in {
		if s = clean.Line(s, maxWord); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (c checker) body(b []byte) string {
	s := strings.TrimSpace(clean.Text(string(b), maxBody))
	if strings.HasSuffix(s, "…") && len([]rune(s)) >= maxBody {
		c.problem("title", "正文超过 %d 字，请拆成几篇", maxBody)
	}
	return s
}

// span checks that a scope ends after it begins.
func (c checker) span(from, until Day) {
	if !until.IsZero() && until.Last() < from.First() {
		c.problem("expires", "失效日期 %s 早于施行日期 %s，请改正", until, from)
	}
}

// article checks front matter and body.
func (c checker) article(f frontMatter, body []byte) Article {
	a := Article{
		ID: c.id(f.ID), Title: c.title(f.Title),
		Kind: c.oneOf("kind", "类别", f.Kind, Kinds), Category: c.category(f.Category, f.Kind),
		Scope: Scope{
			Level: c.oneOf("level", "层级", f.Level, Levels), Region: clean.Line(f.Region, maxWord),
			Effective: c.day("effective", "施行日期", f.Effective), Expires: c.day("expires", "失效日期", f.Expires),
		},
		Words: Words{c.list("keywords", f.Keywords), c.list("synonyms", f.Synonyms)},
		Review: Review{
			Verified:   c.oneOf("verified", "核对情况", f.Rest.Verified, Trust),
			Unverified: clean.Line(f.Rest.Unverified, maxReport),
			Reviewed:   c.day("reviewed", "复核日期", f.Rest.Reviewed), Due: c.day("review_due", "下次复核日期", f.Rest.ReviewDue),
		},
		Related: c.list("related", f.Rest.Related), Sources: c.list("sources", f.Rest.Sources),
		Papers: c.list("papers", f.Extra.Papers), Never: c.list("never", f.Extra.Never),
		Body: c.body(body),
	}
	c.span(a.Scope.Effective, a.Scope.Expires)
	for _, b := range f.Basis {
		a.Basis = append(a.Basis, Basis{clean.Line(b.Doc, maxWord), clean.Line(b.Number, maxWord), c.list("basis", b.Articles), clean.Line(b.Short, maxWord)})
	}
	if o := f.Extra.Office; o != nil {
		a.Office = &Office{clean.Line(o.Name, maxWord), clean.Line(o.Address, maxWord), clean.Line(o.Phone, maxWord), clean.Line(o.Hours, maxWord)}
	}
	if a.Kind == "" {
		c.problem("kind", "缺少类别（kind），请写：%s", strings.Join(Kinds, "、"))
	}
	return a
}
