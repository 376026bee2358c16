package editor

import (
	"slices"
	"strings"
	"testing"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/wire"
)

// from is an article that applies from a day.
func from(day, answer string) string {
	return strings.Replace(article("sbk-001", answer), "2020-01-01", day, 1)
}

// reads wants what may be read out of an article on some days; "" is for no text at all on that day.
func (s *shop) reads(want map[search.Date]string) {
	s.t.Helper()
	for day, wording := range want {
		a, ok, err := s.base.GetOn("sbk-001", day)
		if err != nil {
			s.t.Fatal(err)
		}
		got, _ := a.AnswerOn(day)
		if may, _ := a.Readable(day); !ok || !may {
			got = ""
		}
		if got != wording {
			s.t.Errorf("on %d %q is read out, want %q", day, got, wording)
		}
	}
}

func (s *shop) labels(entries ...string) (out []string) {
	s.t.Helper()
	for _, id := range entries {
		out = append(out, s.entry(writer, &wire.KBOpen{ID: id}).Label)
	}
	return out
}

const agreedWording = "---\nstandard: kj-1\ntitle: 系统切换\narticles: [sbk-001]\nfrom: \"2026-11-01\"\nuntil: null\n---\n\n切换期间顺延\n"

// While the rule of next year is published already, an agreed wording goes before what applies today, and is taken off it.
func TestStandardReachesWhatAppliesToday(t *testing.T) {
	for name, first := range map[string]string{"agreed before": agreedWording, "agreed after": ""} {
		s := newShop(t)
		s.published(from("2010-01-01", "从前"))
		s.published(from("2020-01-01", "今天"))
		if first != "" {
			s.published(first)
		}
		s.published(from("2027-01-01", "明年"))
		if first == "" {
			s.published(agreedWording)
		}
		s.reads(map[search.Date]string{20150101: "从前", 20261123: "切换期间顺延", 20270101: "切换期间顺延"})
		if a, _, err := s.base.GetOn("sbk-001", 20150101); err != nil || a.Version != 1 {
			t.Errorf("%s: what is over became version %d, %v", name, a.Version, err)
		}
		s.published(strings.Replace(agreedWording, "顺延", "再顺延", 1))
		s.reads(map[search.Date]string{20150101: "从前", 20261123: "切换期间再顺延", 20270101: "切换期间再顺延"})
		s.entry(writer, &wire.KBStep{ID: "kj-1", Step: "withdraw", Why: "切换完成"})
		s.reads(map[search.Date]string{20150101: "从前", 20261123: "今天", 20270101: "明年"})
	}
}

// The rule of next year is withdrawn by itself; then that of today can be.
func TestWithdrawWhatIsToCome(t *testing.T) {
	s := newShop(t)
	now := s.published(article("sbk-001", "今天"))
	next := s.published(from("2027-01-01", "明年"))
	if got := s.labels(now.Entry, next.Entry); !slices.Equal(got, []string{"仍有效", "已发布"}) {
		t.Errorf("both are on the seats: %q", got)
	}
	if rows := s.rows(wire.KBListPublished, ""); len(rows) != 2 {
		t.Errorf("published: %+v", rows)
	}
	s.entry(writer, &wire.KBStep{ID: "sbk-001", Step: "withdraw", Why: "推迟"})
	s.reads(map[search.Date]string{20261123: "今天", 20270101: "今天"})
	if got := s.labels(now.Entry, next.Entry, "article:sbk-001"); !slices.Equal(got, []string{"仍有效", "已撤下", "第1版"}) {
		t.Errorf("next year's is withdrawn: %q", got)
	}
	e := s.entry(writer, &wire.KBOpen{ID: "article:sbk-001"})
	if e.Entry != now.Entry || len(e.Allowed) != 1 || e.Allowed[0].Step != "withdraw" {
		t.Errorf("what is left: %+v", e)
	}
	s.entry(writer, &wire.KBStep{ID: "article:sbk-001", Step: "withdraw", Why: "停止"})
	if _, ok, err := s.base.Get("sbk-001"); ok || err != nil {
		t.Errorf("still there, %v", err)
	}
	if got := s.labels(now.Entry); got[0] != "已撤下" {
		t.Errorf("%q", got)
	}
}

