package editor

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"zuoxi/hub/store/sqlite"
	"zuoxi/kb"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	writer = Person{"6001", "130100", []access.Role{access.RoleEditor}}
	other  = Person{"6002", "130100", []access.Role{access.RoleEditor}}
	expert = Person{"7001", "130100", []access.Role{access.RoleLiaison}}
	both   = Person{"6003", "130100", []access.Role{access.RoleEditor, access.RoleLiaison}}
	agent  = Person{"8001", "130100", []access.Role{access.RoleAgent}}
)

// shop is a desk over a store and a library of its own.
type shop struct {
	*Desk
	t        *testing.T
	base     *kb.Base
	revision int
	audit    []string
	moved    int // times that the editors were told
	now      time.Time
}

func (s *shop) Base() *kb.Base { return s.base }

func (s *shop) Change(_ context.Context, change func(*kb.Base, string) error) error {
	s.revision++
	return change(s.base, strconv.Itoa(s.revision))
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := func() time.Time { s.now = s.now.Add(time.Second); return s.now }
	if s.base, err = kb.Open(t.TempDir(), now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.base.Close)
	s.Desk = New(Config{DB: db, Library: s, Moved: func() { s.moved++ }, District: "130000", Zone: time.UTC, Now: now, Audit: func(_ context.Context, who Person, action, object, _ string) error {
		s.audit = append(s.audit, who.No+" "+action+" "+object)
		return nil
	}})
	return s
}

func (s *shop) ask(who Person, b wire.Body) (wire.Body, error) {
	return s.Answer(s.t.Context(), who, "m"+strconv.Itoa(len(s.audit)), b)
}

func (s *shop) entry(who Person, b wire.Body) *wire.KBEntry {
	s.t.Helper()
	out, err := s.ask(who, b)
	if err != nil {
		s.t.Fatalf("%T by %s: %v", b, who.No, err)
	}
	return out.(*wire.KBEntry)
}

func (s *shop) rows(list, query string) []wire.KBRow {
	s.t.Helper()
	out, err := s.ask(writer, &wire.KBAsk{List: list, Query: query})
	if err != nil {
		s.t.Fatal(err)
	}
	return out.(*wire.KBRows).Rows
}

// refused wants a refusal in one line for the person.
func (s *shop) refused(who Person, b wire.Body, want string) {
	s.t.Helper()
	_, err := s.ask(who, b)
	var no interface{ ForPerson() (wire.Code, string) }
	var denied *access.Denied
	switch {
	case errors.As(err, &no):
		if _, text := no.ForPerson(); !strings.Contains(text, want) || strings.Contains(text, "\n") {
			s.t.Errorf("%T by %s: %q, want %q", b, who.No, text, want)
		}
	case !errors.As(err, &denied) || !strings.Contains(denied.Text(), want):
		s.t.Errorf("%T by %s: %v, want %q", b, who.No, err, want)
	}
}

func article(id, answer string) string {
	return "---\nid: " + id + "\ntitle: 社保卡补领\nkind: 办事指南\ncategory: 社会保障卡\nlevel: 国家\nregion: 全国\nverified: full\neffective: \"2020-01-01\"\n---\n\n## 口径\n" + answer + "\n"
}

// published takes a text all the way.
func (s *shop) published(text string) *wire.KBEntry {
	s.t.Helper()
	e := s.entry(writer, &wire.KBSave{Markdown: text})
	s.entry(writer, &wire.KBStep{ID: e.Entry, Step: "submit"})
	s.entry(expert, &wire.KBStep{ID: e.Entry, Step: "approve"})
	return s.entry(writer, &wire.KBStep{ID: e.Entry, Step: "publish"})
}

