// Package acd distributes waiting callers to agents.
//
// It owns the order of the queue, the choice of the seat, the relaxing of skills over waiting time, and the estimate
// of the wait. The hub's queue keeps the lists and asks; the lead's board shows the reasons. It promises that only a
// certified agent who is ready and whose sound is known to work is ever offered a call, that a call keeps the place
// of its time of entry, and that every decision says why. It is pure: the time is a parameter.
package acd

import (
	"cmp"
	"slices"
	"time"
)

// worst is the lowest level of a skill.
const worst = 9

// Any matches every region or every subject in a skill.
const Any = "*"

// Skill is what an agent may take: a subject in a region, at a level from 1 (best) to 9. Any in a field means all of
// them.
type Skill struct {
	Region  string `json:"region"`
	Subject string `json:"subject"`
	Level   int    `json:"level"`
}

// Seat is an agent on duty. Ready seats can be offered a call; the others count when the queue asks whether waiting for
// a better skill makes sense at all.
type Seat struct {
	ID        string
	Certified bool      // passed the examination for live calls
	Ready     bool      // presence says so
	Media     bool      // the sound path was tested and is warm
	IdleSince time.Time // end of the last call or wrap-up
	Skills    []Skill
}

// Waiting is a caller in the queue.
type Waiting struct {
	ID        string
	Region    string
	Subject   string
	Priority  int       // larger is earlier
	Entered   time.Time // first entry into a queue: a call that comes back keeps it
	Returned  bool      // lost its seat: before everybody
	Preferred string    // seat that knows the caller, empty: none
	Refused   []string  // seats that refused or did not answer this call
}

// Relax loosens what a call asks for once it has waited long enough.
type Relax struct {
	After     time.Duration
	Level     int  // worst level that is good enough from then on
	AnyRegion bool // seats of the whole province count from then on
}

// Settings of the distribution. Steps are in order of After, the first at zero.
type Settings struct {
	Prefer time.Duration // how long a caller waits for the preferred seat while that is on duty
	Steps  []Relax
}

// DefaultSettings are the project's assumptions; the overflow to the province after 120 s is the menu's.
func DefaultSettings() Settings {
	return Settings{
		Prefer: 10 * time.Second,
		Steps:  []Relax{{0, 1, false}, {20 * time.Second, 2, false}, {40 * time.Second, worst, false}, {120 * time.Second, worst, true}},
	}
}

// Decision offers one call to one seat.
type Decision struct {
	Call string
	Seat string
	Why  Why
}

// Decide pairs waiting calls with free seats. It changes nothing: a decision that could not be carried out is simply
// asked for again. No call and no seat appears twice.
func Decide(now time.Time, waiting []Waiting, seats []Seat, set Settings) []Decision {
	free := offerable(seats)
	if len(free) == 0 || len(waiting) == 0 {
		return nil
	}
	var out []Decision
	for _, w := range Order(waiting) {
		i, why := choose(now, w, free, seats, set)
		if i < 0 {
			continue
		}
		out = append(out, Decision{Call: w.ID, Seat: free[i].ID, Why: why})
		free = slices.Delete(free, i, i+1)
		if len(free) == 0 {
			break
		}
	}
	return out
}

// offerable returns the seats that can be offered a call now, the longest idle first.
func offerable(seats []Seat) []*Seat {
	var free []*Seat
	for i := range seats {
		if s := &seats[i]; s.Certified && s.Ready && s.Media {
			free = append(free, s)
		}
	}
	slices.SortFunc(free, func(a, b *Seat) int {
		return cmp.Or(a.IdleSince.Compare(b.IdleSince), cmp.Compare(a.ID, b.ID))
	})
	return free
}

// Order returns the calls in the order in which they are served: calls that lost their seat, then by priority, then by
// time of entry.
func Order(waiting []Waiting) []Waiting {
	if slices.IsSortedFunc(waiting, before) {
		return waiting
	}
	sorted := slices.Clone(waiting)
	slices.SortStableFunc(sorted, before)
	return sorted
}

