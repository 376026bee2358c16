package cli

import (
	"slices"
	"strings"
	"testing"

	"zuoxi/kb"
	"zuoxi/ui/article"
)

// A page shows what the article has: its days, the depth of its lists, quotes, code and tables.
func TestPageShowsTheWholeArticle(t *testing.T) {
	a := kb.Article{
		ID: "a", Edition: kb.Edition{Version: 2}, Title: "甲", Kind: kb.Kinds[2],
		Scope:  kb.Scope{Level: "市", Region: "江苏省南京市", Effective: kb.Day{Year: 2026, Month: 1, Day: 1}, Expires: kb.Day{Year: 2027, Month: 12, Day: 31}},
		Review: kb.Review{Verified: "full", Reviewed: kb.Day{Year: 2026, Month: 11, Day: 23}},
		Papers: []string{"身份证"}, Office: &kb.Office{Name: "大厅", Phone: "0000-0000"}, Never: []string{"当场办好"},
		Body: "# 甲\n\n## 口径\n可以。\n\n| 甲 | 乙 |\n| --- | --- |\n| 一 | 二 |\n\n## 要点\n- 上\n  - 下\n\n> 引文\n\n```\n x\n```\n\n| 丙 | 丁 |\n| --- | --- |\n| 三 | 四 |\n",
	}
	p := page(a, 20261201)
	if want := "办事指南 市 江苏省南京市 2026-01-01 起施行 到 2027-12-31 失效 2026-11-23 复核"; p.Meta != want {
		t.Errorf("%s, want %s", p.Meta, want)
	}
	for _, want := range []article.Block{
		{Kind: article.Speak, Text: "可以。"}, {Kind: article.Item, Mark: "·", Text: "上"}, {Kind: article.Item, Mark: "·", Text: "下", Depth: 1},
		{Kind: article.Quote, Text: "引文"}, {Kind: article.Code, Text: " x"}, {Kind: article.Never, Text: "当场办好"}, {Kind: article.Para, Text: "大厅 0000-0000"},
	} {
		if !slices.ContainsFunc(p.Blocks, func(b article.Block) bool {
			return b.Kind == want.Kind && b.Mark == want.Mark && b.Text == want.Text && b.Depth == want.Depth
		}) {
			t.Errorf("no %+v in %+v", want, p.Blocks)
		}
	}
	var tables []string
	for _, b := range p.Blocks {
		if b.Rows != nil {
			tables = append(tables, b.Text)
		}
	}
	if !slices.Equal(tables, []string{"甲  乙\n一  二", "丙  丁\n三  四"}) {
		t.Errorf("tables %q", tables)
	}
	if p.Held != "" || !strings.Contains(p.Papers, "请带：身份证。大厅 0000-0000。") {
		t.Errorf("held %q, papers %q", p.Held, p.Papers)
	}
	late := page(a, 20280101)
	if late.Held == "" || !strings.Contains(late.Caution, "已失效") || slices.ContainsFunc(late.Blocks, func(b article.Block) bool { return b.Kind == article.Speak }) {
		t.Errorf("after its end: %+v", late)
	}
}
