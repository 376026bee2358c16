package exam

import "slices"

// Kind is what happened in a simulated call.
type Kind string

// The events. Silence and hold are told as they grow; each is over when the next turn comes.
const (
	EventStart   Kind = "start"
	EventTurn    Kind = "turn"    // the trainee has finished speaking
	EventSilence Kind = "silence" // nobody has spoken for Event.Seconds
	EventHold    Kind = "hold"    // the trainee holds the caller for Event.Seconds
	EventTick    Kind = "tick"    // a fact or point was ticked by trainee or examiner
	EventJump    Kind = "jump"    // the examiner chooses the next state, Event.To
	EventTell    Kind = "tell"    // the examiner has the caller tell fact Event.To
	EventSay     Kind = "say"     // the examiner has the caller say a common line, Event.To
	EventHangUp  Kind = "hang_up" // the trainee ended the call
	EventCutIn   Kind = "cut_in"  // the trainee went on speaking over the caller
	EventWrong   Kind = "wrong"   // the trainee opened an article that no answer point rests on
)

// Event is one thing that happened. Words are a transcript where a recogniser listens; Phrases are the classes heard or
// marked by the examiner (domain.md section 7); Facts and Points are ticks.
type Event struct {
	Kind    Kind
	Words   string
	Phrases []string
	Facts   []string
	Points  []string
	Seconds int
	To      string
}

// Do is what the caller does.
type Do string

// The actions.
const (
	DoSay      Do = "say"      // Text, a line of the script
	DoTell     Do = "tell"     // Text, a fact that was asked for
	DoNudge    Do = "nudge"    // Text, because of a silence
	DoEscalate Do = "escalate" // Text, what should have been set off
	DoEnd      Do = "end"      // the caller hangs up
)

// Action is one thing that the caller does.
type Action struct {
	Do   Do
	ID   string // of the state or fact
	Text string
}

// Progress is where a simulated call is. The zero value has not started.
type Progress struct {
	At     string   `json:"at"`
	Turns  int      `json:"turns"`  // in this state
	All    int      `json:"all"`    // of the whole call
	Nudges int      `json:"nudges"` // of the silence that lasts
	CutIns int      `json:"cut_ins,omitempty"`
	Wrong  int      `json:"wrong,omitempty"` // articles
	Facts  []string `json:"facts,omitempty"`
	Points []string `json:"points,omitempty"` // proposed or ticked
	Alarm  bool     `json:"alarm,omitempty"`
	Ended  string   `json:"ended,omitempty"`
	Result string   `json:"result,omitempty"`
}

const (
	maxTurns  = 80 // a call that gets nowhere ends
	maxNudges = 3
	maxCutIns = 5 // a caller who cannot get a word in gives up
	nudge     = "喂？您在听吗？"

	// Interrupted is what a caller says who was talked over again and again.
	Interrupted = "您先让我把话说完行不行？"

	// EndTrainee is a call that the trainee ended.
	EndTrainee = "trainee_hangs_up"
	// EndCaller is the ordinary end.
	EndCaller = "caller_hangs_up"
	// EndSilence is a caller who gave up on silence or on a talk that led nowhere.
	EndSilence = "caller_gives_up"
)

// Step plays one event of the script and returns what the caller does. Events after the end do nothing.
func (sc *Scenario) Step(p Progress, e Event) (Progress, []Action) {
	if p.Ended != "" || len(sc.Nodes) == 0 || (p.At == "") != (e.Kind == EventStart) {
		return p, nil
	}
	switch e.Kind {
	case EventStart:
		p.At = sc.Nodes[0].ID
		for _, f := range sc.Facts {
			if f.Given == "open" {
				p.Facts = append(slices.Clone(p.Facts), f.ID)
			}
		}
		return sc.alarm(p, []Action{{DoSay, p.At, sc.Opening}}, sc.Opening)
	case EventTick:
		return p.learn(e.Facts, e.Points), nil
	case EventJump:
		if _, ok := sc.node(e.To); !ok {
			return p, nil
		}
		return sc.enter(p, e.To)
	case EventTell, EventSay:
		return sc.chosen(p, e)
	case EventHangUp:
		p.Ended = EndTrainee
		return p, []Action{{Do: DoEnd, ID: p.At}}
	case EventSilence, EventHold:
		return sc.wait(p, e)
	case EventCutIn:
		return sc.cutIn(p)
	case EventWrong:
		p.Wrong++
		return sc.aside(p, e, func(w When) bool { return w.Wrong > 0 })
	}
	return sc.turn(p, e)
}

