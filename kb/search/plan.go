package search

import (
	"math"
	"slices"
	"strings"
)

const maxQuery = 240 // characters of a query that are looked at

// Shares that a query's terms have in the score, found by measuring on questions with known answers.
const (
	particleShare  = 0.3 // pairs holding a particle (的, 了, 吗)
	looseShare     = 0.3 // pairs that stand together only by chance keep this much
	synonymCap     = 1.0
	innerSynonym   = 0.4 // a citizen's word inside a longer one
	keywordSynonym = 0.4 // citizens' words matter less where only keywords are typed
	keywordLength  = 8   // characters without a space that are keywords at most
)

// term is what a search looks up, with its weight and what it came from.
type term struct {
	key    key
	weight float64 // times the rarity
	from   string  // the words typed, where they differ from the term
	how    origin
}

type origin uint8

const (
	typed origin = iota
	synonymOf
	corrected
)

// plan is one reading of a query.
type plan struct {
	text     []rune // folded
	terms    []term
	question bool
	penalty  float64 // how much less likely than the best reading
	spelled  string  // characters read from pinyin
	named    string  // what a query that names an article by its number found
	letters  string  // initials that were found in a title
	order    []rune  // characters whose order counts

	told        float64 // information of the words typed
	chain       bool    // characters that some initials may stand for, and nobody may ever have written
	least       float64 // share of the query that a title must hold
	begun       rune    // first character of a word that is being typed, 0 for none
	begunWeight float64
}

// planner makes plans over the segments of an index; the first of them is the language model.
type planner struct {
	segs []*segment
	docs float64
}

func newPlanner(segs []*segment) *planner {
	p := &planner{segs: segs}
	for _, s := range segs {
		p.docs += float64(s.Docs - len(s.dead))
	}
	return p
}

func (p *planner) model() *segment { return p.segs[0] }

// rarity of a term over all segments; a term found nowhere is as rare as can be.
func (p *planner) rarity(k key) float64 {
	df := 0
	for _, s := range p.segs {
		if t, ok := s.term(k); ok {
			df += s.frequency(t)
		}
	}
	return float64(rarity(math.Min(float64(df), p.docs), math.Max(p.docs, 1)))
}

// read makes the plan of a folded text without pinyin in it.
func (p *planner) read(rs []rune) *plan {
	meant, slips := p.correct(rs)
	literal := rs
	rs = meant
	text, asked := wording().strip(rs)
	pl := &plan{text: rs, question: asked || len(rs) > keywordLength && !slices.Contains(rs, ' ')}
	pl.order = ordered(rs)
	seen := map[key]int{}
	p.typed(pl, text, seen)
	if len(pl.terms) == 0 { // nothing but the wording of a question: take it literally
		p.typed(pl, rs, seen)
	}
	p.synonyms(pl, seen)
	p.literal(pl, literal, slips, seen)
	p.begin(pl, text)
	return pl
}

func (p *planner) typed(pl *plan, text []rune, seen map[key]int) {
	terms(text, func(k key, at, n int) {
		if _, again := seen[k]; again {
			return
		}
		w := 1.0
		if k.isPair() {
			w = p.pairShare(k, text[at], text[at+1])
		}
		seen[k] = len(pl.terms)
		t := term{key: k, weight: w * p.rarity(k)}
		pl.terms = append(pl.terms, t)
		pl.told += p.tells(t)
	})
}

// A word that is being typed: its first character stands at the end. All words that begin with it count as one term, of
// a share of an ordinary one. Behind a character that it may belong to it is only perhaps the first.
const (
	begunShare  = 0.25
	begunBehind = 0.5
	begunLeast  = 0.02
)

// begin notes the word that the last character begins.
func (p *planner) begin(pl *plan, text []rune) {
	n := len(text)
	if n == 0 || !isHan(text[n-1]) || len(pl.terms) == 0 {
		return
	}
	share := begunShare
	if n > 1 && isHan(text[n-2]) {
		share = begunBehind
		if t, ok := p.model().term(pairKey(text[n-2], text[n-1])); ok {
			share *= apart(p.model().pairCohesion(t))
		}
	}
	if share >= begunLeast {
		pl.begun, pl.begunWeight = text[n-1], share*pl.weight()/float64(len(pl.terms))
	}
}

