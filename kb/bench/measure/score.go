package measure

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strings"
)

// Query is a query with the documents that answer it.
type Query struct {
	Text     string
	Relevant map[string]bool
	Slice    string
	Labour   bool
}

// The slices of the yardstick.
var (
	Core   = strings.Fields("ask2law ask2qa kw2qa hand12333 alias short artnum")
	Robust = strings.Fields("py_full py_init mixed typo trad prefix")
	Text5  = strings.Fields("ask2law ask2qa kw2qa alias short")
)

// Queries reads the queries of the yardstick: text, ids, slice, base, labour flag, separated by tabs.
func Queries(path string) (out []Query, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		cols := strings.Split(s.Text(), "\t")
		if len(cols) < 5 {
			return nil, fmt.Errorf("%s: %d columns instead of 5", path, len(cols))
		}
		q := Query{Text: cols[0], Relevant: map[string]bool{}, Slice: cols[2], Labour: cols[4] == "1"}
		for _, id := range strings.Split(cols[1], ",") {
			q.Relevant[id] = true
		}
		out = append(out, q)
	}
	return out, nil
}

// Score is the quality on some queries.
type Score struct{ MRR, Hit3, NDCG float64 }

// Scores sums up answers by slice, with the macro means over core, robust and text5, and over labour queries.
func Scores(queries []Query, answers [][]string) map[string]Score {
	sum, n := map[string]Score{}, map[string]float64{}
	for i, q := range queries {
		s := one(q, answers[i])
		names := []string{q.Slice}
		if q.Labour {
			names = append(names, "labour")
		}
		for _, name := range names {
			t := sum[name]
			sum[name] = Score{t.MRR + s.MRR, t.Hit3 + s.Hit3, t.NDCG + s.NDCG}
			n[name]++
		}
	}
	for name, s := range sum {
		sum[name] = Score{s.MRR / n[name], s.Hit3 / n[name], s.NDCG / n[name]}
	}
	for name, slices := range map[string][]string{"CORE": Core, "ROBUST": Robust, "TEXT5": Text5} {
		var m Score
		k := float64(len(slices))
		for _, s := range slices {
			m = Score{m.MRR + sum[s].MRR/k, m.Hit3 + sum[s].Hit3/k, m.NDCG + sum[s].NDCG/k}
		}
		sum[name] = m
	}
	return sum
}

func one(q Query, ids []string) (s Score) {
	var gain, ideal float64
	for i := range min(10, len(q.Relevant)) {
		ideal += 1 / math.Log2(float64(i+2))
	}
	for i, id := range ids[:min(len(ids), 10)] {
		if !q.Relevant[id] {
			continue
		}
		gain += 1 / math.Log2(float64(i+2))
		if s.MRR == 0 {
			s.MRR = 1 / float64(i+1)
			if i < 3 {
				s.Hit3 = 1
			}
		}
	}
	s.NDCG = gain / ideal
	return s
}
