package kb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

const sample = `---
id: t-001
title: "失业金最多能领几个月"
kind: 问题解答
category: 失业保险
level: 国家
region: 全国
keywords: ["领取期限"]
synonyms: ["失业金能领多久"]
basis:
  - {doc: "《失业保险条例》", number: "国务院令第258号", articles: ["第十七条"]}
effective: "1999-01"
expires: null
reviewed: "2026-11-23"
review_due: "2027-05-23"
verified: part
unverified: "各省细则"
related: [t-002]
sources: ["《失业保险条例》"]
papers: ["身份证"]
office: {name: "办事大厅", phone: "12333"}
never: ["一定能领"]
---

# 失业金最多能领几个月

## 口径
最长**二十四**个月。

## 要点
- 满一年不足五年：十二个月
- 满五年不足十年：十八个月
`

func TestParseMarkdown(t *testing.T) {
	a, err := ParseMarkdown("t.md", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if a.ID != "t-001" || a.Scope.Effective != (Day{1999, 1, 0}) || a.Basis[0].Articles[0] != "第十七条" || a.Office.Phone != "12333" {
		t.Errorf("parsed %+v", a)
	}
	if got := a.Answer(); got != "最长二十四个月。" {
		t.Errorf("answer %q", got)
	}
	if got := a.Points(); len(got) != 2 || got[1].Kind != Item {
		t.Errorf("points %+v", got)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(sample)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"GB18030": gb, "CRLF": strings.ReplaceAll(sample, "\n", "\r\n"), "BOM": "\xef\xbb\xbf" + sample} {
		if b, err := ParseMarkdown("t.md", []byte(text)); err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
}

func TestMarkdownIsRefusedInPlainWords(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(sample, old, new, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"no front matter": {"# 标题\n", "t.md 第 1 行：开头缺少"},
		"cut front":       {"---\nid: a\n", "t.md 第 1 行：开头缺少"},
		"bad yaml":        {change("keywords: [", "keywords: [["), "t.md 第 "},
		"unknown field":   {change("verified:", "verifyed:"), "t.md 第 16 行：条目信息写法不对（不认识“verifyed”）"},
		"no id":           {change("id: t-001", "id: \"\""), "t.md 第 2 行：缺少编号"},
		"id with space":   {change("id: t-001", "id: \"t 001\""), "t.md 第 2 行：编号“t 001”里有空格"},
		"wrong kind":      {change("kind: 问题解答", "kind: 问答"), "t.md 第 4 行：类别“问答”不在规定之内，请改为：政策法规、问题解答、办事指南"},
		"wrong date":      {change("2026-11-23", "2026-13-01"), "t.md 第 14 行：复核日期“2026-13-01”不是日期"},
		"ends too early":  {change("expires: null", "expires: \"1990\""), "t.md 第 13 行：失效日期 1990 早于施行日期 1999-01"},
		"binary":          {"---\x00", "t.md：不是文本文件"},
		"UTF-16":          {"\xff\xfe-\x00", "t.md：编码是 UTF-16"},
		"no encoding":     {"---\nid: \xff\xff\n---\n", "t.md：编码既不是"},
		"long line":       {sample + strings.Repeat("长", maxLine), "t.md 第 33 行：这一行超过 1 MB"},
		"huge":            {strings.Repeat("\n", maxFile+1), "t.md：文件超过 4 MB"},
	} {
		_, err := ParseMarkdown("t.md", []byte(c.text))
		if !errors.Is(err, ErrRefused) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %q", name, err)
		}
	}
}

func TestEscapeSequencesAreCleaned(t *testing.T) {
	text := strings.Replace(sample, "最长", "\x1b]0;改标题\x07\x1b[31m最长\u202e", 1)
	a, err := ParseMarkdown("t.md", []byte(text))
	if err != nil || strings.ContainsFunc(a.Body, func(r rune) bool { return r != '\n' && unicode.IsControl(r) || r == '\u202e' }) {
		t.Errorf("body %q, %v", a.Body, err)
	}
}

func TestMarkdownRoundTrip(t *testing.T) {
	word := rapid.StringMatching(`[一-龥a-z0-9：“”#-]{1,8}`)
	words := rapid.SliceOfN(word, 1, 4)
	rapid.Check(t, func(r *rapid.T) {
		day := func(label string) Day {
			d := Day{rapid.IntRange(1990, 2030).Draw(r, label), rapid.IntRange(0, 12).Draw(r, "month"), 0}
			if d.Month > 0 {
				d.Day = rapid.IntRange(0, 28).Draw(r, "day")
			}
			return d
		}
		a := Article{
			ID: rapid.StringMatching(`[a-z]{2}-[0-9]{3}`).Draw(r, "id"), Title: word.Draw(r, "title"),
			Kind: rapid.SampledFrom(Kinds).Draw(r, "kind"), Category: rapid.SampledFrom(Categories).Draw(r, "category"),
			Scope:   Scope{Level: rapid.SampledFrom(Levels).Draw(r, "level"), Region: word.Draw(r, "region"), Effective: day("from")},
			Words:   Words{words.Draw(r, "keywords"), words.Draw(r, "synonyms")},
			Basis:   []Basis{{word.Draw(r, "doc"), word.Draw(r, "number"), words.Draw(r, "articles"), word.Draw(r, "short")}},
			Review:  Review{"full", word.Draw(r, "unverified"), day("reviewed"), day("due")},
			Related: words.Draw(r, "related"), Sources: words.Draw(r, "sources"), Papers: words.Draw(r, "papers"),
			Office: &Office{Name: word.Draw(r, "office"), Hours: word.Draw(r, "hours")}, Never: words.Draw(r, "never"),
			Body: "# " + word.Draw(r, "head") + "\n\n" + word.Draw(r, "text"),
		}
		text, err := a.Markdown()
		if err != nil {
			r.Fatal(err)
		}
		b, err := ParseMarkdown("t.md", text)
		if err != nil || !reflect.DeepEqual(a, b) {
			r.Fatalf("%v\n%s\ngot  %+v\nwant %+v", err, text, b, a)
		}
	})
}

func TestParseJSONL(t *testing.T) {
	in := `{"id":"a","title":"社会保险法第五十八条 登记","body":"正文","category":"社会法"}

{"id":"b","title":"补卡","body":"正文","category":"办事指南","effective":"2025-01-01","keywords":["补卡"]}
{"id":"c","title":"问","body":"答","category":"养老保险"}`
	got, err := ParseJSONL("t.jsonl", strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, a := range got {
		kinds = append(kinds, a.ID+a.Kind+a.Scope.Level)
	}
	if s := fmt.Sprint(kinds); s != "[a政策法规国家 b办事指南 c问题解答]" {
		t.Errorf("kinds %s", s)
	}
	for name, c := range map[string]struct{ in, want string }{
		"broken":     {"{\"id\":\"a\",\"title\":\"t\",\"body\":\"\"}\n{\"id\":", "t.jsonl 第 2 行：不是合法的 JSON"},
		"comma":      {`{"id":"a",,}`, "t.jsonl 第 1 行：第 11 个字节处"},
		"twice":      {"{\"id\":\"a\",\"title\":\"t\"}\n\n{\"id\":\"a\",\"title\":\"u\"}", "t.jsonl 第 3 行：编号 a 与第 1 行重复"},
		"two a line": {`{"id":"a","title":"t"}{"id":"b","title":"t"}`, "t.jsonl 第 1 行：一行里有两个"},
		"field":      {`{"id":"a","title":"t","foo":1}`, `t.jsonl 第 1 行：有不认识的字段 "foo"`},
		"type":       {`{"id":"a","title":"t","keywords":"x"}`, "t.jsonl 第 1 行：“keywords”的写法不对"},
		"no title":   {`{"id":"a"}`, "t.jsonl 第 1 行：缺少标题"},
		"date":       {`{"id":"a","title":"t","expires":"soon"}`, "t.jsonl 第 1 行：失效日期“soon”不是日期"},
		"long line":  {"\n" + strings.Repeat("x", 10<<20), "t.jsonl 第 2 行：这一行超过 1 MB"},
		"encoding":   {"{\"id\":\"\xff\xff\"}", "t.jsonl 第 1 行：编码"},
	} {
		if _, err := ParseJSONL("t.jsonl", strings.NewReader(c.in)); !errors.Is(err, ErrRefused) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestLoadTakesNothingHalf(t *testing.T) {
	good := &fstest.MapFile{Data: []byte(sample)}
	fsys := fstest.MapFS{"a.md": good, "sub/b.md": good, "_documents.yaml": {}, "c.txt": {}}
	_, err := LoadFS(fsys, "根")
	if !errors.Is(err, ErrRefused) || !strings.HasPrefix(err.Error(), "根/sub/b.md：编号 t-001 在 根/a.md 里已经有了") {
		t.Errorf("double id: %v", err)
	}
	delete(fsys, "sub/b.md")
	if b, err := LoadFS(fsys, "根"); err != nil || len(b.Articles) != 1 {
		t.Errorf("%+v, %v", b, err)
	}
	fsys["z.jsonl"] = &fstest.MapFile{Data: []byte("{}\n{}\n")}
	var no *Refusal
	if _, err := LoadFS(fsys, "根"); !errors.As(err, &no) || len(no.Problems) != 4 {
		t.Errorf("all problems are listed: %v", err)
	}
	for _, path := range []string{"/does/not/exist", t.TempDir()} {
		if _, err := Load(path); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", path, err)
		}
	}
	file := filepath.Join(t.TempDir(), "a.md")
	if err := os.WriteFile(file, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := Load(file); err != nil || len(b.Articles) != 1 {
		t.Errorf("single file: %+v, %v", b, err)
	}
}

func TestDays(t *testing.T) {
	for in, want := range map[string][2]int{"2011": {20110101, 20111231}, "2021-11": {20211101, 20211130}, "2024-02": {20240201, 20240229}, "2025-01-02": {20250102, 20250102}, "": {0, 0}} {
		d, ok := ParseDay(in)
		if !ok || int(d.First()) != want[0] || int(d.Last()) != want[1] || d.String() != in {
			t.Errorf("%q: %v %v %v", in, d, d.First(), d.Last())
		}
	}
	for _, in := range []string{"2025-02-30", "25-01-01", "2025-1-1", "x", "2025-01-01-01", "2025-13"} {
		if _, ok := ParseDay(in); ok {
			t.Errorf("%q is taken for a date", in)
		}
	}
}

func TestBlocks(t *testing.T) {
	got := Blocks("# 题\n一段，\n接着说 [条文](http://x)。\n\n- 一\n  续行\n  - 二\n1. 三\n> 引\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n---\n```\n a  b\n```\nyes\nno")
	want := []Block{
		{Kind: Heading, Level: 1, Text: "题"}, {Kind: Para, Text: "一段，接着说 条文。"}, {Kind: Item, Text: "一续行"},
		{Kind: Item, Level: 1, Text: "二"}, {Kind: Item, Number: "1.", Text: "三"}, {Kind: Quote, Text: "引"},
		{Kind: Table, Rows: [][]string{{"甲", "乙"}, {"1", "2"}}}, {Kind: Rule}, {Kind: Code, Text: " a  b"}, {Kind: Para, Text: "yes no"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func FuzzParseMarkdown(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("---\nid: &a [*a]\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ParseMarkdown("f.md", data)
		if err != nil {
			if !errors.Is(err, ErrRefused) {
				t.Error(err)
			}
			return
		}
		Blocks(a.Body)
		text, err := a.Markdown()
		if err != nil {
			t.Fatal(err)
		}
		if b, err := ParseMarkdown("f.md", text); err != nil || b.ID != a.ID || b.Title != a.Title || b.Body != a.Body {
			t.Errorf("%v\n%s", err, text)
		}
	})
}

func FuzzParseJSONL(f *testing.F) {
	f.Add([]byte(`{"id":"a","title":"t","body":"b"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ParseJSONL("f.jsonl", strings.NewReader(string(data))); err != nil && !errors.Is(err, ErrRefused) {
			t.Error(err)
		}
	})
}

func FuzzBlocks(f *testing.F) {
	f.Add("# a\n- b\n  c\n| d |\n```\n[x](y)")
	f.Fuzz(func(_ *testing.T, body string) { Blocks(body) })
}
