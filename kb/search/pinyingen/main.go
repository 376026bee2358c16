// Command pinyingen writes data/pinyin.txt, the toneless readings that the search knows, from the table of go-pinyin.
// Each line is a syllable and up to three groups of characters: those whose first, second and third reading it is.
package main

import (
	"fmt"
	"log"
	"os"
	"sort"
	"strings"

	"github.com/mozillazg/go-pinyin"
)

const maxReadings = 3

var toneless = strings.NewReplacer(
	"ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e",
	"ī", "i", "í", "i", "ǐ", "i", "ì", "i", "ō", "o", "ó", "o", "ǒ", "o", "ò", "o",
	"ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ü", "v",
	"ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m", "ê", "e", "ế", "e", "ề", "e")

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: pinyingen FILE")
	}
	if err := os.WriteFile(os.Args[1], table(collect()), 0o644); err != nil {
		log.Fatal(err)
	}
}

// collect gathers the characters of each syllable.
func collect() map[string]*[maxReadings][]rune {
	groups := map[string]*[maxReadings][]rune{}
	for code, list := range pinyin.PinyinDict {
		r := rune(code)
		if r < 0x4E00 || r > 0x9FFF {
			continue
		}
		for rank, s := range readings(list) {
			if groups[s] == nil {
				groups[s] = new([maxReadings][]rune)
			}
			groups[s][rank] = append(groups[s][rank], r)
		}
	}
	return groups
}

// readings drops tones and doubles, and letters that are no syllable of an input method.
func readings(list string) []string {
	var out []string
	for _, s := range strings.Split(list, ",") {
		s = toneless.Replace(s)
		if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" || !strings.ContainsAny(s, "aeiouv") || contains(out, s) {
			continue
		}
		if out = append(out, s); len(out) == maxReadings {
			break
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func table(groups map[string]*[maxReadings][]rune) []byte {
	names := make([]string, 0, len(groups))
	for s := range groups {
		names = append(names, s)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, s := range names {
		b.WriteString(s)
		for _, chars := range groups[s] {
			sort.Slice(chars, func(i, j int) bool { return chars[i] < chars[j] })
			fmt.Fprintf(&b, "\t%s", string(chars))
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}
