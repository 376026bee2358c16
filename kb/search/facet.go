package search

// Facets count the documents that hold a good part of the query, by kind, category, level and region.
type Facets struct {
	Kind, Category, Level, Region map[string]int
}

// facetShare is the part of the query that a document must hold to be counted, against the best one.
const facetShare = 0.6

func (f *Facets) count(s *segment, acc []uint64, keep func(doc uint32) bool) {
	var most uint64
	for _, a := range acc {
		most = max(most, a&0xFFFF)
	}
	if most == 0 {
		return
	}
	if f.Kind == nil {
		*f = Facets{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
	}
	least := uint64(facetShare * float64(most))
	var counts [4]map[uint16]int
	for i := range counts {
		counts[i] = map[uint16]int{}
	}
	for doc, a := range acc {
		if a&0xFFFF < least || s.dead[uint32(doc)] || keep != nil && !keep(uint32(doc)) {
			continue
		}
		m := s.meta(uint32(doc))
		for i, n := range [...]uint16{m.kind, m.category, m.level, m.region} {
			counts[i][n]++
		}
	}
	for i, to := range []map[string]int{f.Kind, f.Category, f.Level, f.Region} {
		for n, c := range counts[i] {
			if name := s.name(n); name != "" {
				to[name] += c
			}
		}
	}
}
