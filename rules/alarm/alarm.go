// Package alarm decides what a shift lead has to look at: rules in data over the figures of the live board.
//
// It owns the measures that can be watched, the rules that ship, and how an alarm is raised, acknowledged by name and
// cleared. The hub's board brings facts once a second and tells people; a centre changes the rules in its
// configuration. It promises that an alarm is raised once, says how bad its cause is now, stays while that lasts, and
// does not flicker: it clears only when the cause has been away for Calm. One that somebody looks after is raised again
// when it has got twice as bad. It is pure: the time is a parameter.
package alarm

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Measure is a figure that can be watched. The values are names in the configuration.
type Measure string

// The measures. Each fact is about one object: a queue, a seat, a district, the trunk.
const (
	LongestWait  Measure = "longest_wait"  // seconds that the first of a queue has waited
	Waiting      Measure = "waiting"       // callers in a queue
	GaveUp       Measure = "gave_up"       // per cent of today's callers of a queue
	Service20    Measure = "service_20s"   // per cent answered within 20 s; an alarm when under
	Talk         Measure = "talk"          // seconds of a conversation
	Hold         Measure = "hold"          // seconds that a caller is parked
	Wrap         Measure = "wrap_up"       // seconds of a wrap-up
	Break        Measure = "break"         // seconds of a break
	SeatSilent   Measure = "seat_silent"   // seconds that a seat is not heard with whom a caller is, or may be at once
	SeatLost     Measure = "seat_lost"     // seconds that a seat is away without having signed out
	LineBad      Measure = "line_mos"      // MOS of a seat's line; an alarm when under
	DistrictLost Measure = "district_lost" // per cent of a district's seats on duty that are away
	TrunkUse     Measure = "trunk_use"     // per cent of the telephone lines in use
	TrunkFaults  Measure = "trunk_faults"  // calls lost to line faults within five minutes
	TrunkSilent  Measure = "trunk_silent"  // seconds since the last call arrived
	TrunkDown    Measure = "trunk_down"    // seconds since the gateway stopped answering
	DataWrong    Measure = "data_wrong"    // 1 for each thing that is wrong with what the centre keeps
	Overdue      Measure = "overdue"       // records of a district past their deadline
)

// kind is how a measure is read.
type kind struct {
	under bool // an alarm when the figure is under the limit
	text  func(object string, value, limit float64) string
}

// doubled tells whether a figure is twice as bad as it was then.
func (k kind) doubled(v, then float64) bool {
	if k.under {
		return v < then && 2*v <= then
	}
	return v >= 2*then
}

func spoken(format string) func(string, float64, float64) string {
	return func(object string, v, limit float64) string { return fmt.Sprintf(format, object, v, limit) }
}

// lasting leaves the time itself out, as it runs: Alarm.From tells it.
func lasting(what string) func(string, float64, float64) string {
	return func(object string, _, limit float64) string {
		if limit == 0 {
			return object + " " + what
		}
		return object + " " + what + "超过 " + clock(limit)
	}
}

func clock(s float64) string { return fmt.Sprintf("%02d:%02d", int(s)/60, int(s)%60) }

var measures = map[Measure]kind{
	LongestWait:  {text: lasting("最久等待")},
	Waiting:      {text: spoken("%s 排队 %.0f 人，超过 %.0f 人")},
	GaveUp:       {text: spoken("%s 放弃率 %.1f%%，超过 %.0f%%")},
	Service20:    {under: true, text: spoken("%s 20 秒接通率 %.1f%%，低于 %.0f%%")},
	Talk:         {text: lasting("连续通话")},
	Hold:         {text: lasting("让来电人等候")},
	Wrap:         {text: lasting("话后")},
	Break:        {text: lasting("小休")},
	SeatSilent:   {text: lasting("听不到声音")},
	SeatLost:     {text: lasting("断线")},
	LineBad:      {under: true, text: spoken("%s 线路质量 %.1f，低于 %.1f")},
	DistrictLost: {text: spoken("%s 的坐席有 %.0f%% 断线，超过 %.0f%%")},
	TrunkUse:     {text: spoken("%s 占用 %.0f%%，超过 %.0f%%")},
	TrunkFaults:  {text: spoken("%s 五分钟内因线路故障丢失 %.0f 通，达到 %.0f 通")},
	TrunkSilent:  {text: lasting("没有来电")},
	TrunkDown:    {text: lasting("网关没有应答")},
	DataWrong:    {text: lasting("不可信，请管理员马上看中心的日志")},
	Overdue:      {text: spoken("%s 有 %.0f 张单逾期，超过 %.0f 张")},
}

