package search

import (
	"cmp"
	"slices"
	"strings"
)

// The weights of the ranking were found on queries with known answers, half of them kept back to see that they hold
// for others. A query of keywords and a question rank differently: keywords want the answer that is about them, a
// question may want the article of the law.
type weights struct {
	title   float64 // share of the query found in the title
	density float64 // share of the title that the query covers
	answer  float64 // the document is an answer
	guide   float64 // the document is a guide
}

var (
	forKeywords = weights{title: 0.75, density: -0.2, answer: 0.545, guide: 0.58}
	forQuestion = weights{title: 0.1, density: 0, answer: -0.08, guide: 0.24}
)

const (
	foundWeight   = 0.92 // share of the query found anywhere
	statuteWeight = 0.1  // other articles of the same statute that match as well
	localWeight   = -0.42
	courtWeight   = -0.1
	minorWeight   = -0.16
	domainWeight  = 0.38
	caseWeight    = -0.5
	nearWeight    = 0.15 // each step nearer to the caller's region, for amounts and formalities
	oldWeight     = -1.0 // does not apply on the day asked for
)

// rank scores the candidates of one reading and sorts them, best first.
func rank(pl *plan, cands []candidate, q Query) {
	top := 0.0
	for _, c := range cands {
		top = max(top, scoreOf(c.acc))
	}
	if top == 0 {
		return
	}
	w := forKeywords
	if pl.question {
		w = forQuestion
	}
	crowd := statuteCrowd(cands, top)
	for i := range cands {
		c := &cands[i]
		m := c.seg.meta(c.doc)
		c.plan = pl
		c.score = scoreOf(c.acc)/top + foundWeight*foundOf(c.acc) + w.title*titleOf(c.acc) - pl.penalty
		c.score += w.density * density(pl, c.acc, m)
		switch kind := c.seg.name(m.kind); {
		case m.traits&traitCase != 0: // neither an answer nor the law
		case kind == KindAnswer:
			c.score += w.answer
		case kind == KindGuide:
			c.score += w.guide
		default:
			c.score += statuteWeight * crowd[statuteID{c.seg, m.statute}]
		}
		c.score += traitScore(m) + placeScore(c.seg, m, q) + dateScore(m, q)
	}
	slices.SortFunc(cands, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	})
}

func density(pl *plan, acc uint64, m docMeta) float64 {
	if m.titleWeight == 0 {
		return 0
	}
	var total float64
	for _, t := range pl.terms {
		total += t.weight
	}
	return min(titleOf(acc)*total/float64(m.titleWeight), 1)
}

type statuteID struct {
	seg *segment
	n   uint32
}

// statuteCrowd tells of each statute how many of its articles match how well: the statute on a subject shows by that.
func statuteCrowd(cands []candidate, top float64) map[statuteID]float64 {
	scores := map[statuteID][]float64{}
	for _, c := range cands {
		if m := c.seg.meta(c.doc); m.statute != 0 {
			id := statuteID{c.seg, m.statute}
			scores[id] = append(scores[id], scoreOf(c.acc)/top)
		}
	}
	crowd := make(map[statuteID]float64, len(scores))
	for id, list := range scores {
		slices.SortFunc(list, func(a, b float64) int { return cmp.Compare(b, a) })
		share := 0.5
		for _, s := range list[:min(len(list), 6)] {
			crowd[id] += s * share
			share *= 0.7
		}
	}
	return crowd
}

func traitScore(m docMeta) (s float64) {
	for _, t := range []struct {
		bit    uint8
		weight float64
	}{
		{traitLocal, localWeight}, {traitJudicial, courtWeight}, {traitMinor, minorWeight},
		{traitDomain, domainWeight}, {traitCase, caseWeight},
	} {
		if m.traits&t.bit != 0 {
			s += t.weight
		}
	}
	return s
}

// placeScore prefers what was written nearer to the caller where it is about amounts and formalities. A local text on
// rights gains nothing: it never beats the law.
func placeScore(s *segment, m docMeta, q Query) float64 {
	if q.Region == "" || s.name(m.kind) == KindPolicy {
		return 0
	}
	switch s.name(m.level) {
	case "县":
		return 4 * nearWeight
	case "市":
		return 3 * nearWeight
	case "省":
		return 2 * nearWeight
	case "部":
		return nearWeight
	}
	return 0
}

func dateScore(m docMeta, q Query) float64 {
	if stateOn(m.from, m.until, q.Date) != StateValid {
		return oldWeight
	}
	return 0
}

// concerns tells whether a text of a region applies at a place: everything national does, and a place is within the
// region when its name begins with it (湖南省长沙市岳麓区 within 湖南省长沙市) or names it.
func concerns(region, place string) bool {
	if region == "" || region == "全国" || place == "" {
		return true
	}
	return strings.Contains(place, region) || strings.HasPrefix(region, place)
}
