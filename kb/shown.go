package kb

import (
	"fmt"
	"strings"
)

// Text is all that the screen shows of a version, as plain text: the agreed wordings before the article's own, and what
// stands beside the text.
func (a Article) Text() string {
	var b strings.Builder
	part := func(head string, lines ...string) {
		if len(lines) > 0 {
			fmt.Fprintf(&b, "\n【%s】\n%s\n", head, strings.Join(lines, "\n"))
		}
	}
	fmt.Fprintln(&b, a.Title)
	fmt.Fprintln(&b, a.about())
	for _, s := range a.Standards {
		part("统一口径："+s.Title+Span(s.From, s.Until), s.Wording)
	}
	body := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(a.Body), "# "+a.Title)) // many a text begins with its title
	if body != "" {
		fmt.Fprintf(&b, "\n%s\n", body)
	}
	part("要带的材料", a.Papers...)
	if o := a.Office; o != nil {
		part("办理地点", o.line())
	}
	part("不得承诺", a.Never...)
	var basis []string
	for _, x := range a.Basis {
		basis = append(basis, strings.TrimSpace(x.Doc+strings.Join(x.Articles, "、")+" "+x.Number))
	}
	part("依据", basis...)
	part("相关", a.Related...)
	part("来源", a.Sources...)
	return b.String()
}

// about is the line under the title: which version, of what kind, where and when it applies, how far it is checked.
func (a Article) about() string {
	parts := []string{a.ID, fmt.Sprintf("第%d版", a.Version), a.Kind, a.Category, a.Scope.Level, a.Scope.Region, Span(a.Scope.Effective, a.Scope.Expires)}
	switch a.Review.Verified {
	case "part":
		parts = append(parts, "有几处未核对")
	case "memory":
		parts = append(parts, "未经核对")
	}
	if a.Review.Unverified != "" {
		parts = append(parts, "未核对："+a.Review.Unverified)
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// Span says from when and until when something applies, in brackets; it is empty without a day.
func Span(from, until Day) string {
	switch {
	case from.IsZero() && until.IsZero():
		return ""
	case until.IsZero():
		return "（" + from.String() + " 起）"
	case from.IsZero():
		return "（到 " + until.String() + "）"
	}
	return "（" + from.String() + " 至 " + until.String() + "）"
}

func (o Office) line() string {
	return strings.Join(strings.Fields(o.Name+" "+o.Address+" "+o.Phone+" "+o.Hours), " ")
}
