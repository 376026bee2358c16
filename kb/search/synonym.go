package search

import (
	_ "embed"
	"sort"
	"strings"
	"sync"
)

//go:embed data/synonyms.txt
var synonymList string

// synonym leads from a citizen's word to the words of statutes and guides.
type synonym struct {
	from []rune
	to   [][]rune
}

// thesaurus holds the synonyms by their first character, the longest first.
type thesaurus map[rune][]synonym

var citizens = sync.OnceValue(func() thesaurus {
	t := thesaurus{}
	for line := range strings.Lines(synonymList) {
		left, right, ok := strings.Cut(line, "=")
		if !ok || line[0] == '#' {
			continue
		}
		var to [][]rune
		for _, w := range strings.Fields(right) {
			to = append(to, fold(w))
		}
		for _, w := range strings.Fields(left) {
			from := fold(w)
			t[from[0]] = append(t[from[0]], synonym{from, to})
		}
	}
	for _, list := range t {
		sort.SliceStable(list, func(i, j int) bool { return len(list[i].from) > len(list[j].from) })
	}
	return t
})

// in calls use for each synonym whose word stands in the text, with its place; inner tells that the word is part of
// a longer one.
func (t thesaurus) in(rs []rune, use func(s synonym, at int, inner bool)) {
	from, to := 0, 0 // place of the longest word so far
	for i := range rs {
		for _, s := range t[rs[i]] {
			n := len(s.from)
			if n > len(rs)-i || string(rs[i:i+n]) != string(s.from) {
				continue
			}
			use(s, i, i+n <= to && n < to-from)
			if i+n > to {
				from, to = i, i+n
			}
		}
	}
}
