package search

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
)

const (
	blockBytes = 6 << 10  // text in a block before it is deflated: small, for a hit opens one
	dictBytes  = 24 << 10 // of text taken here and there, which deflating refers back to
)

// writeSegment builds the index of docs into a new file at path and syncs it. The averages of the base make a change
// set's documents comparable with it; nil means to take those of docs.
func writeSegment(path string, docs []Doc, avg *[fields]float32) error {
	b := newBuilder(docs)
	texts := make(chan deflated, 1) // deflating takes as long as indexing: both at once
	go func() { texts <- b.encodeStore() }()
	b.fill()
	store := <-texts
	if store.err != nil {
		return store.err
	}
	if avg == nil {
		own := b.averages()
		avg = &own
	}
	b.titleWeights()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	w := &segmentWriter{out: bufio.NewWriterSize(f, 1<<20), at: uint64(headerSize)}
	_, err = f.Seek(int64(headerSize), io.SeekStart)
	if err == nil {
		err = w.write(b, store, *avg)
	}
	if err == nil {
		_, err = f.WriteAt(encodeHeader(w.secs, w.at), 0)
	}
	if err == nil {
		err = f.Sync()
	}
	return cmp.Or(err, f.Close())
}

type segmentWriter struct {
	out  *bufio.Writer
	at   uint64
	secs [sections]section
}

// section writes one part, aligned to 8 bytes.
func (w *segmentWriter) section(n int, data []byte) error {
	w.secs[n] = section{off: w.at, size: uint64(len(data)), sum: crc32.Checksum(data, castagnoli)}
	pad := -len(data) & 7
	w.at += uint64(len(data) + pad)
	if _, err := w.out.Write(data); err != nil {
		return err
	}
	_, err := w.out.Write(make([]byte, pad))
	return err
}

func (w *segmentWriter) write(b *builder, store deflated, avg [fields]float32) error {
	sorted := make([]int32, len(b.keys))
	for i := range sorted {
		sorted[i] = int32(i)
	}
	slices.SortFunc(sorted, func(x, y int32) int { return cmp.Compare(b.keys[x], b.keys[y]) })
	about, err := json.Marshal(b.info(avg))
	if err != nil {
		return err
	}
	parts := [sections][]byte{secInfo: about, secBlocks: store.blocks, secStore: store.data, secDict: store.dict}
	var work sync.WaitGroup // nothing is changed any more: what takes long goes side by side
	work.Go(func() { parts[secKeys], parts[secTerms], parts[secPosts] = b.encodeTerms(sorted, avg) })
	work.Go(func() { parts[secPhrases], parts[secPhraseText] = b.encodePhrases() })
	work.Go(func() { parts[secSounds] = b.encodeSounds(sorted) })
	parts[secChars], parts[secDocs] = b.encodeChars(sorted), b.encodeDocs()
	parts[secIDs], parts[secIDText], parts[secIDSort] = b.encodeIDs()
	parts[secTitles], parts[secTitleText] = b.encodeTitles()
	parts[secCiteEnds], parts[secCites] = b.encodeCites()
	work.Wait()
	for n, data := range parts {
		if err := w.section(n, data); err != nil {
			return err
		}
	}
	return w.out.Flush()
}

func (b *builder) encodeDocs() []byte {
	docs := make([]byte, 0, len(b.meta)*docSize)
	for _, m := range b.meta {
		docs = appendDoc(docs, m)
	}
	return docs
}

func (b *builder) info(avg [fields]float32) info {
	in := info{Docs: len(b.docs), Split: b.split, Average: avg, Names: b.names.list, Bases: slices.Sorted(maps.Keys(b.bases)), Short: b.shortNames(), Total: b.total}
	for _, s := range b.statutes {
		in.Statutes = append(in.Statutes, string(statuteName([]rune(s.name))))
		in.Spans = append(in.Spans, s.first, s.count)
	}
	return in
}

// shortNames leads from the short names of documents to the documents.
func (b *builder) shortNames() map[string]string {
	out := map[string]string{}
	for name, short := range b.bases {
		if short != "" {
			out[short] = name
		}
	}
	return out
}

func (b *builder) encodeTerms(sorted []int32, avg [fields]float32) (keys, recs, posts []byte) {
	chunks := (len(b.docs) + 1<<chunkBits - 1) >> chunkBits
	for _, t := range sorted {
		list := b.posts[t]
		keys = le.AppendUint64(keys, uint64(b.keys[t]))
		recs = le.AppendUint32(recs, uint32(len(posts)))
		recs = le.AppendUint32(recs, uint32(len(list)))
		recs = le.AppendUint32(recs, b.count[t])
		for c := 1; c < chunks; c++ {
			at, _ := slices.BinarySearchFunc(list, uint32(c)<<chunkBits, func(p posting, d uint32) int { return cmp.Compare(p.doc, d) })
			posts = le.AppendUint32(posts, uint32(at))
		}
		for _, p := range list {
			posts = le.AppendUint16(posts, uint16(p.doc))
		}
		for _, p := range list {
			posts = append(posts, b.impact(p, avg))
		}
	}
	return keys, recs, posts
}

