package hub

import (
	"slices"
	"time"

	"zuoxi/wire"
)

// shown is a moment for a desk that hears of it at seen. The desk places it by what the hub's clock shows then: where that
// clock was set in between, the moment is told as if it had been set before. A desk that knew it goes on showing it where
// it was, for its seen is older.
func shown(at, seen time.Time) time.Time {
	set := seen.Round(0).Sub(at.Round(0)) - seen.Sub(at)
	if !at.Before(seen) || set.Abs() < time.Second { // a clock that is slewed is not set
		return at
	}
	return at.Add(set.Round(time.Second))
}

// asTold is the call as this desk is told of it.
func (s *seat) asTold() *wire.Call {
	v, seen := *s.bound.view, s.bound.seen
	v.Since, v.Bridged = shown(v.Since, seen), shown(v.Bridged, seen)
	v.Legs = allShown(v.Legs, seen, func(l *wire.Leg) *time.Time { return &l.Since })
	v.Timeline = allShown(v.Timeline, seen, func(l *wire.Timeline) *time.Time { return &l.At })
	return &v
}

// allShown is shown for the moments of a list that is not ours to change.
func allShown[T any](list []T, seen time.Time, of func(*T) *time.Time) []T {
	own := false
	for i := range list {
		was := *of(&list[i])
		at := shown(was, seen)
		if at.Equal(was) {
			continue
		}
		if !own {
			list, own = slices.Clone(list), true
		}
		*of(&list[i]) = at
	}
	return list
}
