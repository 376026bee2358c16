package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Pinyin is read by the language model that comes with the index: the characters that most likely stand for the sounds,
// given which pairs the articles are made of. Initials leave much open, so several readings are searched and the
// articles decide.
const (
	keepStates    = 240 // characters a place may hold while decoding
	perState      = 3   // ways to reach each
	readingsFull  = 4   // readings searched when all syllables were typed
	readingsCut   = 16  // when some are only initials
	backoffTop    = 5
	perLog        = 0.1 // penalty of a reading for each log unit it is less likely
	completion    = 7   // log units that a phrase merely beginning with the letters is behind
	pairing       = 6   // log units that two phrases in a row are behind one
	pairParts     = 12  // phrases tried for each of the two
	seamWeight    = 0.5 // of how well the two meet
	seamMost      = 3   // log units
	enoughPhrases = 4
	longestGuess  = 6 // initials that are read as a chain of characters where no phrase fits
	latinOnly     = 2 // letters at least that are taken for pinyin
)

// readings are the ways to read a query, the likeliest first.
func (p *planner) readings(text []rune) []*plan {
	pieces := strings.Fields(string(text))
	if !slices.ContainsFunc(text, isLatin) {
		plans := []*plan{p.read(text)}
		for _, m := range p.perhaps(plans[0].text) {
			pl := p.read(m.text)
			pl.penalty = maybePenalty - maybeLess*min(m.logp, slipGain)
			plans = append(plans, pl)
		}
		return plans
	}
	whole := []reading{{}}
	limit, spelled := readingsFull, false
	for i, piece := range pieces {
		rs := []rune(piece)
		if p.isWord(rs) {
			whole = extendAll(whole, []reading{{text: rs}}, limit)
			continue
		}
		found, cut := p.decodePiece(rs, i == len(pieces)-1)
		if len(found) == 0 {
			found = []reading{{text: rs}}
		} else {
			spelled = true
		}
		if cut {
			limit = readingsCut
		}
		whole = extendAll(whole, found, limit)
	}
	if !spelled {
		return []*plan{p.read(text)}
	}
	plans := make([]*plan, 0, len(whole))
	for _, w := range whole {
		pl := p.read(w.text)
		pl.penalty = perLog * (whole[0].logp - w.logp)
		pl.spelled, pl.chain = string(w.text), w.chain
		if w.guess {
			pl.wholeTitle()
		}
		plans = append(plans, pl)
	}
	return plans
}

// isWord tells that a piece is searched as it stands: it has no letters, or its letters are a word of the articles.
func (p *planner) isWord(rs []rune) bool {
	if !slices.ContainsFunc(rs, isLatin) {
		return true
	}
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && isLatin(rs[j]) {
			j++
		}
		if j > i {
			_, known := p.model().term(wordKey(rs[i:j]))
			if !known && j-i >= latinOnly {
				return false
			}
			if j-i < latinOnly && len(rs) > 1 && (j == len(rs) || isHan(rs[j])) && (i == 0 || isHan(rs[i-1])) {
				return false // a single initial among characters
			}
		}
		i = max(j, i+1)
	}
	return true
}

// reading is a text read from sounds and how likely it is.
type reading struct {
	text  []rune
	logp  float64
	chain bool // of characters, from hardly more than initials
	guess bool // two phrases that nobody may ever have written together, from nothing but initials
}

// extendAll joins each text with each continuation and keeps the likeliest.
func extendAll(texts, next []reading, limit int) []reading {
	var out []reading
	for _, a := range texts {
		for _, b := range next {
			joined := slices.Clone(a.text)
			if len(joined) > 0 {
				joined = append(joined, ' ')
			}
			out = append(out, reading{append(joined, b.text...), a.logp + b.logp, a.chain || b.chain, a.guess || b.guess})
		}
	}
	return likeliest(out, limit)
}

// likeliest keeps the n best of different texts.
func likeliest(list []reading, n int) []reading {
	slices.SortStableFunc(list, func(a, b reading) int { return cmp.Compare(b.logp, a.logp) })
	out := list[:0]
	for _, r := range list {
		if len(out) == n {
			break
		}
		if !slices.ContainsFunc(out, func(o reading) bool { return slices.Equal(o.text, r.text) }) {
			out = append(out, r)
		}
	}
	return out
}