// chosen is a line outside the script that an examiner picked.
func (sc *Scenario) chosen(p Progress, e Event) (Progress, []Action) {
	if e.Kind == EventSay {
		if !slices.Contains(Common, e.To) {
			return p, nil
		}
		return p, []Action{{DoNudge, p.At, e.To}}
	}
	i := slices.IndexFunc(sc.Facts, func(f Fact) bool { return f.ID == e.To })
	if i < 0 || slices.Contains(p.Facts, e.To) {
		return p, nil
	}
	return p.learn([]string{e.To}, nil), []Action{{DoTell, e.To, sc.Facts[i].Text}}
}

// cutIn is the caller's patience with being talked over: every second time is answered, the fifth ends the call.
func (sc *Scenario) cutIn(p Progress) (Progress, []Action) {
	p.CutIns++
	switch {
	case p.CutIns >= maxCutIns:
		p.Ended = EndSilence
		return p, []Action{{Do: DoEnd, ID: p.At}}
	case p.CutIns%2 == 0:
		return p, []Action{{DoNudge, p.At, Interrupted}}
	}
	return p, nil
}

// turn answers what the trainee said.
func (sc *Scenario) turn(p Progress, e Event) (Progress, []Action) {
	p.Turns++
	p.All++
	p.Nudges = 0
	p, told := sc.hear(p, e)
	p, told = sc.alarm(p, told, e.Words)
	if p.All > maxTurns {
		p.Ended = EndSilence
		return p, append(told, Action{Do: DoEnd, ID: p.At})
	}
	n, _ := sc.node(p.At)
	for _, b := range n.Next {
		if b.When.spoken() && sc.holds(b.When, p, e) {
			next, said := sc.enter(p, b.To)
			return next, append(told, said...)
		}
	}
	return p, told
}

// hear takes ticks, and what a transcript suggests: facts that were asked for are told.
func (sc *Scenario) hear(p Progress, e Event) (Progress, []Action) {
	p = p.learn(e.Facts, e.Points)
	var told []Action
	for _, f := range sc.Facts {
		if f.Given == "ask" && !slices.Contains(p.Facts, f.ID) && containsAny(e.Words, f.Ask) {
			p = p.learn([]string{f.ID}, nil)
			told = append(told, Action{DoTell, f.ID, f.Text})
		}
	}
	for _, q := range sc.Points {
		if q.Mentioned(e.Words) {
			p = p.learn(nil, []string{q.ID})
		}
	}
	return p, told
}

func (p Progress) learn(facts, points []string) Progress {
	add := func(to []string, ids []string) []string {
		to = slices.Clone(to)
		for _, id := range ids {
			if !slices.Contains(to, id) {
				to = append(to, id)
			}
		}
		return to
	}
	p.Facts, p.Points = add(p.Facts, facts), add(p.Points, points)
	return p
}

func (sc *Scenario) holds(w When, p Progress, e Event) bool {
	has := func(have []string) func(string) bool {
		return func(id string) bool { return !slices.Contains(have, id) }
	}
	switch {
	case len(w.Any) > 0 && !containsAny(e.Words, w.Any),
		w.Phrase != "" && !slices.Contains(e.Phrases, w.Phrase),
		slices.ContainsFunc(w.AllFacts, has(p.Facts)),
		slices.ContainsFunc(w.Answered, has(p.Points)),
		w.Turns > 0 && p.Turns <= w.Turns,
		w.Wrong > 0 && (e.Kind != EventWrong || p.Wrong <= w.Wrong),
		w.Silence > 0 && (e.Kind != EventSilence || e.Seconds <= w.Silence),
		w.Hold > 0 && (e.Kind != EventHold || e.Seconds <= w.Hold):
		return false
	}
	return true
}

