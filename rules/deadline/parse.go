package deadline

import (
	"strconv"
	"strings"
)

// units are the words for a unit, the longer before those that they end in.
var units = []struct {
	word string
	span func(int) Span
}{
	{"个工作日", func(n int) Span { return Workdays(n) }}, {"工作日", func(n int) Span { return Workdays(n) }},
	{"个小时", func(n int) Span { return Hours(n) }}, {"小时", func(n int) Span { return Hours(n) }},
	{"年", func(n int) Span { return Years(n) }},
	{"天", func(n int) Span { return Days(n) }}, {"日", func(n int) Span { return Days(n) }},
}

// maxPromise bounds what is believed to be a length of time.
const maxPromise = 3650

var chineseDigits = strings.NewReplacer("一", "1", "两", "2", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")

// Parse reads a length as people write it: 2 个工作日, 三天, ４８小时. ok is false for anything else.
func Parse(s string) (span Span, ok bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == 0x3000:
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, s)
	for _, u := range units {
		head, found := strings.CutSuffix(s, u.word)
		if !found {
			continue
		}
		if head == "十" {
			head = "10"
		}
		n, err := strconv.Atoi(chineseDigits.Replace(head))
		if err != nil || n <= 0 || n > maxPromise {
			return nil, false
		}
		return u.span(n), true
	}
	return nil, false
}

// Unit takes a span apart for stored data: the name of its unit and how many of it.
func Unit(s Span) (unit string, length int) {
	switch n := s.(type) {
	case Days:
		return "day", int(n)
	case Workdays:
		return "workday", int(n)
	case Hours:
		return "hour", int(n)
	case Years:
		return "year", int(n)
	}
	return "", 0
}

// SpanOf gives back what Unit took apart; nil for an unknown unit.
func SpanOf(unit string, length int) Span {
	switch unit {
	case "day":
		return Days(length)
	case "workday":
		return Workdays(length)
	case "hour":
		return Hours(length)
	case "year":
		return Years(length)
	}
	return nil
}
