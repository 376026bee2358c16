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

// explain gives the part of a body that holds most of the query, on one line, and what made the document match.
func explain(c candidate, title, body string) (snippet string, why []string) {
	text := []rune(withoutMarks(strings.TrimPrefix(body, "# "+title)))
	weight, where := map[key]float64{}, map[key]uint8{}
	terms(c.plan.text, func(k key, _, _ int) { where[k] = 0 })
	for _, t := range c.plan.terms {
		weight[t.key], where[t.key] = t.weight, 0
	}
	var begun key
	terms(fold(title), func(k key, _, _ int) {
		if at, asked := where[k]; asked {
			where[k] = at | inTitle
		}
		begun = c.plan.begins(begun, k)
	})
	gain := make([]float64, len(text)+1)
	terms(foldRunes(text), func(k key, at, _ int) {
		if place, asked := where[k]; asked {
			where[k] = place | inBody
			gain[at] = weight[k]
		}
		begun = c.plan.begins(begun, k)
	})
	why = reasonsFor(c, where)
	if a, b := begun.runes(); begun != 0 && where[begun] == 0 {
		why = append(why, fmt.Sprintf("补全 %c→%c%c", a, a, b))
	}
	return window(text, gain), why[:min(len(why), reasons)]
}

// begins gives the first word found that the last character may begin.
func (pl *plan) begins(have, k key) key {
	if a, _ := k.runes(); have == 0 && pl.begun != 0 && k.isPair() && a == pl.begun {
		return k
	}
	return have
}

// Places where a term of the query was found.
const (
	inTitle = 1 << iota
	inBody
)

// window cuts out the stretch that gains most.
func window(rs []rune, gain []float64) string {
	if len(rs) <= snippetRunes {
		return string(rs)
	}
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

// reasonsFor names what made a document match, the strongest first.
func reasonsFor(c candidate, where map[key]uint8) (out []string) {
	if c.plan.named != "" {
		return []string{c.plan.named}
	}
	if c.plan.letters != "" {
		return []string{"首字母 " + c.plan.letters}
	}
	if c.plan.spelled != "" {
		out = append(out, "拼音 "+c.plan.spelled)
	}
	for _, p := range []struct {
		label string
		bit   uint8
	}{{"标题 ", inTitle}, {"正文 ", inBody}} {
		if words := sharedWords(c.plan.text, where, p.bit); len(words) > 0 {
			out = append(out, p.label+strings.Join(words, "、"))
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
	return out
}

func (o origin) String() string { return [...]string{"原词", "同义", "同音"}[o] }

// sharedWords are the pieces of a query that stand in one place, the longest first: characters whose pairs all do, other
// words, and a character alone.
func sharedWords(query []rune, where map[key]uint8, place uint8) (out []string) {
	from, to := 0, 0
	terms(query, func(k key, at, n int) {
		if where[k]&place == 0 {
			return
		}
		if at > to-1 || !k.isPair() {
			if to > from {
				out = append(out, string(query[from:to]))
			}
			from = at
		}
		to = at + n
	})
	if to > from {
		out = append(out, string(query[from:to]))
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	out = slices.Compact(out)
	return out[:min(len(out), shownWords)]
}
