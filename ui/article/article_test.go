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
		{Head, "", "一、先核对"},
		{Item, "1.", "是否完成当年领取资格认证；未完成的，请来电人用手机办理，次月补发。"},
		{Item, "2.", "社会保障卡金融账户是否激活；"},
		{Speak, "", "“您的养老金应在每月十五日前发放，我已为您登记核查。”"},
		{Never, "", "不得承诺具体到账时刻。"},
		{Basis, "", "《社会保险法》第五十八条"},
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
