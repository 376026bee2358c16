// Package pinyin finds Chinese labels by what an agent types without looking:
// characters, full pinyin, initials, digits, or a mix. The palette and the help
// page use it. It promises to know every reading of a character, so that a
// heteronym is found by each of them.
package pinyin

import (
	"strings"
	"sync"
	"unicode/utf8"

	gopinyin "github.com/mozillazg/go-pinyin"

	"zuoxi/ui/text"
)

// Match reports whether query is found in label, beginning at any character.
func Match(label, query string) bool {
	query = strings.ToLower(strings.ReplaceAll(text.Fold(query), " ", ""))
	if query == "" {
		return true
	}
	runes := []rune(strings.ToLower(text.Fold(label)))
	for i := range runes {
		if from(runes[i:], query) {
			return true
		}
	}
	return false
}

// Begins reports whether label begins with query.
func Begins(label, query string) bool {
	query = strings.ToLower(strings.ReplaceAll(text.Fold(query), " ", ""))
	return query != "" && from([]rune(strings.ToLower(text.Fold(label))), query)
}

// from matches query against the beginning of label.
func from(label []rune, query string) bool {
	if query == "" {
		return true
	}
	if len(label) == 0 {
		return false
	}
	if label[0] == ' ' {
		return from(label[1:], query)
	}
	if r, n := utf8.DecodeRuneInString(query); r == label[0] {
		if from(label[1:], query[n:]) {
			return true
		}
	}
	for _, reading := range readings(label[0]) {
		for n := 1; n <= len(reading) && n <= len(query) && reading[:n] == query[:n]; n++ {
			// The whole syllable, its initial, or what was typed so far of it.
			if n == 1 || n == len(reading) || n == len(query) {
				if from(label[1:], query[n:]) {
					return true
				}
			}
		}
	}
	return false
}

var known sync.Map // rune → []string

// readings are all readings of a character, without tones.
func readings(r rune) []string {
	if !text.IsHan(r) {
		return nil
	}
	if v, ok := known.Load(r); ok {
		return v.([]string)
	}
	a := gopinyin.NewArgs()
	a.Heteronym = true
	all := gopinyin.SinglePinyin(r, a)
	known.Store(r, all)
	return all
}
