package quality

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Draw chooses n of the calls at random, so that anybody can do it again: each call's place is a hash of the seed and its id,
// whatever the order of the list. The seed must be made after the list is known.
func Draw(seed string, calls []string, n int) []string {
	type placed struct{ id, at string }
	all := make([]placed, 0, len(calls))
	for _, id := range calls {
		h := sha256.Sum256([]byte(seed + "\x00" + id))
		all = append(all, placed{id, hex.EncodeToString(h[:])})
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	out := make([]string, 0, n)
	for _, p := range all[:min(n, len(all))] {
		out = append(out, p.id)
	}
	return out
}

// Population is the fingerprint of what was drawn from.
func Population(calls []string) string {
	sorted := slices.Sorted(slices.Values(calls))
	h := sha256.Sum256([]byte(strings.Join(sorted, "\n")))
	return hex.EncodeToString(h[:8])
}

// Tolerance is how many points of 100 two scorers may differ without a third word (an assumption of the project).
const Tolerance = 5

// Reconciled is what two sums come to, in points of 100: their mean where they are close, as in the ministry's monitoring;
// else a person has to decide.
func Reconciled(a, b Sum) (mark int, decided bool) {
	r := Rubric{Total: 100}
	mark, ok := r.Mark(a, b)
	apart := a.Points*b.Of - b.Points*a.Of // over a.Of · b.Of
	return mark, ok && 100*max(apart, -apart) <= Tolerance*a.Of*b.Of
}

// Deviation is how far a scorer is from the expert on the same calls.
type Deviation struct {
	Calls  int
	Total  int      // sum of the differences of the totals, in points; below 0: sterner than the expert
	Spread int      // sum of their sizes
	Items  []string // items on which they differed, one entry for each call
}

// Calibrate holds a scorer's sheets of some calls to the expert's of the same calls, in the same order.
func (r *Rubric) Calibrate(expert, scorer []Sheet) (Deviation, error) {
	var d Deviation
	for i := range min(len(expert), len(scorer)) {
		e, err := r.Add(expert[i])
		if err != nil {
			return d, err
		}
		s, err := r.Add(scorer[i])
		if err != nil {
			return d, err
		}
		d.Calls++
		off := s.Points - e.Points
		d.Total += off
		d.Spread += max(off, -off)
		d.Items = append(d.Items, r.Differences(expert[i], scorer[i])...)
	}
	return d, nil
}
