package quality

import (
	"bytes"
	_ "embed" // the sheet
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// The sheet of the ministry's monitoring of 2015 with 100 points, as data: a new printing is a new file. Steps are assumptions
// of the project.
//
//go:embed rubric.json
var ministry2015 []byte

// ErrRubric tells that a marking sheet cannot be worked with.
var ErrRubric = errors.New("quality: not a marking sheet")

// Ministry2015 is that sheet.
func Ministry2015() *Rubric {
	r, err := ParseRubric(ministry2015)
	if err != nil {
		panic(err) // a test reads it
	}
	return r
}

// ParseRubric reads a marking sheet in JSON and checks that it adds up.
func ParseRubric(data []byte) (*Rubric, error) {
	r := &Rubric{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRubric, err)
	}
	return r, r.check()
}

// check refuses a sheet whose items, less what the caps take away, do not come to the points of their parts and these to the
// total: what is printed wrongly has to be capped, or a full sheet would pass its own total.
func (r *Rubric) check() error {
	sums, total := map[string]int{}, 0
	for _, p := range r.Parts {
		sums[p.ID] = -p.Points
		total += p.Points
	}
	for i, it := range r.Items {
		_, known := sums[it.Part]
		if !known || !it.sound() || slices.ContainsFunc(r.Items[:i], func(o Item) bool { return o.ID == it.ID }) {
			return fmt.Errorf("%w: item %q", ErrRubric, it.ID)
		}
		sums[it.Part] += it.Points
	}
	for _, c := range r.Caps {
		part, over, err := r.over(c)
		if err != nil {
			return err
		}
		sums[part] -= over
	}
	for _, p := range r.Parts {
		if sums[p.ID] != 0 {
			return fmt.Errorf("%w: part %s is off by %d", ErrRubric, p.ID, sums[p.ID])
		}
	}
	if total != r.Total || total == 0 {
		return fmt.Errorf("%w: the parts come to %d of %d", ErrRubric, total, r.Total)
	}
	return nil
}

// sound tells whether an item can be marked.
func (it Item) sound() bool {
	return it.ID != "" && it.Step >= 1 && it.Points >= 1 && it.Points%it.Step == 0 && it.How.Label() != ""
}

// over is by how much the items of a cap go above it, and in which part.
func (r *Rubric) over(c Cap) (part string, points int, err error) {
	points = -c.Points
	for _, id := range c.Items {
		it, ok := r.Item(id)
		if !ok || part != "" && it.Part != part {
			return "", 0, fmt.Errorf("%w: cap %q names %q", ErrRubric, c.Name, id)
		}
		points, part = points+it.Points, it.Part
	}
	return part, max(points, 0), nil
}
