package exam

import (
	"slices"
	"time"

	"zuoxi/rules/exam"
)

// Phase is how far a sitting is.
type Phase string

// The phases.
const (
	PhaseWritten Phase = "written"
	PhaseCalls   Phase = "calls" // between calls
	PhaseRing    Phase = "ring"
	PhaseTalk    Phase = "talk"
	PhaseWrite   Phase = "write" // after a call: the record
	PhaseDone    Phase = "done"  // handed in
)

// sitting is all that is kept of an exam under way.
type sitting struct {
	ID      string
	Handout exam.Handout
	Phase   Phase
	Began   time.Time
	Ended   time.Time
	Saved   time.Time
	Spent   time.Duration // of the written part
	Answers map[string][]string
	Calls   []exam.Called
	At      int // the scenario that rings, is on the line or is being written about
	Notes   []exam.Remark
	Rings   int // calls that have rung
	Tape
	Record Record // of the call that is on

	drill
	running
}

// running is what a crash ends.
type running struct {
	passing
}

// passing is what is not kept.
type passing struct {
	call     *call
	diskFull bool
}

// drill is what a practice has besides.
type drill struct {
	Again   []string          // questions that were missed earlier
	Checked map[string][]int  // points of the model answer that the person says were given, by scenario
	tapes   map[string][]byte // the last talks, A-law, two channels
}

// Tape is how much sound has been put away, and the head of its chain.
type Tape struct {
	Parts int
	Head  []byte
}

func (s *sitting) note(now time.Time, kind, text string) {
	s.Notes = append(s.Notes, exam.Remark{MS: now.Sub(s.Began).Milliseconds(), Kind: kind, Text: text})
}

// left is the time left for the written part.
func (s *sitting) left() time.Duration {
	return max(0, time.Duration(s.Handout.Minutes)*time.Minute-s.Spent)
}

// next is the first call that has not been taken, -1 when all have.
func (s *sitting) next() int {
	return slices.IndexFunc(s.Handout.Calls, func(sc exam.Scenario) bool { return s.called(sc.ID) == nil })
}

// called is what a call came to, nil before.
func (s *sitting) called(scenario string) *exam.Called {
	for i := range s.Calls {
		if s.Calls[i].Scenario == scenario {
			return &s.Calls[i]
		}
	}
	return nil
}

// drop notes a call that a crash cut off: it is not taken again, but it is no fault of the trainee either.
func (s *sitting) drop(now time.Time) {
	sc := s.Handout.Calls[s.At]
	if s.Phase == PhaseTalk {
		s.Calls = append(s.Calls, exam.Called{Scenario: sc.ID, Timeline: []exam.Remark{{Kind: "cut_off", Text: "程序中断，通话没有打完，由考官决定是否重考"}}})
		s.note(now, "cut_off", "模拟来电 "+sc.Title+" 被中断")
	}
	s.Phase = PhaseCalls
}

// result is what is handed in.
func (s *sitting) result(agent string) exam.Result {
	return exam.Result{
		Paper: s.Handout.ID, Agent: agent, Sitting: s.ID, Began: s.Began, Ended: s.Ended, SpentMS: s.Spent.Milliseconds(),
		Answers: s.Answers, Calls: s.Calls, Notes: s.Notes, Parts: s.Parts, Head: s.Head,
	}
}
