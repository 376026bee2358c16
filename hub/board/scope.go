package board

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"zuoxi/rules/access"
	"zuoxi/rules/acd"
	"zuoxi/rules/agent"
	"zuoxi/rules/region"
	"zuoxi/wire"
)

// other is the queue of callers who named no subject.
const other = "其他"

// curveLen is how many minutes the curves show.
const curveLen = 60

// scope is what those see who are responsible for one district.
type scope struct {
	district string
	sums     row
	value    wire.BoardSums
	queues   []wire.BoardLine // as they are in this second
	lines    map[string]*cell[wire.BoardLine]
	topics   row
	list     []wire.BoardTopic
	minute   *cell[wire.BoardMinute]
	minutes  []*cell[wire.BoardMinute] // oldest first; the last is the current one
}

// scope finds or makes the scope of a district.
func (b *Board) scope(district string) {
	if b.scopes[district] != nil {
		return
	}
	s := &scope{district: district, lines: map[string]*cell[wire.BoardLine]{}}
	s.sums = row{district: district, own: true, put: func(d *wire.Board, _ bool) { v := s.value; d.Sums = &v }}
	s.topics = row{district: district, own: true, put: func(d *wire.Board, _ bool) { d.Topics = s.list }}
	b.scopes[district] = s
	b.seeScope(s)
}

func (s *scope) covers(district string) bool {
	return s.district == "" || access.Covers(s.district, district)
}

// seeScope brings the sums, queues, topics and curves of a scope up to date.
func (b *Board) seeScope(s *scope) {
	next := wire.BoardSums{Now: b.nowOf(s), Today: b.todayOf(s), OverdueAt: seconds(b.floor.dueAt)}
	for d, r := range b.floor.records {
		if s.covers(d) {
			next.Overdue, next.Filed, next.Passed = next.Overdue+r.Overdue, next.Filed+r.Filed, next.Passed+r.Passed
		}
	}
	for d, f := range b.floor.first {
		if s.covers(d) {
			next.FirstDay, next.First, next.FirstOf = f.FirstDay, next.First+f.First, next.FirstOf+f.FirstOf
		}
	}
	if s.sums.at == nil || !equal(next, s.value) {
		s.value = next
		b.pic.touch(&s.sums, false)
	}
	s.queues = b.lines(s)
	for _, l := range s.queues {
		c := s.lines[l.Subject]
		if c == nil {
			c = newCell(&b.pic, s.district, func(d *wire.Board, v wire.BoardLine, _ bool) { d.Lines = append(d.Lines, v) })
			c.own = true
			s.lines[l.Subject] = c
		}
		l.EstimateS = b.expectIn(s, l.Subject)
		c.set(l)
	}
	if list := b.day.topics(b.now.In(b.cfg.Zone), s.covers); !slices.Equal(list, s.list) {
		s.list = list
		b.pic.touch(&s.topics, false)
	}
	b.curve(s)
}

func equal(a, b wire.BoardSums) bool {
	states := maps.Equal(a.Now.States, b.Now.States)
	a.Now.States, b.Now.States = nil, nil
	return states && a.Overdue == b.Overdue && a.OverdueAt == b.OverdueAt && a.Today == b.Today && a.BoardFiled == b.BoardFiled && a.BoardFirst == b.BoardFirst && sameNow(a.Now, b.Now)
}

// sameNow compares all but the states.
func sameNow(a, b wire.BoardNow) bool {
	return a.Waiting == b.Waiting && a.LongestAt == b.LongestAt && a.EstimateS == b.EstimateS && a.Trunk == b.Trunk &&
		a.TrunkMax == b.TrunkMax && a.Lost == b.Lost
}

func (b *Board) nowOf(s *scope) wire.BoardNow {
	n := wire.BoardNow{EstimateS: b.expect(s), Trunk: b.look.Trunk, TrunkMax: b.look.TrunkMax, States: map[string]int64{}}
	for _, r := range b.floor.waiting {
		if s.covers(r.district) {
			n.Waiting++
			n.LongestAt = earlier(n.LongestAt, r.value.Since)
		}
	}
	for d, by := range b.floor.states {
		if s.covers(d) {
			for state, k := range by {
				n.States[state] += int64(k)
			}
		}
	}
	n.Lost = int(n.States[string(agent.StateLost)])
	return n
}

// expect is the wait, in seconds, of the next caller of a scope: of the centre as the line itself tells its callers, else from
// the seats that may take who calls the scope's city, wherever they sit. -1 = not known.
func (b *Board) expect(s *scope) int {
	if s.district == "" {
		return b.look.Estimate
	}
	return b.expectOf(acd.Asked{Region: cityOf(s.district)})
}

