package search

import "slices"

// An accumulator carries three sums of a document in one word, so that a posting costs one addition:
//
//	bits 32-63  BM25F score
//	bits 16-31  weight of the query's terms found in the title
//	bits  0-15  weight of the query's terms found at all
//
// The scales make the sums of all terms just fit.
const (
	scoreScale = 1 << 30
	shareScale = 60000
)

func scoreOf(acc uint64) float64 { return float64(acc>>32) / scoreScale }
func titleOf(acc uint64) float64 { return float64(acc>>16&0xFFFF) / shareScale }
func foundOf(acc uint64) float64 { return float64(acc&0xFFFF) / shareScale }

// accumulate adds the postings of a plan's terms into acc, which is as long as the segment has documents.
func (s *segment) accumulate(pl *plan, acc []uint64) {
	var total float64
	for _, t := range pl.terms {
		total += t.weight
	}
	if total == 0 {
		return
	}
	var table [256]uint64
	for _, t := range pl.terms {
		n, ok := s.term(t.key)
		if !ok {
			continue
		}
		impactTable(&table, t.weight/total)
		s.addPostings(n, &table, acc)
	}
}

// impactTable precomputes what a posting of each impact adds.
func impactTable(table *[256]uint64, share float64) {
	found := uint64(share * shareScale)
	for q := range table {
		v := found | uint64(share*scoreScale*float64(q&^titleBit)/127)<<32
		if q&titleBit != 0 {
			v |= found << 16
		}
		table[q] = v
	}
}

func (s *segment) addPostings(term int, table *[256]uint64, acc []uint64) {
	starts, docs, impacts := s.postings(term)
	n := len(impacts)
	for c := 0; c <= len(starts)/4; c++ {
		from, to := 0, n
		if c > 0 {
			from = int(le.Uint32(starts[(c-1)*4:]))
		}
		if c < len(starts)/4 {
			to = int(le.Uint32(starts[c*4:]))
		}
		chunk := acc[c<<chunkBits:]
		d, q := docs[2*from:2*to], impacts[from:to]
		for i := range q {
			chunk[uint16(d[2*i])|uint16(d[2*i+1])<<8] += table[q[i]]
		}
	}
}

// candidate is a document that may be among the best.
type candidate struct {
	seg   *segment
	doc   uint32
	acc   uint64
	score float64
	plan  *plan
}

// Candidates taken from each half of a segment: what explains, and what the law says. Both halves have a hearing, for
// which of them is wanted shows only in the ranking.
const (
	fromAnswers  = 60
	fromPolicies = 80
)

// collect takes the documents of the highest score from both halves, filtered.
func (s *segment) collect(acc []uint64, keep func(doc uint32) bool, out []candidate) []candidate {
	out = s.best(acc, 0, s.Split, fromAnswers, keep, out)
	return s.best(acc, s.Split, s.Docs, fromPolicies, keep, out)
}

func (s *segment) best(acc []uint64, from, to, n int, keep func(doc uint32) bool, out []candidate) []candidate {
	heap := make([]candidate, 0, n)
	var least uint64
	for i, a := range acc[from:to] {
		if a>>32 <= least {
			continue
		}
		doc := uint32(from + i)
		if s.dead[doc] || keep != nil && !keep(doc) {
			continue
		}
		c := candidate{seg: s, doc: doc, acc: a}
		if len(heap) < n {
			heap = append(heap, c)
			if len(heap) == n {
				heapify(heap)
				least = heap[0].acc >> 32
			}
			continue
		}
		heap[0] = c
		sink(heap, 0)
		least = heap[0].acc >> 32
	}
	return append(out, heap...)
}

// heapify and sink keep the lowest score on top; container/heap would box every element.
func heapify(h []candidate) {
	for i := len(h)/2 - 1; i >= 0; i-- {
		sink(h, i)
	}
}

func sink(h []candidate, i int) {
	for {
		c := 2*i + 1
		if c >= len(h) {
			return
		}
		if c+1 < len(h) && h[c+1].acc>>32 < h[c].acc>>32 {
			c++
		}
		if h[i].acc>>32 <= h[c].acc>>32 {
			return
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}

// accumulators are kept between searches: a fresh one of each would be the most expensive part of a short query.
type accumulators [][]uint64

func (a *accumulators) take(n int) []uint64 {
	for i, acc := range *a {
		if cap(acc) >= n {
			*a = slices.Delete(*a, i, i+1)
			acc = acc[:n]
			clear(acc)
			return acc
		}
	}
	return make([]uint64, n)
}

func (a *accumulators) give(acc []uint64) { *a = append(*a, acc) }