// waysToSpell cuts a run of letters and characters into slots.
func waysToSpell(rs []rune, last bool) []spelling {
	ways := []spelling{{}}
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && isLatin(rs[j]) {
			j++
		}
		var next []spelling
		if j > i {
			next = pinyin().spell(string(rs[i:j]), last && j == len(rs))
		} else {
			j = i + 1
			next = []spelling{{slots: []slot{{han: rs[i]}}}}
		}
		ways = joinSpellings(ways, next)
		i = j
	}
	return ways
}

// decodePiece reads a run of letters and characters; cut tells that it holds more than whole syllables.
func (p *planner) decodePiece(rs []rune, last bool) (out []reading, cut bool) {
	ways := waysToSpell(rs, last)
	limit := readingsFull
	for _, w := range ways {
		if slices.ContainsFunc(w.slots, func(s slot) bool { return s.han == 0 && !s.full }) {
			cut, limit = true, readingsCut
		}
		out = append(out, p.phrasesLike(w.slots)...)
	}
	phrases := len(out)
	if cut && phrases >= enoughPhrases { // chains of characters would come far behind
		return likeliest(out, limit), cut
	}
	for _, w := range ways {
		if onlyInitials(w.slots) && (phrases > 0 || len(w.slots) > longestGuess) {
			continue // some chain of characters fits any initials
		}
		for _, chain := range p.decode(w.slots, limit) {
			chain.chain = mostlyInitials(w.slots)
			if !cut {
				chain.logp += math.Log(p.model().Total + 1) // as if counted
			}
			out = append(out, chain)
		}
	}
	return likeliest(out, limit), cut
}

func onlyInitials(list []slot) bool {
	return !slices.ContainsFunc(list, func(s slot) bool { return s.han != 0 || s.full })
}

// mostlyInitials tells that nothing but letters was typed, and fewer whole syllables than initials.
func mostlyInitials(list []slot) bool {
	full := 0
	for _, s := range list {
		if s.han != 0 {
			return false
		}
		if s.full {
			full++
		}
	}
	return full < len(list)-full
}

// phrasesLike are the phrases that fit the slots, or two of them one after the other where none is as long. Those that
// only begin with the slots are completions.
func (p *planner) phrasesLike(slots []slot) (out []reading) {
	found := false
	p.fitting(slots, func(text []rune, count uint32) {
		r := reading{text: text, logp: math.Log(float64(count))}
		if len(text) > len(slots) {
			r.logp -= completion
		}
		found = found || len(text) == len(slots)
		out = append(out, r)
	})
	guess := onlyInitials(slots)
	for cut := shortestPhrase; cut <= len(slots)-shortestPhrase && !found; cut++ {
		a, b := p.commonest(slots[:cut]), p.commonest(slots[cut:])
		for _, x := range a {
			for _, y := range b {
				logp := x.logp + y.logp - pairing + seamWeight*p.seam(x.text[len(x.text)-1], y.text[0])
				out = append(out, reading{text: slices.Concat(x.text, y.text), logp: logp, guess: guess})
			}
		}
	}
	return likeliest(out, readingsCut)
}

// seam is how well two characters meet where one phrase follows another.
func (p *planner) seam(a, b rune) float64 {
	m := p.model()
	var together float64
	if t, ok := m.term(pairKey(a, b)); ok {
		together = m.weight(t)
	}
	return max(-seamMost, min(seamMost, cohesion(together, float64(m.char(a).n), float64(m.char(b).n), m.Total)))
}

func (p *planner) commonest(slots []slot) (out []reading) {
	p.fitting(slots, func(text []rune, count uint32) {
		if len(text) == len(slots) {
			out = append(out, reading{text: text, logp: math.Log(float64(count))})
		}
	})
	return likeliest(out, pairParts)
}

// fitting calls use for each phrase that begins with what the slots ask for.
func (p *planner) fitting(slots []slot, use func(text []rune, count uint32)) {
	if len(slots) < shortestPhrase || len(slots) > longestPhrase {
		return
	}
	initials := make([]byte, len(slots))
	for i, sl := range slots {
		n := sl.sound.lo
		if sl.han != 0 {
			all := pinyin().readings(sl.han)
			if len(all) == 0 {
				return
			}
			n = all[0]
		}
		initials[i] = pinyin().names[n][0]
	}
	p.model().phrasesFor(string(initials), func(s string, count uint32) {
		text := []rune(s)
		for i, sl := range slots {
			if sl.han != 0 && sl.han != text[i] || sl.han == 0 && !pinyin().reads(text[i], sl.sound) {
				return
			}
		}
		use(text, count)
	})
}

