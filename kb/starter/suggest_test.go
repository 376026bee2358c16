package starter

import (
	"context"
	"slices"
	"testing"
	"time"

	"zuoxi/kb"
	"zuoxi/kb/search"
)

func TestSuggestions(t *testing.T) {
	b, err := kb.Open(t.TempDir(), func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx := context.Background()
	if got, err := b.Suggest(ctx, kb.Hint{Written: "失业金"}); err != nil || len(got) != 0 {
		t.Errorf("from an empty library: %v, %v", got, err)
	}
	articles, err := Articles()
	if err == nil {
		_, err = b.Import(ctx, "1", articles)
	}
	if err != nil {
		t.Fatal(err)
	}
	ids := func(h kb.Hint) (out []string) {
		t.Helper()
		hits, err := b.Suggest(ctx, h)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			out = append(out, h.ID)
		}
		return out
	}
	menu := ids(kb.Hint{Menu: []string{"失业保险", "申领"}})
	if len(menu) != 3 || menu[0][:2] != "sy" {
		t.Errorf("by the menu: %v", menu)
	}
	if way := ids(kb.Hint{Menu: []string{"劳动关系", "省本级", "人工服务", "劳动关系"}}); len(way) != 3 || slices.ContainsFunc(way, func(id string) bool { return id[:4] != "ldgx" }) {
		t.Errorf("by the way through a menu: %v", way)
	}
	if chosen := ids(kb.Hint{Topic: "养老保险 转移"}); len(chosen) != 3 || slices.ContainsFunc(chosen, func(id string) bool { return id[:2] != "yl" }) {
		t.Errorf("by the topic of the record: %v", chosen)
	}
	for _, c := range kb.Categories {
		r, err := b.Search(ctx, search.Query{Text: c})
		if err != nil || len(r.Hits) == 0 || r.Hits[0].Category != c {
			t.Errorf("%s alone finds %d articles and none of it first: %v", c, len(r.Hits), err)
		}
	}
	both := ids(kb.Hint{Menu: []string{"失业保险"}, Written: "社保卡丢了，要补领", Said: "卡丢了怎么补"})
	if len(both) != 3 || both[0][:3] != "sbk" {
		t.Errorf("what is said now counts more: %v", both)
	}
	if got := ids(kb.Hint{Topic: "卡"}); len(got) != 0 {
		t.Errorf("by one letter: %v", got)
	}
	if (kb.Hint{Topic: "x"}).Empty() || !(kb.Hint{Region: "全国"}).Empty() {
		t.Error("Empty")
	}
	today, err := b.ChangedOn(20261123, 5)
	if err != nil || len(today) != 5 {
		t.Errorf("changed today: %d, %v", len(today), err)
	}
	if old, err := b.ChangedOn(search.Date(20261122), 5); err != nil || len(old) != 0 {
		t.Errorf("changed yesterday: %d, %v", len(old), err)
	}
	if slices.Contains(menu, "") {
		t.Error("an empty id")
	}
}