// cohesion is the log of how much more often two characters stand together than by chance.
func cohesion(pair, a, b, total float64) float64 {
	return math.Log((pair + 0.1) * total / ((a + 1) * (b + 1)))
}

// apart is the chance that a word ends between two characters.
func apart(cohesion float64) float64 { return 1 / (1 + math.Exp(cohesion-1)) }

// encodeChars adds to the runs' edges the likely edges of words inside them.
func (b *builder) encodeChars(sorted []int32) []byte {
	type edge struct{ starts, ends float64 }
	edges := make(map[rune]*edge, len(b.chars))
	list := make([]rune, 0, len(b.chars))
	for r, c := range b.chars {
		edges[r] = &edge{float64(c.starts), float64(c.ends)}
		list = append(list, r)
	}
	for _, t := range sorted {
		if !b.keys[t].isPair() || b.count[t] == 0 {
			continue
		}
		x, y := b.keys[t].runes()
		n := float64(b.count[t])
		gap := n * apart(cohesion(n, float64(b.chars[x].n), float64(b.chars[y].n), b.total))
		edges[x].ends += gap
		edges[y].starts += gap
	}
	slices.Sort(list)
	out := make([]byte, 0, len(list)*charSize)
	for _, r := range list {
		out = le.AppendUint32(out, uint32(r))
		out = le.AppendUint32(out, b.chars[r].n)
		out = le.AppendUint32(out, uint32(edges[r].starts))
		out = le.AppendUint32(out, uint32(edges[r].ends))
	}
	return out
}

// encodeSounds lists each pair of characters under each way to read it.
func (b *builder) encodeSounds(sorted []int32) []byte {
	type sound struct{ syllables, term uint32 }
	var list []sound
	table := pinyin()
	for i, t := range sorted {
		if !b.keys[t].isPair() || b.count[t] == 0 {
			continue
		}
		x, y := b.keys[t].runes()
		for _, sx := range table.readings(x) {
			for _, sy := range table.readings(y) {
				list = append(list, sound{uint32(sx)<<16 | uint32(sy), uint32(i)})
			}
		}
	}
	slices.SortFunc(list, func(a, c sound) int {
		return cmp.Or(cmp.Compare(a.syllables, c.syllables), cmp.Compare(a.term, c.term))
	})
	out := make([]byte, 0, len(list)*soundSize)
	for _, s := range list {
		out = le.AppendUint32(out, s.syllables)
		out = le.AppendUint32(out, s.term)
	}
	return out
}

func (b *builder) encodeIDs() (ends, text, sorted []byte) {
	order := make([]int, len(b.docs))
	for i, d := range b.docs {
		text = append(text, d.ID...)
		ends = le.AppendUint32(ends, uint32(len(text)))
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(b.docs[x].ID, b.docs[y].ID) })
	for _, i := range order {
		sorted = le.AppendUint32(sorted, uint32(i))
	}
	return ends, text, sorted
}

// deflated are the documents' texts in blocks.
type deflated struct {
	blocks, data, dict []byte
	err                error
}

func (b *builder) encodeStore() (d deflated) {
	d.dict = b.dictionary()
	var out bytes.Buffer
	z, err := flate.NewWriterDict(&out, flate.BestCompression, d.dict)
	if err != nil {
		return deflated{err: err}
	}
	var raw []byte
	for i, doc := range b.docs {
		if len(raw) == 0 {
			d.blocks = le.AppendUint32(d.blocks, uint32(i))
			d.blocks = le.AppendUint32(d.blocks, uint32(out.Len()))
		}
		for _, s := range []string{
			partTitle: doc.Title, partBody: doc.Body, partStored: string(doc.Stored),
			partKeywords: strings.Join(doc.Keywords, "\n"), partSynonyms: strings.Join(doc.Synonyms, "\n"), partBasis: strings.Join(doc.Basis, "\n"),
		} {
			raw = binary.AppendUvarint(raw, uint64(len(s)))
			raw = append(raw, s...)
		}
		if len(raw) < blockBytes && i+1 < len(b.docs) {
			continue
		}
		z.Reset(&out)
		if _, err = z.Write(raw); err == nil {
			err = z.Close()
		}
		if err != nil {
			return deflated{err: err}
		}
		raw = raw[:0]
	}
	d.data = out.Bytes()
	return d
}

// dictionary takes pieces of documents evenly over the base.
func (b *builder) dictionary() []byte {
	const pieces = 64
	var dict []byte
	for i := 0; i < pieces && len(b.docs) > pieces; i++ {
		d := b.docs[i*len(b.docs)/pieces]
		text := d.Title + d.Body + string(d.Stored)
		dict = append(dict, text[:min(len(text), dictBytes/pieces)]...)
	}
	return dict
}
