package main

import (
	"strings"
	"testing"
)

func TestEveryPictureShowsItsScreen(t *testing.T) {
	words := map[string]string{"login": "上岗自检", "idle": "我的待办", "offer": "接听", "talk": "三月份养老金未到账", "transfer": "三方转接", "wrapup": "下一步"}
	for name, scene := range pictures {
		s := scene(t)
		if words[name] == "" || !s.Has(words[name]) || !strings.HasPrefix(s.SVG(), "<svg ") {
			t.Errorf("%s does not show %q:\n%s", name, words[name], s.Text())
		}
	}
}
