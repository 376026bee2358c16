package search

import (
	"slices"
	"strings"
)

// Citations are read from texts while the index is built: 依照社会保险法第五十八条, 《工伤保险条例》第十四条、第十五条.
// A statute's article is found by the words of those who cite it, and an answer that matches speaks for the articles it
// rests on.
const (
	longestName  = 40  // characters of a statute's name
	citeReach    = 30  // characters to the next article of the same statute
	anchorLength = 900 // characters of citing texts that are kept for an article
)

var selfNames = []string{"本法", "本条例", "本规定", "本办法", "本解释", "本细则"}

// lawBook finds articles by name and number while the index is built.
type lawBook struct {
	docs map[string]map[int]uint32
}

func newLawBook(docs []Doc) *lawBook {
	l := &lawBook{docs: map[string]map[int]uint32{}}
	for i, d := range docs {
		if d.Kind != KindPolicy {
			continue
		}
		name, article, _ := splitStatute(fold(d.Title))
		if article == 0 {
			continue
		}
		n := string(statuteName(name))
		if l.docs[n] == nil {
			l.docs[n] = map[int]uint32{}
		}
		l.docs[n][article] = uint32(i)
	}
	return l
}

// cited lists the articles that a text names. self is the statute that the text belongs to.
func (l *lawBook) cited(text []rune, self string) (out []uint32) {
	text = statuteName(text)
	current, end := "", 0
	for i := 0; i < len(text); i++ {
		if text[i] != '第' {
			continue
		}
		article, behind := articleAt(text, i+1)
		if behind == 0 {
			continue
		}
		if name, ok := l.nameBefore(text[:i], self); ok {
			current = name
		} else if i-end > citeReach || i-end > 3 && current == self {
			current = ""
		}
		if doc, ok := l.docs[current][article]; ok && !slices.Contains(out, doc) {
			out = append(out, doc)
		}
		end = behind
	}
	return out
}

// nameBefore finds the statute whose name a text ends with, the longest first.
func (l *lawBook) nameBefore(text []rune, self string) (string, bool) {
	tail := string(text[max(0, len(text)-longestName):])
	for i := range tail {
		if l.docs[tail[i:]] != nil {
			return tail[i:], true
		}
	}
	for _, s := range selfNames {
		if strings.HasSuffix(tail, s) {
			return self, true
		}
	}
	return "", false
}

// citations notes for each document which articles it rests on, and for each article the words of those who cite it.
func (b *builder) citations() {
	book := newLawBook(b.docs)
	b.cites = make([][]uint32, len(b.docs))
	b.anchors = make([][]rune, len(b.docs))
	for i, d := range b.docs {
		var self string
		words := fold(d.Title)
		if d.Kind == KindPolicy {
			name, _, section := splitStatute(words)
			self = string(statuteName(name))
			words = append(append(section, '\n'), fold(d.Body)...)
		}
		cited := book.cited(fold(d.Body), self)
		for _, basis := range d.Basis {
			cited = append(cited, book.cited(fold(basis), "")...)
		}
		for _, to := range cited {
			if to == uint32(i) || self != "" && self == b.statuteOf(to) {
				continue
			}
			if d.Kind != KindPolicy && !slices.Contains(b.cites[i], to) {
				b.cites[i] = append(b.cites[i], to)
			}
			if room := anchorLength - len(b.anchors[to]); room > 0 {
				b.anchors[to] = append(append(b.anchors[to], words[:min(len(words), room)]...), '\n')
			}
		}
	}
}

func (b *builder) statuteOf(doc uint32) string {
	name, _, _ := splitStatute(fold(b.docs[doc].Title))
	return string(statuteName(name))
}

// encodeCites writes for each document where its list ends, and the lists.
func (b *builder) encodeCites() (ends, lists []byte) {
	for _, list := range b.cites {
		for _, doc := range list {
			lists = le.AppendUint32(lists, doc)
		}
		ends = le.AppendUint32(ends, uint32(len(lists)/4))
	}
	return ends, lists
}

// cites calls use for each article that a document rests on.
func (s *segment) cites(doc uint32, use func(article uint32)) {
	ends := s.sec[secCiteEnds]
	from := uint32(0)
	if doc > 0 {
		from = le.Uint32(ends[(doc-1)*4:])
	}
	for i := from; i < le.Uint32(ends[doc*4:]); i++ {
		use(le.Uint32(s.sec[secCites][i*4:]))
	}
}
