package kb

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"zuoxi/kb/search"
)

// age makes the index files of a library those of the version before: another mark at their head, under its checksum.
func age(t *testing.T, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "index", "*.idx"))
	if err != nil || len(names) == 0 {
		t.Fatal("no index", err)
	}
	table := crc32.MakeTable(crc32.Castagnoli)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		end := 8
		for crc32.Checksum(data[:end], table) != binary.LittleEndian.Uint32(data[end:]) {
			end++
		}
		copy(data, "ZXKB0002")
		binary.LittleEndian.PutUint32(data[end:], crc32.Checksum(data[:end], table))
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// An index of the version before answers and is written anew once, from the articles, with their versions and revision.
func TestEarlierIndexIsWrittenAnew(t *testing.T) {
	b, ctx := library(t), context.Background()
	if done, err := b.Renew(ctx); done || err != nil {
		t.Errorf("an empty library: %v, %v", done, err)
	}
	a := Article{ID: "a", Title: "谁来缴", Kind: search.KindAnswer, Basis: []Basis{{Doc: "《甲办法》", Articles: []string{"第三条"}, Short: "甲法"}}}
	for _, body := range []string{"单位缴。", "单位和个人缴。"} {
		a.Body = body
		if _, err := b.Import(ctx, "r1", []Article{a}); err != nil {
			t.Fatal(err)
		}
	}
	age(t, b.dir)
	old, err := Open(b.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	for i, want := range []bool{true, false} {
		if done, err := old.Renew(ctx); done != want || err != nil {
			t.Errorf("run %d: %v, %v", i, done, err)
		}
	}
	r, err := old.Search(ctx, search.Query{Text: "甲法3条"})
	if err != nil || len(r.Hits) != 1 || r.Hits[0].ID != "a" || old.Revision() != "r1" {
		t.Errorf("after it: %+v, %v, revision %s", r.Hits, err, old.Revision())
	}
	if got, ok, err := old.Get("a@1"); err != nil || !ok || got.Body != "单位缴。" {
		t.Errorf("the first version: %+v, %v, %v", got, ok, err)
	}
}

// The register of a folder gives the documents that articles rest on their short names; what an author wrote stays.
func TestShortNamesComeFromTheRegister(t *testing.T) {
	article := func(id, more string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("---\nid: " + id + "\ntitle: 谁来缴\nkind: 问题解答\nbasis:\n  - {doc: \"《甲办法》\", articles: [\"第三条\"]" + more + "}\n---\n\n单位缴。\n")}
	}
	fsys := fstest.MapFS{"a.md": article("a", ""), "b.md": article("b", ", short: 自己写的"),
		"_documents.yaml": {Data: []byte("- {key: 甲法, name: \"《甲办法》\"}\n")}}
	batch, err := LoadFS(fsys, "根")
	if err != nil || len(batch.Articles) != 2 || batch.Articles[0].Basis[0].Short != "甲法" || batch.Articles[1].Basis[0].Short != "自己写的" {
		t.Errorf("%+v, %v", batch, err)
	}
	fsys["_documents.yaml"] = &fstest.MapFile{Data: []byte("key: [")}
	if _, err := LoadFS(fsys, "根"); err == nil || !strings.HasPrefix(err.Error(), "根/_documents.yaml：法规登记表的写法不对") {
		t.Errorf("a broken register: %v", err)
	}
}
