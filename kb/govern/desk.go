package govern

import (
	"cmp"
	"slices"
	"strings"
	"time"

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
// overdue is in it.
func Calendar(articles []kb.Article, today, until search.Date) (out []Due) {
	for _, a := range articles {
		add := func(on search.Date, why string) {
			if on != 0 && on <= until {
				out = append(out, Due{a.ID, a.Title, on, why})
			}
		}
		expired := a.Scope.Expires.Last() != 0 && a.Scope.Expires.Last() < today
		if !expired {
			add(a.Scope.Expires.Last(), "到期失效")
			add(a.Review.Due.Last(), "应当复核")
		}
		if from := a.Scope.Effective.First(); from > today {
			add(from, "开始施行")
		}
	}
	slices.SortStableFunc(out, func(a, b Due) int { return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Published lists the entries published on a day, the latest first: what agents see as changed today.
func Published(entries []Entry, day search.Date) (out []Entry) {
	at := func(e Entry) time.Time {
		for _, d := range slices.Backward(e.Steps) {
			if d.Step == StepPublish {
				return d.At
			}
		}
		return time.Time{}
	}
	for _, e := range entries {
		if t := at(e); !t.IsZero() && search.DateOf(t) == day && (e.State == StatePublished || e.State == StateWithdrawn) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Entry) int { return at(b).Compare(at(a)) })
	return out
}

// Asked is a search in a call: what was typed last, and which article was opened after it, if any.
type Asked struct {
	Text   string
	Opened string // id, empty when none was opened
	Found  int    // hits shown
}

// Miss is a wording that did not lead to an article.
type Miss struct {
	Text  string
	Times int
	None  bool // nothing was found at all
}

// Misses sums up the searches after which no article was opened, the most frequent first. A wording that led to an
// article more often than not is no miss.
func Misses(list []Asked) (out []Miss) {
	type count struct{ missed, opened, found int }
	counts := map[string]*count{}
	for _, a := range list {
		text := strings.Join(strings.Fields(a.Text), " ")
		if text == "" {
			continue
		}
		if counts[text] == nil {
			counts[text] = &count{}
		}
		c := counts[text]
		c.found = max(c.found, a.Found)
		if a.Opened == "" {
			c.missed++
		} else {
			c.opened++
		}
	}
	for text, c := range counts {
		if c.missed > c.opened {
			out = append(out, Miss{text, c.missed, c.found == 0})
		}
	}
	slices.SortFunc(out, func(a, b Miss) int { return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Text, b.Text)) })
	return out
}

// Standard is an agreed wording (统一口径) that goes before what articles say, for a subject and for some time: after a
// new rule, during a campaign, while an office is closed.
type Standard struct {
	ID       string
	Subject  string
	Wording  string
	Articles []string // ids that it goes before
	From     search.Date
	Until    search.Date // last day, 0 until it is ended
	By       Person
	Approved Person
}

// ValidOn tells whether a standard answer is to be used on a day. It needs a second person like any article.
func (s Standard) ValidOn(day search.Date) bool {
	return s.Approved.No != "" && s.Approved.No != s.By.No && s.From <= day && (s.Until == 0 || day <= s.Until)
}

// StandardFor finds the standard answer that goes before an article on a day; the latest begun counts.
func StandardFor(list []Standard, article string, day search.Date) (best Standard, ok bool) {
	for _, s := range list {
		if s.ValidOn(day) && slices.Contains(s.Articles, article) && (!ok || s.From > best.From) {
			best, ok = s, true
		}
	}
	return best, ok
}
