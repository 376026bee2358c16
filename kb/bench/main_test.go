package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"zuoxi/kb/bench/measure"
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
	if ids, err := e.(measure.Placed).In("江苏省南京市").Search("丙类社保卡", 1); err != nil || len(ids) != 1 || ids[0] != "丙" {
		t.Errorf("for a place: %v, %v", ids, err)
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

func TestVerdict(t *testing.T) {
	scores := map[string]map[string]measure.Score{engines[0]: {}, engines[1]: {"short": {MRR: 0.5}}, engines[2]: {"short": {MRR: 0.6}}}
	for _, name := range append(append([]string{"CORE", "ROBUST", "TEXT5"}, measure.Core...), measure.Robust...) {
		scores[engines[0]][name] = measure.Score{MRR: 0.8, Hit3: 0.8, NDCG: 0.8}
	}
	took := measure.Result{Open: 1000}
	took.Here.Full.P99 = 9
	slow := speedFigures("corpus-100k.jsonl", took)
	var b strings.Builder
	if err := verdict(&b, append(figuresOf(scores), slow...)); err != nil {
		t.Errorf("a slow figure is only told: %v", err)
	}
	for _, want := range []string{"| MRR@10 core | 0.800 | ≥ 0.740  | yes |", "| MRR@10 short | 0.800 | ≥ 0.600 " + engines[2] + " | yes |", "open ms | 1000.000 | ≤ 100.000  | NO |", "place | 9.000 | ≤ 3.600  | NO |"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
	scores[engines[2]]["short"] = measure.Score{MRR: 0.6, Hit3: 0.6, NDCG: 0.6}
	for _, worse := range []measure.Score{{MRR: 0.55, Hit3: 0.8, NDCG: 0.8}, {MRR: 0.8, Hit3: 0.55, NDCG: 0.8}, {MRR: 0.8, Hit3: 0.8, NDCG: 0.55}} {
		scores[engines[0]]["short"] = worse
		if err := verdict(&b, figuresOf(scores)); !errors.Is(err, errNotHeld) {
			t.Errorf("worse than a stock engine, %+v: %v", worse, err)
		}
	}
}
