package main

import (
	"cmp"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"zuoxi/kb/bench/measure"
)

// memory is BM25F over pairs of characters, everything in memory, nothing else.
type memory struct {
	docs   []measure.Doc
	posts  map[string][]posting
	length [][2]float64
	mean   [2]float64
}

type posting struct {
	doc int
	tf  [2]float64 // title, body
}

const (
	saturation = 1.2
	lengthNorm = 0.75
)

// keepCorpus only lays the corpus by: the index is made when it is opened.
func keepCorpus(dir, corpus string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	in, err := os.Open(corpus)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(dir, "corpus.jsonl"))
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return cmp.Or(err, out.Close())
}

func openMemory(dir string) (measure.Engine, error) {
	docs, err := measure.Corpus(filepath.Join(dir, "corpus.jsonl"))
	m := &memory{docs: docs, posts: map[string][]posting{}}
	for i, d := range docs {
		tf := map[string]*[2]float64{}
		var length [2]float64
		for f, text := range []string{d.Title, d.Body} {
			for _, t := range pairs(text) {
				if tf[t] == nil {
					tf[t] = new([2]float64)
				}
				tf[t][f]++
				length[f]++
			}
		}
		for t, n := range tf {
			m.posts[t] = append(m.posts[t], posting{i, *n})
		}
		m.length = append(m.length, length)
		m.mean[0] += length[0] / float64(len(docs))
		m.mean[1] += length[1] / float64(len(docs))
	}
	return m, err
}

func (m *memory) Search(query string, n int) (ids []string, err error) {
	scores := map[int]float64{}
	all := float64(len(m.docs))
	for _, t := range distinct(pairs(query)) {
		list := m.posts[t]
		df := float64(len(list))
		idf := math.Log(1 + (all-df+0.5)/(df+0.5))
		for _, p := range list {
			var tf float64
			for f, weight := range [2]float64{titleWeight, 1} {
				tf += weight * p.tf[f] / (1 - lengthNorm + lengthNorm*m.length[p.doc][f]/m.mean[f])
			}
			scores[p.doc] += idf * tf / (tf + saturation)
		}
	}
	found := make([]int, 0, len(scores))
	for doc := range scores {
		found = append(found, doc)
	}
	slices.SortFunc(found, func(a, b int) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
	for _, doc := range found[:min(n, len(found))] {
		ids = append(ids, m.docs[doc].ID)
	}
	return ids, nil
}

func (m *memory) Close() error { return nil }
