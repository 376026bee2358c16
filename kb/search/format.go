package search

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// The index file: a header with the place and checksum of each section, then the sections. All numbers are little
// endian; arrays hold records of one size, so that the file is used where it lies, mapped into memory.
//
//	info    JSON: counts, averages, names, statutes
//	keys    u64 each: the terms, sorted
//	terms   12 bytes each: place of the postings, number of documents, weight in the language model
//	posts   per term: where each further 65,536 documents begin (u32), document numbers (u16), impacts (u8)
//	chars   16 bytes each: character, count, count at the start and at the end of a word
//	sounds  8 bytes each, sorted: two syllables, term
//	docs    32 bytes each
//	ids     u32 each: end of the document's id in idtext
//	idsort  u32 each: documents by id
//	blocks  8 bytes each: first document of a block, its place in store
//	store   deflated blocks of documents
//	dict    what the deflated blocks refer to
//	phrases 16 bytes each, sorted: initials, count, place in phrasetext
//	titles  8 bytes each: end of an answer's title in titletext, letters that its sounds begin with
//	cites   u32 each: end of each document's list, and the lists of the articles it rests on
const (
	secInfo = iota
	secKeys
	secTerms
	secPosts
	secChars
	secSounds
	secDocs
	secIDs
	secIDText
	secIDSort
	secBlocks
	secStore
	secDict
	secPhrases
	secPhraseText
	secTitles
	secTitleText
	secCiteEnds
	secCites
	sections
)

const (
	magic      = "ZXKB0003"
	before     = "ZXKB0002"                       // laid out alike, without the short names of documents and the documents as a whole
	headerSize = len(magic) + 8 + sections*24 + 4 // magic, file size, sections, checksum of the header itself

	termSize  = 12
	charSize  = 16
	soundSize = 8
	docSize   = 32
	blockSize = 8
	titleSize = 8

	chunkBits = 16 // documents of a chunk are numbered in 16 bits
)

// ErrDamaged means that an index file is cut off or altered, or was written by another version.
var ErrDamaged = errors.New("知识库索引文件损坏或版本不符")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var le = binary.LittleEndian

// section is where a part of the file lies.
type section struct {
	off, size uint64
	sum       uint32
}

// docMeta is the fixed part of a document.
type docMeta struct {
	statute     uint32 // number of the statute from 1, 0 for none
	article     uint16
	kind        uint16
	category    uint16
	level       uint16
	region      uint16
	traits      uint8
	from, until Date
	titleWeight float32
}

// info is what a segment tells about itself.
type info struct {
	Docs     int               `json:"docs"`
	Split    int               `json:"split"`
	Average  [fields]float32   `json:"average"`
	Names    []string          `json:"names"`
	Statutes []string          `json:"statutes"`
	Spans    []uint32          `json:"spans"`           // first document and number of documents of each statute
	Bases    []string          `json:"bases,omitempty"` // documents that answers rest on
	Short    map[string]string `json:"short,omitempty"` // their short names
	Total    float64           `json:"total"`           // characters counted in the language model
}

func encodeHeader(secs [sections]section, size uint64) []byte {
	h := make([]byte, 0, headerSize)
	h = append(h, magic...)
	h = le.AppendUint64(h, size)
	for _, s := range secs {
		h = le.AppendUint64(h, s.off)
		h = le.AppendUint64(h, s.size)
		h = le.AppendUint32(h, s.sum)
		h = append(h, 0, 0, 0, 0)
	}
	return le.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

// decodeHeader checks the header against the file it stands in.
func decodeHeader(file []byte) (secs [sections]section, err error) {
	if len(file) < headerSize || string(file[:len(magic)]) != magic && string(file[:len(magic)]) != before {
		return secs, ErrDamaged
	}
	end := headerSize - 4
	if crc32.Checksum(file[:end], castagnoli) != le.Uint32(file[end:]) || le.Uint64(file[len(magic):]) != uint64(len(file)) {
		return secs, ErrDamaged
	}
	for i := range secs {
		b := file[len(magic)+8+i*24:]
		s := section{le.Uint64(b), le.Uint64(b[8:]), le.Uint32(b[16:])}
		if s.off > uint64(len(file)) || s.size > uint64(len(file))-s.off {
			return secs, ErrDamaged
		}
		secs[i] = s
	}
	return secs, nil
}

func appendDoc(b []byte, m docMeta) []byte {
	b = le.AppendUint32(b, m.statute)
	b = le.AppendUint16(b, m.article)
	b = le.AppendUint16(b, m.kind)
	b = le.AppendUint16(b, m.category)
	b = le.AppendUint16(b, m.level)
	b = le.AppendUint16(b, m.region)
	b = append(b, m.traits, 0)
	b = le.AppendUint32(b, uint32(m.from))
	b = le.AppendUint32(b, uint32(m.until))
	b = le.AppendUint32(b, uint32(m.titleWeight*titleScale))
	return append(b, 0, 0, 0, 0)
}

// titleScale keeps three decimals of a title's weight.
const titleScale = 1000

func decodeDoc(b []byte) docMeta {
	return docMeta{
		statute: le.Uint32(b), article: le.Uint16(b[4:]), kind: le.Uint16(b[6:]), category: le.Uint16(b[8:]),
		level: le.Uint16(b[10:]), region: le.Uint16(b[12:]), traits: b[14],
		from: Date(le.Uint32(b[16:])), until: Date(le.Uint32(b[20:])), titleWeight: float32(le.Uint32(b[24:])) / titleScale,
	}
}
