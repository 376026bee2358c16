package exam

import (
	"fmt"
	"slices"
	"time"

	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// View is what the screen may know of the exams here. In an exam it holds no answer, no point and no transcript.
type View struct {
	Papers  []Paper
	Results []wire.ExamReport
	Sitting *Sitting // nil: none under way
}

// Paper is one laid out for this person.
type Paper struct {
	ID, Title, Kind string
	Keyed           bool // the invigilator's code opens it
}

// Sitting is the exam under way.
type Sitting struct {
	Title, Kind string
	Phase       Phase
	Open        bool          // the knowledge base may be used in the written part
	Left        time.Duration // of the written part
	Watched     string        // the examiner who watches
	Paused      string        // why the clock stands still, one line
	Items       []Item
	Calls       []Call
	Talk        *Talk // the simulated call that rings or is on
	Record      Record
	At          int    // the call that rings, is on or is written about; -1 none
	Name        string // of that call's record, another for each time
}

// Item is a question with what was answered. Right and Explain are there in practice, once it was answered.
type Item struct {
	exam.Asked
	Given []string
	Again bool // practice: was missed before
}

// Call is one of the simulated calls.
type Call struct {
	Title string
	Done  bool
	Lines []SheetLine // what the machine proposes, after the call
	Point []PointLine // practice: what a complete answer holds
	Notes []exam.Remark
}

// SheetLine is a proposal for one item of the rubric. It is no score.
type SheetLine struct {
	Item, Name, Why string
	Points, Of      int
	Sure, Excluded  bool
}

// PointLine is one point of the model answer, and whether it was found in what was written.
type PointLine struct {
	Text, KB string
	Found    bool // its words were written or heard
	Said     bool // the person says so, in practice
}

// Talk is a simulated call as the screen shows it.
type Talk struct {
	Who      string
	Tone     string
	Category string
	Answered time.Time
	For      time.Duration // by the call's own clock
	Held     bool
	Muted    bool
	Alarm    string   // what should be set off
	Lines    []Line   // transcript, practice only
	Hints    []string // what is still to be asked and said, practice only
}

// View is the desk now.
func (d *Desk) View() View {
	v := View{Results: d.results}
	for _, p := range d.papers {
		v.Papers = append(v.Papers, Paper{p.ID, p.Title, p.Kind, p.Keyed})
	}
	slices.SortStableFunc(v.Papers, func(a, b Paper) int { return rank(a) - rank(b) })
	if s := d.sit; s != nil {
		v.Sitting = s.view()
		v.Sitting.Paused, v.Sitting.Watched = d.paused(), d.watcher
	}
	return v
}

// rank puts what counts before practice: it is what the person came for.
func rank(p Paper) int {
	if p.Kind == exam.KindPractice {
		return 1
	}
	return 0
}

func (s *sitting) view() *Sitting {
	h := &s.Handout
	v := &Sitting{Title: h.Title, Kind: h.Kind, Phase: s.Phase, Open: h.Open, Left: s.left(), Record: s.Record, At: -1}
	for _, a := range h.Items {
		given := s.Answers[a.ID]
		if len(given) == 0 && s.Phase == PhaseWritten {
			a.Right, a.Explain = nil, ""
		}
		v.Items = append(v.Items, Item{a, slices.Clone(given), slices.Contains(s.Again, a.ID)})
	}
	for i := range h.Calls {
		v.Calls = append(v.Calls, s.callView(&h.Calls[i]))
	}
	if s.Phase == PhaseRing || s.Phase == PhaseTalk || s.Phase == PhaseWrite {
		v.At = s.At
		v.Name = fmt.Sprintf("%d.%d", s.At+1, s.Rings)
		v.Talk = s.talkView()
	}
	return v
}

func (s *sitting) callView(sc *exam.Scenario) Call {
	v := Call{Title: sc.Title}
	c := s.called(sc.ID)
	if c == nil {
		return v
	}
	v.Done = true
	practice := s.Handout.Kind == exam.KindPractice
	if !practice && s.Phase != PhaseDone {
		return v
	}
	rubric := quality.Ministry2015()
	for _, p := range rubric.Propose(c.Facts) {
		item, _ := rubric.Item(p.Item)
		v.Lines = append(v.Lines, SheetLine{p.Item, item.Name, p.Why, p.Points, item.Points, p.Sure, p.Excluded})
	}
	if practice {
		v.Notes = c.Timeline
		for i, p := range sc.Points {
			v.Point = append(v.Point, PointLine{p.Text, p.KB, slices.Contains(c.Progress.Points, p.ID), slices.Contains(s.Checked[sc.ID], i)})
		}
	}
	return v
}

func (s *sitting) talkView() *Talk {
	sc := &s.Handout.Calls[s.At]
	t := &Talk{Who: sc.Caller.Profile, Category: sc.Category}
	if s.Handout.Kind == exam.KindExam {
		t.Who = "" // who calls is to be found out
	} else {
		t.Tone = sc.Caller.Tone
	}
	c := s.call
	if c == nil {
		return t
	}
	t.Answered, t.For, t.Held, t.Muted = c.answered, stamp(c.at), c.held >= 0, c.muted >= 0
	if c.prog.Alarm && sc.Escalate != nil {
		t.Alarm = sc.Escalate.Action
	}
	if s.Handout.Kind == exam.KindPractice {
		t.Lines, t.Hints = slices.Clone(c.mouth.lines), hints(sc, c.prog)
	}
	return t
}
