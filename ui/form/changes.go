package form

import (
	"cmp"
	"slices"

	"zuoxi/rules/region"
	"zuoxi/rules/ticket"
	"zuoxi/session"
)

// Change is one field that says something else, as people read it.
type Change struct{ Label, Text string }

// Changes are the fields of theirs, a record that the hub has, that say something
// else than mine: in the order of the form, but long texts last, so that what has
// no room is the end of a text and no field.
func Changes(mine, theirs *session.RecordFields) []Change {
	items := lay(ticket.Kind(theirs.Kind), true)
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.rows, b.rows) })
	var out []Change
	for i := range items {
		it := &items[i]
		if text := it.reads(theirs); text != it.reads(mine) {
			out = append(out, Change{it.label, cmp.Or(text, "（空）")})
		}
	}
	return out
}

// reads is what a record says in the item, in words.
func (it *item) reads(f *session.RecordFields) string {
	v := f.Value(it.code)
	if it.code == regionCode {
		return region.Name(v)
	}
	if i := slices.IndexFunc(it.picks, func(o option) bool { return o.value == v }); i >= 0 {
		return it.picks[i].label
	}
	return v
}
