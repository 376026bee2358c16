package acd

import (
	"slices"
	"time"
)

// Asked is what a caller in the line asks for.
type Asked struct{ Region, Subject string }

// Crew are the certified seats on duty that have the same skills; Free of them could take a call now.
type Crew struct {
	Skills   []Skill
	On, Free int
}

func (c *Crew) takes(a Asked, anyRegion bool) bool {
	s := Seat{Skills: c.Skills}
	return s.level(Waiting{Region: a.Region, Subject: a.Subject}, anyRegion) > 0
}

// Expect is the expected wait of who would come now and ask for next: ahead are all of the line whom the same seats may
// serve. Where no seat has the region, those of the whole province count, as they do for who waits long enough. It answers
// false when nobody on duty could take the call.
func Expect(crews []Crew, line map[Asked]int, next Asked, handling time.Duration) (time.Duration, bool) {
	for _, anyRegion := range []bool{false, true} {
		pool, on, free := []*Crew{}, 0, 0
		for i := range crews {
			if c := &crews[i]; c.takes(next, anyRegion) {
				pool, on, free = append(pool, c), on+c.On, free+c.Free
			}
		}
		if on == 0 {
			continue
		}
		ahead := 0
		for a, n := range line {
			if slices.ContainsFunc(pool, func(c *Crew) bool { return c.takes(a, anyRegion) }) {
				ahead += n
			}
		}
		if free > ahead {
			return 0, true
		}
		return Estimate(ahead, on, handling)
	}
	return 0, false
}
