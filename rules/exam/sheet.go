package exam

import (
	"encoding/json"
	"time"

	"zuoxi/rules/quality"
)

// PaperState is how far a paper is.
type PaperState string

// The states of a paper.
const (
	PaperLaid      PaperState = "laid"      // drawn, on its way to the seat
	PaperOpened    PaperState = "opened"    // the invigilator has the code
	PaperSat       PaperState = "sat"       // the result is in
	PaperMarked    PaperState = "marked"    // every item has a person's mark
	PaperPublished PaperState = "published" // the trainee has been told
	PaperDisputed  PaperState = "disputed"  // a second marker is at work
	PaperWithdrawn PaperState = "withdrawn"
)

// PaperStates lists all states.
var PaperStates = []PaperState{PaperLaid, PaperOpened, PaperSat, PaperMarked, PaperPublished, PaperDisputed, PaperWithdrawn}

var paperLabels = map[PaperState]string{
	PaperLaid: "已发卷", PaperOpened: "已开卷", PaperSat: "待阅卷", PaperMarked: "已阅卷", PaperPublished: "已公布",
	PaperDisputed: "复核中", PaperWithdrawn: "已作废",
}

// Label is the Chinese name.
func (s PaperState) Label() string {
	if l := paperLabels[s]; l != "" {
		return l
	}
	return string(s)
}

// Row is a paper in a list.
type Row struct {
	ID    string     `json:"id"`
	Room  string     `json:"room"` // the papers that one code opens
	Agent string     `json:"agent_no"`
	Title string     `json:"title"`
	State PaperState `json:"state"`
	At    time.Time  `json:"at"`
	Code  string     `json:"code,omitempty"` // only to the invigilator
}

// Marking is what a marker decides in one go.
type Marking struct {
	ID       string         `json:"id"`
	Short    map[string]int `json:"short,omitempty"` // question → half points
	Scenario string         `json:"scenario,omitempty"`
	Items    map[string]int `json:"items,omitempty"`    // rubric item → points
	Excluded []string       `json:"excluded,omitempty"` // items that do not count for this call
	Accept   bool           `json:"accept,omitempty"`   // take the machine's proposals for automatic items that are sure
	Points   []string       `json:"points,omitempty"`   // answer points that were given
	Broken   []int          `json:"broken,omitempty"`   // forbidden things that were said, from 1
	Heard    bool           `json:"heard,omitempty"`    // points and promises are decided, be they none
}

// Decides tells whether anything is decided; a marking without decisions only looks.
func (m Marking) Decides() bool {
	return len(m.Short)+len(m.Items)+len(m.Excluded)+len(m.Points)+len(m.Broken) > 0 || m.Accept || m.Heard
}

// Work is what a marker sees of a sitting.
type Work struct {
	Row
	Notes   []Remark    `json:"notes,omitempty"`
	Short   []ShortWork `json:"short,omitempty"`
	Calls   []CallWork  `json:"calls,omitempty"`
	Open    []string    `json:"open,omitempty"` // what nobody has marked yet
	Dispute *Dispute    `json:"dispute,omitempty"`
}

// Dispute is an objection to a published result; somebody else marks again.
type Dispute struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// ShortWork is one short answer with what the bank expects.
type ShortWork struct {
	Question string   `json:"question"`
	Stem     string   `json:"stem"`
	Given    string   `json:"given"`
	Expected []string `json:"expected"`
	KB       string   `json:"kb"`
	Half     int      `json:"half"` // -1 while nobody has marked it
	Of       int      `json:"of"`
}

// CallWork is one simulated call with the machine's proposals.
type CallWork struct {
	Scenario  string             `json:"scenario"`
	Title     string             `json:"title"`
	Seconds   float64            `json:"seconds"`
	TalkS     float64            `json:"talk_s,omitempty"`
	CallerS   float64            `json:"caller_s,omitempty"`
	Timeline  []Remark           `json:"timeline,omitempty"`
	Record    json.RawMessage    `json:"record,omitempty"`
	Facts     quality.Facts      `json:"facts"`
	Proposals []quality.Proposal `json:"proposals"`
	Points    []PointWork        `json:"points"`
	Forbidden []BrokenWork       `json:"forbidden"`
	Tests     []string           `json:"tests"` // rubric items that the scenario tests
	Scores    quality.Sheet      `json:"scores"`
	By        string             `json:"by,omitempty"` // who decided points and promises
}

// PointWork is an answer point; Proposed says that its words were written or heard.
type PointWork struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	KB       string `json:"kb"`
	Points   int    `json:"points"`
	Must     bool   `json:"must,omitempty"`
	Proposed bool   `json:"proposed"`
	Given    bool   `json:"given"` // as a person decided
}

// BrokenWork is something forbidden; Said as a person decided.
type BrokenWork struct {
	Text  string `json:"text"`
	Minus int    `json:"minus"`
	Said  bool   `json:"said"`
}

// Outcome is what a marked sitting came to.
type Outcome struct {
	Written       int      `json:"written"` // of 100, -1 without a written part
	Calls         []int    `json:"calls,omitempty"`
	WrittenPassed bool     `json:"written_passed"`
	CallsPassed   bool     `json:"calls_passed"`
	Lines         []string `json:"lines"`
}

// Passed is a pass in all that was examined.
func (o Outcome) Passed() bool {
	return (o.Written < 0 || o.WrittenPassed) && (len(o.Calls) == 0 || o.CallsPassed)
}
