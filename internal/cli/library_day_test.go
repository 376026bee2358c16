package cli

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/ui/lookup"
)

// The rule of the day of the facts is found as the article's own, opens in that version, may be read out for that day,
// and says that it does not apply any more.
func TestRuleOfTheDayOfTheFacts(t *testing.T) {
	b, err := kb.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	rule := func(from, until kb.Day, wording string) kb.Article {
		return kb.Article{
			ID: "f", Title: "滞纳金怎么算", Kind: search.KindAnswer, Category: "养老保险", Scope: kb.Scope{Level: "国家", Effective: from, Expires: until},
			Review: kb.Review{Verified: "full"}, Body: "## 口径\n" + wording,
		}
	}
	ctx := context.Background()
	for rev, a := range []kb.Article{
		rule(kb.Day{Year: 2010, Month: 1, Day: 1}, kb.Day{}, "按日加收千分之二。"),
		rule(kb.Day{Year: 2020, Month: 1, Day: 1}, kb.Day{}, "按日加收万分之五。"),
	} {
		if _, err := b.Import(ctx, string(rune('1'+rev)), []kb.Article{a}); err != nil {
			t.Fatal(err)
		}
	}
	ready := make(chan struct{})
	close(ready)
	l := &library{ready: ready, base: b}
	day := kb.Day{Year: 2019, Month: 5, Day: 1}
	for _, c := range []struct {
		day     kb.Day
		version string
		wording string
		caution bool
	}{{day, "1", "千分之二", true}, {kb.Day{}, "2", "万分之五", false}} {
		r := l.Search(ctx, lookup.Query{Text: "滞纳金", Narrow: lookup.Narrow{Day: c.day}})
		if len(r.Hits) != 1 || r.Hits[0].ID != "f" || r.Hits[0].Version != c.version || r.Hits[0].Caution != "" {
			t.Fatalf("on %v: %+v", c.day, r.Hits)
		}
		for _, version := range []string{c.version, ""} {
			a, ok := l.Article("f", version, c.day)
			text := ""
			for _, block := range a.Blocks {
				text += block.Mark + block.Text
			}
			if !ok || a.Version != c.version || !strings.Contains(text, c.wording) || strings.Contains(text, "不能照读") || strings.Contains(a.Caution, "现在已失效") != c.caution {
				t.Errorf("on %v: %+v", c.day, a)
			}
		}
	}
}

// A link opens what applies today, though the text of a day to come is there already; that may not be read out, nor may a
// version that was followed by another, which the screen names by its number.
func TestLinkOpensWhatAppliesToday(t *testing.T) {
	b, err := kb.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	wordings := map[int]string{2010: "从前", 2020: "今天", 2099: "将来"}
	for _, year := range slices.Sorted(maps.Keys(wordings)) {
		a := kb.Article{
			ID: "f", Title: "滞纳金", Kind: search.KindAnswer, Scope: kb.Scope{Effective: kb.Day{Year: year, Month: 1, Day: 1}},
			Review: kb.Review{Verified: "full"}, Body: "## 口径\n" + wordings[year],
		}
		if _, err := b.Import(t.Context(), "r", []kb.Article{a}); err != nil {
			t.Fatal(err)
		}
	}
	ready := make(chan struct{})
	close(ready)
	l := &library{ready: ready, base: b}
	hits := l.Search(t.Context(), lookup.Query{Text: "滞纳金", Narrow: lookup.Narrow{Past: true}}).Hits
	if len(hits) != len(wordings) {
		t.Fatalf("%+v", hits)
	}
	if today := l.Suggest(t.Context(), kb.Hint{}).Hits; len(today) != 1 || today[0].ID != "f" || today[0].Version != "2" {
		t.Errorf("changed today: %+v", today)
	}
	for _, h := range append(hits, lookup.Hit{ID: "f"}) {
		if h.Version != "" && h.Dated != (h.Version == "1") {
			t.Errorf("%+v: a newer version takes the place of what applies today, not of what is over", h)
		}
		a, ok := l.Article(h.ID, h.Version, kb.Day{})
		text := ""
		for _, block := range a.Blocks {
			text += block.Mark + block.Text
		}
		if !ok || strings.Contains(text, "今天") == strings.Contains(text, "不能照读") || h.Version == "" && !strings.Contains(text, "今天") {
			t.Errorf("%+v: %s", h, text)
		}
	}
}
