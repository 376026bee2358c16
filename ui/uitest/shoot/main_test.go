package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryPictureShowsItsScreen(t *testing.T) {
	words := map[string]string{
		"login": "上岗自检", "idle": "我的待办", "ringing": "接听", "talk": "三月份养老金未到账", "talk-80x24": "三月份养老金未到账",
		"transfer": "三方转接", "wrapup": "下一步", "board": "监听 3027 李某",
	}
	for name, scene := range pictures {
		t.Run(name, func(t *testing.T) {
			s := scene(t)
			if words[name] == "" || !s.Has(words[name]) {
				t.Errorf("%q is not on the screen:\n%s", words[name], s.Text())
			}
			want := s.SVG()
			if !strings.HasPrefix(want, "<svg ") || !strings.Contains(want, `font-weight="bold"`) {
				t.Error("not a picture in colour")
			}
			got, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "screens", name+".svg"))
			if err != nil || string(got) != want {
				t.Errorf("docs/screens/%s.svg is not what the program draws: run make screens (%v)", name, err)
			}
		})
	}
}

func TestNoPictureIsLeftOver(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", "screens", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".svg"); pictures[name] == nil {
			t.Errorf("%s is nobody's picture: remove it", f)
		}
	}
}
