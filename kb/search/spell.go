package search

import (
	"cmp"
	"slices"
	"strings"
)

// slot is a place for one character: a character typed, or one to be found by its sound.
type slot struct {
	han   rune
	sound span
	full  bool // the whole syllable was typed
}

// Costs of reading letters: whole syllables are likelier than initials, a cut-off syllable is likely only at the end.
const (
	costSyllable = 1.0
	costVowel    = 2.5 // a, e, o standing alone
	costInitial  = 2.2
	costSecond   = 1.8 // zh, ch, sh for one character, rather than for two
	costCut      = 1.9

	spellings    = 3   // ways of cutting letters that are kept
	spellingSlip = 1.6 // as long as they cost no more than the best by this
	longestSound = 6   // letters of a syllable
)

type spelling struct {
	cost  float64
	slots []slot
}

func (s spelling) with(cost float64, sl slot) spelling {
	return spelling{s.cost + cost, append(slices.Clip(s.slots), sl)}
}

// spell cuts letters into syllables and initials. A syllable may be cut off where the letters end the query.
func (s *syllables) spell(letters string, last bool) []spelling {
	best := make([][]spelling, len(letters)+1)
	best[0] = []spelling{{}}
	for i := range letters {
		best[i] = cheapest(best[i])
		for _, sp := range best[i] {
			for n := 1; n <= min(longestSound, len(letters)-i); n++ {
				part := letters[i : i+n]
				if at, ok := s.exact(part); ok && (n > 1 || strings.Contains("aeo", part)) {
					cost := costSyllable
					if n == 1 {
						cost = costVowel
					}
					best[i+n] = append(best[i+n], sp.with(cost, slot{sound: at, full: true}))
				} else if last && i+n == len(letters) && n > 1 && !isInitial(part) {
					if at, ok := s.starting(part); ok {
						best[i+n] = append(best[i+n], sp.with(costCut, slot{sound: at}))
					}
				}
				if isInitial(part) {
					at, _ := s.starting(part)
					best[i+n] = append(best[i+n], sp.with(costInitial+costSecond*float64(n-1), slot{sound: at}))
				}
			}
		}
	}
	return cheapest(best[len(letters)])
}

func isInitial(part string) bool {
	return len(part) == 1 && !strings.Contains("iuv", part) || part == "zh" || part == "ch" || part == "sh"
}

func cheapest(list []spelling) []spelling {
	slices.SortStableFunc(list, func(a, b spelling) int { return cmp.Compare(a.cost, b.cost) })
	for i := range list {
		if i == spellings || list[i].cost > list[0].cost+spellingSlip {
			return list[:i]
		}
	}
	return list
}
