package search

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// What is typed in a hurry is often a title with words left out: 台湾探亲签注 for 往来台湾通行证探亲签注, or its initials. The
// characters stand in the title in their order, in a few pieces; the fewer, the better it fits.
const (
	longestOrder  = 12 // characters that are looked for in their order
	shortestOrder = 2
	orderKept     = 20   // titles found by their letters
	orderLength   = 0.05 // what a character of a title is against a piece
	noPieces      = 0
)

// encodeTitles writes the titles of answers and guides: for each where it ends and which letters its sounds begin with,
// and the characters.
func (b *builder) encodeTitles() (recs, text []byte) {
	letters := initialLetters()
	for _, d := range b.docs[:b.split] {
		var all uint32
		for _, r := range fold(d.Title) {
			if r > 0xFFFF {
				r = '?'
			}
			all |= letters[r]
			text = le.AppendUint16(text, uint16(r))
		}
		recs = le.AppendUint32(recs, uint32(len(text)))
		recs = le.AppendUint32(recs, all)
	}
	return recs, text
}

// initialLetters gives for each character the letters that its sounds begin with, one bit each.
var initialLetters = sync.OnceValue(func() *[1 << 16]uint32 {
	t := new([1 << 16]uint32)
	for r := 'a'; r <= 'z'; r++ {
		t[r] = 1 << (r - 'a')
	}
	for r := rune(firstRead); r <= lastRead; r++ {
		for _, n := range pinyin().readings(r) {
			t[r] |= 1 << (pinyin().names[n][0] - 'a')
		}
	}
	return t
})

// title gives the characters of an answer's title, two bytes each.
func (s *segment) title(doc uint32) []byte {
	recs, from := s.sec[secTitles], uint32(0)
	if doc > 0 {
		from = le.Uint32(recs[(doc-1)*titleSize:])
	}
	return s.sec[secTitleText][from:le.Uint32(recs[doc*titleSize:])]
}

// pieces is in how few pieces n characters stand in a title in their order; noPieces when they do not.
func pieces(n int, title []byte, is func(i int, r uint16) bool) int {
	m, i := len(title)/2, 0
	for j := 0; j < m && i < n; j++ {
		if is(i, le.Uint16(title[2*j:])) {
			i++
		}
	}
	if i < n {
		return noPieces
	}
	const never = 1 << 20
	last, row := make([]int, m), make([]int, m) // pieces of the first i characters, the last of them at j
	for i := range n {
		before := never // least of last, but for the neighbour
		for j := range m {
			if row[j] = never; i > 0 && j > 1 {
				before = min(before, last[j-2])
			}
			switch {
			case !is(i, le.Uint16(title[2*j:])):
			case i == 0:
				row[j] = 1
			case j > 0:
				row[j] = min(last[j-1], before+1)
			}
		}
		last, row = row, last
	}
	return slices.Min(last)
}

// inOrder tells how well the characters of a reading stand in an answer's title in their order: 1 for one piece.
func (pl *plan) inOrder(c candidate) float64 {
	if len(pl.order) == 0 || int(c.doc) >= c.seg.Split {
		return 0
	}
	n := pieces(len(pl.order), c.seg.title(c.doc), func(i int, r uint16) bool { return rune(r) == pl.order[i] })
	if n == noPieces {
		return 0
	}
	return 1 / math.Sqrt(float64(n))
}

// ordered are the characters of a reading whose order counts.
func ordered(text []rune) (out []rune) {
	for _, r := range text {
		if isHan(r) || isLatin(r) || isDigit(r) {
			out = append(out, r)
		}
	}
	if len(out) < shortestOrder || len(out) > longestOrder {
		return nil
	}
	return out
}

// What titles are worth that have the letters typed as initials, beside or instead of what the readings found.
const (
	lettersAlone = 1.5 // where no reading found it
	lettersWhole = 1.0 // in one piece
	lettersPiece = 0.2 // less for each piece more
)

// onlyLetters tells that a query may be nothing but initials.
func onlyLetters(text []rune) bool {
	if len(text) < shortestOrder || len(text) > longestOrder || slices.ContainsFunc(text, func(r rune) bool { return !isLatin(r) }) {
		return false
	}
	return slices.ContainsFunc(waysToSpell(text, true), func(w spelling) bool { return onlyInitials(w.slots) })
}

// byLetters joins the answers whose titles have the letters as initials to what the readings found.
func (r *run) byLetters(found []candidate, letters []rune) []candidate {
	at := map[docID]int{}
	for i, c := range found {
		at[docID{c.seg, c.doc}] = i
	}
	for _, c := range r.lettered(letters) {
		worth := max(0, lettersWhole+lettersPiece*(1+c.score))
		if i, ok := at[docID{c.seg, c.doc}]; ok {
			found[i].score += worth
			continue
		}
		c.score, c.plan = lettersAlone+worth+r.nearness(c.seg, c.seg.meta(c.doc)), &plan{text: letters, letters: string(letters)}
		found = append(found, c)
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return found
}

// lettered finds the answers whose titles have the letters as initials, in their order and mostly two in a piece,
// for scattered letters stand in any title: best first, with how many pieces
// and how long a title it took as a score below zero.
func (r *run) lettered(letters []rune) (out []candidate) {
	var all uint32
	for _, l := range letters {
		all |= 1 << (l - 'a')
	}
	table := initialLetters()
	is := func(i int, r uint16) bool { return table[r]&(1<<(letters[i]-'a')) != 0 }
	for _, s := range r.segs {
		keep := r.keep(s)
		for doc := range uint32(s.Split) {
			if le.Uint32(s.sec[secTitles][doc*titleSize+4:])&all != all || s.dead[doc] || keep != nil && !keep(doc) {
				continue
			}
			title := s.title(doc)
			if n := pieces(len(letters), title, is); n != noPieces && n <= (len(letters)+1)/2 {
				out = append(out, candidate{seg: s, doc: doc, score: -float64(n) - orderLength*float64(len(title)/2)})
			}
		}
	}
	slices.SortFunc(out, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc)) })
	return out[:min(len(out), orderKept)]
}
