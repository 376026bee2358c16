package search

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
)

// segment is an index file in use. It is never changed; dead marks documents that a later segment replaces or removes.
type segment struct {
	info
	file    []byte
	release func()
	sec     [sections][]byte
	dead    map[uint32]bool
	inflate sync.Pool
	recent  blockCache
	sums    [sections]uint32
}

// openSegment maps an index file and checks it against its sums, but for the stored texts, which tell when they do not
// inflate.
func openSegment(path string) (*segment, error) {
	data, release, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	s := &segment{file: data, release: release, dead: map[uint32]bool{}}
	if err = s.load(); err != nil {
		release()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func (s *segment) load() error {
	secs, err := decodeHeader(s.file)
	if err != nil {
		return err
	}
	for i, c := range secs {
		s.sec[i] = s.file[c.off : c.off+c.size : c.off+c.size]
		s.sums[i] = c.sum
	}
	for i := range secs {
		if i != secStore {
			if err := s.verify(i); err != nil {
				return err
			}
		}
	}
	if err := json.Unmarshal(s.sec[secInfo], &s.info); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return s.consistent()
}

func (s *segment) verify(sec int) error {
	if crc32.Checksum(s.sec[sec], castagnoli) != s.sums[sec] {
		return ErrDamaged
	}
	return nil
}

// consistent checks that the sections fit together, so that reading needs no further checks.
func (s *segment) consistent() error {
	nTerms := len(s.sec[secKeys]) / 8
	switch {
	case s.Docs < 0 || s.Split < 0 || s.Split > s.Docs,
		len(s.sec[secTerms]) != nTerms*termSize,
		len(s.sec[secDocs]) != s.Docs*docSize,
		len(s.sec[secIDs]) != s.Docs*4,
		len(s.sec[secTitles]) != s.Split*titleSize,
		len(s.sec[secIDSort]) != s.Docs*4,
		len(s.sec[secCiteEnds]) != s.Docs*4,
		len(s.Spans) != 2*len(s.Statutes),
		len(s.Names) == 0:
		return ErrDamaged
	}
	return nil
}

func (s *segment) close() { s.release() }

// term finds a key: its number, or where it would stand.
func (s *segment) term(k key) (int, bool) {
	keys := s.sec[secKeys]
	n := len(keys) / 8
	i := sort.Search(n, func(i int) bool { return key(le.Uint64(keys[i*8:])) >= k })
	return i, i < n && key(le.Uint64(keys[i*8:])) == k
}

func (s *segment) key(term int) key     { return key(le.Uint64(s.sec[secKeys][term*8:])) }
func (s *segment) frequency(t int) int  { return int(le.Uint32(s.sec[secTerms][t*termSize+4:])) }
func (s *segment) weight(t int) float64 { return float64(le.Uint32(s.sec[secTerms][t*termSize+8:])) }

// postings gives the documents of a term: where each chunk after the first begins, low halves, impacts.
func (s *segment) postings(t int) (starts []byte, docs, impacts []byte) {
	off := int(le.Uint32(s.sec[secTerms][t*termSize:]))
	n := s.frequency(t)
	b := s.sec[secPosts][off:]
	c := max((s.Docs-1)>>chunkBits, 0) * 4
	return b[:c], b[c : c+2*n], b[c+2*n : c+3*n]
}

// following is the range of the terms that begin with a character.
func (s *segment) following(r rune) (lo, hi int) {
	lo, _ = s.term(pairKey(r, 0))
	hi, _ = s.term(pairKey(r+1, 0))
	return lo, hi
}

// char gives the language model of a character.
func (s *segment) char(r rune) (c charCount) {
	b := s.sec[secChars]
	n := len(b) / charSize
	i := sort.Search(n, func(i int) bool { return rune(le.Uint32(b[i*charSize:])) >= r })
	if i < n && rune(le.Uint32(b[i*charSize:])) == r {
		rec := b[i*charSize:]
		return charCount{le.Uint32(rec[4:]), le.Uint32(rec[8:]), le.Uint32(rec[12:])}
	}
	return c
}

// sounding calls use for each pair of characters that can be read as given.
func (s *segment) sounding(a, b span, use func(term int)) {
	list := s.sec[secSounds]
	n := len(list) / soundSize
	at := func(i int) uint32 { return le.Uint32(list[i*soundSize:]) }
	for sy := uint32(a.lo); sy < uint32(a.hi); sy++ {
		from := sy<<16 | uint32(b.lo)
		i := sort.Search(n, func(i int) bool { return at(i) >= from })
		for ; i < n && at(i) < sy<<16|uint32(b.hi); i++ {
			use(int(le.Uint32(list[i*soundSize+4:])))
		}
	}
}

func (s *segment) meta(doc uint32) docMeta { return decodeDoc(s.sec[secDocs][doc*docSize:]) }

func (s *segment) name(n uint16) string {
	if int(n) >= len(s.Names) {
		return ""
	}
	return s.Names[n]
}

func (s *segment) id(doc uint32) string {
	ends, from := s.sec[secIDs], uint32(0)
	if doc > 0 {
		from = le.Uint32(ends[(doc-1)*4:])
	}
	to := le.Uint32(ends[doc*4:])
	if from > to || int(to) > len(s.sec[secIDText]) {
		return ""
	}
	return string(s.sec[secIDText][from:to])
}

func (s *segment) find(id string) (uint32, bool) {
	list := s.sec[secIDSort]
	i := sort.Search(s.Docs, func(i int) bool { return s.id(le.Uint32(list[i*4:])) >= id })
	if i == s.Docs {
		return 0, false
	}
	doc := le.Uint32(list[i*4:])
	return doc, s.id(doc) == id
}

// article finds the document of an article of a statute.
func (s *segment) article(statute, article int) (uint32, bool) {
	first, n := s.Spans[2*statute], int(s.Spans[2*statute+1])
	i := sort.Search(n, func(i int) bool { return int(s.meta(first+uint32(i)).article) >= article })
	doc := first + uint32(i)
	return doc, i < n && int(s.meta(doc).article) == article
}

// The parts of a stored document.
const (
	partTitle = iota
	partBody
	partStored
	partKeywords
	partSynonyms
	partBasis
	parts
)

// stored inflates the block of a document and picks it.
func (s *segment) stored(doc uint32) (part [parts][]byte, err error) {
	blocks := s.sec[secBlocks]
	n := len(blocks) / blockSize
	i := sort.Search(n, func(i int) bool { return le.Uint32(blocks[i*blockSize:]) > doc }) - 1
	if i < 0 {
		return part, ErrDamaged
	}
	at := int(le.Uint32(blocks[i*blockSize+4:]))
	raw, ok := s.recent.get(at)
	if !ok {
		if raw, err = s.inflateBlock(at); err != nil {
			return part, err
		}
		s.recent.put(at, raw)
	}
	for skip := doc - le.Uint32(blocks[i*blockSize:]); ; skip-- {
		for p := range part {
			size, k := binary.Uvarint(raw)
			if k <= 0 || size > uint64(len(raw)-k) {
				return part, ErrDamaged
			}
			part[p], raw = raw[k:k+int(size)], raw[k+int(size):]
		}
		if skip == 0 {
			return part, nil
		}
	}
}

func (s *segment) inflateBlock(from int) ([]byte, error) {
	if from > len(s.sec[secStore]) {
		return nil, ErrDamaged
	}
	src := bytes.NewReader(s.sec[secStore][from:])
	z, _ := s.inflate.Get().(io.ReadCloser)
	if z == nil {
		z = flate.NewReaderDict(src, s.sec[secDict])
	} else if err := z.(flate.Resetter).Reset(src, s.sec[secDict]); err != nil {
		return nil, err
	}
	defer s.inflate.Put(z)
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return raw, nil
}

// blockCache keeps the blocks inflated last: each key typed shows much the same documents.
type blockCache struct {
	mu     sync.Mutex
	blocks map[int][]byte
	order  []int // oldest first
}

const cachedBlocks = 64

func (c *blockCache) get(at int) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.blocks[at]
	return b, ok
}

func (c *blockCache) put(at int, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocks == nil {
		c.blocks = map[int][]byte{}
	}
	if _, ok := c.blocks[at]; ok {
		return
	}
	if len(c.order) == cachedBlocks {
		delete(c.blocks, c.order[0])
		c.order = c.order[1:]
	}
	c.blocks[at] = b
	c.order = append(c.order, at)
}

// doc gives a document back as it was put in.
func (s *segment) doc(n uint32) (Doc, error) {
	part, err := s.stored(n)
	if err != nil {
		return Doc{}, err
	}
	m := s.meta(n)
	return Doc{
		ID: s.id(n), Title: string(part[partTitle]), Body: string(part[partBody]), Stored: slices.Clone(part[partStored]),
		Keywords: lines(part[partKeywords]), Synonyms: lines(part[partSynonyms]), Basis: lines(part[partBasis]),
		Kind: s.name(m.kind), Category: s.name(m.category), Level: s.name(m.level), Region: s.name(m.region),
		From: m.from, Until: m.until,
	}, nil
}

func lines(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	return strings.Split(string(b), "\n")
}

// pairCohesion is how much two characters belong together, from the language model.
func (s *segment) pairCohesion(term int) float64 {
	a, b := s.key(term).runes()
	return cohesion(s.weight(term), float64(s.char(a).n), float64(s.char(b).n), math.Max(s.Total, 1))
}
