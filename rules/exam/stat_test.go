package exam

import (
	"math"
	"testing"
)

// matrix makes sittings of right (1) and wrong (0) answers, one row a person.
func matrix(rows ...string) []Sat {
	var out []Sat
	for _, r := range rows {
		s := Sat{Paper: "r1", Share: map[string]HalfPoints{}, Full: map[string]HalfPoints{}}
		for i, c := range r {
			id := string(rune('a' + i))
			s.Full[id], s.Share[id] = 2, HalfPoints(2*(c-'0'))
		}
		out = append(out, s)
	}
	return out
}

// TestReliability: by hand, p·q of the items is 0.24+0.25·… and the totals vary by 2.16.
func TestReliability(t *testing.T) {
	t.Parallel()
	// p = 0.8 0.6 0.4 0.2; Σpq = 0.16+0.24+0.24+0.16 = 0.80; totals 4 3 2 1 0, variance 2; KR-20 = 4/3·(1−0.8/2) = 0.8
	sat := matrix("1111", "1110", "1100", "1000", "0000")
	got := Reliabilities(sat)
	if len(got) != 1 || math.Abs(got[0].KR20-0.8) > 1e-9 || got[0].Sittings != 5 || got[0].Items != 4 {
		t.Errorf("%+v", got)
	}
	if r := Reliabilities(matrix("11", "11")); r[0].KR20 != 0 {
		t.Errorf("a paper that says nothing: %+v", r)
	}
	if r := Reliabilities(matrix("11")); r != nil {
		t.Errorf("one sitting: %+v", r)
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	var sat []Sat
	for range 3 {
		sat = append(sat, matrix("1110", "1110", "1100", "1000", "0001")...)
	}
	by := map[string]ItemStat{}
	for _, s := range Items(sat) {
		by[s.Question] = s
	}
	if a := by["a"]; math.Abs(a.Difficulty-0.8) > 1e-9 || a.Sittings != 15 || a.Discrimination <= 0 {
		t.Errorf("%+v", a)
	}
	if d := by["d"]; d.Discrimination >= 0 || d.Look == "" {
		t.Errorf("an item that the good get wrong: %+v", d)
	}
	if few := Items(matrix("10", "01")); few[0].Look != "" {
		t.Errorf("two sittings: %+v", few)
	}
}