// wholeTitle holds a reading that was guessed to titles and keywords with all its words, but for those across the seam of
// two phrases.
func (pl *plan) wholeTitle() {
	pl.begun, pl.begunWeight = 0, 0
	for _, t := range pl.terms {
		if t.how == typed {
			pl.least += t.weight
		}
	}
	pl.least *= guessShare / pl.weight()
}

// leastShare is how much of a query a document must hold, whatever it is.
const leastShare = 0.05

// leastFound is how much of the query a document must hold: more than the word that is being typed.
func (pl *plan) leastFound() float64 {
	if w := pl.weight(); w > 0 {
		return max(leastShare, pl.begunWeight/w+2.0/shareScale)
	}
	return leastShare
}

// weight sums up a plan.
func (pl *plan) weight() (sum float64) {
	for _, t := range pl.terms {
		sum += t.weight
	}
	return sum + pl.begunWeight
}

// literal keeps the words that were put right, with less weight: they may have been meant after all.
func (p *planner) literal(pl *plan, text []rune, slips []slip, seen map[key]int) {
	for _, s := range slips {
		from, to := max(s.at-1, 0), min(s.at+3, len(text))
		terms(text[from:to], func(k key, at, _ int) {
			if k.isPair() {
				p.extend(pl, seen, term{key: k, weight: literalShare * p.pairShare(k, text[from+at], text[from+at+1]) * p.rarity(k)})
			}
		})
		for i := range pl.terms {
			if pl.terms[i].key == pairKey(s.a, s.b) {
				pl.terms[i].how, pl.terms[i].from = corrected, string(text[s.at:s.at+2])
			}
		}
	}
}

const guessShare = 0.98

const literalShare = 0.3 // of words that were put right

// pairShare weakens pairs that are no word: those holding a particle, and those across the border of two words.
func (p *planner) pairShare(k key, a, b rune) float64 {
	w := 1.0
	if single := wording().single; single[a] || single[b] {
		w = particleShare
	}
	if t, ok := p.model().term(k); ok {
		w *= firmness(p.model().pairCohesion(t))
	}
	return w
}

// firmness is what a pair keeps of its weight, by how much its characters belong together.
func firmness(cohesion float64) float64 { return looseShare + (1-looseShare)/(1+math.Exp(-cohesion)) }

// synonyms adds the official words for citizens' words. They share the weight of the word they stand for, so that one
// everyday word does not outweigh the rest of the question.
func (p *planner) synonyms(pl *plan, seen map[key]int) {
	typedTerms := len(pl.terms)
	citizens().in(pl.text, func(s synonym, _ int, inner bool) {
		var have, want float64
		terms(s.from, func(k key, _, _ int) { have += p.rarity(k) })
		var add []key
		for _, to := range s.to {
			terms(to, func(k key, _, _ int) {
				if at, ok := seen[k]; ok && at < typedTerms || slices.Contains(add, k) {
					return
				}
				add = append(add, k)
				want += p.rarity(k)
			})
		}
		if want == 0 {
			return
		}
		share := math.Min(have/want, synonymCap)
		if inner {
			share *= innerSynonym
		}
		if !pl.question && len(pl.text) <= keywordLength {
			share *= keywordSynonym
		}
		for _, k := range add {
			p.extend(pl, seen, term{key: k, weight: share * p.rarity(k), from: string(s.from), how: synonymOf})
		}
	})
}

// extend adds a term, or strengthens it where it is already there.
func (p *planner) extend(pl *plan, seen map[key]int, t term) {
	if at, ok := seen[t.key]; ok {
		if pl.terms[at].weight < t.weight {
			pl.terms[at] = t
		}
		return
	}
	seen[t.key] = len(pl.terms)
	pl.terms = append(pl.terms, t)
}

// foldQuery prepares what was typed.
func foldQuery(text string) []rune {
	rs := fold(strings.TrimSpace(text))
	if len(rs) > maxQuery {
		rs = rs[:maxQuery]
	}
	return rs
}
