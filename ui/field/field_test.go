package field

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"zuoxi/ui/canvas"
	"zuoxi/ui/text"
)

func press(f *Field, keys ...string) {
	for _, k := range keys {
		f.Key(keyOf(k))
	}
}

func keyOf(k string) tea.KeyPressMsg {
	codes := map[string]rune{
		"left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "up": tea.KeyUp, "down": tea.KeyDown,
		"backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "enter": tea.KeyEnter,
	}
	if c, ok := codes[k]; ok {
		return tea.KeyPressMsg{Code: c}
	}
	if r, ok := strings.CutPrefix(k, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(r[0]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

func draw(f *Field, w, h int) (lines []string, x, y int) {
	c := canvas.New(w, h)
	x, y = f.Draw(c.All(), true)
	return c.Lines(), x, y
}

func TestCursorStandsBehindChinese(t *testing.T) {
	f := New(Options{})
	press(f, "养老保险", "a")
	if _, x, _ := draw(f, 40, 1); x != 9 {
		t.Errorf("cursor at %d", x)
	}
	press(f, "left", "left")
	if _, x, _ := draw(f, 40, 1); x != 6 {
		t.Errorf("cursor at %d", x)
	}
	press(f, "金")
	if f.Value() != "养老保金险a" {
		t.Errorf("%q", f.Value())
	}
}

func TestLineScrollsAndNeverHalvesACharacter(t *testing.T) {
	f := New(Options{})
	for range 30 {
		press(f, "险")
		lines, x, _ := draw(f, 11, 1)
		if x > 10 || text.Width(lines[0]) != 11 {
			t.Fatalf("cursor %d, %q", x, lines[0])
		}
	}
	press(f, "home")
	if lines, x, _ := draw(f, 11, 1); x != 0 || !strings.HasPrefix(lines[0], "险险险险险") {
		t.Errorf("cursor %d, %q", x, lines[0])
	}
}

func TestClearCanBeTakenBack(t *testing.T) {
	f := New(Options{Kind: Area})
	press(f, "第一行", "enter", "第二行", "ctrl+u")
	if f.Value() != "第一行\n" {
		t.Errorf("%q", f.Value())
	}
	press(f, "ctrl+u")
	if f.Value() != "第一行\n第二行" {
		t.Errorf("%q", f.Value())
	}
	press(f, "ctrl+u", "x", "ctrl+u")
	if f.Value() != "第一行\n" {
		t.Errorf("clear after typing must clear again: %q", f.Value())
	}
}

func TestAreaWrapsAndMovesByRows(t *testing.T) {
	f := New(Options{Kind: Area})
	press(f, "三月份养老金未到账，要求核实")
	lines, x, y := draw(f, 13, 4)
	if strings.TrimRight(lines[0], " ") != "三月份养老金" || x != 4 || y != 2 {
		t.Fatalf("%q cursor %d,%d", lines, x, y)
	}
	press(f, "up")
	if _, x, y = draw(f, 13, 4); x != 4 || y != 1 {
		t.Errorf("cursor %d,%d", x, y)
	}
	press(f, "up", "home", "说：")
	if !strings.HasPrefix(f.Value(), "说：三月份") {
		t.Errorf("%q", f.Value())
	}
	if used, _ := f.Key(keyOf("up")); used {
		t.Error("up in the first row belongs to the page")
	}
}

func TestSecretRefusesHan(t *testing.T) {
	f := New(Options{Kind: Secret})
	press(f, "ab", "密")
	if f.Value() != "ab" || !strings.Contains(f.Warning(), "英文") {
		t.Errorf("%q %q", f.Value(), f.Warning())
	}
	if lines, _, _ := draw(f, 10, 1); strings.TrimRight(lines[0], " ") != "**" {
		t.Errorf("%q", lines[0])
	}
}

func TestNumberFoldsFullWidth(t *testing.T) {
	f := New(Options{Kind: Number})
	press(f, "１３９abc０００")
	if f.Value() != "139000" || f.Warning() != "" {
		t.Errorf("%q %q", f.Value(), f.Warning())
	}
	if press(f, "您"); f.Value() != "139000" || f.Warning() == "" {
		t.Errorf("%q %q", f.Value(), f.Warning())
	}
}

func TestClustersAndLimits(t *testing.T) {
	f := New(Options{Max: 3})
	press(f, "e\u0301", "👨‍👩‍👧", "backspace")
	if f.Value() != "e\u0301" {
		t.Errorf("%q", f.Value())
	}
	press(f, "一二三四")
	if f.Value() != "e\u0301一二" || f.Warning() == "" {
		t.Errorf("%q %q", f.Value(), f.Warning())
	}
	f.Insert("\x1b[31m")
	if strings.Contains(f.Value(), "\x1b") {
		t.Errorf("%q", f.Value())
	}
}

func TestEnterIsNotALineFieldsKey(t *testing.T) {
	f := New(Options{})
	if used, _ := f.Key(keyOf("enter")); used {
		t.Error("a one-line field took Enter")
	}
	if used, _ := f.Key(tea.KeyPressMsg{Code: tea.KeyF3}); used {
		t.Error("a field took F3")
	}
	if used, _ := f.Key(keyOf("ctrl+p")); used {
		t.Error("a field took Ctrl+P")
	}
}

// The cursor cell is where the next character appears, whatever was done before.
func TestCursorProperty(t *testing.T) {
	keys := []string{"养", "a", " ", "，", "left", "right", "home", "end", "up", "down", "backspace", "delete", "enter", "ctrl+u", "👍"}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]Kind{Line, Area}).Draw(t, "kind")
		f := New(Options{Kind: kind})
		w, h := rapid.IntRange(4, 20).Draw(t, "w"), rapid.IntRange(1, 4).Draw(t, "h")
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 0, 40).Draw(t, "keys") {
			press(f, k)
			lines, x, y := draw(f, w, h)
			if x < 0 || x >= w || y < 0 || y >= h {
				t.Fatalf("cursor %d,%d outside %dx%d", x, y, w, h)
			}
			for _, l := range lines {
				if text.Width(l) != w {
					t.Fatalf("row %q", l)
				}
			}
			if f.at < 0 || f.at > len(f.chars) {
				t.Fatalf("cursor index %d of %d", f.at, len(f.chars))
			}
			left := text.Cut(lines[y], x)
			if text.Width(left) != x {
				t.Fatalf("cursor %d splits a character of %q", x, lines[y])
			}
		}
	})
}

func FuzzInsert(f *testing.F) {
	f.Add("养老", uint8(0), 5)
	f.Fuzz(func(t *testing.T, s string, kind uint8, w int) {
		fd := New(Options{Kind: Kind(kind % 4)})
		fd.Insert(s)
		press(fd, "left", "老", "up", "backspace")
		w = 4 + (w&0x3f)%40
		if lines, x, _ := draw(fd, w, 3); x >= w || text.Width(lines[0]) != w {
			t.Fatalf("%d %q", x, lines[0])
		}
	})
}

func TestForgottenIsGone(t *testing.T) {
	f := New(Options{Kind: Secret})
	press(f, "p", "w", "ctrl+u")
	f.Forget()
	press(f, "ctrl+u")
	if !f.Empty() {
		t.Errorf("%q came back", f.Value())
	}
}
