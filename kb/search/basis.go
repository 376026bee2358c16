package search

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Answers are found by the articles they rest on, also where the statute itself is not in the base: each document, and
// each article of it, is a term of its own.

// basisKey is the term of an article that answers rest on, 0 for the document.
func basisKey(document string, article int) key {
	return wordKey([]rune(document + "#" + strconv.Itoa(article))) // no word of a text holds a #
}

// rests notes what a document rests on: 《社会保险法》第五十八条、第六十条.
func (b *builder) rests(id uint32, basis []string) {
	for _, line := range basis {
		short, line, named := strings.Cut(line, shortIs)
		if !named {
			short, line = "", short
		}
		name, articles := basisOf(fold(line))
		if name == "" {
			continue
		}
		b.bases[name] = cmp.Or(string(statuteName(fold(short))), b.bases[name])
		for _, article := range append(articles, 0) {
			t := b.termOf(basisKey(name, article))
			if n := len(b.posts[t]); n == 0 || b.posts[t][n-1].doc != id {
				b.posts[t] = append(b.posts[t], posting{doc: id})
			}
		}
	}
}

// shortIs stands between the short name of a document and the document.
const shortIs = "="

// basisOf takes a line of a basis apart: the document, and which articles of it.
func basisOf(text []rune) (document string, articles []int) {
	end := len(text)
	for i, r := range text {
		if r != '第' {
			continue
		}
		if article, behind := articleAt(text, i+1); behind > 0 {
			articles, end = append(articles, article), min(end, i)
		}
	}
	return string(statuteName(text[:end])), articles
}

// fit says how well a name stands for a document: by its characters, or because it is the short name of it.
func (r *run) fit(name []rune, full string) float64 {
	for _, s := range r.segs {
		if s.Short[string(name)] == full {
			return 1
		}
	}
	return nameFit(name, full)
}

// reference reads a query that names an article. A short name may end with what looks like a number: 法释二19条.
func (r *run) reference(q []rune) (name []rune, article int, ok bool) {
	q = trimRunes(q)
	for _, s := range r.segs {
		for short := range s.Short {
			if n := len([]rune(short)); n > len(name) && n < len(q) && string(q[:n]) == short {
				if at, number := articleIn(q[n:]); at == 0 && number > 0 {
					name, article = q[:n], number
				}
			}
		}
	}
	if article > 0 {
		return name, article, true
	}
	return articleRef(q)
}

// restingOnWhole finds the answers that rest on the document whose name, or short name, is all that was typed.
func (r *run) restingOnWhole(text []rune) (out []candidate) {
	name := statuteName(text)
	if len(name) < 2 {
		return nil
	}
	for _, s := range r.segs {
		for _, full := range s.Bases {
			if r.fit(name, full) == 1 {
				out = append(out, r.restsOn(s, full, 0, text, restScore, r.byWords())...)
			}
		}
	}
	return bestResting(out)
}

// byWords is how well the words of a query fit what was found by them.
func (r *run) byWords() map[docID]float64 {
	words := map[docID]float64{}
	for _, c := range r.found {
		words[docID{c.seg, c.doc}] = c.score
	}
	return words
}

func bestResting(list []candidate) []candidate {
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	})
	return list[:min(len(list), mostResting)]
}

// restsOn are the answers of a segment that rest on an article of a document, or on any of it.
func (r *run) restsOn(s *segment, document string, article int, text []rune, score float64, words map[docID]float64) (out []candidate) {
	t, known := s.term(basisKey(document, article))
	if !known {
		return nil
	}
	pl := &plan{text: text, named: "依据 " + document}
	if article > 0 {
		pl.named += "第" + strconv.Itoa(article%insertedStep) + "条"
	}
	keep := r.keep(s)
	s.chunks(t, func(first int, docs, impacts []byte) {
		for i := range impacts {
			doc := uint32(first) + uint32(le.Uint16(docs[2*i:]))
			if !s.dead[doc] && (keep == nil || keep(doc)) {
				out = append(out, candidate{seg: s, doc: doc, plan: pl, score: score + restByWords*words[docID{s, doc}]})
			}
		}
	})
	return out
}

// Answers that rest on an article which the query names come behind it and before what is found by words.
const (
	restScore   = 6
	restByWords = 0.1 // of how well they fit the rest of the query
	mostResting = 5
)

// resting finds the answers that rest on the article which a query names.
func (r *run) resting(text []rune) (out []candidate) {
	name, article, ok := r.reference(text)
	if !ok {
		return nil
	}
	words := r.byWords()
	for _, s := range r.segs {
		for _, full := range s.Bases {
			if fit := r.fit(name, full); fit >= leastFit {
				out = append(out, r.restsOn(s, full, article, text, restScore+fit, words)...)
			}
		}
	}
	return bestResting(out)
}
