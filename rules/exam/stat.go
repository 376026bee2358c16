package exam

import (
	"math"
	"slices"
)

// Sat is what one sitting of a paper came to, item by item.
type Sat struct {
	Paper string                // sittings of the same questions share it
	Share map[string]HalfPoints // by question: what was reached
	Full  map[string]HalfPoints // and what could be
}

// ItemStat is how a question did. Difficulty is the mean share of its points that was reached (high is easy);
// Discrimination the correlation of that share with the rest of the paper (Pearson, item left out).
type ItemStat struct {
	Question       string  `json:"question"`
	Sittings       int     `json:"sittings"`
	Difficulty     float64 `json:"difficulty"`
	Discrimination float64 `json:"discrimination"`
	Look           string  `json:"look,omitempty"` // why an author should look at it
}

// Reliability is Cronbach's alpha over the items of one paper, which for items that are right or wrong is Kuder and
// Richardson's formula 20.
type Reliability struct {
	Paper    string  `json:"paper"`
	Sittings int     `json:"sittings"`
	Items    int     `json:"items"`
	KR20     float64 `json:"kr20"`
}

// fewest sittings before anything is said of an item.
const fewest = 10

// Items measures every question that was asked.
func Items(list []Sat) []ItemStat {
	shares, rests := map[string][]float64{}, map[string][]float64{}
	for _, s := range list {
		got, full := 0.0, 0.0
		for id, f := range s.Full {
			got, full = got+float64(s.Share[id]), full+float64(f)
		}
		for id, f := range s.Full {
			if f == 0 || full == float64(f) {
				continue
			}
			shares[id] = append(shares[id], float64(s.Share[id])/float64(f))
			rests[id] = append(rests[id], (got-float64(s.Share[id]))/(full-float64(f)))
		}
	}
	var out []ItemStat
	for id, x := range shares {
		st := ItemStat{Question: id, Sittings: len(x), Difficulty: mean(x), Discrimination: correlation(x, rests[id])}
		switch {
		case st.Sittings < fewest:
		case st.Discrimination < 0:
			st.Look = "答得好的人反而错得多，核对答案"
		case st.Difficulty > 0.95:
			st.Look = "几乎人人都对"
		case st.Difficulty < 0.3:
			st.Look = "多数人答错，核对题目或加强培训"
		case st.Discrimination < 0.2:
			st.Look = "区分不出水平"
		}
		out = append(out, st)
	}
	slices.SortFunc(out, func(a, b ItemStat) int {
		if (a.Look == "") != (b.Look == "") {
			return map[bool]int{true: 1, false: -1}[a.Look == ""]
		}
		return map[bool]int{true: -1, false: 1}[a.Question < b.Question]
	})
	return out
}

// Reliabilities measures each paper that at least two people sat.
func Reliabilities(list []Sat) []Reliability {
	papers := map[string][]Sat{}
	var names []string
	for _, s := range list {
		if papers[s.Paper] == nil {
			names = append(names, s.Paper)
		}
		papers[s.Paper] = append(papers[s.Paper], s)
	}
	var out []Reliability
	for _, name := range names {
		if sat := papers[name]; len(sat) > 1 {
			out = append(out, Reliability{name, len(sat), len(sat[0].Full), alpha(sat)})
		}
	}
	return out
}

// alpha is k/(k-1) · (1 − Σ variance of items / variance of totals); for items of one point each that are right or wrong,
// the variance of an item is p·q and this is KR-20. A paper on which all got the same says nothing: 0.
func alpha(sat []Sat) float64 {
	k := float64(len(sat[0].Full))
	totals := make([]float64, len(sat))
	items := 0.0
	for id := range sat[0].Full {
		x := make([]float64, len(sat))
		for i, s := range sat {
			x[i] = float64(s.Share[id])
			totals[i] += x[i]
		}
		items += variance(x)
	}
	v := variance(totals)
	if k < 2 || v == 0 {
		return 0
	}
	return k / (k - 1) * (1 - items/v)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(1, len(x)))
}

func variance(x []float64) float64 {
	m, sum := mean(x), 0.0
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return sum / float64(max(1, len(x)))
}

// correlation of two lists; 0 where either does not vary.
func correlation(x, y []float64) float64 {
	mx, my, sum := mean(x), mean(y), 0.0
	for i := range x {
		sum += (x[i] - mx) * (y[i] - my)
	}
	v := math.Sqrt(variance(x) * variance(y))
	if v < 1e-12 {
		return 0
	}
	return sum / float64(len(x)) / v
}