func joinSpellings(a, b []spelling) (out []spelling) {
	for _, x := range a {
		for _, y := range b {
			out = append(out, spelling{x.cost + y.cost, slices.Concat(x.slots, y.slots)})
		}
	}
	return cheapest(out)
}

// state is a character at a place and how it was reached.
type state struct {
	char rune
	logp float64
	prev *state
}

// decode finds the likeliest characters for the slots.
func (p *planner) decode(slots []slot, n int) []reading {
	if len(slots) == 0 {
		return nil
	}
	beam := p.opening(slots[0])
	for i := 1; i < len(slots) && len(beam) > 0; i++ {
		beam = prune(p.advance(beam, slots[i-1], slots[i]))
	}
	var out []reading
	for _, s := range beam {
		c := p.model().char(s.char)
		end := math.Log((float64(c.ends) + 0.5) / (float64(c.n) + 1))
		text := make([]rune, len(slots))
		for i, t := len(slots)-1, s; t != nil; i, t = i-1, t.prev {
			text[i] = t.char
		}
		out = append(out, reading{text: text, logp: s.logp + end})
	}
	return likeliest(out, n)
}

// opening are the characters a reading may begin with.
func (p *planner) opening(sl slot) (beam []*state) {
	m := p.model()
	open := func(r rune) {
		if c := m.char(r); c.n > 0 || sl.han != 0 {
			beam = append(beam, &state{char: r, logp: math.Log((float64(c.starts) + 0.5) / (m.Total + 1))})
		}
	}
	if sl.han != 0 {
		open(sl.han)
		return beam
	}
	seen := map[rune]bool{}
	for n := sl.sound.lo; n < sl.sound.hi; n++ {
		for _, r := range pinyin().chars[n] {
			if !seen[r] {
				seen[r] = true
				open(r)
			}
		}
	}
	return prune(beam)
}

// prune keeps the likeliest states: a few ways to each character, and not too many characters.
func prune(beam []*state) []*state {
	slices.SortStableFunc(beam, func(a, b *state) int { return cmp.Compare(b.logp, a.logp) })
	ways := map[rune]int{}
	out := beam[:0]
	for _, s := range beam {
		if ways[s.char]++; ways[s.char] <= perState {
			if out = append(out, s); len(out) == keepStates {
				break
			}
		}
	}
	return out
}

// advance moves from the states of one slot to those of the next.
func (p *planner) advance(beam []*state, from, to slot) (out []*state) {
	m := p.model()
	byChar := map[rune][]*state{}
	for _, s := range beam {
		byChar[s.char] = append(byChar[s.char], s)
	}
	step := func(t int, a, b rune) {
		lp := math.Log(0.95 * (m.weight(t) + 0.01) / (float64(m.char(a).n) + 1))
		for _, s := range byChar[a] {
			out = append(out, &state{b, s.logp + lp, s})
		}
	}
	switch {
	case to.han != 0:
		for a, list := range byChar {
			for _, s := range list {
				out = append(out, &state{to.han, s.logp + p.step(a, to.han), s})
			}
		}
		return out
	case from.han != 0:
		lo, hi := m.following(from.han)
		for t := lo; t < hi; t++ {
			if _, b := m.key(t).runes(); pinyin().reads(b, to.sound) {
				step(t, from.han, b)
			}
		}
	default:
		m.sounding(from.sound, to.sound, func(t int) {
			if a, b := m.key(t).runes(); byChar[a] != nil {
				step(t, a, b)
			}
		})
	}
	return append(out, p.backoff(beam, to)...)
}

// backoff lets a reading go on with the commonest characters of a sound although the pair was never seen.
func (p *planner) backoff(beam []*state, to slot) (out []*state) {
	m := p.model()
	type common struct {
		r rune
		n uint32
	}
	var list []common
	for n := to.sound.lo; n < to.sound.hi; n++ {
		for _, r := range pinyin().chars[n] {
			if c := m.char(r).n; c > 0 {
				list = append(list, common{r, c})
			}
		}
	}
	slices.SortFunc(list, func(a, b common) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.r, b.r)) })
	for _, s := range beam[:min(len(beam), backoffTop)] {
		for _, c := range list[:min(len(list), backoffTop)] {
			out = append(out, &state{c.r, s.logp + math.Log(0.05*float64(c.n)/m.Total), s})
		}
	}
	return out
}
