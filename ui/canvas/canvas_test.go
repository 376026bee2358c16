package canvas

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

func TestBoxOverChinese(t *testing.T) {
	th := theme.New(theme.Mode{})
	for w := 20; w <= 60; w++ {
		c := New(w, 5)
		for y := range 5 {
			c.All().Text(y%2, y, strings.Repeat("养老保险", 20), theme.Plain)
		}
		box := c.All().Sub(5, 1, 9, 3)
		box.Fill(theme.Plain)
		box.Box(th, "标题", theme.Frame)
		for y, l := range c.Lines() {
			if text.Width(l) != w {
				t.Fatalf("width %d row %d is %d wide: %q", w, y, text.Width(l), l)
			}
		}
		if got := text.Cut(c.Lines()[1], 16); !strings.Contains(got, "┌─ 标") {
			t.Fatalf("caption lost: %q", got)
		}
	}
}

func TestRegionClips(t *testing.T) {
	c := New(10, 3)
	r := c.All().Sub(2, 1, 5, 1)
	r.Text(0, 0, "养老保险", theme.Plain)
	r.Text(3, 5, "出界", theme.Plain)
	r.Text(-1, 0, "出界", theme.Plain)
	if got := strings.Join(c.Lines(), "|"); got != "          |  养老    |          " {
		t.Errorf("%q", got)
	}
	if x := r.Cell(0, 0, 3, "险", theme.Bold); x != 3 {
		t.Errorf("Cell returned %d", x)
	}
	if got := c.Lines()[1]; got != "  险      " {
		t.Errorf("%q", got)
	}
	if got := c.Lines()[1]; got != "  险      " {
		t.Errorf("%q", got)
	}
	if x := r.Right(0, "a", theme.Plain); x != 4 {
		t.Errorf("Right began at %d", x)
	}
}

func TestCellsHoldNoForeignEscape(t *testing.T) {
	c := New(30, 1)
	c.All().Text(0, 0, "王\x1b[31m某\x1b]0;x\x07☎️", theme.Bad)
	var out strings.Builder
	c.Cells(func(_, _, _ int, s string, _ theme.Token) { out.WriteString(s) })
	if got := out.String(); strings.ContainsAny(got, "\x1b\x07☎") || got != c.Lines()[0] {
		t.Errorf("%q, and as a line %q", got, c.Lines()[0])
	}
}

func TestEveryRowKeepsItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 30).Draw(t, "w"), rapid.IntRange(1, 4).Draw(t, "h")
		c := New(w, h)
		for range rapid.IntRange(1, 12).Draw(t, "n") {
			x, y := rapid.IntRange(-2, 32).Draw(t, "x"), rapid.IntRange(-1, 5).Draw(t, "y")
			s := rapid.StringOfN(rapid.RuneFrom([]rune("养老ab ☎\u0301“")), 0, 12, -1).Draw(t, "s")
			c.All().Sub(rapid.IntRange(0, 5).Draw(t, "sx"), 0, w, h).Text(x, y, s, theme.Plain)
		}
		for _, l := range c.Lines() {
			if text.Width(l) != w {
				t.Fatalf("%q is %d wide, want %d", l, text.Width(l), w)
			}
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	c := New(120, 40)
	line := strings.Repeat("养老金未到账：核查步骤与答复口径", 4)
	b.ReportAllocs()
	for b.Loop() {
		c.Reset(120, 40)
		for y := range 40 {
			c.All().Text(0, y, line, theme.Token(y%4))
		}
	}
}