// The same with what came by import, of which there are no entries.
func TestWithdrawImportedVersions(t *testing.T) {
	s := newShop(t)
	for _, text := range []string{article("sbk-001", "今天"), from("2027-01-01", "明年")} {
		a, err := kb.ParseMarkdown("a.md", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.base.Import(t.Context(), "x", []kb.Article{a}); err != nil {
			t.Fatal(err)
		}
	}
	s.published(article("sbk-001", "更正"))
	if e := s.entry(writer, &wire.KBOpen{ID: "article:sbk-001"}); e.Entry != "" || !strings.Contains(e.Markdown, "明年") {
		t.Errorf("the one to come has no entry: %+v", e)
	}
	for _, want := range []map[search.Date]string{{20261123: "更正", 20270101: "更正"}, {20261123: "", 20270101: ""}} {
		s.entry(writer, &wire.KBStep{ID: "article:sbk-001", Step: "withdraw", Why: "推迟"})
		s.reads(want)
	}
}

// A correction of what applies today is filed before the rule of next year, and compared with what it corrects.
func TestCorrectionBeforeWhatIsToCome(t *testing.T) {
	s := newShop(t)
	first := s.published(article("sbk-001", "今天"))
	next := s.published(from("2027-01-01", "明年"))
	draft := s.entry(writer, &wire.KBSave{Markdown: article("sbk-001", "更正")})
	if draft.Base != 1 || !slices.Contains(draft.Diff, "-今天") || !slices.Contains(draft.Diff, "+更正") {
		t.Errorf("the reviewer sees %d %q", draft.Base, draft.Diff)
	}
	s.entry(writer, &wire.KBStep{ID: draft.Entry, Step: "submit"})
	s.entry(expert, &wire.KBStep{ID: draft.Entry, Step: "approve"})
	e := s.entry(writer, &wire.KBStep{ID: draft.Entry, Step: "publish"})
	if e.State != "published" || e.Number != 3 || e.Base != 1 || !strings.Contains(e.Markdown, "更正") {
		t.Errorf("%+v", e)
	}
	s.reads(map[search.Date]string{20261123: "更正", 20261231: "更正", 20270101: "明年"})
	if got := s.labels(first.Entry, next.Entry, e.Entry); !slices.Equal(got, []string{"已被替代", "仍有效", "已发布"}) {
		t.Errorf("%q", got)
	}
	last := s.entry(writer, &wire.KBOpen{ID: "article:sbk-001"})
	if last.Entry != next.Entry || last.Number != 4 || last.Base != 2 || !slices.Equal(last.Versions, []int{1, 2, 3, 4}) {
		t.Errorf("the last to apply: %+v", last)
	}
	s.entry(writer, &wire.KBStep{ID: next.Entry, Step: "withdraw", Why: "推迟"})
	s.reads(map[search.Date]string{20261123: "更正", 20270101: "更正"})
	if got := s.labels(e.Entry); got[0] != "已发布" {
		t.Errorf("%q", got)
	}

	// What applies is withdrawn without what is to come; that stays, and is withdrawn in its turn.
	next = s.published(from("2027-01-01", "明年"))
	s.entry(writer, &wire.KBStep{ID: e.Entry, Step: "withdraw", Why: "停止"})
	s.reads(map[search.Date]string{20261123: "", 20270101: "明年"})
	s.refused(writer, &wire.KBStep{ID: next.Entry, Step: "stay"}, "没有执行")
	s.entry(writer, &wire.KBStep{ID: "sbk-001", Step: "withdraw", Why: "停止"})
	if _, ok, err := s.base.Get("sbk-001"); ok || err != nil {
		t.Errorf("still there, %v", err)
	}
}

// What ended before a later text was published is no longer said to be on the seats.
func TestWhatEndedIsSuperseded(t *testing.T) {
	s := newShop(t)
	old := s.published(from("2010-01-01", "从前"))
	now := s.published(article("sbk-001", "今天"))
	if got := s.labels(old.Entry, now.Entry); !slices.Equal(got, []string{"已被替代", "已发布"}) {
		t.Errorf("%q", got)
	}
	if e := s.entry(writer, &wire.KBOpen{ID: "article:sbk-001@1"}); !slices.Contains(e.Marks, "已失效") || strings.Contains(e.Markdown, "expires: \"2") {
		t.Errorf("version 1 is shown as it was, and marked: %+v", e)
	}
}
