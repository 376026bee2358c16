package search

import (
	"math"
	"slices"
)

// A base has some article for every query that shares a word with it. What was found is shown only where it is more
// than that: where the best of it holds a good part of what the query tells, or so much information that it cannot be
// chance. The measure of chance is the number of articles: to tell one from all others takes the logarithm of it.
const (
	enoughEvidence = 0.55
	informationHas = 0.3 // what information is worth against the share of the query, for each such logarithm
	inOrderLeast   = 0.8 // of a chain of guessed characters must stand in the title in their order
)

// tells is the information of a typed word. A pair that no article holds is a word of something else, or no word: its
// characters stand together by chance where both are so common that the articles would hold the word they made. A
// character alone may be the beginning of anything.
func (p *planner) tells(t term) float64 {
	a, b := t.key.runes()
	switch _, known := p.model().term(t.key); {
	case t.key&wordBit == 0 && b == 0:
		return 0
	case known || !t.key.isPair():
		return t.weight
	}
	m := p.model()
	return t.weight * firmness(cohesion(0, float64(m.char(a).n), float64(m.char(b).n), math.Max(m.Total, 1)))
}

// evidence is how well a document answers to what was typed.
func (p *planner) evidence(c candidate) float64 {
	if c.plan.told == 0 {
		return math.Inf(1)
	}
	information := foundOf(c.acc) * c.plan.weight()
	return information/c.plan.told + informationHas*information/math.Log(p.docs+math.E)
}

// convincing leaves nothing of what was found where all of it may be chance.
func (r *run) convincing(found []candidate) []candidate {
	if len(r.named)+len(r.rest) == 0 && !slices.ContainsFunc(found, func(c candidate) bool { return r.evidence(c) >= enoughEvidence }) {
		r.facet = Facets{}
		return nil
	}
	return found
}

// fits tells whether a title holds a guessed chain of characters, but for few of them.
func (pl *plan) fits(c candidate) bool {
	if !pl.chain {
		return true
	}
	if int(c.doc) >= c.seg.Split {
		return false
	}
	title := c.seg.title(c.doc)
	row := make([]int, len(title)/2+1) // most characters in their order, up to each place
	for _, want := range pl.text {
		before := 0
		for j := range len(title) / 2 {
			have := row[j+1]
			if rune(le.Uint16(title[2*j:])) == want {
				row[j+1] = before + 1
			}
			row[j+1] = max(row[j+1], row[j])
			before = have
		}
	}
	return float64(row[len(row)-1]) >= inOrderLeast*float64(len(pl.text))
}
