package kb

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"zuoxi/kb/search"
)

const agreed = `---
standard: kj-2026-01
title: 系统切换期间的办理时限
articles: [t-001]
from: "2026-11-20"
until: "2026-11-30"
---

系统切换，十二月一日恢复办理。
`

func TestStandardRoundTrip(t *testing.T) {
	s, err := ParseStandard("k.md", []byte(agreed))
	if err != nil || !IsStandard([]byte(agreed)) || IsStandard([]byte(sample)) {
		t.Fatal(err)
	}
	if s.ID != "kj-2026-01" || s.Wording != "系统切换，十二月一日恢复办理。" || s.Until != (Day{2026, 11, 30}) || !reflect.DeepEqual(s.Articles, []string{"t-001"}) {
		t.Errorf("read as %+v", s)
	}
	text, err := s.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParseStandard("k.md", text); err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("%s\nread again as %+v, %v", text, again, err)
	}
	for wrong, want := range map[string]string{
		"kj-2026-01\n":      "第 2 行",
		"articles: [t-001]": "没有写用于哪些条目",
		"系统切换，十二月一日恢复办理。":              "没有写口径",
		`until: "2026-11-30"`:          "早于开始日期",
		"title: 系统切换期间的办理时限\narticles": "写法不对",
	} {
		text := strings.Replace(agreed, wrong, map[string]string{
			"kj-2026-01\n": "\n", `until: "2026-11-30"`: `until: "2025-11-30"`, "title: 系统切换期间的办理时限\narticles": "titel: x\narticles",
		}[wrong], 1)
		var no *Refusal
		if _, err := ParseStandard("k.md", []byte(text)); !errors.As(err, &no) || !strings.Contains(err.Error(), want) {
			t.Errorf("without %q: %v, want %q", wrong, err, want)
		}
	}
}

func TestLatestStandardCounts(t *testing.T) {
	day := func(m, d int) Day { return Day{2026, m, d} }
	list := []Standard{
		{ID: "old", Wording: "旧", From: day(1, 1)},
		{ID: "new", Wording: "新", From: day(11, 1), Until: day(11, 30)},
	}
	a := Article{Body: "## 口径\n自己的", Edition: Edition{Standards: list}, Review: Review{Verified: "memory"}}
	for on, want := range map[search.Date]string{20251231: "自己的", 20260601: "旧", 20261123: "新", 20261201: "旧"} {
		if got, agreed := a.AnswerOn(on); got != want || agreed != (want != "自己的") {
			t.Errorf("on %d: %q", on, got)
		}
	}
	if ok, why := a.Readable(20261123); !ok {
		t.Errorf("an agreed wording may be read out: %s", why)
	}
	if ok, _ := a.Readable(20251231); ok {
		t.Error("written from memory and read out")
	}
	a.Scope.Expires = day(11, 1)
	if ok, why := a.Readable(20261123); ok || !strings.Contains(why, "已失效") {
		t.Errorf("an expired article: %v %s", ok, why)
	}
}

// A standard answer makes a next version of its articles, and an import of their text keeps it.
func TestStandardsStayOnTheirArticles(t *testing.T) {
	b, ctx := library(t), context.Background()
	first, err := ParseMarkdown("t.md", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	s, _ := ParseStandard("k.md", []byte(agreed))
	must := func(_ Report, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(b.Import(ctx, "1", []Article{first}))
	must(b.Edit(ctx, "2", []string{"t-001", "none"}, func(a *Article) { a.Standards = []Standard{s} }))
	first.Body += "\n改了"
	must(b.Import(ctx, "3", []Article{first}))
	a, _, err := b.Get("t-001")
	if err != nil || a.Version != 3 || len(a.Standards) != 1 || a.Changed != (Day{2026, 11, 23}) {
		t.Fatalf("%+v, %v", a.Edition, err)
	}
	must(b.Remove(ctx, "4", "t-001"))
	if _, ok, _ := b.Get("t-001"); ok {
		t.Error("a withdrawn article is still found")
	}
	must(b.Import(ctx, "5", []Article{first}))
	if a, _, _ := b.Get("t-001"); a.Version != 4 {
		t.Errorf("a withdrawn article came back as version %d", a.Version)
	}
	got, err := b.Versions("t-001")
	if err != nil || !reflect.DeepEqual(got, []int{1, 2, 3, 4}) {
		t.Errorf("versions %v, %v", got, err)
	}
	if a, ok, err := b.Get("t-001@2"); !ok || err != nil || len(a.Standards) != 1 {
		t.Errorf("version 2: %v, %v", ok, err)
	}
}
