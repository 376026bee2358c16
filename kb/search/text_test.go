package search

import (
	"context"
	"slices"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"養老保險": "养老保险", "Ｎ＋１": "n+1", "社保　卡": "社保 卡", "著作權": "著作权", "12333": "12333",
	} {
		if got := string(fold(in)); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]int{
		"58": 58, "五十八": 58, "十": 10, "十二": 12, "一百零三": 103, "一千二百五十四": 1254, "二百": 200, "": 0, "99999": 0,
	} {
		if got := number([]rune(in)); got != want {
			t.Errorf("number(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestArticleRef(t *testing.T) {
	type ref struct {
		name    string
		article int
		ok      bool
	}
	for in, want := range map[string]ref{
		"社保法58条":         {"社保法", 58, true},
		"社会保险法 第五十八条":    {"社会保险法", 58, true},
		"《中华人民共和国劳动法》41": {"劳动法", 41, true},
		"社保法58条第一款":      {"社保法", 58, true},
		"工伤条例第14条第(六)项":  {"工伤条例", 14, true},
		"劳动合同法39条第2项":    {"劳动合同法", 39, true},
		"刑法二百三十四条之一":     {"刑法", 234 + insertedStep, true},
		"社保法58条 滞纳金":     {"社保法", 58, true},
		"劳动法 10 天":       {"", 0, false},
		"失业金":            {"", 0, false},
		"58":             {"", 58, false},
		"n+1":            {"n+", 1, false},
	} {
		name, article, ok := articleRef(fold(in))
		if got := (ref{string(name), article, ok}); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func TestStatuteNames(t *testing.T) {
	for _, c := range []struct{ abbr, better, worse string }{
		{"社保法", "社会保险法", "社会保险经办条例"},
		{"劳动合同法", "劳动合同法", "劳动合同法实施条例"},
		{"工伤条例", "工伤保险条例", "工伤认定办法"},
	} {
		if b, w := nameFit([]rune(c.abbr), c.better), nameFit([]rune(c.abbr), c.worse); b <= w || b < leastFit {
			t.Errorf("%s fits %s %.2f and %s %.2f", c.abbr, c.better, b, c.worse, w)
		}
	}
	name, article, section := splitStatute(fold("最高人民法院的解释（一）第三十二条之一 劳动关系"))
	if string(name) != "最高人民法院的解释(一)" || article != 32+insertedStep || string(section) != "劳动关系" {
		t.Errorf("split into %q, %d, %q", string(name), article, string(section))
	}
}

func TestSpelling(t *testing.T) {
	count := func(letters string) (n int) {
		ways := pinyin().spell(letters, false)
		if len(ways) == 0 {
			return 0
		}
		return len(ways[0].slots)
	}
	for letters, want := range map[string]int{"yanglao": 2, "ylbx": 4, "xian": 1, "shbx": 3, "gongshangbx": 4, "uuu": 0} {
		if got := count(letters); got != want {
			t.Errorf("%s is %d characters, want %d", letters, got, want)
		}
	}
	s := pinyin()
	for r, want := range map[rune][]string{'行': {"xing", "hang"}, '重': {"zhong", "chong"}} {
		for _, name := range want {
			if n, _ := s.exact(name); !s.reads(r, n) {
				t.Errorf("%c is not read %s", r, name)
			}
		}
	}
	if !slices.Contains(initials([]rune("银行")), uint64('y')<<56|uint64('h')<<48) {
		t.Error("the initials of 银行 lack yh")
	}
}

func TestQuestionWordsAreBlanked(t *testing.T) {
	text, asked := wording().strip(fold("请问失业金怎么领"))
	if string(text) != "  失业金  领" || !asked {
		t.Errorf("%q, asked %v", string(text), asked)
	}
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"失业金", "ylbx 转移", "社保法58条", "第条", "n+1", "\xff\xfe", "a", "；", "zhzhzh", "养", "12333", "gb", "卡"} {
		f.Add(s)
	}
	dir := f.TempDir()
	if err := Create(dir, "r", library()); err != nil {
		f.Fatal(err)
	}
	x, err := Open(dir)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(x.Close)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := x.Search(context.Background(), Query{Text: text, Facets: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hits {
			if h.ID == "" || len(h.Why) == 0 || utf8.RuneCountInString(h.Snippet) > snippetRunes+2 {
				t.Errorf("hit %+v", h)
			}
		}
	})
}
