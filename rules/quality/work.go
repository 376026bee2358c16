package quality

import (
	"fmt"
	"strings"
	"time"
)

// States of a sheet.
const (
	StateDrawn     = "drawn"     // nobody has scored it
	StateOpen      = "open"      // being scored
	StatePublished = "published" // the agent sees it
	StateAppealed  = "appealed"  // the agent objects, or a second score was asked for
	StateSecond    = "second"    // a second scorer has scored; the two are to be reconciled
	StateSettled   = "settled"
)

var stateLabels = map[string]string{
	StateDrawn: "待检", StateOpen: "评分中", StatePublished: "已公布", StateAppealed: "待复评", StateSecond: "待裁定", StateSettled: "已裁定",
}

// Order is the order of the states in a list: what somebody has to do something about stands above what is done.
var Order = []string{StateAppealed, StateSecond, StateOpen, StateDrawn, StatePublished, StateSettled}

// Stands tells whether the mark of a sheet in a state counts: published and not disputed, or settled. Reports, awards and lists
// all ask it, or the same call would count on one page and not on the next.
func Stands(state string) bool { return state == StatePublished || state == StateSettled }

// Purposes of a sheet.
const (
	PurposeSample      = "sample"
	PurposeCalibration = "calibration"
	PurposeMystery     = "mystery"
)

// Verdict is what becomes of a call beside its points.
const (
	VerdictPass    = "pass"
	VerdictRetrain = "retrain"
	VerdictModel   = "model"
)

// Row is a line of the list.
type Row struct {
	ID      string    `json:"id"`
	Call    string    `json:"call"`
	Agent   string    `json:"agent_no"`
	Purpose string    `json:"purpose"`
	Region  string    `json:"region,omitempty"`
	State   string    `json:"state"`
	Label   string    `json:"label"`
	Scorer  string    `json:"scorer,omitempty"`
	Mark    int       `json:"mark"` // -1: none yet
	At      time.Time `json:"at"`
}

// List is a part of the sheets in their order.
type List struct {
	Rows  []Row          `json:"rows"`
	Count map[string]int `json:"count"`          // of each state, listed or not
	Next  string         `json:"next,omitempty"` // where the list goes on
}

// Scored tells how many sheets somebody has to do something about, and how many are done.
func (l *List) Scored() (todo, done int) {
	for state, n := range l.Count {
		if Stands(state) {
			done += n
		} else {
			todo += n
		}
	}
	return todo, done
}

// More is how many sheets of a state, of all for an empty one, are not among the rows.
func (l *List) More(state string) int {
	todo, done := l.Scored()
	n := todo + done
	if state != "" {
		n = l.Count[state]
	}
	return max(0, n-len(l.Rows))
}

// Work is a scored call as people see it.
type Work struct {
	Row
	Lines
	Course
	Draw    *Drawn     `json:"draw,omitempty"`
	Marks   []MarkView `json:"marks,omitempty"`
	Note    string     `json:"note,omitempty"`
	Verdict string     `json:"verdict,omitempty"`
	Mystery *Mystery   `json:"mystery,omitempty"`
	Model   *Model     `json:"model,omitempty"`
}

// Lines are the sheet's lines.
type Lines struct {
	Items    []ItemView `json:"items"`
	Parts    []PartView `json:"parts"`
	Caps     []string   `json:"caps,omitempty"` // where the print adds to more than its block
	LegalErr bool       `json:"legal_error,omitempty"`
	Open     []string   `json:"open,omitempty"` // items that nobody has confirmed
	Result   *Result    `json:"result,omitempty"`
}

// Course is what happened after the first score.
type Course struct {
	Second   map[string]int `json:"second,omitempty"` // the second scorer's points
	SecondBy string         `json:"second_by,omitempty"`
	Differ   []string       `json:"differ,omitempty"`
	Appeal   *Appeal        `json:"appeal,omitempty"`
	Until    time.Time      `json:"until,omitzero"` // until when an appeal can be made
	Settled  *Settled       `json:"settled,omitempty"`
}

// ItemView is a line of the rubric with what a person gave; Points is -1 while nobody has.
type ItemView struct {
	ID       string `json:"id"`
	Part     string `json:"part"`
	Name     string `json:"name"`
	Of       int    `json:"of"`
	Step     int    `json:"step"`
	How      string `json:"how"`
	Points   int    `json:"points"`
	Excluded bool   `json:"excluded,omitempty"`
	Proposed int    `json:"proposed"` // -1: nothing
	Exclude  bool   `json:"exclude,omitempty"`
	Why      string `json:"why,omitempty"`
}

// PartView is a block of the rubric.
type PartView struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Of     int    `json:"of"`
	Points int    `json:"points"` // of what is confirmed so far
}

// MarkView is a place of the recording.
type MarkView struct {
	AtMS int64  `json:"at_ms"`
	ToMS int64  `json:"to_ms,omitempty"`
	Kind string `json:"kind"`
	Text string `json:"text"`
	By   string `json:"by,omitempty"`
}

