// Package measure measures search engines on queries with known answers: quality, latency, size. It owns the measuring
// and its output; kb/bench and the peers of tools/kbpeers use it. It promises that every engine is measured alike, each
// in a process of its own.
package measure

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// Doc is a document of the corpus.
type Doc struct{ ID, Title, Body, Category string }

// Engine answers queries with ids, best first.
type Engine interface {
	Search(query string, n int) ([]string, error)
	Close() error
}

// Placed is an engine that can answer for callers of one place, as a seat asks it in a call.
type Placed interface{ In(region string) Engine }

// caller is the place that a Placed engine is timed for.
const caller = "江苏省南京市玄武区"

// Maker builds and opens an engine's index in a folder.
type Maker struct {
	Build func(dir, corpus string) error
	Open  func(dir string) (Engine, error)
	// Change replaces some documents of an index in use; nil where that is not measured.
	Change func(e Engine, n int) error
}

// Latency is of warm queries, in milliseconds: each the best of several runs, so that the machine's other work shows
// less. Raw is the p99 of all runs as they came.
type Latency struct{ P50, P99, Max, Raw float64 }

// Result is what one process measured.
type Result struct {
	Engine  string
	Docs    int
	Build   float64 // seconds
	Disk    float64 // MB
	Open    float64 // milliseconds
	RSS     float64 // MB after the queries
	Change  float64 // milliseconds until 100 changed documents are found
	Full    Latency
	Typing  Latency
	Here    struct{ Full, Typing Latency } // for callers of one place, where the engine knows places
	Answers [][]string                     // ids for each query, 10 at most
}

const repeats = 3

// Main runs one measurement as the command line says and prints it as JSON.
func Main(makers map[string]Maker) error {
	engine := flag.String("e", "", "engine")
	corpus := flag.String("c", "", "corpus to build the index of")
	dir := flag.String("i", "", "folder of the index")
	queries := flag.String("q", "", "queries to answer")
	full := flag.String("full", "", "whole questions to time")
	typing := flag.String("type", "", "typed beginnings to time")
	flag.Parse()
	m, ok := makers[*engine]
	if !ok {
		return fmt.Errorf("no engine %q", *engine)
	}
	r := Result{Engine: *engine}
	var err error
	if *corpus != "" {
		err = r.build(m, *dir, *corpus)
	} else {
		err = r.run(m, *dir, *queries, *full, *typing)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

func (r *Result) build(m Maker, dir, corpus string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	start := time.Now()
	if err := m.Build(dir, corpus); err != nil {
		return err
	}
	r.Build = time.Since(start).Seconds()
	return filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		if err == nil {
			r.Disk += float64(st.Size()) / 1e6
		}
		return err
	})
}

func (r *Result) run(m Maker, dir, queries, full, typing string) error {
	start := time.Now()
	e, err := m.Open(dir)
	if err != nil {
		return err
	}
	defer e.Close()
	r.Open = ms(time.Since(start))
	if queries != "" {
		err = r.answer(e, queries)
	}
	err = cmp.Or(err, timed(e, full, typing, &r.Full, &r.Typing))
	if p, ok := e.(Placed); ok && err == nil {
		err = timed(p.In(caller), full, typing, &r.Here.Full, &r.Here.Typing)
	}
	runtime.GC()
	debug.FreeOSMemory()
	r.RSS = resident()
	if m.Change != nil && err == nil && full != "" {
		start = time.Now()
		err = m.Change(e, 100)
		r.Change = ms(time.Since(start))
	}
	return err
}

// timed times whole questions and typed beginnings, as far as there are any.
func timed(e Engine, full, typing string, ofFull, ofTyping *Latency) (err error) {
	if full != "" {
		*ofFull, err = latency(e, full)
	}
	if typing != "" && err == nil {
		*ofTyping, err = latency(e, typing)
	}
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (r *Result) answer(e Engine, path string) error {
	list, err := Queries(path)
	if err != nil {
		return err
	}
	for _, q := range list {
		ids, err := e.Search(q.Text, 10)
		if err != nil {
			return err
		}
		r.Answers = append(r.Answers, ids)
	}
	return nil
}

func latency(e Engine, path string) (l Latency, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return l, err
	}
	list := strings.Split(strings.TrimSpace(string(data)), "\n")
	best, all := make([]float64, len(list)), make([]float64, 0, repeats*len(list))
	for pass := range repeats + 1 {
		for i, q := range list {
			start := time.Now()
			if _, err := e.Search(q, 10); err != nil {
				return l, err
			}
			t := ms(time.Since(start))
			if pass <= 1 || t < best[i] { // the first pass warms up
				best[i] = t
			}
			if pass > 0 {
				all = append(all, t)
			}
		}
	}
	slices.Sort(best)
	slices.Sort(all)
	at := func(of []float64, p float64) float64 { return of[int(float64(len(of)-1)*p)] }
	return Latency{at(best, .5), at(best, .99), at(best, 1), at(all, .99)}, nil
}

// resident is the resident memory of this process, in MB.
func resident() float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var kb float64
		if _, err := fmt.Sscanf(s.Text(), "VmRSS: %f kB", &kb); err == nil {
			return kb / 1024
		}
	}
	return 0
}

// Corpus reads the documents of a JSONL file.
func Corpus(path string) (docs []Doc, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for d := json.NewDecoder(bufio.NewReaderSize(f, 1<<20)); d.More(); {
		var doc Doc
		if err := d.Decode(&doc); err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}