func before(a, b Waiting) int {
	if a.Returned != b.Returned {
		if a.Returned {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Entered.Compare(b.Entered), cmp.Compare(a.ID, b.ID))
}

// Ahead is how many calls are served before the call id; -1 when it does not wait.
func Ahead(waiting []Waiting, id string) int {
	return slices.IndexFunc(Order(waiting), func(w Waiting) bool { return w.ID == id })
}

func choose(now time.Time, w Waiting, free []*Seat, all []Seat, set Settings) (int, Why) {
	waited := now.Sub(w.Entered)
	refused := w.Refused
	if !othersOnDuty(w, all, set) {
		refused = nil // nobody else could ever take it
	}
	step, early := stepFor(waited, w, all, set)
	why := Why{Order: orderOf(w), Skill: skillOf(step, early), Waited: waited}
	if i := slices.IndexFunc(free, func(s *Seat) bool { return s.ID == w.Preferred }); w.Preferred != "" && (waited < set.Prefer || w.Returned) {
		if i >= 0 && free[i].suits(w, set.loosest()) && !slices.Contains(refused, w.Preferred) {
			why.Seat, why.Level = SeatPreferred, free[i].level(w, true)
			return i, why
		}
		if waited < set.Prefer && onDuty(all, w.Preferred) && !slices.Contains(refused, w.Preferred) {
			return -1, Why{}
		}
	}
	for i, s := range free {
		if s.suits(w, step) && !slices.Contains(refused, s.ID) {
			why.Seat, why.Level = SeatLongestIdle, s.level(w, step.AnyRegion)
			return i, why
		}
	}
	return -1, Why{}
}

// stepFor is what the call asks for now. A step that nobody on duty can meet is not waited for (early).
func stepFor(waited time.Duration, w Waiting, all []Seat, set Settings) (step Relax, early bool) {
	steps := set.steps()
	for i, s := range steps {
		due := i+1 == len(steps) || waited < steps[i+1].After
		if !due {
			continue
		}
		if slices.ContainsFunc(all, func(seat Seat) bool { return seat.Certified && seat.suits(w, s) }) {
			return s, waited < s.After
		}
	}
	return steps[len(steps)-1], false
}

func (set Settings) steps() []Relax {
	if len(set.Steps) == 0 {
		return DefaultSettings().Steps
	}
	return set.Steps
}

func (set Settings) loosest() Relax { return set.steps()[len(set.steps())-1] }

// othersOnDuty tells whether a seat that has not refused the call could take it at some time.
func othersOnDuty(w Waiting, all []Seat, set Settings) bool {
	if len(w.Refused) == 0 {
		return true
	}
	return slices.ContainsFunc(all, func(s Seat) bool {
		return s.Certified && s.suits(w, set.loosest()) && !slices.Contains(w.Refused, s.ID)
	})
}

func onDuty(all []Seat, id string) bool {
	return slices.ContainsFunc(all, func(s Seat) bool { return s.ID == id && s.Certified })
}

func (s *Seat) suits(w Waiting, step Relax) bool {
	level := s.level(w, step.AnyRegion)
	return level > 0 && level <= step.Level
}

// level is the best level of the seat for the call, 0 when it has none. A call without a region or subject can go to
// anybody.
func (s *Seat) level(w Waiting, anyRegion bool) int {
	best := 0
	for _, k := range s.Skills {
		region := anyRegion || k.Region == Any || w.Region == "" || k.Region == w.Region
		subject := k.Subject == Any || w.Subject == "" || k.Subject == w.Subject
		if region && subject && k.Level > 0 && (best == 0 || k.Level < best) {
			best = k.Level
		}
	}
	return best
}

// Overflowed tells whether the call has waited so long that seats of the whole province count.
func Overflowed(now time.Time, w Waiting, set Settings) bool {
	waited := now.Sub(w.Entered)
	for _, s := range set.steps() {
		if s.AnyRegion && waited >= s.After {
			return true
		}
	}
	return false
}

// Next is when Decide may decide differently although nothing has happened: a step is due or a preferred seat is no
// longer waited for. The zero time means never.
func Next(now time.Time, waiting []Waiting, set Settings) time.Time {
	var next time.Time
	consider := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, w := range waiting {
		if w.Preferred != "" {
			consider(w.Entered.Add(set.Prefer))
		}
		for _, s := range set.steps() {
			consider(w.Entered.Add(s.After))
		}
	}
	return next
}
