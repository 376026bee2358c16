package search

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// The phrase list answers initials (ylbx): the pieces that titles, keywords and texts of answers and guides are made
// of, from one likely border of words to another, by the first letters of their sounds. Four letters alone fit too many
// chains of characters; they fit few phrases that someone wrote.
const (
	shortestPhrase = 2
	longestPhrase  = 8
	phraseBudget   = 1 << 20 // characters of texts that are looked through
	phraseTitle    = 40      // a phrase of a title counts so many times
	leastPhrase    = 2
	gapChance      = 0.3 // from this chance on a border of words is taken for possible
	phraseVariants = 4   // readings of one phrase that are listed
	phraseSize     = 16
)

// encodePhrases lists the phrases by initials: letters (8 bytes), count, place of the text.
func (b *builder) encodePhrases() (recs, text []byte) {
	type phrase struct {
		initials  uint64
		count, at uint32
	}
	var list []phrase
	counts := b.phrases()
	names := make([]string, 0, len(counts))
	for s, n := range counts {
		if n >= leastPhrase {
			names = append(names, s)
		}
	}
	slices.Sort(names)
	for _, s := range names {
		at := uint32(len(text))
		text = append(text, byte(len(s)))
		text = append(text, s...)
		for _, in := range initials([]rune(s)) {
			list = append(list, phrase{in, counts[s], at})
		}
	}
	slices.SortStableFunc(list, func(a, c phrase) int { return cmp.Compare(a.initials, c.initials) })
	for _, p := range list {
		recs = binary.BigEndian.AppendUint64(recs, p.initials)
		recs = le.AppendUint32(recs, p.count)
		recs = le.AppendUint32(recs, p.at)
	}
	return recs, text
}

// initials packs the first letters of a phrase's sounds, for each way to read it.
func initials(rs []rune) []uint64 {
	all := []uint64{0}
	for i, r := range rs {
		var next []uint64
		var letters [maxReadings]byte
		for rank, n := range pinyin().readings(r) {
			letter := pinyin().names[n][0]
			if bytes.IndexByte(letters[:rank], letter) >= 0 {
				continue
			}
			letters[rank] = letter
			for _, v := range all {
				if len(next) < phraseVariants {
					next = append(next, v|uint64(letter)<<(56-8*i))
				}
			}
		}
		all = next
	}
	return all
}

// phrases counts the pieces of texts.
func (b *builder) phrases() map[string]uint32 {
	counts := map[string]uint32{}
	budget := phraseBudget
	for _, list := range citizens() { // typed by their initials like all others
		for _, s := range list {
			b.countPhrases(s.from, phraseTitle, counts)
		}
	}
	for i, d := range b.docs {
		if i >= b.split {
			_, _, section := splitStatute(fold(d.Title))
			b.countPhrases(section, 1, counts)
			continue
		}
		b.countPhrases(fold(d.Title), phraseTitle, counts)
		for _, list := range [][]string{d.Keywords, d.Synonyms} {
			for _, w := range list {
				b.countPhrases(fold(w), phraseTitle, counts)
			}
		}
		if body := fold(d.Body); budget > 0 {
			body = body[:min(len(body), budget)]
			budget -= len(body)
			b.countPhrases(body, 1, counts)
		}
	}
	return counts
}

func (b *builder) countPhrases(rs []rune, weight uint32, counts map[string]uint32) {
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && isHan(rs[j]) {
			j++
		}
		run := rs[i:j]
		edges := b.edges(run)
		for x, from := range edges {
			for _, to := range edges[x+1:] {
				if n := to - from; n > longestPhrase {
					break
				} else if n >= shortestPhrase && !wording().single[run[from]] && !wording().single[run[to-1]] {
					counts[string(run[from:to])] += weight
				}
			}
		}
		i = max(j, i+1)
	}
}

// edges are the places of a run where a word may begin or end.
func (b *builder) edges(run []rune) (at []int) {
	for i := range run {
		if i == 0 {
			at = append(at, 0)
			continue
		}
		var n uint32
		if t, ok := b.term[pairKey(run[i-1], run[i])]; ok {
			n = b.count[t]
		}
		left, right := b.chars[run[i-1]], b.chars[run[i]]
		if left == nil || right == nil || apart(cohesion(float64(n), float64(left.n), float64(right.n), b.total)) >= gapChance {
			at = append(at, i)
		}
	}
	return append(at, len(run))
}

// phrasesFor gives the phrases whose initials begin with the letters given.
func (s *segment) phrasesFor(letters string, use func(text string, count uint32)) {
	var from, step uint64
	for i := range min(len(letters), longestPhrase) {
		from |= uint64(letters[i]) << (56 - 8*i)
		step = 1 << (56 - 8*i)
	}
	recs := s.sec[secPhrases]
	n := len(recs) / phraseSize
	at := func(i int) uint64 { return binary.BigEndian.Uint64(recs[i*phraseSize:]) }
	for i := sort.Search(n, func(i int) bool { return at(i) >= from }); i < n && at(i)-from < step; i++ {
		rec := recs[i*phraseSize:]
		text := s.sec[secPhraseText][le.Uint32(rec[12:]):]
		use(string(text[1:1+int(text[0])]), le.Uint32(rec[8:]))
	}
}
