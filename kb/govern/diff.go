package govern

import (
	"fmt"
	"strings"

	"zuoxi/kb"
)

// Change is a line of the difference between two versions.
type Change struct {
	Mark rune // ' ' kept, '-' gone, '+' new
	Text string
}

// maxDiff bounds the lines compared; a longer text is shown as replaced.
const maxDiff = 2000

// Difference compares two versions line by line: the fields first, then the text.
func Difference(before, after kb.Article) []Change {
	return lines(describe(before), describe(after))
}

// DifferenceStandards compares two standard answers in the same way.
func DifferenceStandards(before, after kb.Standard) []Change {
	return lines(describeStandard(before), describeStandard(after))
}

func describeStandard(s kb.Standard) []string {
	out := []string{"标题：" + s.Title, "用于：" + strings.Join(s.Articles, "、"), "从：" + s.From.String(), "到：" + s.Until.String()}
	return append(out, strings.Split(s.Wording, "\n")...)
}

// describe writes an article as the lines that an editor compares.
func describe(a kb.Article) (out []string) {
	field := func(name, value string) {
		if value != "" {
			out = append(out, name+"："+value)
		}
	}
	field("标题", a.Title)
	field("类别", a.Kind)
	field("业务", a.Category)
	field("层级", a.Scope.Level)
	field("地区", a.Scope.Region)
	field("施行", a.Scope.Effective.String())
	field("失效", a.Scope.Expires.String())
	field("关键词", strings.Join(a.Words.Keywords, "、"))
	field("市民说法", strings.Join(a.Words.Synonyms, "、"))
	for _, b := range a.Basis {
		field("依据", strings.TrimSpace(b.Doc+strings.Join(b.Articles, "、")+" "+b.Number))
	}
	field("核对", a.Review.Verified)
	field("待核对", a.Review.Unverified)
	field("复核", a.Review.Reviewed.String())
	field("下次复核", a.Review.Due.String())
	field("相关", strings.Join(a.Related, "、"))
	field("来源", strings.Join(a.Sources, "、"))
	field("材料", strings.Join(a.Papers, "、"))
	field("不得承诺", strings.Join(a.Never, "、"))
	if a.Office != nil {
		field("办理地点", fmt.Sprintf("%s %s %s %s", a.Office.Name, a.Office.Address, a.Office.Phone, a.Office.Hours))
	}
	for _, s := range a.Standards {
		field("统一口径", s.Title+kb.Span(s.From, s.Until)+"："+strings.ReplaceAll(s.Wording, "\n", " "))
	}
	return append(out, strings.Split(a.Body, "\n")...)
}

// lines finds the longest common lines and marks the rest.
func lines(a, b []string) (out []Change) {
	if len(a) > maxDiff || len(b) > maxDiff {
		return append(marked('-', a), marked('+', b)...)
	}
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out = append(out, Change{' ', a[i]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, Change{'-', a[i]})
			i++
		default:
			out = append(out, Change{'+', b[j]})
			j++
		}
	}
	return append(append(out, marked('-', a[i:])...), marked('+', b[j:])...)
}

func marked(mark rune, list []string) (out []Change) {
	for _, l := range list {
		out = append(out, Change{mark, l})
	}
	return out
}
