package editor

import (
	"fmt"
	"strings"
	"testing"

	"zuoxi/kb"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

func (s *shop) imported(who Person, n int) kb.Report {
	s.t.Helper()
	var list []kb.Article
	for i := range n {
		id := fmt.Sprintf("b-%03d", i)
		a, err := kb.ParseMarkdown(id, []byte(article(id, "三个工作日")))
		if err != nil {
			s.t.Fatal(err)
		}
		list = append(list, a)
	}
	r, err := s.Import(s.t.Context(), who, list)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// TestBatchGoesTogetherAndIsSeenByFourEyes: a large import is one line and takes one step at a time, as a single text.
func TestBatchGoesTogetherAndIsSeenByFourEyes(t *testing.T) {
	s := newShop(t)
	s.published(article("b-000", "五个工作日"))
	r := s.imported(both, batchFrom+5)
	if r.Added != batchFrom+4 || r.Changed != 1 || r.Batch == "" {
		t.Fatalf("report %+v", r)
	}
	rows := s.rows(wire.KBListWork, "")
	if len(rows) != 1 || rows[0].ID != r.Batch || rows[0].Title != "一批导入，25 条" || rows[0].Label != "草稿" {
		t.Fatalf("list %+v", rows)
	}
	if rows = s.rows(wire.KBListWork, "b-007"); len(rows) != 1 || rows[0].Article != "b-007" {
		t.Errorf("looked for one: %+v", rows)
	}
	e := s.entry(both, &wire.KBOpen{ID: r.Batch})
	if e.Batch != 25 || !strings.Contains(e.Markdown, "b-024 社保卡补领") {
		t.Errorf("opened %+v", e)
	}
	told := s.moved
	e = s.entry(both, &wire.KBStep{ID: e.Entry, Step: "submit"})
	if e.State != "submitted" || e.Batch != 25 || s.moved != told+1 {
		t.Errorf("submitted %+v, told %d times", e, s.moved-told)
	}
	s.refused(both, &wire.KBStep{ID: e.Entry, Step: "approve"}, "自己写的要由别人审")
	s.refused(writer, &wire.KBStep{ID: e.Entry, Step: "publish"}, "没有这一步")
	s.refused(expert, &wire.KBStep{ID: e.Entry, Step: "reject"}, "要写明原因")
	if got := s.rows(wire.KBListWork, ""); len(got) != 1 || got[0].State != "submitted" {
		t.Errorf("after refusals %+v", got)
	}
	revision := s.revision
	e = s.entry(expert, &wire.KBStep{ID: e.Entry, Step: "approve"})
	s.entry(writer, &wire.KBStep{ID: e.Entry, Step: "publish"})
	if s.revision != revision+1 {
		t.Errorf("%d revisions for one batch", s.revision-revision)
	}
	for id, version := range map[string]int{"b-000": 2, "b-024": 1} {
		if a, ok, err := s.base.Get(id); err != nil || !ok || !strings.Contains(a.Body, "三个工作日") || a.Version != version {
			t.Errorf("%s on the seats: %+v, %v, %v", id, a.Edition, ok, err)
		}
		one := s.entry(writer, &wire.KBOpen{ID: "article:" + id})
		if steps := one.Steps; len(steps) != 3 || steps[1].By != expert.No {
			t.Errorf("%s keeps its own steps: %+v", id, steps)
		}
	}
	if got := s.rows(wire.KBListWork, ""); len(got) != 0 {
		t.Errorf("still under way: %+v", got)
	}
	want := both.No + " kb.submit kb/batch:"
	if n := countPrefix(s.audit, want); n != 1 {
		t.Errorf("%d lines %q in %q", n, want, s.audit)
	}
}

func countPrefix(list []string, prefix string) (n int) {
	for _, l := range list {
		if strings.HasPrefix(l, prefix) {
			n++
		}
	}
	return n
}

// TestOneOfABatchGoesItsOwnWay: what was sent back and written anew is not approved with the rest.
func TestOneOfABatchGoesItsOwnWay(t *testing.T) {
	s := newShop(t)
	r := s.imported(writer, batchFrom)
	e := s.entry(writer, &wire.KBStep{ID: r.Batch, Step: "submit"})
	one := s.rows(wire.KBListWork, "b-003")[0].ID
	back := s.entry(expert, &wire.KBStep{ID: one, Step: "reject", Why: "金额不对"})
	s.entry(writer, &wire.KBSave{Entry: one, Version: back.Version, Markdown: article("b-003", "当场")})
	e = s.entry(expert, &wire.KBStep{ID: e.Entry, Step: "approve"})
	if e.Batch != batchFrom-1 {
		t.Errorf("approved %d", e.Batch)
	}
	rows := s.rows(wire.KBListWork, "")
	if len(rows) != 2 || rows[1].Article != "b-003" || rows[1].State != "draft" {
		t.Errorf("list %+v", rows)
	}
	s.refused(expert, &wire.KBStep{ID: r.Batch, Step: "submit"}, "没有这一条")
	if few := s.imported(other, 0); few.Batch != "" {
		t.Errorf("a batch of nothing: %+v", few)
	}
	var lead = Person{"9001", "130100", []access.Role{access.RoleLead}}
	if e = s.entry(lead, &wire.KBStep{ID: e.Entry, Step: "publish"}); e.Batch != batchFrom-1 {
		t.Errorf("published %+v", e)
	}
}
