package find

import (
	"strconv"
	"strings"
	"time"
)

// dateOrWord takes a day or span of days, else a word of text.
func (q *Query) dateOrWord(s string, now time.Time) error {
	from, to, ok := days(s, now)
	if !ok {
		q.word(s)
		return nil
	}
	q.From, q.To = from, to
	last := to.AddDate(0, 0, -1)
	if last.Equal(from) {
		q.said(from.Format("2006-01-02"))
	} else {
		q.said(from.Format("2006-01-02") + " 至 " + last.Format("2006-01-02"))
	}
	return nil
}

// days reads 今天, 昨天, 本周, 上周, 本月, 上月, 近7天, 2026-03-01, 03-01, 2026-03, 3月1日, and two of the written ones
// with ~ between. to is the day after the last.
func days(s string, now time.Time) (from, to time.Time, ok bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if from, to, ok = named(s, today); ok {
		return from, to, true
	}
	for _, sep := range []string{"~", "至", ".."} {
		a, b, found := strings.Cut(s, sep)
		if !found {
			continue
		}
		from, _, ok1 := written(a, today)
		_, to, ok2 := written(b, today)
		return from, to, ok1 && ok2
	}
	return written(s, today)
}

func named(s string, today time.Time) (from, to time.Time, ok bool) {
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	first := today.AddDate(0, 0, 1-today.Day())
	switch s {
	case "今天":
		return today, today.AddDate(0, 0, 1), true
	case "昨天":
		return today.AddDate(0, 0, -1), today, true
	case "前天":
		return today.AddDate(0, 0, -2), today.AddDate(0, 0, -1), true
	case "本周":
		return monday, monday.AddDate(0, 0, 7), true
	case "上周":
		return monday.AddDate(0, 0, -7), monday, true
	case "本月":
		return first, first.AddDate(0, 1, 0), true
	case "上月":
		return first.AddDate(0, -1, 0), first, true
	}
	n, found := strings.CutSuffix(strings.TrimPrefix(s, "近"), "天")
	if k, err := strconv.Atoi(n); found && err == nil && strings.HasPrefix(s, "近") && k > 0 && k <= 3660 {
		return today.AddDate(0, 0, 1-k), today.AddDate(0, 0, 1), true
	}
	return today, today, false
}

// written reads a date with or without its year, or a month. A date without a
// year is the last such day that is not to come.
func written(s string, today time.Time) (from, to time.Time, ok bool) {
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006年1月2日"} {
		if t, err := time.ParseInLocation(layout, s, today.Location()); err == nil {
			return t, t.AddDate(0, 0, 1), true
		}
	}
	for _, layout := range []string{"2006-1", "2006年1月"} {
		if t, err := time.ParseInLocation(layout, s, today.Location()); err == nil {
			return t, t.AddDate(0, 1, 0), true
		}
	}
	for _, layout := range []string{"2006-1-2", "2006-1/2", "2006-1月2日"} {
		t, err := time.ParseInLocation(layout, strconv.Itoa(today.Year())+"-"+s, today.Location())
		if err != nil {
			continue
		}
		if t.After(today) {
			t = t.AddDate(-1, 0, 0)
		}
		return t, t.AddDate(0, 0, 1), true
	}
	return today, today, false
}
