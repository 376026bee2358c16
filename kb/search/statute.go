package search

import (
	"strings"
	"unicode/utf8"
)

const numerals = "零〇一二三四五六七八九十百千两"

var digits = map[rune]int{
	'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
}

var powers = map[rune]int{'十': 10, '百': 100, '千': 1000}

// number reads an article number in Arabic or Chinese digits; 0 means none.
func number(rs []rune) int {
	total, digit := 0, 0
	for _, r := range rs {
		switch {
		case isDigit(r):
			digit = digit*10 + int(r-'0')
		case powers[r] > 0:
			if digit == 0 {
				digit = 1
			}
			total += digit * powers[r]
			digit = 0
		case strings.ContainsRune(numerals, r):
			digit = digits[r]
		}
		if total > 9999 || digit > 9999 {
			return 0
		}
	}
	return total + digit
}

func isNumeral(r rune) bool { return isDigit(r) || strings.ContainsRune(numerals, r) }

// splitStatute takes the folded title of a statute's article apart: 社会保险法 | 58 | 社会保险费征缴.
func splitStatute(title []rune) (name []rune, article int, section []rune) {
	for i, r := range title {
		if r != '第' || i == 0 {
			continue
		}
		if n, end := articleAt(title, i+1); end > 0 {
			return title[:i], n, trimRunes(title[end:])
		}
	}
	return nil, 0, title
}

// An article put in later has a number of its own behind that of the one before it: 第二百三十四条之一.
const (
	insertedStep = 1 << 12
	mostInserted = 15
)

// articleAt reads the number of an article and gives where it ends, 0 where none stands: 58条, 二百三十四条之一.
func articleAt(rs []rune, i int) (article, end int) {
	j := numeralsEnd(rs, i)
	if j == i || j >= len(rs) || rs[j] != '条' {
		return 0, 0
	}
	article, end = number(rs[i:j]), j+1
	if end < len(rs) && rs[end] == '之' {
		if k := numeralsEnd(rs, end+1); k > end+1 {
			if n := number(rs[end+1 : k]); n <= mostInserted && article < insertedStep {
				article += n * insertedStep
			}
			end = k
		}
	}
	return article, end
}

func numeralsEnd(rs []rune, i int) int {
	for i < len(rs) && isNumeral(rs[i]) {
		i++
	}
	return i
}

func trimRunes(rs []rune) []rune {
	for len(rs) > 0 && rs[0] == ' ' {
		rs = rs[1:]
	}
	for len(rs) > 0 && rs[len(rs)-1] == ' ' {
		rs = rs[:len(rs)-1]
	}
	return rs
}

// statuteName strips what is written around the name of a statute and 中华人民共和国 in front of it.
func statuteName(rs []rune) []rune {
	s := strings.Map(func(r rune) rune {
		if strings.ContainsRune("《》〈〉<>“”\"()（）[] ", r) {
			return -1
		}
		return r
	}, string(rs))
	return []rune(strings.ReplaceAll(s, "中华人民共和国", ""))
}

// articleRef reads a query that names an article: 社保法58条, 劳动合同法第四十七条, 社会保险法 58. Behind 条 there may be the
// paragraph and other words (社保法58条第一款, 社保法58条 滞纳金); behind a bare number they are a question.
func articleRef(q []rune) (name []rune, article int, ok bool) {
	q = trimRunes(q)
	at, article := articleIn(q)
	name = statuteName(q[:at])
	return name, article, article > 0 && len(name) >= 2 && isHan(name[0])
}

// articleIn finds the number of an article and where it begins, with 第 and blanks before it.
func articleIn(q []rune) (at, article int) {
	for i := 0; i < len(q); i++ {
		if !isNumeral(q[i]) {
			continue
		}
		end := numeralsEnd(q, i)
		if n, behind := articleAt(q, i); behind > 0 {
			at, article = i, n
			break
		}
		if end == len(q) {
			at, article = i, number(q[i:])
		}
		i = end
	}
	for at > 0 && (q[at-1] == '第' || q[at-1] == ' ') {
		at--
	}
	return at, article
}

// nameFit says how well an abbreviation stands for a statute's name: 1 is the name itself, 0 no fit. The characters
// must come in order; an abbreviation keeps the last character (法, 条例) and mostly the first.
func nameFit(abbr []rune, name string) float64 {
	rest := name
	for _, r := range abbr {
		at := strings.IndexRune(rest, r)
		if at < 0 {
			return 0
		}
		rest = rest[at+utf8.RuneLen(r):]
	}
	length := utf8.RuneCountInString(name)
	if len(abbr) == length {
		return 1
	}
	fit := 0.9 * float64(len(abbr)) / float64(length)
	if last, _ := utf8.DecodeLastRuneInString(name); abbr[len(abbr)-1] != last {
		fit *= 0.3
	}
	if first, _ := utf8.DecodeRuneInString(name); abbr[0] != first {
		fit *= 0.5
	}
	return fit
}

// IsStatute tells that a title is that of an article of a statute: 社会保险法第五十八条.
func IsStatute(title string) bool {
	name, article, _ := splitStatute(fold(title))
	return len(name) > 0 && article > 0
}
