package search

import (
	_ "embed"
	"sort"
	"strings"
	"sync"
)

//go:generate go run ./pinyingen data/pinyin.txt

//go:embed data/pinyin.txt
var pinyinTable string

const (
	firstRead   = 0x4E00
	lastRead    = 0x9FFF
	maxReadings = 3
)

// syllables are numbered from 1 in alphabetical order, so that those with one initial are a range of numbers.
type syllables struct {
	names []string // names[0] is empty
	id    map[string]uint16
	read  [maxReadings][lastRead - firstRead + 1]uint16
	chars [][]rune // of each syllable
}

var pinyin = sync.OnceValue(func() *syllables {
	s := &syllables{names: []string{""}, id: map[string]uint16{}, chars: [][]rune{nil}}
	for line := range strings.Lines(pinyinTable) {
		cols := strings.Split(strings.TrimRight(line, "\n"), "\t")
		n := uint16(len(s.names))
		s.names = append(s.names, cols[0])
		s.id[cols[0]] = n
		s.chars = append(s.chars, []rune(strings.Join(cols[1:], "")))
		for rank, chars := range cols[1:] {
			for _, r := range chars {
				s.read[rank][r-firstRead] = n
			}
		}
	}
	return s
})

// readings lists the syllables of a character, the commonest first.
func (s *syllables) readings(r rune) []uint16 {
	if r < firstRead || r > lastRead {
		return nil
	}
	out := make([]uint16, 0, maxReadings)
	for rank := range s.read {
		if n := s.read[rank][r-firstRead]; n != 0 {
			out = append(out, n)
		}
	}
	return out
}

// usual lists the two commonest.
func (s *syllables) usual(r rune) []uint16 {
	all := s.readings(r)
	return all[:min(len(all), 2)]
}

// span is a range of syllable numbers: one syllable, or all that start with some letters.
type span struct{ lo, hi uint16 } // lo <= n < hi

func (p span) has(n uint16) bool { return n >= p.lo && n < p.hi }

func (s *syllables) exact(name string) (span, bool) {
	n, ok := s.id[name]
	return span{n, n + 1}, ok
}

// starting is the span of all syllables that begin with the letters given.
func (s *syllables) starting(letters string) (span, bool) {
	lo := sort.SearchStrings(s.names[1:], letters) + 1
	hi := sort.SearchStrings(s.names[1:], letters+"{") + 1
	return span{uint16(lo), uint16(hi)}, hi > lo
}

// reads tells whether a character has a reading within the span.
func (s *syllables) reads(r rune, p span) bool {
	if r < firstRead || r > lastRead {
		return false
	}
	for rank := range s.read {
		if n := s.read[rank][r-firstRead]; n != 0 && p.has(n) {
			return true
		}
	}
	return false
}
