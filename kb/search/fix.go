package search

import "math"

// A typing slip in Chinese is mostly the wrong choice among words that sound alike. A pair is doubted when the language
// model knows a word of the same sound that fits its neighbours far better.
const (
	slipCommoner = 8   // a better word is at least so many times commoner than the pair typed
	slipGain     = 2.5 // and fits so much better, in log units, with its neighbours
	slipShare    = 0.7
	slipWords    = 2 // alternatives looked at per pair
)

// corrections adds words that sound like those typed and fit better.
func (p *planner) corrections(pl *plan, text []rune, seen map[key]int) {
	m, table := p.model(), pinyin()
	for i := 0; i+1 < len(text); i++ {
		if !isHan(text[i]) || !isHan(text[i+1]) {
			continue
		}
		var have float64
		if t, ok := m.term(pairKey(text[i], text[i+1])); ok {
			have = m.weight(t)
		}
		best, gain := 0, slipGain
		for _, sx := range table.readings(text[i]) {
			for _, sy := range table.readings(text[i+1]) {
				m.sounding(span{sx, sx + 1}, span{sy, sy + 1}, func(t int) {
					if m.weight(t) < slipCommoner*(have+1) {
						return
					}
					a, b := m.key(t).runes()
					if g := p.context(text, i, a, b) - p.context(text, i, text[i], text[i+1]); g > gain {
						best, gain = t, g
					}
				})
			}
		}
		if gain > slipGain {
			p.correct(pl, text, i, best, seen)
		}
	}
}

// correct adds the better word and the pairs it makes with its neighbours.
func (p *planner) correct(pl *plan, text []rune, i, better int, seen map[key]int) {
	a, b := p.model().key(better).runes()
	typed := string(text[i : i+2])
	p.extend(pl, seen, term{pairKey(a, b), slipShare * p.rarity(pairKey(a, b)), typed, corrected})
	if i > 0 && isHan(text[i-1]) {
		k := pairKey(text[i-1], a)
		p.extend(pl, seen, term{k, slipShare * p.pairShare(k, text[i-1], a) * p.rarity(k), typed, corrected})
	}
	if i+2 < len(text) && isHan(text[i+2]) {
		k := pairKey(b, text[i+2])
		p.extend(pl, seen, term{k, slipShare * p.pairShare(k, b, text[i+2]) * p.rarity(k), typed, corrected})
	}
}

// context is the log likelihood of a pair in its place.
func (p *planner) context(text []rune, i int, a, b rune) float64 {
	m := p.model()
	c := m.char(a)
	sum := math.Log((float64(c.n)+0.1)/m.Total) + p.step(a, b)
	if i > 0 && isHan(text[i-1]) {
		sum += p.step(text[i-1], a) - math.Log((float64(c.n)+0.1)/m.Total)
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
