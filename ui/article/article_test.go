package article

import (
	"strings"
	"testing"

	"zuoxi/ui/canvas"
	"zuoxi/ui/text"
)

var sample = Article{
	ID: "K-1042", Version: "3", Title: "养老金未到账：核查步骤与答复口径", Meta: "2026-03-01 修订  适用：江苏",
	Blocks: []Block{
		{Kind: Head, Text: "一、先核对"},
		{Kind: Item, Mark: "1.", Text: "是否完成当年领取资格认证；未完成的，请来电人用手机办理，次月补发。"},
		{Kind: Item, Mark: "·", Text: "自助终端也行。", Depth: 1},
		{Kind: Item, Mark: "2.", Text: "社会保障卡金融账户是否激活；"},
		{Kind: Speak, Text: "“您的养老金应在每月十五日前发放，我已为您登记核查。”"},
		{Kind: Quote, Text: "每月十五日前发放到社会保障卡金融账户。"},
		{Kind: Code, Text: "发放 {\n  日 15\n}"},
		{Kind: Table, Rows: [][]string{{"情形", "去哪里", "多久"}, {"未认证", "手机、自助终端或社区", "次月补发"}, {"账户未激活", "发卡银行网点，带身份证和社会保障卡", "当场"}}},
		{Kind: Never, Text: "不得承诺具体到账时刻。"},
		{Kind: Basis, Text: "《社会保险法》第五十八条"},
	},
}

func TestLinesFitEveryWidth(t *testing.T) {
	for w := 12; w <= 100; w++ {
		for _, l := range Lines(sample, w) {
			if text.Width(l.Text) > w {
				t.Fatalf("width %d: %q", w, l.Text)
			}
		}
	}
}

func TestHangingIndent(t *testing.T) {
	lines := Lines(sample, 30)
	for i, l := range lines {
		if strings.Contains(l.Text, "1. ") {
			if !strings.HasPrefix(lines[i+1].Text, "     ") || strings.HasPrefix(lines[i+1].Text, "      ") {
				t.Fatalf("%q then %q", l.Text, lines[i+1].Text)
			}
			return
		}
	}
	t.Fatal("no list item")
}

// joined are the lines of the sample from one that begins so.
func joined(t *testing.T, width int, begin string, n int) string {
	t.Helper()
	var out []string
	for _, l := range Lines(sample, width) {
		if len(out) > 0 || strings.HasPrefix(l.Text, begin) {
			out = append(out, l.Text)
		}
	}
	return strings.Join(out[:min(n, len(out))], "\n")
}

func TestTablesAreAligned(t *testing.T) {
	for width, want := range map[int]string{
		80: "情形        去哪里                              多久\n未认证      手机、自助终端或社区                次月补发\n账户未激活  发卡银行网点，带身份证和社会保障卡  当场",
		40: "情形        去哪里              多久\n未认证      手机、自助终端或社  次月补发\n            区\n账户未激活  发卡银行网点，带身  当场\n            份证和社会保障卡",
	} {
		if got := joined(t, width, "情形", strings.Count(want, "\n")+1); got != want {
			t.Errorf("width %d:\n%s\nwant\n%s", width, got, want)
		}
	}
	if got, want := joined(t, 24, "情形：未", 3), "情形：未认证\n  去哪里：手机、自助终端\n  或社区"; got != want {
		t.Errorf("too narrow for a table:\n%s\nwant\n%s", got, want)
	}
}

func TestDepthQuoteAndCodeStay(t *testing.T) {
	text := (&View{art: sample}).Text()
	for _, want := range []string{"\n  1. 是否", "\n    · 自助终端也行。", "\n  每月十五日前", "\n  发放 {\n    日 15\n  }\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// What is copied has each paragraph in one line, and nothing drawn.
func TestCopiedLinesAreWhole(t *testing.T) {
	long := strings.Repeat("养老保险关系转移接续办理时限", 20)
	v := View{art: Article{ID: "K-1", Title: "甲", Blocks: []Block{{Text: long}, sample.Blocks[7]}}}
	if got := v.Text(); !strings.Contains(got, "\n"+long+"\n") || strings.ContainsAny(got, "│┃|") {
		t.Errorf("%s", got)
	}
}

func TestScrollStaysInside(t *testing.T) {
	var v View
	v.Open(sample)
	c := canvas.New(30, 5)
	v.Draw(c.All())
	v.Scroll(1000)
	c.Reset(30, 5)
	v.Draw(c.All())
	if last := strings.TrimSpace(c.Lines()[4]); !strings.HasSuffix(last, "条") {
		t.Errorf("last line %q", last)
	}
	v.Open(sample)
	v.Scroll(-1)
	if v.top == 0 {
		t.Error("the same article again moved the window")
	}
	if !strings.Contains(v.Text(), "激活") {
		t.Error("nothing to copy")
	}
}
