// Package quality is the marking sheet of the ministry: its items and caps as data, what a call's facts propose, and how
// a sheet of a person adds up.
//
// It owns the rubric of 2015 (domain.md section 8) and the thresholds of its measures. Quality scoring and the exams use
// the same code. It promises that a machine proposes and never totals: a sheet adds up only when a person has confirmed
// every item, that no item or group passes its points, and that a fault of our own line costs the agent nothing.
package quality

import (
	"errors"
	"fmt"
	"slices"
)

// How tells who decides an item.
type How string

// The ways.
const (
	Auto   How = "auto"   // call data decide; a person confirms the sheet
	Assist How = "assist" // call data propose, a person decides
	Human  How = "human"  // a person decides
)

// Label is the Chinese name.
func (h How) Label() string {
	return map[How]string{Auto: "自动", Assist: "建议", Human: "人工"}[h]
}

// Part is a block of the sheet.
type Part struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Points int    `json:"points"`
}

// Item is one line of the sheet.
type Item struct {
	ID     string `json:"id"`
	Part   string `json:"part"`
	Name   string `json:"name"`
	Points int    `json:"points"`
	Step   int    `json:"step"` // smallest unit; equal to Points where it is all or nothing
	How    How    `json:"how"`
}

// Cap limits the sum of items that print more points together than their block has.
type Cap struct {
	Name   string   `json:"name"`
	Items  []string `json:"items"`
	Points int      `json:"points"`
	Why    string   `json:"why"`
}

// Rubric is a marking sheet.
type Rubric struct {
	Version string `json:"version"`
	Total   int    `json:"total"`
	Parts   []Part `json:"parts"`
	Items   []Item `json:"items"`
	Caps    []Cap  `json:"caps"`
}

// Item returns an item of the rubric.
func (r *Rubric) Item(id string) (Item, bool) {
	i := slices.IndexFunc(r.Items, func(it Item) bool { return it.ID == id })
	if i < 0 {
		return Item{}, false
	}
	return r.Items[i], true
}

// Score is what one item got.
type Score struct {
	Points   int    `json:"points"`
	By       string `json:"by"`                 // agent number of the person who decided; empty: only proposed
	Excluded bool   `json:"excluded,omitempty"` // does not count for this call
	Note     string `json:"note,omitempty"`
}

// Sheet is the scores of one call by item.
type Sheet struct {
	Scores map[string]Score `json:"scores"`
	// LegalError: the conclusion of the answer was wrong in law, which limits C2.
	LegalError bool `json:"legal_error,omitempty"`
}

// What can be wrong with a sheet.
var (
	ErrUnknownItem = errors.New("quality: the rubric has no such item")
	ErrPoints      = errors.New("quality: points outside the item or its step")
	ErrUnconfirmed = errors.New("quality: a person has not confirmed every item")
	ErrOwnCall     = errors.New("quality: nobody scores an own call")
)

// Set writes the score of an item that a person decided. The agent of the call may not.
func (s *Sheet) Set(r *Rubric, id string, score Score, agent string) error {
	item, ok := r.Item(id)
	switch {
	case !ok:
		return fmt.Errorf("%w: %s", ErrUnknownItem, id)
	case score.By == "":
		return fmt.Errorf("%w: %s", ErrUnconfirmed, id)
	case score.By == agent:
		return ErrOwnCall
	case score.Points < 0 || score.Points > item.Points || score.Points%item.Step != 0 || score.Excluded && score.Points != 0:
		return fmt.Errorf("%w: %s has %d of %d in steps of %d", ErrPoints, id, score.Points, item.Points, item.Step)
	case id == answerItem && s.LegalError && score.Points > legalErrorCap:
		return fmt.Errorf("%w: a legal error limits %s to %d", ErrPoints, id, legalErrorCap)
	}
	if s.Scores == nil {
		s.Scores = map[string]Score{}
	}
	s.Scores[id] = score
	return nil
}

// answerItem is the item that a legal error limits (an assumption of the project).
const (
	answerItem    = "C2"
	legalErrorCap = 2
)

// Sum is what a block or a sheet came to. Of is less than printed where items were excluded.
type Sum struct {
	Points int
	Of     int
}

// Result is a sheet that was added up.
type Result struct {
	Sum
	Parts  map[string]Sum
	Capped []string // names of the caps that took points away
}

// Add adds up a sheet. It is refused until a person has confirmed every item of the rubric, and it takes the caps off.
func (r *Rubric) Add(s Sheet) (Result, error) {
	out := Result{Parts: map[string]Sum{}}
	for _, item := range r.Items {
		score, ok := s.Scores[item.ID]
		if !ok || score.By == "" {
			return Result{}, fmt.Errorf("%w: %s", ErrUnconfirmed, item.ID)
		}
		points := score.Points
		if item.ID == answerItem && s.LegalError {
			points = min(points, legalErrorCap)
		}
		if !score.Excluded {
			out.add(item.Part, points, item.Points)
		}
	}
	for _, c := range r.Caps {
		r.cap(s, c, &out)
	}
	return out, nil
}

func (out *Result) add(part string, points, of int) {
	p := out.Parts[part]
	out.Parts[part] = Sum{p.Points + points, p.Of + of}
	out.Points += points
	out.Of += of
}

// cap takes off what a group has above its points, from what was reached and from what could be.
func (r *Rubric) cap(s Sheet, c Cap, out *Result) {
	points, of, part := 0, 0, ""
	for _, id := range c.Items {
		item, _ := r.Item(id)
		part = item.Part
		if score := s.Scores[id]; !score.Excluded {
			points += score.Points
			of += item.Points
		}
	}
	over := max(0, points-c.Points)
	if over > 0 {
		out.Capped = append(out.Capped, c.Name)
	}
	out.add(part, -over, -max(0, of-c.Points))
}

// Tenths is a score with one decimal as a whole number of tenths: nothing is rounded twice.
type Tenths int

func (t Tenths) String() string { return fmt.Sprintf("%d.%d", int(t)/10, int(t)%10) }

// Mean is the mean of several sums, each brought to the rubric's total, rounded half up once. Two scorers of a disputed
// call are averaged with it.
func (r *Rubric) Mean(sums ...Sum) (Tenths, bool) {
	n, ok := r.mean(10, sums)
	return Tenths(n), ok
}

// Mark is the mean in whole points, rounded half up once: never a mean in tenths that is rounded again.
func (r *Rubric) Mark(sums ...Sum) (int, bool) { return r.mean(1, sums) }

// mean is the mean of sums in so many units to a point.
func (r *Rubric) mean(units int, sums []Sum) (int, bool) {
	if len(sums) == 0 {
		return 0, false
	}
	// Σ points/of · total / n, over one denominator.
	num, den := 0, 1
	for _, s := range sums {
		if s.Of == 0 {
			return 0, false
		}
		num = num*s.Of + s.Points*den
		den *= s.Of
	}
	num *= r.Total * units
	den *= len(sums)
	return (2*num + den) / (2 * den), true
}

// Differences lists the items on which two sheets do not agree, in the order of the rubric.
func (r *Rubric) Differences(a, b Sheet) []string {
	var out []string
	for _, item := range r.Items {
		x, y := a.Scores[item.ID], b.Scores[item.ID]
		if x.Points != y.Points || x.Excluded != y.Excluded {
			out = append(out, item.ID)
		}
	}
	return out
}
