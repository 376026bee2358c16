package main

import (
	"strings"
	"unicode"
)

// pairs are the terms of a text: overlapping pairs of Han characters, single ones that stand alone, other words.
func pairs(text string) (out []string) {
	rs := []rune(strings.ToLower(text))
	for i := 0; i < len(rs); {
		j := i
		switch {
		case unicode.Is(unicode.Han, rs[i]):
			for j < len(rs) && unicode.Is(unicode.Han, rs[j]) {
				j++
			}
			for k := i; k+1 < j; k++ {
				out = append(out, string(rs[k:k+2]))
			}
			if j == i+1 {
				out = append(out, string(rs[i]))
			}
		case wordRune(rs[i]):
			for j < len(rs) && wordRune(rs[j]) {
				j++
			}
			out = append(out, string(rs[i:j]))
		default:
			j++
		}
		i = j
	}
	return out
}

func wordRune(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Han, r)
}

func distinct(terms []string) []string {
	seen := map[string]bool{}
	out := terms[:0]
	for _, t := range terms {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}
