package search

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

// accumulate adds the postings of a plan's terms into the accumulators of the segment's documents.
func (s *segment) accumulate(pl *plan, w *workspace) {
	total, acc := pl.weight(), w.acc
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
		s.chunks(n, func(first int, docs, impacts []byte) {
			part := acc[first:]
			for i, q := range impacts {
				part[uint16(docs[2*i])|uint16(docs[2*i+1])<<8] += table[q]
			}
		})
	}
	if pl.begun != 0 {
		impactTable(&table, pl.begunWeight/total)
		s.addBegun(pl.begun, &table, w)
	}
}

// addBegun adds the best of the words that begin with a character; a hit in the title is better than any other.
func (s *segment) addBegun(r rune, table *[256]uint64, w *workspace) {
	best := w.impacts(s.Docs)
	lo, hi := s.following(r)
	for t := lo; t < hi; t++ {
		if !s.key(t).isPair() {
			continue
		}
		s.chunks(t, func(first int, docs, impacts []byte) {
			part := best[first:]
			for i, q := range impacts {
				at := uint16(docs[2*i]) | uint16(docs[2*i+1])<<8
				part[at] = max(part[at], q)
			}
		})
	}
	acc := w.acc[:len(best)]
	for i, q := range best {
		if q != 0 {
			acc[i] += table[q]
		}
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

// chunks calls use for each part of a term's postings: low halves of document numbers, counted from the first, and
// impacts.
func (s *segment) chunks(term int, use func(first int, docs, impacts []byte)) {
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
		use(c<<chunkBits, docs[2*from:2*to], impacts[from:to])
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

// workspace is kept between searches: fresh accumulators would be the most expensive part of a short query.
type workspace struct {
	acc  []uint64
	best []uint8
}

// clear makes the accumulators ready for so many documents.
func (w *workspace) clear(docs int) {
	if cap(w.acc) < docs {
		w.acc = make([]uint64, docs)
	}
	w.acc = w.acc[:docs]
	clear(w.acc)
}

// impacts are cleared for so many documents.
func (w *workspace) impacts(docs int) []uint8 {
	if cap(w.best) < docs {
		w.best = make([]uint8, docs)
	}
	w.best = w.best[:docs]
	clear(w.best)
	return w.best
}
