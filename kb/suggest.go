package kb

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"zuoxi/kb/search"
)

// Hint is what is known of a call before anybody searches. Every field may be empty.
type Hint struct {
	Said    string   // by the caller, as a recogniser heard it
	Written string   // typed in the record so far
	Topic   string   // matter chosen in the record
	Menu    []string // what the caller chose in the menu
	Open    []string // subjects of the caller's open items
	Region  string
}

// Empty tells that nothing is known.
func (h Hint) Empty() bool {
	return h.Said == "" && h.Written == "" && h.Topic == "" && len(h.Menu) == 0 && len(h.Open) == 0
}

// How much each source counts: what is being said and written now is nearer to the question than what was chosen before.
const (
	saidCounts    = 1.0
	writtenCounts = 1.0
	topicCounts   = 0.6
	menuCounts    = 0.4
	openCounts    = 0.3

	suggestions  = 3
	perSource    = 8
	rankDamping  = 2.0
	lawCounts    = 0.5 // an article of the law, against an answer or a guide
	lastWords    = 60  // characters of a longer text that are searched
	fewestLetter = 2
)

// Suggest offers up to three articles for a call. A source that fits no article adds nothing.
func (b *Base) Suggest(ctx context.Context, h Hint) ([]search.Hit, error) {
	type found struct {
		search.Hit
		score float64
	}
	sum := map[string]*found{}
	topic, menu := subjectOf(strings.Fields(h.Topic)), subjectOf(h.Menu)
	for _, src := range []struct {
		text    string
		counts  float64
		subject string
	}{
		{last(h.Said), saidCounts, ""}, {last(h.Written), writtenCounts, ""}, {topic.text, topicCounts, topic.name},
		{menu.text, menuCounts, menu.name}, {strings.Join(h.Open, " "), openCounts, ""},
	} {
		if len([]rune(strings.TrimSpace(src.text))) < fewestLetter {
			continue
		}
		r, err := b.Search(ctx, search.Query{Text: src.text, Region: h.Region, Category: src.subject, Limit: perSource})
		if errors.Is(err, ErrNone) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for rank, hit := range r.Hits {
			s := src.counts / (rankDamping + float64(rank))
			if hit.Kind == search.KindPolicy {
				s *= lawCounts
			}
			if sum[hit.ID] == nil {
				sum[hit.ID] = &found{Hit: hit}
			}
			sum[hit.ID].score += s
		}
	}
	all := make([]*found, 0, len(sum))
	for _, f := range sum {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *found) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.ID, b.ID)) })
	var out []search.Hit
	for _, f := range all[:min(len(all), suggestions)] {
		out = append(out, f.Hit)
	}
	return out, nil
}

// subject is what somebody chose step by step: one of Categories, if it is among the steps, and what to search there.
type subject struct{ name, text string }

// subjectOf leaves out the steps before the subject: in a menu they are the place and the way to a person.
func subjectOf(steps []string) subject {
	for i := len(steps) - 1; i >= 0; i-- {
		for _, c := range Categories {
			if strings.HasSuffix(steps[i], c) {
				return subject{c, strings.Join(append([]string{c}, steps[i+1:]...), " ")}
			}
		}
	}
	return subject{"", strings.Join(steps, " ")}
}

// last is the end of a text: what was said or written just now.
func last(s string) string {
	rs := []rune(strings.TrimSpace(s))
	return string(rs[max(len(rs)-lastWords, 0):])
}

// ChangedOn lists the articles that came or changed on a day, up to a number: of each the version that applies on that day,
// if it changed, else one that did.
func (b *Base) ChangedOn(day search.Date, most int) (out []Article, err error) {
	err = b.All(func(a Article) bool {
		if a.Changed.First() == day && !slices.ContainsFunc(out, func(o Article) bool { return o.ID == a.ID }) {
			out = append(out, a)
		}
		return len(out) < most
	})
	for i, a := range out {
		now, ok, no := b.GetOn(a.ID, day)
		if no != nil {
			return nil, no
		}
		if ok && now.Changed.First() == day {
			out[i] = now
		}
	}
	return out, err
}