// expectIn is that of one queue: as those who wait in it, the longest of their cities.
func (b *Board) expectIn(s *scope, subject string) int {
	longest, waits := -1, false
	for a := range b.floor.asked {
		if cmp.Or(a.Subject, other) == subject && s.covers(b.district(a.Region)) {
			longest, waits = max(longest, b.expectOf(a)), true
		}
	}
	if waits {
		return longest
	}
	next := acd.Asked{Region: cityOf(s.district)}
	if subject != other {
		next.Subject = subject
	}
	return b.expectOf(next)
}

func (b *Board) expectOf(next acd.Asked) int {
	d, known := acd.Expect(b.look.Crews, b.floor.asked, next, b.look.Handling)
	if !known {
		return -1
	}
	return int(d.Seconds())
}

// cityOf is the name of the city that a district is or lies in; callers choose cities. Empty: any.
func cityOf(district string) string {
	const four = 4
	if p, ok := region.Find(district[:min(len(district), four)] + "00"); ok && !p.Province() {
		return p.Name
	}
	return ""
}

func earlier(a, b int64) int64 {
	if a == 0 || b < a {
		return b
	}
	return a
}

func (b *Board) todayOf(s *scope) wire.BoardToday {
	var sum tally
	for p, t := range b.day.by {
		if s.covers(p.district) {
			sum.add(t)
		}
	}
	out := wire.BoardToday{
		At: seconds(b.day.at), Total: sum.total, Human: sum.human, Auto: sum.auto, Abandoned: sum.abandoned, BoardFlow: sum.BoardFlow,
		Rated: sum.rated, Content: sum.content, Faults: sum.faults,
	}
	if sum.human > 0 {
		out.TalkS = int(sum.talk.Seconds()) / sum.human
	}
	if sum.wraps > 0 {
		out.WrapS = int(sum.wrap.Seconds()) / sum.wraps
	}
	if sum.Answered > 0 {
		out.WaitS = int(sum.wait.Seconds()) / sum.Answered
	}
	return out
}

// lines are the queues of a scope: every subject that was asked for today or is waited for now.
func (b *Board) lines(s *scope) []wire.BoardLine {
	by := map[string]*wire.BoardLine{}
	line := func(subject string) *wire.BoardLine {
		if subject == "" {
			subject = other
		}
		l := by[subject]
		if l == nil {
			l = &wire.BoardLine{Subject: subject}
			by[subject] = l
		}
		return l
	}
	for p, t := range b.day.by {
		if t.Queued > 0 && s.covers(p.district) {
			l := line(p.subject)
			l.Queued += t.Queued
			l.Answered += t.Answered
			l.In15 += t.In15
			l.In20 += t.In20
			l.GaveUp += t.GaveUp
		}
	}
	for _, r := range b.floor.waiting {
		if s.covers(r.district) {
			l := line(r.value.Subject)
			l.Waiting++
			l.LongestAt = earlier(l.LongestAt, r.value.Since)
		}
	}
	for subject := range s.lines { // a queue that is empty now is told once more
		line(subject)
	}
	out := make([]wire.BoardLine, 0, len(by))
	for _, l := range by {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b wire.BoardLine) int { return cmp.Compare(a.Subject, b.Subject) })
	return out
}

// curve keeps the last hour by minutes.
func (b *Board) curve(s *scope) {
	at := b.now.Truncate(time.Minute).Unix()
	if s.minute == nil || s.minute.value.At != at {
		s.minute = newCell(&b.pic, s.district, func(d *wire.Board, v wire.BoardMinute, _ bool) { d.Minutes = append(d.Minutes, v) })
		s.minute.own = true
		s.minutes = append(s.minutes, s.minute)
		if len(s.minutes) > curveLen {
			b.pic.order.Remove(s.minutes[0].at) // whoever has it lets it go by its age
			s.minutes = s.minutes[1:]
		}
		b.day.endMinute(at)
	}
	v := s.minute.value
	v.At = at
	v.Waiting = max(v.Waiting, s.value.Now.Waiting)
	v.Talking = max(v.Talking, int(s.value.Now.States[string(agent.StateTalking)]+s.value.Now.States[string(agent.StateHold)]))
	v.Answered, v.GaveUp = 0, 0
	for d, m := range b.day.minutes {
		if s.covers(d) {
			v.Answered += m.answered
			v.GaveUp += m.gaveUp
		}
	}
	s.minute.set(v)
}
