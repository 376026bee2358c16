package menu

import (
	"slices"
	"strconv"
	"strings"
)

// part is a piece of a prompt: fixed words with a clip of their own, or a value that is put together from words.
type part struct {
	clip  string // name of the clip, for fixed words
	text  string // the words
	fill  string // key of the value
	count bool   // a number that is counted, not spelled digit by digit
}

// parts splits a text at its values: 您前面有{n:count}位 has three.
func parts(name, text string) []part {
	var out []part
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			out = append(out, part{text: before})
		}
		key, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			break
		}
		key, how, _ := strings.Cut(key, ":")
		out = append(out, part{fill: key, count: how == "count"})
		text = after
	}
	fixed := 0
	for i := range out {
		if out[i].fill != "" {
			continue
		}
		out[i].clip = name
		if len(out) > 1 {
			fixed++
			out[i].clip = name + "." + strconv.Itoa(fixed)
		}
	}
	return out
}

// vocabulary are the words that values are put together from, with the names of their clips. Regions are added to it.
var vocabulary = map[string]string{
	"零": "word-0", "一": "word-1", "二": "word-2", "三": "word-3", "四": "word-4", "五": "word-5", "六": "word-6", "七": "word-7",
	"八": "word-8", "九": "word-9", "幺": "word-yao", "十": "word-10", "百": "word-100", "千": "word-1000", "万": "word-10000",
	"点": "word-oclock", "半": "word-half", "分": "word-minute", "到": "word-to", "和": "word-and", "工作日": "word-workday", "每天": "word-everyday",
	"全天": "word-always",
}

// clipsOf lists every clip that a script needs, with the words to be said in it.
func (s *Script) clipsOf() map[string]string {
	out := map[string]string{}
	for name, text := range s.Texts {
		for _, p := range parts(name, text) {
			if p.clip != "" {
				out[p.clip] = p.text
			}
		}
	}
	for word, clip := range vocabulary {
		out[clip] = word
	}
	for code, region := range s.Menu.Regions {
		out["region-"+code] = region
	}
	return out
}

// Clips lists every clip of the menu with its words, for whoever renders or records them.
func (s *Script) Clips() map[string]string { return s.clipsOf() }

// digits spells a number as it is read on the telephone, one as 幺.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '1':
			return '幺'
		case r >= '0' && r <= '9':
			return numerals[r-'0']
		}
		return r
	}, s)
}

var numerals = []rune("零一二三四五六七八九")

// count reads a number from 0 to 99 999 as one counts: 十二, 一百零五.
func count(n int) string {
	switch {
	case n < 0 || n > 99_999:
		return digits(strconv.Itoa(n))
	case n < 10:
		return string(numerals[n])
	case n < 20:
		return strings.TrimSuffix("十"+string(numerals[n%10]), "零")
	}
	var b strings.Builder
	gap := false
	for _, u := range []struct {
		size int
		word string
	}{{10_000, "万"}, {1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / u.size
		n %= u.size
		switch {
		case d > 0:
			if gap {
				b.WriteString("零")
			}
			b.WriteString(string(numerals[d]) + u.word)
			gap = false
		case b.Len() > 0 && n > 0:
			gap = true
		}
	}
	return b.String()
}

// hoursText reads the service hours: 工作日八点半到十二点和十三点半到十七点半.
func (s *Script) hoursText() string {
	if s.Menu.Hours.Always {
		return "全天"
	}
	clock := func(m int) string {
		text := count(m/60) + "点"
		switch m % 60 {
		case 0:
			return text
		case 30:
			return text + "半"
		}
		return text + count(m%60) + "分"
	}
	out := ""
	last := ""
	for _, w := range s.Menu.Hours.Human {
		day := map[bool]string{true: "每天", false: "工作日"}[w.Days == "everyday"]
		if out != "" {
			out += "和"
		}
		if day != last {
			out += day
			last = day
		}
		out += clock(w.From) + "到" + clock(w.To)
	}
	return out
}

// spoken splits a value into the clips of its words, the longest word first. What has no clip is left out.
func spoken(text string, words map[string]string) []string {
	longest := 0
	for w := range words {
		longest = max(longest, len([]rune(w)))
	}
	var out []string
	for rs := []rune(text); len(rs) > 0; {
		n := min(longest, len(rs))
		for n > 1 && words[string(rs[:n])] == "" {
			n--
		}
		if clip := words[string(rs[:n])]; clip != "" {
			out = append(out, clip)
		}
		rs = rs[n:]
	}
	return slices.Clip(out)
}
