package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "ab": 2, "养老保险": 8, "“引号”": 6, "│●…①": 4, "　缩进": 6,
		"１２３": 6, "e\u0301": 1, "☎\ufe0f": 2, "\x1b": 0, "བོད": 2,
	} {
		if got := Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestFitIsExactAtEveryWidth(t *testing.T) {
	for _, s := range []string{"", "养老保险abc待遇", "a养b老c", "　　一、先核对（2026）", "☎️电话👨‍👩‍👧"} {
		for w := 0; w <= 40; w++ {
			if got := Width(Fit(s, w)); got != w {
				t.Errorf("Fit(%q, %d) is %d wide", s, w, got)
			}
			if got := Width(Right(s, w)); got != w {
				t.Errorf("Right(%q, %d) is %d wide", s, w, got)
			}
			if got := Width(Short(s, w)); got > w {
				t.Errorf("Short(%q, %d) is %d wide", s, w, got)
			}
		}
	}
}

func TestFold(t *testing.T) {
	if got := Fold("１３９　ＡＢｃ－养老"); got != "139 ABc-养老" {
		t.Errorf("got %q", got)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"王某某":                              "王某某",
		"a\x1b[31mb\x07":                   "a[31mb",
		"一\t二\n三":                          "一 二 三",
		"好👍吗":                              "好[表情]吗",
		"☎️":                               "[表情]",
		"坏\xff字":                           "坏字",
		"左\u202e右":                         "左右",
		"z" + strings.Repeat("\u0301", 50): "z" + strings.Repeat("\u0301", 4),
	} {
		if got := Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want []string
	}{
		{"养老金未到账，要求核实。", 12, []string{"养老金未到", "账，要求核", "实。"}},
		{"说：“您好”", 4, []string{"说：", "“您", "好”"}},
		{"　　您的养老金", 8, []string{"　　您的", "养老金"}},
		{"共 3.5 万元", 6, []string{"共 3.5", "万元"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"满意率为97.3%，好", 10, []string{"满意率为", "97.3%，好"}},
		{"一\n\n二", 10, []string{"一", "", "二"}},
		{"", 10, []string{""}},
		{"依据《社会保险法》第五十八条", 8, []string{"依据《社", "会保险", "法》第五", "十八条"}},
		{"，，，，，，", 4, []string{"，，", "，，", "，，"}},
	} {
		got := Wrap(c.in, c.w)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("Wrap(%q, %d)\n got %q\nwant %q", c.in, c.w, got, c.want)
		}
	}
}

// Whatever comes in: no line too wide, nothing lost but spaces at breaks, and
// no line beginning with closing punctuation unless the line holds nothing else.
func TestWrapProperties(t *testing.T) {
	alphabet := []rune("养老保险金“”《》（），。、；：12a. b　—…%·\n")
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 80).Draw(t, "s"))
		w := rapid.IntRange(4, 40).Draw(t, "w")
		var kept strings.Builder
		for _, l := range Wrap(s, w) {
			if Width(l) > w {
				t.Fatalf("line %q is wider than %d", l, w)
			}
			kept.WriteString(l)
		}
		drop := strings.NewReplacer(" ", "", "　", "", "\n", "")
		if got, want := drop.Replace(kept.String()), drop.Replace(s); got != want {
			t.Fatalf("text changed: %q, want %q", got, want)
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add("a\x1b[1;2;3mb")
	f.Add("👨‍👩‍👧z\u0301\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		p := Plain(s)
		if !utf8.ValidString(p) || ansi.Strip(p) != p || ansi.StringWidth(p) != ansi.StringWidthWc(p) || Width(p) != ansi.StringWidth(p) {
			t.Fatalf("Plain(%q) = %q", s, p)
		}
		for _, w := range []int{0, 1, 7, 20} {
			if Width(Fit(p, w)) != w {
				t.Fatalf("Fit(%q, %d)", p, w)
			}
		}
	})
}

// TestPlainRunesAreAsWideAsTheLibrarySays: the short way and the long one agree
// about every rune that goes the short way, alone and with a mark behind it.
func TestPlainRunesAreAsWideAsTheLibrarySays(t *testing.T) {
	const mark = "\u0301"
	seen := 0
	for r := rune(0x20); r <= 0x323af; r++ {
		s := string(r)
		n, w := plainRune(s)
		if n == 0 || w == 0 {
			continue
		}
		seen++
		if c, g := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth); c != s || g != w || ansi.StringWidthWc(s) != w {
			t.Errorf("%U is %d columns, and %d or %d by the library", r, w, g, ansi.StringWidthWc(s))
		}
		if n, _ := plainRune(s + mark); n != 0 {
			t.Errorf("%U is taken apart from a mark behind it", r)
		}
	}
	if n, _ := plainRune("─"); n == 0 || seen < 20_000 {
		t.Errorf("%d runes go the short way, a frame's with %d bytes", seen, n)
	}
}
