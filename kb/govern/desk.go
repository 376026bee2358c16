package govern

import (
	"cmp"
	"slices"

	"zuoxi/kb"
	"zuoxi/kb/search"
)

// Due is an article that somebody must look at, and why.
type Due struct {
	ID, Title string
	On        search.Date
	Why       string
}

// Calendar lists what expires, applies for the first time or must be reviewed up to a day, the earliest first. What is
// overdue is in it: also what has lapsed without a later version, until somebody looks at it and leaves it so.
func Calendar(articles []kb.Article, today, until search.Date) (out []Due) {
	newest := kb.Newest(articles)
	for _, a := range articles {
		add := func(on search.Date, why string) {
			if on != 0 && on <= until {
				out = append(out, Due{a.ID, a.Title, on, why})
			}
		}
		end := a.Scope.Expires.Last()
		expired := end != 0 && end < today
		if followed := a.Version < newest[a.ID]; !expired || !followed {
			if !expired || a.Review.Reviewed.First() <= end {
				add(end, "到期失效")
			}
			add(a.Review.Due.Last(), "应当复核")
		}
		if from := a.Scope.Effective.First(); from > today {
			add(from, "开始施行")
		}
	}
	slices.SortStableFunc(out, func(a, b Due) int { return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Miss is a wording that did not lead to an article.
type Miss struct {
	Text  string
	Times int
	None  bool // nothing was found at all
}

// Count is how often a wording was searched, with an article opened after it or without.
type Count struct {
	Text           string
	Missed, Opened int
	Found          int // most hits that were shown
}

// Misses lists the wordings that led to no article, the most frequent first. One that led to an article more often than
// not is no miss.
func Misses(list []Count) (out []Miss) {
	for _, c := range list {
		if c.Text != "" && c.Missed > c.Opened {
			out = append(out, Miss{c.Text, c.Missed, c.Found == 0})
		}
	}
	slices.SortFunc(out, func(a, b Miss) int { return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Text, b.Text)) })
	return out
}
