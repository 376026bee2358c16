package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Fields of a document, each with its own weight.
const (
	fieldTitle = iota // of a statute's article: the heading of its chapter
	fieldName         // name of the statute
	fieldBody
	fieldWords  // keywords and citizens' words
	fieldAnchor // words of those who cite it
	fields
)

// BM25F: weight and length normalisation of each field, and saturation.
var (
	fieldWeight = [fields]float32{3, 0.6, 1, 3, 0.3}
	fieldNorm   = [fields]float32{0.5, 0.3, 0.6, 0.3, 0.5}
)

const saturation = 1.0

// posting is a term's occurrence in a document while the index is being built.
type posting struct {
	doc uint32
	tf  [fields]uint8
}

type builder struct {
	docs   []Doc
	meta   []docMeta
	length [][fields]uint16
	title  [][]int32 // terms of title and words, for the weight of a title

	term  map[key]int32
	keys  []key
	posts [][]posting
	count []uint32 // language model: weighted occurrences of each term

	chars   map[rune]*charCount
	total   float64    // of chars
	cites   [][]uint32 // articles that each document rests on
	anchors [][]rune

	bases map[string]string // documents that answers rest on, and their short names

	names    *nameTable
	statutes []statute
	split    int // first document that is a statute's article or other policy
}

// charCount is the language model of single characters: how often, and how often at the edge of a run.
type charCount struct{ n, starts, ends uint32 }

type statute struct {
	name  string
	first uint32
	count uint32
}

// Occurrences in answers and guides weigh more in the language model that reads pinyin: agents type their words, and
// statutes would drown them.
const (
	lmStatute = 1
	lmAnswer  = 30
	lmTitle   = 3
)

func newBuilder(docs []Doc) *builder {
	b := &builder{
		docs:  docs,
		term:  make(map[key]int32, 1<<16),
		chars: map[rune]*charCount{},
		names: newNameTable(),
		bases: map[string]string{},
	}
	b.order()
	return b
}

// fill goes through the documents.
func (b *builder) fill() {
	b.citations()
	for i := range b.docs {
		b.add(uint32(i))
	}
}

// order puts answers and guides first and the articles of one statute together, in their order.
func (b *builder) order() {
	type place struct {
		doc     int
		statute int // 0 for none
		article int
	}
	seen := map[string]int{}
	places := make([]place, len(b.docs))
	for i, d := range b.docs {
		places[i].doc = i
		if d.Kind != KindPolicy {
			continue
		}
		name, article, _ := splitStatute(fold(d.Title))
		n := string(name)
		if seen[n] == 0 {
			seen[n] = len(seen) + 1
		}
		places[i].statute, places[i].article = seen[n], article
	}
	slices.SortStableFunc(places, func(a, c place) int {
		return cmp.Or(cmp.Compare(a.statute, c.statute), cmp.Compare(a.article, c.article))
	})
	docs := make([]Doc, len(places))
	for i, p := range places {
		docs[i] = b.docs[p.doc]
		if p.statute == 0 {
			b.split = i + 1
		}
	}
	b.docs = docs
}

func (b *builder) add(id uint32) {
	d := b.docs[id]
	texts := [fields][]rune{fieldTitle: fold(d.Title), fieldBody: fold(d.Body)}
	texts[fieldAnchor] = b.anchors[id]
	texts[fieldWords] = fold(strings.Join(d.Keywords, " ") + " " + strings.Join(d.Synonyms, " "))
	meta := docMeta{
		kind: b.names.id(d.Kind), category: b.names.id(d.Category), level: b.names.id(d.Level),
		region: b.names.id(d.Region), from: d.From, until: d.Until,
	}
	if d.Kind == KindPolicy {
		var article int
		texts[fieldName], article, texts[fieldTitle] = splitStatute(texts[fieldTitle])
		meta.statute, meta.article = b.statute(string(texts[fieldName]), id), uint16(article)
	}
	meta.traits = traitsOf(d, string(texts[fieldName]), string(texts[fieldTitle]))
	lm := uint32(lmStatute)
	if d.Kind != KindPolicy {
		lm = lmAnswer
	}
	b.rests(id, d.Basis)
	found := b.collect(texts, lm)
	var length [fields]uint16
	var title []int32
	for i := 0; i < len(found); {
		j, p := i, posting{doc: id}
		for ; j < len(found) && found[j].term == found[i].term; j++ {
			f := found[j].field
			if p.tf[f] < 255 {
				p.tf[f]++
			}
			if length[f] < math.MaxUint16 {
				length[f]++
			}
		}
		t := found[i].term
		b.posts[t] = append(b.posts[t], p)
		if p.tf[fieldTitle]+p.tf[fieldWords] > 0 {
			title = append(title, t)
		}
		i = j
	}
	b.meta = append(b.meta, meta)
	b.length = append(b.length, length)
	b.title = append(b.title, title)
}