// Level is how much an alarm matters.
type Level string

// The levels; the values are names on the wire.
const (
	LevelWarn  Level = "warn"
	LevelError Level = "error"
)

// Rule watches one measure. Where it is about seconds, they are seconds.
type Rule struct {
	Code    string // names it in the configuration and the log
	Measure Measure
	Limit   float64
	For     time.Duration // the cause must last so long
	Least   int           // facts that stand for fewer cases are not judged
	Level   Level
	Sound   bool // is heard at the leads' seats
	Message bool // the leads get a line on their screens
	Off     bool
}

// Check says in one Chinese line what is wrong with a rule, empty when nothing is.
func (r Rule) Check() string {
	switch _, known := measures[r.Measure]; {
	case r.Code == "":
		return "告警规则要有 code"
	case !known:
		return fmt.Sprintf("告警规则 %s 的 measure %q 不认识", r.Code, r.Measure)
	case r.Level != LevelWarn && r.Level != LevelError:
		return fmt.Sprintf("告警规则 %s 的 level 只能是 warn 或 error", r.Code)
	case r.Limit < 0 || r.For < 0 || r.Least < 0:
		return fmt.Sprintf("告警规则 %s 的数不能小于 0", r.Code)
	}
	return ""
}

// hit tells whether a value is an alarm.
func (r *Rule) hit(f *Fact) bool {
	if r.Off || f.Cases < r.Least {
		return false
	}
	if measures[r.Measure].under {
		return f.Value < r.Limit
	}
	return f.Value > r.Limit
}

// Fact is one figure of one object now.
type Fact struct {
	Measure  Measure
	Object   string    // for people: 养老保险, 3019 钱某, 320106
	Seat     string    // 工号, when it is about a seat
	District string    // who has to look at it; empty = everybody
	Own      bool      // who looks after exactly that district, empty = the whole centre: others have such a figure of their own
	From     time.Time // what a time that runs counts from; then there is no Value
	Value    float64
	Cases    int // how many calls stand behind a share
}

// about names the object among all that have the measure.
func (f *Fact) about() string {
	if f.Own && f.District != "" {
		return f.District + "/" + f.Object
	}
	return cmp.Or(f.Seat, f.Object)
}

// Alarm is one cause that somebody has to look at.
type Alarm struct {
	ID       string
	Code     string
	Seat     string
	District string
	Own      bool
	Level    Level
	Text     string
	Since    time.Time // the cause
	From     time.Time // what the figure counts from, where it is a time that runs
	Sound    bool
	Message  bool
	By       string // who looks after it; empty = nobody yet
	ByAt     time.Time
	person   bool // raised by a person: stays until somebody looks after it
	seen     sight
	acked    float64 // the figure that By looked at
}

// sight is when the cause was there last, and with what figure.
type sight struct {
	at     time.Time
	figure float64
}

// Says is the alarm in one line, with its figure of now.
func (a *Alarm) Says(now time.Time) string {
	if a.From.IsZero() {
		return a.Text
	}
	return a.Text + "，现在 " + clock(now.Sub(a.From).Seconds())
}

// Kind is what happened to an alarm.
type Kind string

// What happens to alarms.
const (
	Raised  Kind = "raised"
	Moved   Kind = "moved" // its figure is another
	Cleared Kind = "cleared"
)

// Change is what happened to an alarm.
type Change struct {
	Kind  Kind
	Alarm Alarm
}

// Calm is how long a cause must be away until its alarm clears.
const Calm = 10 * time.Second

// Patience is how long who looks after an alarm is left alone, however bad it gets.
const Patience = time.Minute

// State is what is known of causes. The zero value is ready; it belongs to one goroutine.
type State struct {
	alarms  map[string]Alarm
	pending map[string]time.Time // causes that have not lasted long enough, since when
}

