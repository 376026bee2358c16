package editor

import (
	"errors"
	"strings"
	"testing"

	"zuoxi/kb"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// TestImportedArticlesAreDrafts: they wait for other eyes, all or none.
func TestImportedArticlesAreDrafts(t *testing.T) {
	s := newShop(t)
	parsed := func(id, answer string) kb.Article {
		a, err := kb.ParseMarkdown(id, []byte(article(id, answer)))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	s.published(article("sbk-001", "三个工作日"))
	list := []kb.Article{parsed("sbk-001", "三个工作日"), parsed("sbk-002", "当场")}
	if r, err := s.Import(t.Context(), writer, list); err != nil || r.Same != 1 || r.Added != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, ok, _ := s.base.Get("sbk-002"); ok {
		t.Error("on the seats without a review")
	}
	list[1] = parsed("sbk-002", "次日")
	if r, err := s.Import(t.Context(), writer, list); err != nil || r.Added != 1 {
		t.Errorf("a draft of one's own written anew: %+v, %v", r, err)
	}
	none := func(who Person, list []kb.Article, want string) {
		t.Helper()
		_, err := s.Import(t.Context(), who, list)
		var no *Refusal
		if !errors.As(err, &no) || !strings.Contains(no.Text, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	none(other, []kb.Article{parsed("sbk-003", "新"), parsed("sbk-002", "别人的")}, "sbk-002 已经有一稿")
	none(writer, []kb.Article{list[1], list[1]}, "施行日期分不出先后")
	later := parsed("sbk-002", "网上")
	later.Scope.Effective = kb.Day{Year: 2027, Month: 1, Day: 1}
	none(writer, []kb.Article{list[1], later}, "先导入早的一版")
	var denied *access.Denied
	if _, err := s.Import(t.Context(), agent, list); !errors.As(err, &denied) {
		t.Errorf("an agent imports: %v", err)
	}
	if rows := s.rows(wire.KBListWork, ""); len(rows) != 1 || rows[0].Article != "sbk-002" {
		t.Errorf("under way %+v", rows)
	}
	e := s.entry(writer, &wire.KBStep{ID: "sbk-002", Step: "submit"})
	s.refused(writer, &wire.KBStep{ID: e.Entry, Step: "publish"}, "没有这一步")
	s.entry(expert, &wire.KBStep{ID: e.Entry, Step: "approve"})
	s.entry(writer, &wire.KBStep{ID: e.Entry, Step: "publish"})
	if a, ok, _ := s.base.Get("sbk-002"); !ok || !strings.Contains(a.Body, "次日") {
		t.Errorf("published %+v", a)
	}
}
