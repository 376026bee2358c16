package search

import (
	"cmp"
	"slices"
)

// What a document is judged by, beside the query's terms.
const (
	byScore   = iota // BM25F against the best document
	byAbsence        // BM25F against a perfect match
	byFound          // share of the query found anywhere
	byTitle          // share of the query found in the title
	byOrder          // the characters typed stand in the title in their order
	byDensity        // share of the title that the query covers
	byAnswer         // it is an answer
	byGuide          // it is a guide
	byCase           // it is a reported case
	byCrowd          // other articles of its statute match as well
	bySupport        // answers that match rest on it
	byLocal          // of a place or a ministry, below the law
	byCourt          // interpretation by the highest court
	byMinor          // carries out another text
	byDomain         // on what the hotline is for
	byPenalty        // says what breaking the law costs
	features
)

// The weights of the ranking were found on queries with known answers, half of them kept back to see that they hold
// for others. Keywords and questions rank differently: keywords want the answer that is about them, a question may want
// the article of the law.
var (
	forKeywords = [features]float64{
		byScore: 1, byAbsence: -0.25, byFound: 0.644, byTitle: 0.65, byOrder: 0.8, byDensity: 0.05, byAnswer: 0.382, byGuide: 0.63, byCrowd: 0.07, bySupport: 0.8, byLocal: -0.588, byCourt: -0.588, byDomain: 0.38, byPenalty: -0.28,
	}
	forQuestions = [features]float64{
		byScore: 1, byAbsence: 0.28, byFound: 0.87, byTitle: 0.3, byAnswer: -0.08, byGuide: 0.29, byCase: -0.5, byCrowd: 0.1, bySupport: 0.21, byLocal: -0.42, byCourt: -0.1, byMinor: -0.109, byDomain: 0.33,
	}
)

// bestScore is what a document can reach at most before its place is weighed; no feature is over 1 but the crowd.
const bestScore = 4.6

const oldWeight = -1.0 // does not apply on the day asked for

// rank scores the candidates of one reading and sorts them, best first.
func (r *run) rank(pl *plan, cands []candidate) {
	weights := &forKeywords
	if pl.question {
		weights = &forQuestions
	}
	for i, x := range pl.judge(cands) {
		c := &cands[i]
		m := c.seg.meta(c.doc)
		near := r.nearness(c.seg, m)
		if near > 0 {
			x[byLocal] = 0
		}
		c.plan = pl
		c.score = near + dateScore(m, r.q) - pl.penalty
		for f, w := range weights {
			c.score += w * x[f]
		}
	}
	belowTheLaw(cands)
	slices.SortFunc(cands, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	})
}

// judge measures the candidates.
func (pl *plan) judge(cands []candidate) [][features]float64 {
	top := 0.0
	for _, c := range cands {
		top = max(top, scoreOf(c.acc))
	}
	crowd, support := statuteCrowd(cands, top), supported(cands, top)
	out := make([][features]float64, len(cands))
	for i, c := range cands {
		m := c.seg.meta(c.doc)
		x := &out[i]
		x[byScore], x[byAbsence] = scoreOf(c.acc)/top, scoreOf(c.acc)
		x[byFound], x[byTitle], x[byDensity] = foundOf(c.acc), titleOf(c.acc), density(pl, c.acc, m)
		if !pl.question {
			x[byOrder] = pl.inOrder(c)
		}
		x[bySupport] = support[docID{c.seg, c.doc}]
		switch kind := c.seg.name(m.kind); {
		case m.traits&traitCase != 0: // neither an answer nor the law
			x[byCase] = 1
		case kind == KindAnswer:
			x[byAnswer] = 1
		case kind == KindGuide:
			x[byGuide] = 1
		default:
			x[byCrowd] = crowd[docID{c.seg, m.statute}]
		}
		for bit, f := range map[uint8]int{
			traitLocal: byLocal, traitJudicial: byCourt, traitMinor: byMinor, traitDomain: byDomain, traitPenalty: byPenalty,
		} {
			if m.traits&bit != 0 {
				x[f] = 1
			}
		}
	}
	return out
}

func density(pl *plan, acc uint64, m docMeta) float64 {
	if m.titleWeight == 0 {
		return 0
	}
	return min(titleOf(acc)*pl.weight()/float64(m.titleWeight), 1)
}

// docID names a document, or a statute, of a segment.
type docID struct {
	seg *segment
	n   uint32
}

// statuteCrowd tells of each statute how many of its articles match how well: the statute on a subject shows by that.
func statuteCrowd(cands []candidate, top float64) map[docID]float64 {
	scores := map[docID][]float64{}
	for _, c := range cands {
		if m := c.seg.meta(c.doc); m.statute != 0 {
			id := docID{c.seg, m.statute}
			scores[id] = append(scores[id], scoreOf(c.acc)/top)
		}
	}
	crowd := make(map[docID]float64, len(scores))
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

// supported tells of each article how well the best answer matches that rests on it.
func supported(cands []candidate, top float64) map[docID]float64 {
	out := map[docID]float64{}
	for _, c := range cands {
		c.seg.cites(c.doc, func(article uint32) {
			id := docID{c.seg, article}
			out[id] = max(out[id], scoreOf(c.acc)/top)
		})
	}
	return out
}

func dateScore(m docMeta, q Query) float64 {
	if stateOn(m.from, m.until, q.Date) != StateValid {
		return oldWeight
	}
	return 0
}
