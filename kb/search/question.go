package search

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed data/question.txt
var questionList string

// questionWords is the wording of questions, which says nothing of their subject.
type questionWords struct {
	phrases map[string]bool
	longest int
	single  map[rune]bool
}

var wording = sync.OnceValue(func() *questionWords {
	q := &questionWords{phrases: map[string]bool{}, single: map[rune]bool{}}
	for line := range strings.Lines(questionList) {
		line = strings.TrimSpace(line)
		words := strings.Fields(line)
		switch {
		case line == "" || line[0] == '#':
		case len(words) == 1:
			for _, r := range words[0] {
				q.single[r] = true
			}
		default:
			for _, w := range words {
				q.phrases[w] = true
				q.longest = max(q.longest, utf8.RuneCountInString(w))
			}
		}
	}
	return q
})

// strip blanks the wording of a question and tells whether there was any.
func (q *questionWords) strip(rs []rune) (out []rune, asked bool) {
	out = append(out, rs...)
	for i := 0; i < len(out); {
		n := min(q.longest, len(out)-i)
		for n >= 2 && !q.phrases[string(out[i:i+n])] {
			n--
		}
		if n < 2 {
			i++
			continue
		}
		for end := i + n; i < end; i++ {
			out[i] = ' '
		}
		asked = true
	}
	return out, asked
}
