package search

import (
	"fmt"
	"slices"
	"strings"
)

const (
	snippetRunes = 60
	reasons      = 4
	shownWords   = 3 // of a reason
)

// snippet is the part of a body that holds most of the query, on one line.
func snippet(pl *plan, title, body string) string {
	rs := []rune(withoutMarks(strings.TrimPrefix(body, "# "+title)))
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

// withoutMarks puts Markdown on one line, without the marks of headings and lists.
func withoutMarks(body string) string {
	words := strings.Fields(strings.NewReplacer("**", "", "|", " ").Replace(body))
	words = slices.DeleteFunc(words, func(w string) bool { return strings.Trim(w, "#->*+") == "" })
	return strings.Join(words, " ")
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
	where := map[key]uint8{}
	terms(c.plan.text, func(k key, _, _ int) { where[k] = 0 })
	for _, t := range c.plan.terms {
		where[t.key] = 0
	}
	for i, text := range []string{title, body} {
		terms(fold(text), func(k key, _, _ int) {
			if at, asked := where[k]; asked {
				where[k] = at | 1<<i
			}
		})
	}
	for i, label := range []string{"标题 ", "正文 "} {
		if words := sharedWords(c.plan.text, where, 1<<i); len(words) > 0 {
			out = append(out, label+strings.Join(words, "、"))
		}
	}
	from := ""
	for _, t := range c.plan.terms {
		if t.how == typed || t.from == from || where[t.key] == 0 {
			continue
		}
		from = t.from
		a, b := t.key.runes()
		out = append(out, fmt.Sprintf("%s %s→%c%c", t.how, t.from, a, b))
	}
	return out[:min(len(out), reasons)]
}

func (o origin) String() string { return [...]string{"原词", "同义", "同音", "补全"}[o] }

// sharedWords are the longest pieces of a query whose pairs all stand in one place.
func sharedWords(query []rune, where map[key]uint8, place uint8) (out []string) {
	for i := 0; i < len(query); {
		j := i
		for j+1 < len(query) && isHan(query[j]) && isHan(query[j+1]) && where[pairKey(query[j], query[j+1])]&place != 0 {
			j++
		}
		if j > i {
			out = append(out, string(query[i:j+1]))
		}
		i = j + 1
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	out = slices.Compact(out)
	return out[:min(len(out), shownWords)]
}
