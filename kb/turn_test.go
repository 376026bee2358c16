package kb

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"zuoxi/kb/search"
)

func contents(t *testing.T, b *Base) (out []Article) {
	t.Helper()
	if err := b.All(func(a Article) bool { out = append(out, a); return true }); err != nil {
		t.Fatal(err)
	}
	return out
}

// A library with an article that changes on a day comes back from every form as it was: into an empty library, and into
// the one it came from.
func TestDatedVersionsRoundTrip(t *testing.T) {
	b, ctx := library(t), context.Background()
	old := Article{ID: "f", Title: "滞纳金怎么算", Kind: Kinds[1], Body: "千分之二", Scope: Scope{Effective: Day{1999, 1, 22}}}
	later := old
	later.Body, later.Scope.Effective = "万分之五", Day{2027, 1, 1}
	for _, a := range []Article{old, later} {
		if _, err := b.Import(ctx, "r", []Article{a}); err != nil {
			t.Fatal(err)
		}
	}
	all := contents(t, b)
	markdown := fstest.MapFS{}
	newest := Newest(all)
	for _, a := range all {
		text, err := a.Markdown()
		if err != nil {
			t.Fatal(err)
		}
		markdown[a.Key(newest)+".md"] = &fstest.MapFile{Data: text}
	}
	for name, read := range map[string]func() ([]Article, error){
		"markdown": func() ([]Article, error) { b, err := LoadFS(markdown, "t"); return b.Articles, err },
		"jsonl": func() ([]Article, error) {
			data, err := JSONL(all)
			return must(ParseJSONL("t.jsonl", bytes.NewReader(data)))(err)
		},
		"csv":  func() ([]Article, error) { data, err := CSV(all); return must(ParseTable("t.csv", data))(err) },
		"xlsx": func() ([]Article, error) { data, err := XLSX(all); return must(ParseTable("t.xlsx", data))(err) },
	} {
		list, err := read()
		if err != nil || len(list) != 2 {
			t.Fatalf("%s: %d articles, %v", name, len(list), err)
		}
		if r, err := b.Import(ctx, "again", list); err != nil || r.Same != 2 || r.Added+r.Changed != 0 {
			t.Errorf("%s, into the same library: %+v, %v", name, r, err)
		}
		fresh := library(t)
		if r, err := fresh.Import(ctx, "r", list); err != nil || r.Added != 1 || r.Changed != 1 || !reflect.DeepEqual(r.New, []string{"f"}) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if got := contents(t, fresh); len(got) != 2 || Newest(got)["f"] != 2 {
			t.Errorf("%s gives %+v", name, got)
		}
		for day, want := range map[search.Date]string{20261231: "千分之二", 20270101: "万分之五"} {
			if a, ok, err := fresh.GetOn("f", day); err != nil || !ok || a.Body != want {
				t.Errorf("%s, on %d: %q, %v, %v", name, day, a.Body, ok, err)
			}
		}
	}
	wrong := old
	wrong.Body = "千分之三"
	for want, list := range map[string][]Article{
		"早先的版本不能再改": {wrong, later}, "施行日期分不出先后": {old, old},
	} {
		if _, err := b.Import(ctx, "r", list); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// must hands on what was read, unless writing failed.
func must(list []Article, err error) func(error) ([]Article, error) {
	return func(before error) ([]Article, error) { return list, errors.Join(before, err) }
}

// The statutes and collections that imports bring may be edited, and written as Markdown and read again.
func TestMarkdownTakesWhatOtherFormsBring(t *testing.T) {
	law, err := ParseStatute("law.txt", []string{"甲法", "第一条　为了甲。"})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := ParseJSONL("q.jsonl", strings.NewReader(`{"id":"q-1","title":"怎么办","body":"这样办。","category":"问答"}`+"\n"+`{"id":"q-2","title":"办事","body":"来办。","category":"办事指南"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range append(law, lines...) {
		text, err := a.Markdown()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseMarkdown(a.ID, text); err != nil || !reflect.DeepEqual(again, a) {
			t.Errorf("%s: %v\n%+v\n%+v", a.ID, err, again, a)
		}
	}
	if _, err := ParseJSONL("q.jsonl", strings.NewReader(`{"id":"q-1","title":"甲","body":"乙","kind":"问题解答","category":"养老报险"}`)); err == nil || !strings.Contains(err.Error(), "业务“养老报险”") {
		t.Errorf("a category that nobody knows: %v", err)
	}
}

func TestFormsAreToldByTheirNamesHoweverWritten(t *testing.T) {
	word := docx(t, para("社保卡补领")+para("三个工作日。"))
	b, err := LoadFS(fstest.MapFS{"A.MD": {Data: []byte(sample)}, "b.Docx": {Data: word}, "c.CSV": {Data: []byte("编号,标题,正文\nc-1,甲,乙\n")}}, "t")
	if err != nil || len(b.Articles) != 3 {
		t.Errorf("%+v, %v", b, err)
	}
}

// What comes packed by another program is checked like what is read.
func TestCheckedRefusesWhatImportsRefuse(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		list := []Article{whole(r, "a-1"), whole(r, "a-2")}
		if again, err := Checked("t", list); err != nil || !reflect.DeepEqual(again, list) {
			r.Fatalf("%v\n%+v\n%+v", err, again, list)
		}
	})
	good := Article{ID: "a-1", Title: "甲", Kind: Kinds[1], Body: "一\x1b[31m二"}
	for id, want := range map[string]bool{"a-1": true, "../../x": false, "a@1": false, `a\b`: false, "": false, "a\x1b[2J": false} {
		a := good
		a.ID = id
		list, err := Checked("t", []Article{good, a})
		if (err == nil) != want || ValidID(id) != want {
			t.Errorf("%q: %v, valid %v", id, err, ValidID(id))
		}
		if err != nil && !strings.Contains(err.Error(), "t 第 2 行") {
			t.Errorf("%q: %v", id, err)
		}
		if list[0].Body != "一二" {
			t.Errorf("%q", list[0].Body)
		}
	}
}

// All that the screen shows of a version is in its text.
func TestTextSaysEverything(t *testing.T) {
	a, err := ParseMarkdown("t.md", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	a.Version, a.Standards = 3, []Standard{{ID: "kj-1", Title: "系统切换", Wording: "十二月恢复办理。", From: Day{2026, 11, 20}, Until: Day{2026, 11, 30}}}
	text := a.Text()
	for _, want := range []string{
		"第3版", "统一口径：系统切换（2026-11-20 至 2026-11-30）", "十二月恢复办理。", "最长**二十四**个月", "身份证", "办事大厅 12333", "一定能领",
		"《失业保险条例》第十七条 国务院令第258号", "（1999-01 起）", "未核对：各省细则", "t-002",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q is in the text %d times:\n%s", want, strings.Count(text, want), text)
		}
	}
	if strings.Index(text, "十二月恢复") > strings.Index(text, "最长") {
		t.Error("the agreed wording does not stand first")
	}
}

func TestTextsOfOfficePrograms(t *testing.T) {
	text, why := Text([]byte("\xef\xbb\xbf---\r\nstandard: kj-1\r\n---\r\n"))
	if why != "" || !IsStandard([]byte(text)) {
		t.Errorf("%q, %s", text, why)
	}
	if text, why := Text([]byte("\xc9\xe7\xb1\xa3\xbf\xa8")); text != "社保卡" || why != "" {
		t.Errorf("%q, %s", text, why)
	}
	if _, why := Text([]byte("\xff\xfea\x00")); why == "" {
		t.Error("UTF-16 is taken")
	}
}
