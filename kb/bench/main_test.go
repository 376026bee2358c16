package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMeasuresOurEngine(t *testing.T) {
	corpus := filepath.Join(t.TempDir(), "c.jsonl")
	var b strings.Builder
	for _, id := range strings.Fields("甲 乙 丙 丁") {
		b.WriteString(`{"id":"` + id + `","title":"` + id + `类社保卡补领","body":"三个工作日","category":"办事指南"}` + "\n")
	}
	if err := os.WriteFile(corpus, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := build(dir, corpus); err != nil {
		t.Fatal(err)
	}
	e, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if ids, err := e.Search("丙类社保卡", 2); err != nil || len(ids) != 2 || ids[0] != "丙" {
		t.Errorf("found %v, %v", ids, err)
	}
	if err := change(e, 3); err != nil {
		t.Error(err)
	}
}

func TestUsageIsSaid(t *testing.T) {
	if err := run([]string{"walk"}); err == nil || !strings.HasPrefix(err.Error(), "usage:") {
		t.Errorf("error %v", err)
	}
}