// Drawn is the audit of how a call was chosen: with it anybody can choose again.
type Drawn struct {
	ID         string    `json:"id"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Seed       string    `json:"seed"`
	Population string    `json:"population"` // fingerprint of the calls drawn from
	Of         int       `json:"of"`
	N          int       `json:"n"`
	Left       *Left     `json:"left,omitempty"` // nil: such calls were among them, as before they were left out
}

// Left are the calls that a draw does not choose from.
type Left struct {
	Sampled int `json:"sampled"` // drawn before
	Silent  int `json:"silent"`  // without a recording
}

// Sample is what a draw came to.
type Sample struct {
	Rows   []Row `json:"rows"`
	Wanted int   `json:"wanted"`
	Left
}

// Line is a sample in words: one that is smaller than was asked for says so.
func (s *Sample) Line() string {
	if len(s.Rows) >= s.Wanted {
		return fmt.Sprintf("抽到 %d 通", len(s.Rows))
	}
	line := fmt.Sprintf("应抽 %d 通、抽到 %d 通：可抽的通话不够", s.Wanted, len(s.Rows))
	if s.Sampled+s.Silent > 0 {
		line += fmt.Sprintf("，以前抽过的 %d 通、没有录音的 %d 通不在内", s.Sampled, s.Silent)
	}
	return line
}

// Settled is what two scorers' sheets came to.
type Settled struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Mark int       `json:"mark"` // points of 100
	Mean bool      `json:"mean"` // the mean of both; else a person decided
	Why  string    `json:"why,omitempty"`
}

// Appeal is an agent's objection, or the doubt of another scorer or a lead who asks for a second score.
type Appeal struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

// Model puts a call forward for training, without names and numbers.
type Model struct {
	Title string    `json:"title"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// Note is a mark that a person set in the recording.
type Note struct {
	AtMS int64  `json:"at_ms"`
	Text string `json:"text"`
	By   string `json:"by"`
}

// HideMark begins a mark from which on a call that is put forward for training is silent: a name, a place of work. Seconds may
// follow; without them hideUsual.
const HideMark = "遮蔽"

const (
	hideUsual = 10 * time.Second
	hideMost  = 10 * time.Minute
)

// Hides tells for how long a mark hides what is heard after it.
func (n Note) Hides() (long time.Duration, ok bool) {
	rest, ok := strings.CutPrefix(n.Text, HideMark)
	if !ok {
		return 0, false
	}
	seconds, read := 0, 0
	if read, _ = fmt.Sscan(strings.TrimSpace(rest), &seconds); read == 0 || seconds <= 0 {
		return hideUsual, true
	}
	return min(time.Duration(seconds)*time.Second, hideMost), true
}

// Example is a model call as trainees see it: no names, no numbers.
type Example struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	Mark  int       `json:"mark"`
	At    time.Time `json:"at"`
	Notes []string  `json:"notes,omitempty"` // marks of the scorer
}

// Mystery is what a call to another centre was like before anybody spoke.
type Mystery struct {
	Region   string `json:"region"`
	City     string `json:"city,omitempty"`
	Question string `json:"question"`
	Opened   bool   `json:"opened"`            // somebody or something answered
	Manual   bool   `json:"manual"`            // a person spoke
	RingMS   int64  `json:"ring_ms,omitempty"` // from the dialling to the answer
	WaitMS   int64  `json:"wait_ms"`           // from the answer to where a person began to speak, which is a place in the recording
	Tries    int    `json:"tries"`
	EndedBy  string `json:"ended_by,omitempty"` // EndedByUs or EndedByThem; empty: not noted
	Note     string `json:"note,omitempty"`
	Was      []Was  `json:"was,omitempty"` // what scorers have corrected, the first of them what the machine had noted
}

// Person is what who listens to a mystery call says of it: whether a person spoke, and from which place of the recording on.
type Person struct {
	Spoke bool  `json:"spoke"`
	AtMS  int64 `json:"at_ms,omitempty"`
}

// Was is what stood there until somebody corrected it.
type Was struct {
	Person
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Correct takes what a scorer says in place of what is noted, which stays as what was.
func (m *Mystery) Correct(p Person, by string, at time.Time) {
	if !p.Spoke {
		p.AtMS = m.WaitMS // of nobody there is no place
	}
	if now := (Person{m.Manual, m.WaitMS}); p != now {
		m.Was = append(m.Was, Was{now, by, at})
		m.Manual, m.WaitMS = p.Spoke, p.AtMS
	}
}

// Lines are how the call went, and who corrected what, for people.
func (m *Mystery) Lines() []string {
	out := []string{"质量监控 " + m.Region + "：" + m.said(Person{m.Manual, m.WaitMS})}
	for _, w := range m.Was {
		out = append(out, w.By+" 更正，原为"+m.said(w.Person))
	}
	return out
}

func (m *Mystery) said(p Person) string {
	if !p.Spoke {
		return "没有拨通人工"
	}
	return fmt.Sprintf("拨通人工，等待 %d 秒", (m.RingMS+p.AtMS)/1000)
}

// Who hung up first in a mystery call.
const (
	EndedByUs   = "caller"
	EndedByThem = "hotline"
)

// Release is how the talk ended; where no person was reached there was none. Seen from outside a hotline that hangs up is an
// agent that does.
func (m *Mystery) Release() Release {
	switch {
	case !m.Manual:
		return ""
	case m.EndedBy == EndedByUs:
		return ReleaseCaller
	case m.EndedBy == EndedByThem:
		return ReleaseAgent
	}
	return ""
}

// Waited is how long who called was kept waiting, in milliseconds: the ringing counts.
func (m *Mystery) Waited() int64 { return m.RingMS + m.WaitMS }

// Bridge is the place of the recording from which on somebody is spoken to.
func (m *Mystery) Bridge() time.Duration {
	if !m.Manual {
		return 0
	}
	return time.Duration(m.WaitMS) * time.Millisecond
}

// StateLabel is the Chinese name of a state.
func StateLabel(state string) string {
	if l := stateLabels[state]; l != "" {
		return l
	}
	return state
}