// Judge takes the facts of now, and returns what was raised, moved and cleared, in the order of their ids.
func (s *State) Judge(rules []Rule, facts []Fact, now time.Time) []Change {
	if s.alarms == nil {
		s.alarms, s.pending = map[string]Alarm{}, map[string]time.Time{}
	}
	var out []Change
	caused := map[string]bool{}
	by := map[Measure][]*Rule{}
	for i := range rules {
		by[rules[i].Measure] = append(by[rules[i].Measure], &rules[i])
	}
	for i := range facts {
		f := facts[i]
		if !f.From.IsZero() {
			f.Value = now.Sub(f.From).Seconds()
		}
		for _, r := range by[f.Measure] {
			if !r.hit(&f) {
				continue
			}
			id := r.Code + "/" + f.about()
			caused[id] = true
			if c, ok := s.cause(id, r, &f, now); ok {
				out = append(out, c)
			}
		}
	}
	for id := range s.pending {
		if !caused[id] {
			delete(s.pending, id)
		}
	}
	for id, a := range s.alarms {
		if !a.person && !caused[id] && now.Sub(a.seen.at) >= Calm {
			delete(s.alarms, id)
			out = append(out, Change{Cleared, a})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Alarm.ID, b.Alarm.ID)) })
	return out
}

// cause notes that a cause is there; true when that changes its alarm.
func (s *State) cause(id string, r *Rule, f *Fact, now time.Time) (Change, bool) {
	if a, ok := s.alarms[id]; ok {
		return s.stands(a, r, f, now)
	}
	since, ok := s.pending[id]
	if !ok {
		since = now
		s.pending[id] = now
	}
	if now.Sub(since) < r.For {
		return Change{}, false
	}
	delete(s.pending, id)
	a := Alarm{
		ID: id, Code: r.Code, Seat: f.Seat, District: f.District, Own: f.Own, Level: r.Level, Sound: r.Sound, Message: r.Message,
		Text: measures[r.Measure].text(f.Object, f.Value, r.Limit), Since: since, From: f.From, seen: sight{now, f.Value},
	}
	s.alarms[id] = a
	return Change{Raised, a}, true
}

// stands lets an alarm follow its figure, and raises it again when it has got twice as bad as who looks after it saw it.
func (s *State) stands(a Alarm, r *Rule, f *Fact, now time.Time) (Change, bool) {
	k := measures[r.Measure]
	c := Change{Kind: Moved}
	moved := !f.From.Equal(a.From) || f.From.IsZero() && f.Value != a.seen.figure
	if moved {
		a.Text, a.From = k.text(f.Object, f.Value, r.Limit), f.From
	}
	if a.By != "" && now.Sub(a.ByAt) >= Patience && k.doubled(f.Value, a.acked) {
		c.Kind, moved = Raised, true
		a.By, a.ByAt = "", time.Time{}
	}
	a.seen = sight{now, f.Value}
	s.alarms[a.ID], c.Alarm = a, a
	return c, moved
}

// Call raises the alarm of a person at a seat: it stays until somebody looks after it.
func (s *State) Call(a Alarm, now time.Time) Alarm {
	if s.alarms == nil {
		s.alarms, s.pending = map[string]Alarm{}, map[string]time.Time{}
	}
	a.ID, a.Since, a.person = a.Code+"/"+a.Seat, now, true
	s.alarms[a.ID] = a
	return a
}

// Acknowledge notes who looks after an alarm; false when there is none. The alarm of a person is over then.
func (s *State) Acknowledge(id, by string, now time.Time) (Alarm, bool) {
	a, ok := s.alarms[id]
	if !ok {
		return a, false
	}
	a.By, a.ByAt, a.acked = by, now, a.seen.figure
	s.alarms[id] = a
	if a.person {
		delete(s.alarms, id)
	}
	return a, true
}

// List is all alarms in the order of their ids.
func (s *State) List() []Alarm {
	out := make([]Alarm, 0, len(s.alarms))
	for _, id := range slices.Sorted(maps.Keys(s.alarms)) {
		out = append(out, s.alarms[id])
	}
	return out
}
