package exam

import "slices"

// Live is a sitting as the examiner at another seat sees it.
type Live struct {
	Agent   string      `json:"agent_no"`
	Paper   string      `json:"paper"`
	Title   string      `json:"title"`
	Phase   string      `json:"phase"`
	Paused  string      `json:"paused,omitempty"`
	Watched bool        `json:"watched,omitempty"` // the seat knows that somebody watches
	Written LiveWritten `json:"written"`
	Call    LiveCall    `json:"call"`
}

// LiveWritten is how far the written part is.
type LiveWritten struct {
	Items    int `json:"items,omitempty"`
	Answered int `json:"answered,omitempty"`
	LeftS    int `json:"left_s,omitempty"`
}

// LiveCall is the simulated call that rings, is on or is written about.
type LiveCall struct {
	Scenario string            `json:"scenario,omitempty"`
	Title    string            `json:"title,omitempty"`
	MS       int64             `json:"ms,omitempty"`       // since the answer
	Led      bool              `json:"led,omitempty"`      // the examiner speaks for the caller
	Speaking string            `json:"speaking,omitempty"` // one of the Speaking words
	Held     bool              `json:"held,omitempty"`
	Muted    bool              `json:"muted,omitempty"`
	Said     []Remark          `json:"said,omitempty"` // the newest remarks of the call, the last last
	Record   map[string]string `json:"record,omitempty"`
	Points   []PointWork       `json:"points,omitempty"`
	Tests    []string          `json:"tests,omitempty"` // rubric items that the scenario tests
	Choices  []Choice          `json:"choices,omitempty"`
	Ended    string            `json:"ended,omitempty"`
}

// Who speaks.
const (
	SpeakingCaller  = "caller"
	SpeakingTrainee = "trainee"
	SpeakingBoth    = "both"
)

// Choice is something that the caller could say next.
type Choice struct {
	Kind ChoiceKind `json:"kind"`
	ID   string     `json:"id"`
	Text string     `json:"text"`
	End  bool       `json:"end,omitempty"`  // and hang up
	Next bool       `json:"next,omitempty"` // the script leads there from here
}

// ChoiceKind is where a choice comes from.
type ChoiceKind string

// The kinds.
const (
	ChoiceNode   ChoiceKind = "node"   // a state of the script
	ChoiceFact   ChoiceKind = "fact"   // something that the caller knows and has not told
	ChoiceCommon ChoiceKind = "common" // a line of every caller
)

// maxSaid is how much of a talk is on the examiner's screen.
const maxSaid = 24

// Newest are the last remarks of a call.
func Newest(list []Remark) []Remark { return slices.Clone(list[max(0, len(list)-maxSaid):]) }

// Choices are what an examiner may let the caller say now: where the script leads to, what the caller still knows, every
// other line of the script, and the common lines.
func (sc *Scenario) Choices(p Progress) []Choice {
	if p.Ended != "" || p.At == "" {
		return nil
	}
	var next, facts, rest []Choice
	now, _ := sc.node(p.At)
	for _, n := range sc.Nodes {
		c := Choice{ChoiceNode, n.ID, n.Say, n.End != "", leads(now, n.ID)}
		switch {
		case n.Say == "" && n.End == "":
		case c.Next:
			next = append(next, c)
		default:
			rest = append(rest, c)
		}
	}
	for _, f := range sc.Facts {
		if f.Given == "ask" && !slices.Contains(p.Facts, f.ID) {
			facts = append(facts, Choice{Kind: ChoiceFact, ID: f.ID, Text: f.Text})
		}
	}
	for _, line := range Common {
		rest = append(rest, Choice{Kind: ChoiceCommon, ID: line, Text: line})
	}
	return slices.Concat(next, facts, rest)
}

func leads(n Node, to string) bool {
	return n.ID != to && slices.ContainsFunc(n.Next, func(b Branch) bool { return b.To == to })
}

// Chosen is the event of a choice.
func (c Choice) Chosen() Event {
	switch c.Kind {
	case ChoiceFact:
		return Event{Kind: EventTell, To: c.ID}
	case ChoiceCommon:
		return Event{Kind: EventSay, To: c.ID}
	}
	return Event{Kind: EventJump, To: c.ID}
}

// Steer is what an examiner does to a sitting under way.
type Steer string

// The ways.
const (
	SteerAttend Steer = "attend" // begin to watch
	SteerLeave  Steer = "leave"  // go away: the script goes on by itself
	SteerLead   Steer = "lead"   // speak for the caller
	SteerFree   Steer = "free"   // let the script go on
	SteerSay    Steer = "say"    // Choice
	SteerTick   Steer = "tick"   // Choice.ID is a fact or point that was given
	SteerPhrase Steer = "phrase" // Choice.ID is a class of phrases that was heard
	SteerNote   Steer = "note"   // Choice.Text, for whoever marks
)

// Steers lists all ways.
var Steers = []Steer{SteerAttend, SteerLeave, SteerLead, SteerFree, SteerSay, SteerTick, SteerPhrase, SteerNote}