func TestFromDraftToTheSeatsAndOff(t *testing.T) {
	s := newShop(t)
	e := s.entry(writer, &wire.KBSave{Markdown: article("sbk-001", "三个工作日")})
	if e.State != "draft" || e.Author != "6001" || len(e.Allowed) != 2 {
		t.Fatalf("%+v", e)
	}
	s.refused(writer, &wire.KBSave{Markdown: article("sbk-001", "又一稿")}, "已经有一稿")
	e = s.entry(writer, &wire.KBSave{Entry: e.Entry, Version: e.Version, Markdown: article("sbk-001", "五个工作日")})
	s.refused(other, &wire.KBSave{Entry: e.Entry, Version: e.Version - 1, Markdown: article("sbk-001", "晚了")}, "刚被别人改过")
	e = s.entry(writer, &wire.KBStep{ID: e.Entry, Version: e.Version, Step: "submit"})
	s.refused(writer, &wire.KBSave{Entry: e.Entry, Markdown: article("sbk-001", "偷改")}, "“待审”的一稿不能再改")
	s.refused(writer, &wire.KBStep{ID: e.Entry, Step: "publish"}, "没有这一步")
	if rows := s.rows(wire.KBListWork, ""); len(rows) != 1 || rows[0].Label != "待审" {
		t.Errorf("work: %+v", rows)
	}
	s.refused(expert, &wire.KBStep{ID: e.Entry, Step: "reject"}, "要写明原因")
	s.entry(expert, &wire.KBStep{ID: e.Entry, Step: "approve"})
	e = s.entry(other, &wire.KBStep{ID: e.Entry, Step: "publish"})
	if e.State != "published" || e.Number != 1 || len(e.Steps) != 3 {
		t.Fatalf("published: %+v", e)
	}
	if a, ok, _ := s.base.Get("sbk-001"); !ok || a.Answer() != "五个工作日" {
		t.Errorf("in the library: %v %q", ok, a.Answer())
	}
	first := e.Entry

	// The next version replaces it; both stay readable.
	e = s.published(article("sbk-001", "十个工作日"))
	if e.Number != 2 || e.Base != 1 || !slices.Contains(e.Diff, "-五个工作日") || !slices.Contains(e.Diff, "+十个工作日") {
		t.Errorf("the second version: %+v", e)
	}
	if old := s.entry(writer, &wire.KBOpen{ID: first}); old.Label != "已被替代" {
		t.Errorf("the first is %s", old.Label)
	}
	if old := s.entry(writer, &wire.KBOpen{ID: "article:sbk-001@1"}); !strings.Contains(old.Markdown, "五个工作日") || !slices.Equal(old.Versions, []int{1, 2}) {
		t.Errorf("version 1: %+v", old)
	}
	if rows := s.rows(wire.KBListToday, ""); len(rows) != 1 {
		t.Errorf("today: %+v", rows)
	}
	s.refused(writer, &wire.KBStep{ID: e.Entry, Step: "withdraw"}, "要写明原因")
	s.entry(writer, &wire.KBStep{ID: e.Entry, Step: "withdraw", Why: "政策停止"})
	if _, ok, _ := s.base.Get("sbk-001"); ok {
		t.Error("a withdrawn article is on the seats")
	}
	if got := s.entry(writer, &wire.KBOpen{ID: "article:sbk-001"}); got.Label != "已撤下" {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{"6001 kb.draft kb/sbk-001", "7001 kb.approve kb/sbk-001", "6002 kb.publish kb/sbk-001", "6001 kb.withdraw kb/sbk-001"} {
		if !slices.Contains(s.audit, want) {
			t.Errorf("%q is not in the audit log %q", want, s.audit)
		}
	}
}

func TestNobodyReviewsTheirOwn(t *testing.T) {
	s := newShop(t)
	e := s.entry(both, &wire.KBSave{Markdown: article("sbk-001", "三个工作日")})
	s.entry(both, &wire.KBStep{ID: e.Entry, Step: "submit"})
	s.refused(both, &wire.KBStep{ID: e.Entry, Step: "approve"}, "由别人审")
	s.entry(expert, &wire.KBStep{ID: "sbk-001", Step: "approve"}) // by the article's id
	s.entry(both, &wire.KBStep{ID: e.Entry, Step: "publish"})
}

func TestWhoMayWhat(t *testing.T) {
	s := newShop(t)
	s.refused(agent, &wire.KBAsk{List: wire.KBListWork}, "没有权限")
	s.refused(agent, &wire.KBOpen{ID: "x"}, "没有权限")
	s.refused(expert, &wire.KBSave{Markdown: article("a", "b")}, "编辑知识库")
	s.refused(expert, &wire.KBSettle{ID: "x", Answer: "y"}, "编辑知识库")
	s.refused(agent, &wire.KBStep{ID: "none", Step: "withdraw"}, "没有这一条")
	s.refused(writer, &wire.KBSave{Markdown: "没有头"}, "第 1 行")
	s.refused(writer, &wire.KBSave{Markdown: article("a", "��")}, "文字里有乱码")
	s.refused(writer, &wire.KBStep{ID: "none", Step: "submit"}, "没有这一条")
	s.refused(writer, &wire.KBAsk{List: "nonsense"}, "没有“nonsense”这个清单")
}

// What came by import can be withdrawn and rewritten like all else.
func TestImportedArticles(t *testing.T) {
	s := newShop(t)
	a, err := kb.ParseMarkdown("a.md", []byte(article("yl-001", "满十五年")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.base.Import(t.Context(), "x", []kb.Article{a}); err != nil {
		t.Fatal(err)
	}
	e := s.entry(writer, &wire.KBOpen{ID: "article:yl-001"})
	if e.Entry != "" || len(e.Allowed) != 1 || e.Allowed[0].Step != "withdraw" || !e.Allowed[0].Why {
		t.Errorf("%+v", e)
	}
	if rows := s.rows(wire.KBListToday, ""); len(rows) != 1 || rows[0].Label != "导入或口径变动" {
		t.Errorf("today: %+v", rows)
	}
	if rows := s.rows(wire.KBListArticles, "十五年"); len(rows) != 1 || rows[0].ID != "article:yl-001" {
		t.Errorf("articles: %+v", rows)
	}
	e = s.published(strings.Replace(e.Markdown, "满十五年", "满二十年", 1))
	if e.Number != 2 {
		t.Errorf("%+v", e)
	}
	s.entry(writer, &wire.KBStep{ID: "yl-001", Step: "withdraw", Why: "错的"})
	if _, ok, _ := s.base.Get("yl-001"); ok {
		t.Error("still there")
	}
}

func TestStandardAnswers(t *testing.T) {
	s := newShop(t)
	s.published(article("sbk-001", "三个工作日"))
	standard := func(wording, articles string) string {
		return "---\nstandard: kj-1\ntitle: 系统切换\narticles: [" + articles + "]\nfrom: \"2026-11-01\"\nuntil: null\n---\n\n" + wording + "\n"
	}
	answer := func(id string) string {
		a, _, err := s.base.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		wording, _ := a.AnswerOn(20261123)
		return wording
	}
	e := s.published(standard("切换期间顺延", "sbk-001, sbk-002"))
	if !e.Standard || answer("sbk-001") != "切换期间顺延" {
		t.Errorf("%+v: %q", e, answer("sbk-001"))
	}
	s.published(article("sbk-002", "当场")) // an article that comes later has it too
	if answer("sbk-002") != "切换期间顺延" {
		t.Errorf("a new article: %q", answer("sbk-002"))
	}
	e = s.entry(writer, &wire.KBSave{Markdown: strings.ReplaceAll(standard("顺延到月底", "sbk-002"), "\n", "\r\n")})
	if !slices.Contains(e.Diff, "-切换期间顺延") || !slices.Contains(e.Diff, "+顺延到月底") || !slices.Contains(e.Diff, "+用于：sbk-002") {
		t.Errorf("the reviewer sees %q", e.Diff)
	}
	s.entry(writer, &wire.KBStep{ID: e.Entry, Step: "submit"})
	s.entry(expert, &wire.KBStep{ID: e.Entry, Step: "approve"})
	s.entry(writer, &wire.KBStep{ID: e.Entry, Step: "publish"})
	if answer("sbk-001") != "三个工作日" || answer("sbk-002") != "顺延到月底" {
		t.Errorf("the next version: %q %q", answer("sbk-001"), answer("sbk-002"))
	}
	if e := s.entry(writer, &wire.KBOpen{ID: "article:sbk-002@2"}); len(e.Standards) != 1 || e.Standards[0].Wording != "顺延到月底" || e.Standards[0].From != "2026-11-01" {
		t.Errorf("the version that was shown: %+v", e)
	}
	e = s.entry(writer, &wire.KBSave{Markdown: article("sbk-002", "当日")})
	if slices.ContainsFunc(e.Diff, func(l string) bool { return l[0] != '=' && strings.Contains(l, "统一口径") }) {
		t.Errorf("a draft seems to take the standard answer off: %q", e.Diff)
	}
	s.entry(writer, &wire.KBStep{ID: "kj-1", Step: "withdraw", Why: "切换完成"})
	if answer("sbk-002") != "当场" {
		t.Errorf("ended: %q", answer("sbk-002"))
	}
}

func TestWhatTheHotlineTells(t *testing.T) {
	s := newShop(t)
	tell := func(id string, b wire.Body) {
		t.Helper()
		for range 2 { // the link may send it twice
			if _, err := s.Answer(t.Context(), agent, id, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	tell("1", &wire.KBTell{Kind: wire.KBTellWrong, Article: "sbk-001", Number: 2, Call: "c1", Text: "金额是去年的"})
	tell("2", &wire.KBTell{Kind: wire.KBTellQuestion, Text: "港澳居民能不能补领"})
	tell("3", &wire.KBAsked{Text: "扣卡", Found: 3})
	tell("4", &wire.KBAsked{Text: " 扣卡  ", Found: 3})
	tell("5", &wire.KBAsked{Text: "农保", Opened: "yl-012", Found: 3})
	s.refused(agent, &wire.KBTell{Kind: wire.KBTellWrong, Text: "不对"}, "没有说是哪一条")
	s.refused(agent, &wire.KBTell{Kind: wire.KBTellQuestion}, "没有写内容")
	if rows := s.rows(wire.KBListWrong, ""); len(rows) != 1 || rows[0].Article != "sbk-001@2" || rows[0].Who != "8001" {
		t.Errorf("wrong: %+v", rows)
	}
	if rows := s.rows(wire.KBListMisses, ""); len(rows) != 1 || rows[0].Times != 2 || rows[0].Title != "扣卡" {
		t.Errorf("misses: %+v", rows)
	}
	q := s.rows(wire.KBListQuestions, "")
	if len(q) != 1 || q[0].Title != "港澳居民能不能补领" {
		t.Fatalf("questions: %+v", q)
	}
	s.refused(writer, &wire.KBSettle{ID: q[0].ID}, "没有写怎样处理的")
	for _, b := range []wire.KBSettle{{ID: q[0].ID, Version: q[0].Version, Answer: "已写 sbk-009"}, {ID: "miss:扣卡", Answer: "已补说法"}} {
		if _, err := s.ask(writer, &b); err != nil {
			t.Error(err)
		}
	}
	s.refused(other, &wire.KBSettle{ID: q[0].ID, Version: q[0].Version, Answer: "x"}, "刚被别人处理过")
	if n := len(s.rows(wire.KBListQuestions, "")) + len(s.rows(wire.KBListMisses, "")); n != 0 {
		t.Errorf("%d are still open", n)
	}
}

func TestCalendar(t *testing.T) {
	s := newShop(t)
	s.published(strings.Replace(article("sbk-001", "三个工作日"), "verified:", "expires: \"2026-12-31\"\nreview_due: \"2026-10-01\"\nverified:", 1))
	rows := s.rows(wire.KBListCalendar, "")
	if len(rows) != 2 || rows[0].Label != "应当复核（已过）" || rows[1].Label != "到期失效" {
		t.Errorf("%+v", rows)
	}
	e := s.entry(writer, &wire.KBOpen{ID: "article:sbk-001"})
	if !slices.Contains(e.Marks, "超过复核日期") {
		t.Errorf("marks %q", e.Marks)
	}
}
