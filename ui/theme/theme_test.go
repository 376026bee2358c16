package theme

import (
	"testing"

	"zuoxi/ui/text"
)

func TestGlyphsAreOneColumn(t *testing.T) {
	for _, s := range []Set{Unicode, Narrow, ASCII} {
		g := New(Mode{Glyphs: s}).Glyph
		one := append([]string{g.H, g.V, g.TL, g.TR, g.BL, g.BR, g.Dot, g.Ring, g.Half, g.Hold, g.Arm, g.Sel, g.Off2}, g.Levels...)
		for _, c := range one {
			if text.Width(c) != 1 {
				t.Errorf("%s: %q is %d wide", s, c, text.Width(c))
			}
		}
		if text.Width(g.Off) != 3 || text.Width(g.On) != 3 {
			t.Errorf("%s: choice marks must be 3 wide", s)
		}
	}
}

func TestMeasured(t *testing.T) {
	for _, c := range []struct {
		w    []int
		want Set
	}{
		{[]int{1, 1, 1, 1, 1, 2}, Unicode},
		{[]int{1, 2, 1, 1, 1, 2}, Narrow},
		{[]int{2, 2, 2, 2, 2, 2}, ASCII},
		{[]int{1, 1, 1, 1, 1, 1}, ASCII},
		{nil, ASCII},
	} {
		if got := Measured(c.w); got != c.want {
			t.Errorf("%v: %s, want %s", c.w, got, c.want)
		}
	}
}

func TestNoTokenRestsOnColourAlone(t *testing.T) {
	plain := New(Mode{NoColor: true})
	for k := Plain; k < tokens; k++ {
		for _, p := range plain.SGR(k) {
			if p == '3' || p == '9' {
				t.Errorf("token %d uses a colour under NO_COLOR: %q", k, plain.SGR(k))
			}
		}
	}
	if s, ok := SetNamed("narrow-safe"); !ok || s != Narrow {
		t.Error("narrow-safe not found")
	}
	if _, ok := SetNamed("x"); ok {
		t.Error("unknown set found")
	}
}
