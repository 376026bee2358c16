package search

import (
	"cmp"
	"math"
	"slices"
)

// A typing slip in Chinese is mostly the wrong choice among words that sound alike. A word is doubted when the language
// model knows one of the same sound that is far commoner and fits its neighbours far better.
const (
	slipCommoner = 3  // a better word stands in at least so many times more documents
	slipLeast    = 20 // in so many documents at least, fewer in a small base
	slipPart     = 3000
	slipFewest   = 3
	slipWord     = 3 // and is a word, by how its characters belong together
	slipGain     = 5 // and fits so much better, in log units, with its neighbours

	// A word that may have been meant is searched beside what was typed, and the articles decide.
	maybeCommoner = 0.5
	maybeGain     = 1
	maybeTexts    = 2    // of them are searched
	maybePenalty  = 0.6  // of such a text
	maybeLess     = 0.08 // for each log unit that it fits better, up to slipGain
)

// slip is a word that was probably meant instead of the one typed.
type slip struct {
	at   int
	a, b rune
	gain float64
}

// correct gives the text as it was probably meant, and what was put right.
func (p *planner) correct(text []rune) (meant []rune, slips []slip) {
	how := strict{slipCommoner, p.slipLeast(), slipWord, slipGain}
	for i := 0; i+1 < len(text); i++ {
		if isHan(text[i]) && isHan(text[i+1]) && !p.settled(text, i) {
			slips = append(slips, p.doubt(text, i, how, 1)...)
		}
	}
	slices.SortStableFunc(slips, func(x, y slip) int { return cmp.Compare(y.gain, x.gain) })
	meant = slices.Clone(text)
	var done []slip
	for _, s := range slips {
		if !slices.ContainsFunc(done, func(d slip) bool { return d.at-s.at < 2 && s.at-d.at < 2 }) {
			meant[s.at], meant[s.at+1] = s.a, s.b
			done = append(done, s)
		}
	}
	return meant, done
}

// perhaps gives other texts that may have been meant: each with one word of the same sound in the place of one typed.
func (p *planner) perhaps(text []rune) (out []reading) {
	how := strict{maybeCommoner, p.slipLeast(), slipWord, maybeGain}
	var slips []slip
	for i := 0; i+1 < len(text); i++ {
		if isHan(text[i]) && isHan(text[i+1]) {
			slips = append(slips, p.doubt(text, i, how, 1)...)
		}
	}
	slices.SortStableFunc(slips, func(x, y slip) int { return cmp.Compare(y.gain, x.gain) })
	for _, s := range slips[:min(len(slips), maybeTexts)] {
		meant := slices.Clone(text)
		meant[s.at], meant[s.at+1] = s.a, s.b
		out = append(out, reading{text: meant, logp: s.gain})
	}
	return out
}

// settled tells that one of two characters makes a word with the neighbour on its other side.
func (p *planner) settled(text []rune, i int) bool {
	return i > 0 && p.isPairWord(text[i-1], text[i]) || i+2 < len(text) && p.isPairWord(text[i+1], text[i+2])
}

func (p *planner) isPairWord(a, b rune) bool {
	t, ok := p.model().term(pairKey(a, b))
	return ok && p.model().frequency(t) >= p.slipLeast()/2 && p.model().pairCohesion(t) >= slipWord
}

func (p *planner) slipLeast() int { return min(slipLeast, max(slipFewest, int(p.docs)/slipPart)) }

// strict is how much better than what was typed a word must be to be taken for what was meant.
type strict struct {
	commoner float64 // times as frequent
	least    int     // in so many documents at least
	word     float64 // cohesion
	gain     float64 // log units
}

// doubt looks for better words in the place of two characters, the best first.
func (p *planner) doubt(text []rune, i int, how strict, most int) (found []slip) {
	m, table := p.model(), pinyin()
	have := 0
	if t, ok := m.term(pairKey(text[i], text[i+1])); ok {
		have = m.frequency(t)
	}
	least := max(how.least, int(how.commoner*float64(have)))
	typed := math.NaN()
	for _, sx := range table.usual(text[i]) {
		for _, sy := range table.usual(text[i+1]) {
			m.sounding(span{sx, sx + 1}, span{sy, sy + 1}, func(t int) {
				if m.frequency(t) < least || m.pairCohesion(t) < how.word {
					return
				}
				if math.IsNaN(typed) {
					typed = p.context(text, i, text[i], text[i+1])
				}
				a, b := m.key(t).runes()
				if table.usual(a)[0] != sx || table.usual(b)[0] != sy || a == text[i] && b == text[i+1] {
					return
				}
				if gain := p.context(text, i, a, b) - typed; gain > how.gain {
					found = append(found, slip{i, a, b, gain})
				}
			})
		}
	}
	slices.SortStableFunc(found, func(x, y slip) int { return cmp.Compare(y.gain, x.gain) })
	return found[:min(len(found), most)]
}

// context is the log likelihood of two characters in their place.
func (p *planner) context(text []rune, i int, a, b rune) float64 {
	sum := p.step(a, b)
	if i > 0 && isHan(text[i-1]) {
		sum += p.step(text[i-1], a)
	} else {
		m := p.model()
		sum += math.Log((float64(m.char(a).n) + 0.1) / m.Total)
	}
	if i+2 < len(text) && isHan(text[i+2]) {
		sum += p.step(b, text[i+2])
	}
	return sum
}

// step is the log likelihood that b follows a.
func (p *planner) step(a, b rune) float64 {
	m := p.model()
	var pair float64
	if t, ok := m.term(pairKey(a, b)); ok {
		pair = m.weight(t)
	}
	na, nb := float64(m.char(a).n), float64(m.char(b).n)
	return math.Log(0.95*pair/(na+1) + 0.05*(nb+0.1)/m.Total)
}
