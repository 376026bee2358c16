package clean

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "张三", "张三"},
		{"trim and squeeze", "  张 \t\n 三  ", "张 三"},
		{"colour", "\x1b[31m红\x1b[0m", "红"},
		{"long CSI", "\x1b[" + strings.Repeat("1;", 40) + "m名", "名"},
		{"window title", "\x1b]0;坏\x07好", "好"},
		{"OSC with ST", "\x1b]8;;http://x\x1b\\好", "好"},
		{"OSC never ends", "好\x1b]0;坏坏坏", "好"},
		{"DCS", "\x1bPq坏\x1b\\好", "好"},
		{"charset", "\x1b(0好", "好"},
		{"eight-bit CSI", "\u009b31m好", "好"},
		{"eight-bit OSC", "\u009d0;坏\u009c好", "好"},
		{"lone ESC", "好\x1b", "好"},
		{"C0 and DEL", "a\x00b\x07c\x7fd", "abcd"},
		{"bidi", "abc\u202edcba\u2069", "abcdcba"},
		{"zero width", "张\u200b三\ufeff\u00ad", "张三"},
		{"tags", "a\U000e0041b", "ab"},
		{"broken UTF-8", "张\xff三", "张\ufffd三"},
		{"middle dot", "买买提·艾力", "买买提·艾力"},
		{"rare Han", "𠮷𬱖𰻝", "𠮷𬱖𰻝"},
		{"newer Han than the tables", "\U000323b0", "\U000323b0"},
		{"private use", "\ue000", "\ue000"},
		{"variant of a name", "葛\U000e0100", "葛\U000e0100"},
		{"Uyghur", "ئۇيغۇر", "ئۇيغۇر"},
		{"Tibetan", "བསྒྲུབས", "བསྒྲུབས"},
		{"Mongolian", "ᠮᠣᠩᠭᠣᠯ\u180bᠠ", "ᠮᠣᠩᠭᠣᠯ\u180bᠠ"},
		{"joiner outside its script", "a\u200db", "ab"},
		{"mark flood", "e" + strings.Repeat("\u0301", 50), "e" + strings.Repeat("\u0301", maxMarks)},
		{"mark without base", "\u0301a", "a"},
		{"odd spaces", "a\u2003\u00a0b", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Line(tt.in, 100); got != tt.want {
				t.Errorf("Line(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		max  int
		want string
	}{
		{"一二三四五", 5, "一二三四五"},
		{"一二三四五", 4, "一二三…"},
		{"一二三四五", 1, "…"},
		{"一二 四五", 4, "一二…"},
		{"一", 0, ""},
		{"一    ", 1, "一"},
	}
	for _, tt := range tests {
		if got := Line(tt.in, tt.max); got != tt.want {
			t.Errorf("Line(%q, %d) = %q, want %q", tt.in, tt.max, got, tt.want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"breaks", "一\r\n二\r三\u2028四\v五", "一\n二\n三\n四\n五"},
		{"blank line stays", "一\n\n二", "一\n\n二"},
		{"ends trimmed", "\n\n 一 \n 二 \n\n", " 一\n 二"},
		{"OSC ends at the line", "一\x1b]0;坏\n二", "一\n二"},
		{"tab", "a\tb", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Text(tt.in, 100); got != tt.want {
				t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "@a": "'@a", "-2": "'-2", "-": "-", "": "", " \t=1": "'=1", "＝1": "'＝1", "张三": "张三", "'=1": "'=1",
	} {
		if got := Cell(in); got != want {
			t.Errorf("Cell(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"张三", "\x1b[1;31mx", "\u009d\x1b", "e\u0301\u0301", "\xff\xfe", "a\r\n\tb", "ᠯ\u180b \u202fᠠ", "  \n \n x"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		max = max % 1000
		for name, clean := range map[string]func(string, int) string{"Line": Line, "Text": Text} {
			got := clean(s, max)
			if !utf8.ValidString(got) {
				t.Fatalf("%s: broken UTF-8 %q", name, got)
			}
			if n := utf8.RuneCountInString(got); n > max && n > 0 {
				t.Fatalf("%s: %d runes, at most %d allowed", name, n, max)
			}
			for _, r := range got {
				if unicode.IsControl(r) && (r != '\n' || name == "Line") {
					t.Fatalf("%s: control character %U in %q", name, r, got)
				}
				if unicode.Is(unicode.Bidi_Control, r) || r == 0x200B || r == 0xFEFF {
					t.Fatalf("%s: invisible %U in %q", name, r, got)
				}
			}
			if again := clean(got, max); again != got {
				t.Fatalf("%s is not stable: %q then %q", name, got, again)
			}
		}
	})
}

// TestJSON: texts are cleaned wherever they stand, by the key before them; the rest stays byte for byte.
func TestJSON(t *testing.T) {
	t.Parallel()
	text := func(key, s string) string {
		if key == "password" {
			return s
		}
		return Line(s, len(s))
	}
	for in, want := range map[string]string{
		`{"b": 1.50, "a":["x\u001b[31my", null], "password":"\u202e"}`: `{"b": 1.50, "a":["xy", null], "password":"\u202e"}`,
		"{\"k\u202e\" : {\"c\":\"\u009b2J<\\\"好\"}}":                   "{\"k\" : {\"c\":\"\\u003c\\\"好\"}}",
		`"<\u597d>"`: `"<\u597d>"`,
		`{"open`:     `{""`,
		``:           ``,
		`12`:         `12`,
	} {
		if got := string(JSON([]byte(in), text)); got != want {
			t.Errorf("JSON(%q) = %q, want %q", in, got, want)
		}
	}
}
