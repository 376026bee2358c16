package search

import (
	_ "embed"
	"hash/fnv"
	"sync"
	"unicode"
)

//go:embed data/t2s.txt
var traditional string

// foldTable maps traditional to simplified characters of the basic plane. 著 is left alone: it is also a simplified
// character (著作), and 着 is read otherwise.
var foldTable = sync.OnceValue(func() *[1 << 16]uint16 {
	t := new([1 << 16]uint16)
	rs := []rune(traditional)
	for i := 0; i+1 < len(rs); i += 2 {
		if rs[i] < 1<<16 && rs[i+1] < 1<<16 {
			t[rs[i]] = uint16(rs[i+1])
		}
	}
	return t
})

// fold brings text to the form that is indexed and searched: half width, lower case, simplified.
func fold(s string) []rune { return foldRunes([]rune(s)) }

// foldRunes folds character by character, so that places stay the same.
func foldRunes(rs []rune) []rune {
	table := foldTable()
	out := make([]rune, len(rs))
	for i, r := range rs {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			r -= 0xFEE0
		case r == 0x3000 || r == '\t' || r == '\u00a0':
			r = ' '
		}
		if r < 1<<16 && table[r] != 0 {
			r = rune(table[r])
		}
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= 128 && !isHan(r):
			r = unicode.ToLower(r)
		}
		out[i] = r
	}
	return out
}

func isHan(r rune) bool {
	return r >= 0x3400 && r <= 0x9FFF || r == '〇' || r >= 0x20000 && r <= 0x3FFFF
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' }
func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// key names a term: two Han characters, a single one, or the hash of a word of other letters or of a number. Keys sort
// by their first character, so that all terms beginning with one stand together.
type key uint64

const wordBit = key(1) << 63

func pairKey(a, b rune) key { return key(a)<<32 | key(b) }

func wordKey(rs []rune) key {
	h := fnv.New64a()
	h.Write([]byte(string(rs)))
	return key(h.Sum64()) | wordBit
}

// runes gives back the characters of a Han term; the second is 0 for a single character.
func (k key) runes() (a, b rune) { return rune(k >> 32), rune(k & 0xFFFFFFFF) }

func (k key) isPair() bool { return k&wordBit == 0 && k&0xFFFFFFFF != 0 }

// terms calls emit for each term of folded text, with the position of its first character and its length: the
// overlapping pairs of a Han run, a Han character that stands alone, and each word or number.
func terms(rs []rune, emit func(k key, at, n int)) {
	for i := 0; i < len(rs); {
		j := i + 1
		switch r := rs[i]; {
		case isHan(r):
			for j < len(rs) && isHan(rs[j]) {
				j++
			}
			if j == i+1 {
				emit(pairKey(r, 0), i, 1)
			}
			for k := i; k+1 < j; k++ {
				emit(pairKey(rs[k], rs[k+1]), k, 2)
			}
		case isDigit(r):
			for j < len(rs) && isDigit(rs[j]) {
				j++
			}
			emit(wordKey(rs[i:j]), i, j-i)
		case unicode.IsLetter(r):
			for j < len(rs) && unicode.IsLetter(rs[j]) && !isHan(rs[j]) {
				j++
			}
			emit(wordKey(rs[i:j]), i, j-i)
		}
		i = j
	}
}
