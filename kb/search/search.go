package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"
)

// Search finds the articles that answer a query, best first. It ends early with the context's error when the context
// ends: the next keystroke has overtaken it.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	start := time.Now()
	q = q.trimmed()
	now := x.use()
	if now == nil {
		return Result{}, ErrNone
	}
	defer now.release()
	r := &run{q: q, planner: newPlanner(now.segs), scratch: &x.scratch, place: placeOf(q.Region)}
	defer r.done()
	if err := r.find(ctx); err != nil {
		return Result{}, err
	}
	res, err := r.result(ctx)
	res.Took = time.Since(start)
	return res, err
}

// run is one search.
type run struct {
	*planner
	q       Query
	scratch *sync.Pool
	work    *workspace
	place   place
	found   []candidate
	named   []candidate // articles that the query names by number
	rest    []candidate // answers that rest on them
	facet   Facets
}

func (r *run) find(ctx context.Context) error {
	if r.work, _ = r.scratch.Get().(*workspace); r.work == nil {
		r.work = &workspace{}
	}
	text := foldQuery(r.q.Text)
	if len(text) == 0 {
		return nil
	}
	stripped, _ := wording().strip(text)
	r.named = r.articles(stripped)
	for i, pl := range r.readings(text) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(r.found) >= r.q.Limit && r.found[r.q.Limit-1].score >= bestScore-pl.penalty {
			break // nothing of this reading, or of a less likely one, can come before what is found
		}
		cands := r.candidates(pl, i == 0 && r.q.Facets)
		r.rank(pl, cands)
		r.found = merge(r.found, cands[:min(len(cands), r.q.Limit)])
	}
	if onlyLetters(text) {
		r.found = r.byLetters(r.found, text)
	}
	r.rest = append(r.resting(stripped), r.restingOnWhole(text)...)
	r.found = r.convincing(r.found)
	return nil
}

func (r *run) done() {
	if r.work != nil {
		r.scratch.Put(r.work)
	}
}

// candidates scores the documents of all segments for one reading.
func (r *run) candidates(pl *plan, facets bool) (out []candidate) {
	for _, s := range r.segs {
		r.work.clear(s.Docs)
		s.accumulate(pl, r.work)
		keep := r.keep(s)
		out = s.collect(r.work.acc, keep, out)
		if facets {
			r.facet.count(s, r.work.acc, keep)
		}
	}
	least := pl.leastFound()
	return slices.DeleteFunc(out, func(c candidate) bool { return titleOf(c.acc) < pl.least || foundOf(c.acc) < least || !pl.fits(c) })
}

// keep is the filter of the query over a segment, nil when everything is kept.
func (r *run) keep(s *segment) func(doc uint32) bool {
	q := r.q
	if q.Region == "" && q.Date == 0 && q.Category == "" && q.Kind == "" && q.Level == "" {
		return nil
	}
	return func(doc uint32) bool {
		m := s.meta(doc)
		return (q.IncludeSuperseded || stateOn(m.from, m.until, q.Date) == StateValid) &&
			matches(q.Category, s.name(m.category)) && matches(q.Kind, s.name(m.kind)) &&
			matches(q.Level, s.name(m.level)) && r.lies(s, m.region) != elsewhere
	}
}

// matches never hides a document for a field it does not have.
func matches(want, have string) bool { return want == "" || have == "" || want == have }

// merge joins the candidates of two readings; a document found by both keeps the better score.
func merge(a, b []candidate) []candidate {
	if len(a) == 0 {
		return b
	}
	out := slices.Concat(a, b)
	slices.SortFunc(out, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.doc, y.doc))
	})
	seen := map[docID]bool{}
	return slices.DeleteFunc(out, func(c candidate) bool {
		k := docID{c.seg, c.doc}
		again := seen[k]
		seen[k] = true
		return again
	})
}

// leastFit is how well a name must fit a statute to be taken for it.
const leastFit = 0.2

// articles looks up the article that a query names: by the best fitting statute, the law before what carries it out.
func (r *run) articles(text []rune) (out []candidate) {
	name, article, ok := r.reference(text)
	if !ok {
		return nil
	}
	for _, s := range r.segs {
		keep := r.keep(s)
		for n, full := range s.Statutes {
			fit := r.fit(name, full)
			if fit < leastFit {
				continue
			}
			doc, ok := s.article(n, article)
			if !ok || s.dead[doc] || keep != nil && !keep(doc) {
				continue
			}
			score := fit + precedence(s.meta(doc))
			out = append(out, candidate{seg: s, doc: doc, score: namedScore + score, plan: &plan{text: text, named: "条号 " + string(trimRunes(text))}})
		}
	}
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	})
	return out[:min(len(out), 3)]
}

// precedence sets the law before what is below it, among statutes that a name fits.
func precedence(m docMeta) (p float64) {
	for bit, w := range map[uint8]float64{traitDomain: 0.1, traitLocal: -0.1, traitMinor: -0.05} {
		if m.traits&bit != 0 {
			p += w
		}
	}
	return p
}

// namedScore puts an article named by its number above everything found by words.
const namedScore = 10

func (r *run) result(ctx context.Context) (Result, error) {
	res := Result{Facets: r.facet}
	seen := map[docID]bool{}
	for _, c := range slices.Concat(r.named, r.rest, r.found) {
		k := docID{c.seg, c.doc}
		if seen[k] {
			continue
		}
		seen[k] = true
		if len(res.Hits) == r.q.Limit {
			break
		}
		h, err := r.hit(c)
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return Result{}, err
		}
		res.Hits = append(res.Hits, h)
	}
	return res, nil
}

func (r *run) hit(c candidate) (Hit, error) {
	m := c.seg.meta(c.doc)
	h := Hit{
		ID: c.seg.id(c.doc), Named: c.score >= namedScore, Score: math.Round(c.score*1e4) / 1e4, Kind: c.seg.name(m.kind), Category: c.seg.name(m.category),
		Level: c.seg.name(m.level), Region: c.seg.name(m.region), State: stateOn(m.from, m.until, r.q.Date),
	}
	if r.q.IDsOnly {
		return h, nil
	}
	part, err := c.seg.stored(c.doc)
	if err != nil {
		return h, err
	}
	h.Title, h.Stored = string(part[partTitle]), slices.Clone(part[partStored])
	h.Snippet, h.Why = explain(c, h.Title, string(part[partBody]))
	return h, nil
}
