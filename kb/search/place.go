package search

import (
	"math"
	"slices"
	"strings"

	"zuoxi/rules/region"
)

// place is where the caller belongs, and how the places of the texts lie to it.
type place struct {
	name string
	way  []string // province, city, what is below
	seen map[*segment][]standing
}

func placeOf(name string) place {
	return place{name, region.Path(name), map[*segment][]standing{}}
}

// standing is how the place of a text lies to the caller's.
type standing uint8

const (
	unseen    standing = iota
	elsewhere          // it does not apply there
	around             // it holds the caller's, or is the whole country
	inside             // it is a part of it: the caller's is known no closer
)

// lies tells how the place of a document's text lies to the caller's, by the number of its name.
func (r *run) lies(s *segment, name uint16) standing {
	if r.place.name == "" {
		return around
	}
	seen := r.place.seen[s]
	if seen == nil {
		seen = make([]standing, len(s.Names))
		r.place.seen[s] = seen
	}
	if int(name) >= len(seen) {
		return around
	}
	if seen[name] == unseen {
		seen[name] = r.place.holds(s.Names[name])
	}
	return seen[name]
}

// holds compares places by their names without 省 and 市. Where the table does not know one of them, its name must stand
// in the other as it is written.
func (p place) holds(text string) standing {
	if text == "" || text == "全国" {
		return around
	}
	way := region.Path(text)
	if len(way) == 0 || len(p.way) == 0 {
		switch {
		case strings.Contains(p.name, text):
			return around
		case strings.HasPrefix(text, p.name):
			return inside
		}
		return elsewhere
	}
	n := min(len(way), len(p.way))
	switch {
	case !slices.Equal(way[:n], p.way[:n]):
		return elsewhere
	case len(way) > n:
		return inside
	}
	return around
}

// nearer is what a text gains on amounts and formalities for each step that it was written nearer to the caller.
var nearer = map[string]float64{"部": 0.15, "省": 0.3, "市": 0.45, "县": 0.6}

// nearness prefers what was written nearer to the caller where it is about amounts and formalities. A local text on
// rights gains nothing.
func (r *run) nearness(s *segment, m docMeta) float64 {
	if r.q.Region == "" || m.traits&traitSettled == 0 || r.lies(s, m.region) != around {
		return 0
	}
	return nearer[s.name(m.level)]
}

// Local texts on rights stand behind the law of the land that holds as much of the query.
const (
	lawHolds = 0.9
	lawAhead = 0.01
)

// belowTheLaw sets what a place says on rights behind the best law of the land that matches as well.
func belowTheLaw(cands []candidate) {
	var laws []candidate
	for _, c := range cands {
		if m := c.seg.meta(c.doc); c.seg.name(m.kind) == KindPolicy && !ofPlace(c.seg, m) {
			laws = append(laws, c)
		}
	}
	for i := range cands {
		c := &cands[i]
		if m := c.seg.meta(c.doc); m.traits&traitSettled != 0 || !ofPlace(c.seg, m) {
			continue
		}
		best := math.Inf(-1)
		for _, law := range laws {
			if foundOf(law.acc) >= lawHolds*foundOf(c.acc) {
				best = max(best, law.score)
			}
		}
		if !math.IsInf(best, -1) {
			c.score = min(c.score, best-lawAhead)
		}
	}
}

// ofPlace tells that a text was written by a province, city or county.
func ofPlace(s *segment, m docMeta) bool {
	switch s.name(m.level) {
	case "省", "市", "县":
		return true
	}
	return false
}
