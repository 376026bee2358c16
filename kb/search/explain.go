package search

import (
	"fmt"
	"slices"
	"strings"
)

const (
	snippetRunes = 60
	reasons      = 4
)

// snippet is the part of a body that holds most of the query, on one line.
func snippet(pl *plan, body string) string {
	rs := []rune(strings.Join(strings.Fields(body), " "))
	if len(rs) <= snippetRunes {
		return string(rs)
	}
	weight := map[key]float64{}
	for _, t := range pl.terms {
		weight[t.key] = t.weight
	}
	gain := make([]float64, len(rs)+1)
	terms(fold(string(rs)), func(k key, at, _ int) {
		if at < len(rs) {
			gain[at] = weight[k]
		}
	})
	var sum, best float64
	from := 0
	for i := range rs {
		sum += gain[i]
		if i >= snippetRunes {
			sum -= gain[i-snippetRunes]
		}
		if sum > best {
			best, from = sum, max(0, i-snippetRunes+1)
		}
	}
	from = sentenceStart(rs, from)
	out := string(rs[from:min(from+snippetRunes, len(rs))])
	if from > 0 {
		out = "…" + out
	}
	if from+snippetRunes < len(rs) {
		out += "…"
	}
	return out
}

// sentenceStart moves a cut to the beginning of its sentence where that is near.
func sentenceStart(rs []rune, from int) int {
	for i := from; i > 0 && i > from-snippetRunes/3; i-- {
		if strings.ContainsRune("。；！？\n", rs[i-1]) {
			return i
		}
	}
	return from
}

// why names what made a document match, the strongest first.
func why(c candidate, title, body string) (out []string) {
	if c.score >= namedScore {
		return []string{"条号 " + string(trimRunes(c.plan.text))}
	}
	if c.plan.spelled != "" {
		out = append(out, "拼音 "+c.plan.spelled)
	}
	inTitle, inBody := fold(title), fold(body)
	if words := sharedWords(c.plan.text, inTitle); len(words) > 0 {
		out = append(out, "标题 "+strings.Join(words, "、"))
	}
	if words := sharedWords(c.plan.text, inBody); len(words) > 0 {
		out = append(out, "正文 "+strings.Join(words, "、"))
	}
	has := map[key]bool{}
	for _, rs := range [][]rune{inTitle, inBody} {
		terms(rs, func(k key, _, _ int) { has[k] = true })
	}
	for _, t := range c.plan.terms {
		if t.how == typed || !has[t.key] {
			continue
		}
		a, b := t.key.runes()
		reason := fmt.Sprintf("同义 %s→%c%c", t.from, a, b)
		if t.how == corrected {
			reason = fmt.Sprintf("同音 %s→%c%c", t.from, a, b)
		}
		if !slices.ContainsFunc(out, func(s string) bool { return strings.HasPrefix(s, reason[:len(reason)-len(string(b))-len(string(a))]) }) {
			out = append(out, reason)
		}
	}
	return out[:min(len(out), reasons)]
}

// sharedWords are the longest pieces of a query that stand in a text.
func sharedWords(query, text []rune) (out []string) {
	s := string(text)
	for i := 0; i < len(query); {
		n := 0
		for i+n < len(query) && isWordRune(query[i+n]) && strings.Contains(s, string(query[i:i+n+1])) {
			n++
		}
		if n >= 2 {
			out = append(out, string(query[i:i+n]))
			i += n
			continue
		}
		i++
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out[:min(len(out), 3)]
}

func isWordRune(r rune) bool { return isHan(r) || isLatin(r) || isDigit(r) }
