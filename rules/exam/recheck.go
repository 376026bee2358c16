package exam

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Change is how much of a subject was written anew since somebody was examined in it: of the articles that its questions and
// answer points rest on, how many.
type Change struct {
	Subject string `json:"subject"`
	Changed int    `json:"changed"`
	Of      int    `json:"of"`
}

// What is much: a third of a subject's articles, and at least two.
const (
	muchShare = 3
	muchLeast = 2
)

func (c Change) String() string {
	return fmt.Sprintf("%s 的知识变化大：%d 条里改了 %d 条，建议转复核", c.Subject, c.Of, c.Changed)
}

// Changes lists the subjects that changed much since a day. Reviews are the days on which a subject's articles were looked at last.
func Changes(reviews map[string][]time.Time, since time.Time) []Change {
	var out []Change
	for _, subject := range slices.Sorted(maps.Keys(reviews)) {
		c := Change{Subject: subject, Of: len(reviews[subject])}
		for _, day := range reviews[subject] {
			if day.After(since) {
				c.Changed++
			}
		}
		if c.Changed >= muchLeast && c.Changed*muchShare >= c.Of {
			out = append(out, c)
		}
	}
	return out
}
