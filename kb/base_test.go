package kb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zuoxi/kb/search"
)

func library(t *testing.T) *Base {
	t.Helper()
	b, err := Open(t.TempDir(), func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.Local) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func TestImportCountsVersions(t *testing.T) {
	b, ctx := library(t), context.Background()
	if _, err := b.Search(ctx, search.Query{Text: "失业"}); !errors.Is(err, ErrNone) {
		t.Errorf("empty library: %v", err)
	}
	first, err := ParseMarkdown("t.md", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	imported := func(a Article) Report {
		t.Helper()
		r, err := b.Import(ctx, "r", []Article{a})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := imported(first); r.Added != 1 {
		t.Errorf("first: %+v", r)
	}
	if r := imported(first); r.Same != 1 {
		t.Errorf("again: %+v", r)
	}
	second := first
	second.Body = "改了"
	if r := imported(second); r.Changed != 1 {
		t.Errorf("changed: %+v", r)
	}
	check := func(b *Base) {
		t.Helper()
		for ref, want := range map[string]string{"t-001": "改了", "t-001@2": "改了", "t-001@1": first.Body} {
			if a, ok, err := b.Get(ref); err != nil || !ok || a.Body != want {
				t.Errorf("%s: %q, %v, %v", ref, a.Body, ok, err)
			}
		}
		if _, ok, err := b.Get("t-001@3"); ok || err != nil {
			t.Errorf("a version that never was: %v, %v", ok, err)
		}
	}
	check(b)
	b.Close()
	again, err := Open(b.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	check(again)
	if _, err := again.Import(ctx, "r", []Article{first, first}); !errors.Is(err, ErrRefused) {
		t.Errorf("double id: %v", err)
	}
}

func TestLaterLawLeavesTheEarlierFindable(t *testing.T) {
	b, ctx := library(t), context.Background()
	old := Article{ID: "f", Title: "滞纳金怎么算", Kind: Kinds[1], Body: "千分之二", Scope: Scope{Effective: Day{1999, 1, 22}}}
	later := old
	later.Body, later.Scope.Effective = "万分之五", Day{2027, 1, 1}
	for _, a := range []Article{old, later} {
		if _, err := b.Import(ctx, "r", []Article{a}); err != nil {
			t.Fatal(err)
		}
	}
	for day, want := range map[search.Date]string{0: "千分之二", 20261231: "千分之二", 20270101: "万分之五"} {
		r, err := b.Search(ctx, search.Query{Text: "滞纳金", Date: day})
		if err != nil || len(r.Hits) != 1 || r.Hits[0].Snippet != want {
			t.Errorf("on %d: %+v, %v", day, r.Hits, err)
		}
	}
	if a, ok, err := b.GetOn("f", 20260101); err != nil || !ok || a.Version != 1 || a.Scope.Expires != (Day{2026, 12, 31}) {
		t.Errorf("on 2026-01-01: %+v, %v, %v", a, ok, err)
	}
	r, err := b.Search(ctx, search.Query{Text: "滞纳金", Date: 20280101, IncludeSuperseded: true})
	if err != nil || len(r.Hits) != 2 || r.Hits[1].ID != "f@1" || r.Hits[1].State != search.StateExpired {
		t.Errorf("superseded: %+v, %v", r.Hits, err)
	}
}

func TestReadableAndMarks(t *testing.T) {
	a := Article{Body: "## 口径\n可以。", Review: Review{Verified: "part", Due: Day{2026, 1, 1}}, Scope: Scope{Effective: Day{2020, 1, 1}, Expires: Day{2030, 1, 1}}}
	for day, want := range map[search.Date]bool{20191231: false, 20200101: true, 20300101: true, 20300102: false} {
		if ok, reason := a.Readable(day); ok != want || ok == (reason != "") {
			t.Errorf("on %d readable %v (%s)", day, ok, reason)
		}
		list := a
		list.Papers = []string{"身份证"}
		if ok, reason := list.Sendable(day); ok != want || ok == (reason != "") {
			t.Errorf("on %d the checklist may be sent: %v (%s)", day, ok, reason)
		}
	}
	if got := a.Marks(20260601); len(got) != 2 {
		t.Errorf("marks %v", got)
	}
	if ok, _ := (Article{}).Readable(20260101); ok {
		t.Error("an article without an answer may be read out")
	}
	if ok, why := (Article{}).Sendable(20260101); ok || why == "" {
		t.Error("nothing to bring may be sent")
	}
}

// TestAlteredHistoryIsPassedOver: what a bad disk did to one version hides no other, and nothing is written over them.
func TestAlteredHistoryIsPassedOver(t *testing.T) {
	versions := []Article{
		{ID: "a", Edition: Edition{Version: 1}, Body: "一"}, {ID: "a", Edition: Edition{Version: 2}, Body: "二"}, {ID: "a", Edition: Edition{Version: 3}, Body: "三"},
	}
	for name, at := range map[string]int64{"its length": 1, "its text": 12} {
		t.Run(name, func(t *testing.T) {
			h := &history{path: filepath.Join(t.TempDir(), "history.log")}
			if err := h.keep(versions[:2]); err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(h.path)
			if err != nil {
				t.Fatal(err)
			}
			raw[at] ^= 0x40
			if err := os.WriteFile(h.path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			h = &history{path: h.path}
			if err := h.keep(versions[2:]); err != nil {
				t.Fatal(err)
			}
			h = &history{path: h.path}
			if got, err := h.versions("a"); err != nil || !slices.Equal(got, []int{2, 3}) {
				t.Errorf("versions %v, %v", got, err)
			}
			for _, v := range versions[1:] {
				if a, ok, err := h.find("a", v.Version); err != nil || !ok || a.Body != v.Body {
					t.Errorf("version %d: %+v, %v, %v", v.Version, a, ok, err)
				}
			}
		})
	}
}

func TestCutOffHistoryIsOverwritten(t *testing.T) {
	h := &history{path: filepath.Join(t.TempDir(), "history.log")}
	if err := h.keep([]Article{{ID: "a", Edition: Edition{Version: 1}, Body: "一"}}); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte{200, 0, 0, 0, 1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	f.Close()
	h = &history{path: h.path}
	if err := h.keep([]Article{{ID: "a", Edition: Edition{Version: 2}, Body: "二"}}); err != nil {
		t.Fatal(err)
	}
	h = &history{path: h.path}
	for v, want := range map[int]string{1: "一", 2: "二"} {
		if a, ok, err := h.find("a", v); err != nil || !ok || a.Body != want {
			t.Errorf("version %d: %+v, %v, %v", v, a, ok, err)
		}
	}
}
