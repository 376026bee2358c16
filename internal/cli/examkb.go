package cli

import (
	"time"

	"zuoxi/hub/exam"
)

// Article implements exam.Articles: what questions and answer points rest on.
func (h *hubBase) Article(id string) (exam.Article, bool) {
	a, ok, err := h.base.Get(id)
	if err != nil || !ok {
		return exam.Article{}, false
	}
	out := exam.Article{ID: a.ID, Title: a.Title, Text: a.Body}
	if t, err := time.Parse(time.DateOnly, a.Review.Reviewed.String()); err == nil {
		out.Reviewed = t
	}
	return out, true
}
