package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"zuoxi/kb/bench/measure"
)

// The engines of a run: ours, and those of the peers' program.
var engines = []string{"zuoxi", "fts5-bigram", "bleve-cjk", "bm25f"}

type runner struct {
	self, peers string
	sizes       string
}

// one measures an engine in a process of its own.
func (r runner) one(engine string, args ...string) (res measure.Result, err error) {
	cmd := exec.Command(r.peers, append([]string{"-e", engine}, args...)...)
	if engine == engines[0] {
		cmd = exec.Command(r.self, append([]string{"one", "-e", engine}, args...)...)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return res, fmt.Errorf("measure %s: %w", engine, err)
	}
	err = json.Unmarshal(out, &res)
	return res, err
}

// measured builds an engine's index of a corpus and runs it.
func (r runner) measured(engine, corpus string, args ...string) (measure.Result, error) {
	dir := filepath.Join(r.sizes, engine+"-"+strings.TrimSuffix(corpus, ".jsonl"))
	built, err := r.one(engine, "-i", dir, "-c", filepath.Join(r.sizes, corpus))
	if err != nil {
		return built, err
	}
	defer os.RemoveAll(dir)
	res, err := r.one(engine, append([]string{"-i", dir}, args...)...)
	res.Build, res.Disk = built.Build, built.Disk
	return res, err
}

func report(queryFile, sizes, peers string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	r := runner{self: self, peers: peers, sizes: sizes}
	scores, err := r.quality(queryFile)
	if err != nil {
		return err
	}
	figures := figuresOf(scores)
	for _, corpus := range []string{"corpus-10k.jsonl", "corpus-100k.jsonl"} {
		own, err := r.speed(corpus)
		if err != nil {
			return err
		}
		figures = append(figures, speedFigures(corpus, own)...)
	}
	return verdict(os.Stdout, figures)
}

// quality prints the tables of the slices and gives the scores of each engine.
func (r runner) quality(queryFile string) (map[string]map[string]measure.Score, error) {
	queries, err := measure.Queries(queryFile)
	if err != nil {
		return nil, err
	}
	columns := append(append([]string{"CORE", "ROBUST", "TEXT5"}, measure.Core...), append(measure.Robust, "labour")...)
	scores := map[string]map[string]measure.Score{}
	for _, e := range engines {
		res, err := r.measured(e, "corpus.jsonl", "-q", queryFile)
		if err != nil {
			return nil, err
		}
		scores[e] = measure.Scores(queries, res.Answers)
	}
	for _, t := range means {
		fmt.Printf("\n%s, %d queries\n\n| slice | %s |\n|---|%s\n", t.name, len(queries), strings.Join(engines, " | "), strings.Repeat("---|", len(engines)))
		for _, c := range columns {
			fmt.Printf("| %s |", c)
			for _, e := range engines {
				fmt.Printf(" %.3f |", t.of(scores[e][c]))
			}
			fmt.Println()
		}
	}
	return scores, nil
}

// speed prints the table of one size and gives what our engine took.
func (r runner) speed(corpus string) (own measure.Result, err error) {
	fmt.Printf("\n%s: milliseconds, one thread, warm, best of three, and the p99 of all runs\n\n", corpus)
	fmt.Println("| engine | question p50 / p99 / max / raw | keystroke p50 / p99 / max / raw | build s | disk MB | open ms | RSS MB | 100 changed ms |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, e := range engines {
		m, err := r.measured(e, corpus, "-full", filepath.Join(r.sizes, "lat-full.txt"), "-type", filepath.Join(r.sizes, "lat-type.txt"))
		if err != nil {
			return own, err
		}
		if e == engines[0] {
			own = m
		}
		fmt.Printf("| %s | %.2f / %.2f / %.2f / %.2f | %.2f / %.2f / %.2f / %.2f | %.1f | %.1f | %.0f | %.0f | %.0f |\n", e,
			m.Full.P50, m.Full.P99, m.Full.Max, m.Full.Raw, m.Typing.P50, m.Typing.P99, m.Typing.Max, m.Typing.Raw, m.Build, m.Disk, m.Open, m.RSS, m.Change)
	}
	return own, nil
}
