package main

import (
	"errors"
	"fmt"
	"io"

	"zuoxi/kb/bench/measure"
)

// figure is what was measured and what it should be. Quality is the same in every run and must be held; how long things
// take depends on what else the machine does and is only told.
type figure struct {
	name     string
	got, aim float64
	atLeast  bool
	mustBeSo bool
	beside   string
}

func (f figure) held() bool {
	if f.atLeast {
		return f.got >= f.aim
	}
	return f.got <= f.aim
}

// figuresOf are the aims of quality: three means, and each slice against the best of the stock engines.
func figuresOf(scores map[string]map[string]measure.Score) (out []figure) {
	own := scores[engines[0]]
	quality := func(name string, got, aim float64, beside string) {
		out = append(out, figure{name, got, aim, true, true, beside})
	}
	quality("MRR@10 core", own["CORE"].MRR, 0.74, "")
	quality("MRR@10 robust", own["ROBUST"].MRR, 0.71, "")
	quality("MRR@10 text5", own["TEXT5"].MRR, 0.70, "")
	quality("hit@3 core", own["CORE"].Hit3, 0.78, "")
	quality("hit@3 robust", own["ROBUST"].Hit3, 0.75, "")
	for _, m := range means {
		for _, slice := range append(append([]string{}, measure.Core...), measure.Robust...) {
			best := engines[1]
			for _, e := range engines[1:] {
				if m.of(scores[e][slice]) > m.of(scores[best][slice]) {
					best = e
				}
			}
			quality(m.name+" "+slice, m.of(own[slice]), m.of(scores[best][slice]), best)
		}
	}
	return out
}

// means are what quality is told in.
var means = []struct {
	name string
	of   func(measure.Score) float64
}{
	{"MRR@10", func(s measure.Score) float64 { return s.MRR }},
	{"hit@3", func(s measure.Score) float64 { return s.Hit3 }},
	{"nDCG@10", func(s measure.Score) float64 { return s.NDCG }},
}

// speedFigures are the aims of one size.
func speedFigures(corpus string, m measure.Result) (out []figure) {
	most := func(name string, got, aim float64) {
		out = append(out, figure{name: corpus + " " + name, got: got, aim: aim})
	}
	if corpus == "corpus-10k.jsonl" {
		most("RSS MB", m.RSS, 50)
		return out
	}
	most("keystroke p99 ms", m.Typing.P99, 2)
	most("question p99 ms", m.Full.P99, 3.6)
	most("keystroke p99 ms for a caller's place", m.Here.Typing.P99, 2)
	most("question p99 ms for a caller's place", m.Here.Full.P99, 3.6)
	most("open ms", m.Open, 100)
	most("RSS MB", m.RSS, 140)
	most("disk MB", m.Disk, 70)
	most("build s", m.Build, 15)
	most("100 changed ms", m.Change, 200)
	return out
}

// errNotHeld means that the search answers worse than it must.
var errNotHeld = errors.New("bench-kb: an aim of quality is not held")

// verdict prints each figure with its aim and whether it was held.
func verdict(w io.Writer, figures []figure) (err error) {
	_, _ = fmt.Fprint(w, "\n| figure | measured | aim | held |\n|---|---|---|---|\n")
	for _, f := range figures {
		sign, held := "≤", "yes"
		if f.atLeast {
			sign = "≥"
		}
		if !f.held() {
			held = "NO"
			if f.mustBeSo {
				err = errNotHeld
			}
		}
		_, _ = fmt.Fprintf(w, "| %s | %.3f | %s %.3f %s | %s |\n", f.name, f.got, sign, f.aim, f.beside, held)
	}
	return err
}