// termOf is the number of a term, a new one where it was not met before.
func (b *builder) termOf(k key) int32 {
	t, ok := b.term[k]
	if !ok {
		t = int32(len(b.keys))
		b.term[k] = t
		b.keys = append(b.keys, k)
		b.posts = append(b.posts, nil)
		b.count = append(b.count, 0)
	}
	return t
}

type occurrence struct {
	term  int32
	field uint8
}

// collect gathers the terms of a document, sorted, and counts them for the language model.
func (b *builder) collect(texts [fields][]rune, lm uint32) []occurrence {
	var found []occurrence
	for f, rs := range texts {
		weight := lm
		switch f {
		case fieldTitle, fieldWords:
			weight *= lmTitle
		case fieldName, fieldAnchor:
			weight = 0
		}
		terms(rs, func(k key, _, _ int) {
			t := b.termOf(k)
			b.count[t] += weight
			found = append(found, occurrence{t, uint8(f)})
		})
		b.countChars(rs, weight)
	}
	slices.SortFunc(found, func(x, y occurrence) int { return int(x.term) - int(y.term) })
	return found
}

func (b *builder) countChars(rs []rune, weight uint32) {
	for i, r := range rs {
		if !isHan(r) || weight == 0 {
			continue
		}
		c := b.chars[r]
		if c == nil {
			c = &charCount{}
			b.chars[r] = c
		}
		c.n += weight
		b.total += float64(weight)
		if i == 0 || !isHan(rs[i-1]) {
			c.starts += weight
		}
		if i+1 == len(rs) || !isHan(rs[i+1]) {
			c.ends += weight
		}
	}
}

func (b *builder) statute(name string, id uint32) uint32 {
	if n := len(b.statutes); n == 0 || b.statutes[n-1].name != name {
		b.statutes = append(b.statutes, statute{name: name, first: id})
	}
	s := &b.statutes[len(b.statutes)-1]
	s.count++
	return uint32(len(b.statutes))
}

// averages are the mean lengths of the fields where there are any.
func (b *builder) averages() (avg [fields]float32) {
	var n [fields]float32
	for _, l := range b.length {
		for f := range l {
			if l[f] > 0 {
				avg[f] += float32(l[f])
				n[f]++
			}
		}
	}
	for f := range avg {
		avg[f] = max(avg[f]/max(n[f], 1), 1)
	}
	return avg
}

// impact is a posting's share of the score before the term's own weight: 7 bits of saturated frequency and the bit that
// tells a hit in the title.
func (b *builder) impact(p posting, avg [fields]float32) byte {
	var tf float32
	for f, n := range p.tf {
		if n > 0 {
			norm := 1 - fieldNorm[f] + fieldNorm[f]*float32(b.length[p.doc][f])/avg[f]
			tf += fieldWeight[f] * float32(n) / norm
		}
	}
	q := byte(tf/(tf+saturation)*127 + 0.5)
	if p.tf[fieldTitle]+p.tf[fieldWords] > 0 {
		q |= titleBit
	}
	return q
}

const titleBit = 0x80

// titleWeights sums the rarity of the terms of each title, to know how much of a title a query covers.
func (b *builder) titleWeights() {
	n := float64(len(b.docs))
	idf := make([]float32, len(b.posts))
	for t, p := range b.posts {
		idf[t] = rarity(float64(len(p)), n)
	}
	for i, title := range b.title {
		for _, t := range title {
			b.meta[i].titleWeight += idf[t]
		}
	}
}

// rarity is the BM25 weight of a term that df of n documents hold.
func rarity(df, n float64) float32 {
	return float32(math.Log(1 + (n-df+0.5)/(df+0.5)))
}