// spoken tells whether a branch is for a turn, and not for what happens besides.
func (w When) spoken() bool { return w.Silence == 0 && w.Hold == 0 && w.Wrong == 0 }

// aside takes the branch that waits for what happened besides the talk.
func (sc *Scenario) aside(p Progress, e Event, waits func(When) bool) (Progress, []Action) {
	n, _ := sc.node(p.At)
	for _, b := range n.Next {
		if waits(b.When) && sc.holds(b.When, p, e) {
			return sc.enter(p, b.To)
		}
	}
	return p, nil
}

// wait is a silence or a hold that grows. A state without a branch for it uses the caller's patience.
func (sc *Scenario) wait(p Progress, e Event) (Progress, []Action) {
	next, does := sc.aside(p, e, func(w When) bool { return w.Silence > 0 || w.Hold > 0 })
	if len(does) > 0 || next.At != p.At {
		return next, does
	}
	if e.Kind == EventHold || e.Seconds <= sc.Caller.Patience*(p.Nudges+1) || sc.Caller.Patience == 0 {
		return p, nil
	}
	p.Nudges++
	if p.Nudges > maxNudges {
		p.Ended = EndSilence
		return p, []Action{{Do: DoEnd, ID: p.At}}
	}
	return p, []Action{{DoNudge, p.At, nudge}}
}

// enter goes to a state; turns go on counting when it is the same one.
func (sc *Scenario) enter(p Progress, id string) (Progress, []Action) {
	n, _ := sc.node(id)
	if id != p.At {
		p.At, p.Turns, p.Nudges = id, 0, 0
	}
	var out []Action
	if n.Say != "" {
		out = append(out, Action{DoSay, id, n.Say})
	}
	p, out = sc.alarm(p, out, n.Say)
	if n.End != "" {
		p.Ended, p.Result = n.End, n.Result
		out = append(out, Action{Do: DoEnd, ID: id})
	}
	return p, out
}

// alarm notes once that something was said that must set off an escalation.
func (sc *Scenario) alarm(p Progress, out []Action, said string) (Progress, []Action) {
	if sc.Escalate != nil && !p.Alarm && containsAny(said, sc.Escalate.When.Any) {
		p.Alarm = true
		out = append(out, Action{DoEscalate, p.At, sc.Escalate.Action})
	}
	return p, out
}

// Mark is what a person needs beside the rubric to judge a simulated call.
type Mark struct {
	Elicited int      // of Elicit
	Elicit   int      // facts that had to be asked for
	Answered int      // points given, in points
	Answers  int      // points there were
	Missed   []string // must-points that were not given
	Minus    int      // points for what was forbidden
	Fatal    bool
}

// Mark counts what was reached. broken are the indexes of Forbidden that a person confirmed.
func (sc *Scenario) Mark(p Progress, confirmed []string, broken []int) Mark {
	m := Mark{Elicit: len(sc.Elicit)}
	for _, id := range sc.Elicit {
		if slices.Contains(p.Facts, id) {
			m.Elicited++
		}
	}
	for _, q := range sc.Points {
		m.Answers += q.Points
		if slices.Contains(confirmed, q.ID) {
			m.Answered += q.Points
		}
	}
	for _, id := range sc.Pass.Must {
		if !slices.Contains(confirmed, id) {
			m.Missed = append(m.Missed, id)
		}
	}
	for _, i := range broken {
		if i >= 0 && i < len(sc.Forbidden) {
			m.Minus += sc.Forbidden[i].Minus
			m.Fatal = m.Fatal || sc.Forbidden[i].Fatal
		}
	}
	return m
}

// Passed applies the pass rule to the rubric's total out of 100; the total after what was forbidden is returned with it.
func (sc *Scenario) Passed(total int, m Mark) (int, bool) {
	total = max(0, total-m.Minus)
	if m.Fatal && sc.Pass.FatalZero {
		total = 0
	}
	return total, total >= sc.Pass.Total && len(m.Missed) == 0 && !m.Fatal
}
