package wire

import "time"

func init() {
	register(
		func() Body { return &DeskState{} },
		func() Body { return &QueueState{} },
		func() Body { return &Alert{} },
		func() Body { return &SetPresence{} },
	)
}

// DeskState is the state of one desk as the hub holds it: must-deliver, sent at
// every change. The first of a connection is whole, so that a returning seat
// needs no replay; a later one leaves out what the seat has (Thin, Fill).
// Version grows with each change; a lower one is old news.
type DeskState struct {
	Version    uint64      `json:"version"`
	Presence   Presence    `json:"presence"`
	Offer      *Offer      `json:"offer,omitempty"`
	Call       *Call       `json:"call,omitempty"`
	Draft      *Record     `json:"draft,omitempty"` // of Call, as far as the hub knows it; until this seat says record.draft of its number
	Kept       []string    `json:"kept,omitempty"`  // parts that are left out: they are as in the state before
	Voicemails []Voicemail `json:"voicemails,omitempty"`
	Todo       []Todo      `json:"todo,omitempty"`
	Today      Today       `json:"today,omitzero"`
	Watch      *Watch      `json:"watch,omitempty"` // the call that is listened to here
	Passed     []Passed    `json:"passed,omitempty"`
}

// Passed is a record that was begun here and went on with its caller to another
// seat, which finishes it. What was written here after so many saves did not go
// along.
type Passed struct {
	Call   string `json:"call"`
	Number string `json:"number"`
	Saves  int    `json:"saves"`
	To     string `json:"to"` // as people call the seat
}

// Presence is the agent's state; State is a rules/agent state.
type Presence struct {
	State  string    `json:"state"`
	Reason string    `json:"reason,omitempty"`
	Since  time.Time `json:"since"`
	LimitS int       `json:"limit_s,omitempty"`
}

// Offer is a call offered to this desk; pushed before anything rings.
type Offer struct {
	ID      string    `json:"id"`
	CallID  string    `json:"call_id"`
	Epoch   uint64    `json:"epoch"`
	Kind    string    `json:"kind"` // inbound, callback, transfer, consult, returned
	From    string    `json:"from,omitempty"`
	Note    string    `json:"note,omitempty"`
	Caller  Caller    `json:"caller"`
	Expires time.Time `json:"expires"`
	Ringing bool      `json:"ringing"`
}

// Caller is what may be shown before an identity check.
type Caller struct {
	Kept     bool      `json:"kept,omitempty"` // all but WaitedMS is left out: it is as in the state before, of the same call
	Masked   string    `json:"masked,omitempty"`
	Place    string    `json:"place,omitempty"`
	Region   string    `json:"region,omitempty"`
	RegionBy string    `json:"region_by,omitempty"`
	Subject  string    `json:"subject,omitempty"`
	Keys     []string  `json:"keys,omitempty"`
	WaitedMS int64     `json:"waited_ms"`
	Calls24h int       `json:"calls_24h,omitempty"`
	Earlier  []Contact `json:"earlier,omitempty"`
	Tags     []string  `json:"tags,omitempty"`
	Identity string    `json:"identity,omitempty"` // phase of rules/identity, empty before the first check
}

// Contact is an earlier contact, subject only.
type Contact struct {
	At      time.Time `json:"at"`
	Subject string    `json:"subject"`
	Result  string    `json:"result"`
	Agent   string    `json:"agent"`
	Record  string    `json:"record,omitempty"` // number of the record, if there is one
	Open    bool      `json:"open,omitempty"`   // it waits for somebody
}

// Call is the call on the desk, wrap-up included. Phase is a rules/call phase,
// Allowed the events of that machine that the agent may ask for.
type Call struct {
	ID        string    `json:"id"`
	Phase     string    `json:"phase"`
	Since     time.Time `json:"since"`
	Bridged   time.Time `json:"bridged,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	EndedBy   string    `json:"ended_by,omitempty"`
	Caller    Caller    `json:"caller"`
	Legs      []Leg     `json:"legs,omitempty"`
	Allowed   []string  `json:"allowed,omitempty"`
	Recording string    `json:"recording,omitempty"` // on, paused, off
	Course
	WrapUntil time.Time `json:"wrap_until,omitzero"`
	Extended  bool      `json:"extended,omitempty"`
	Watched   string    `json:"watched,omitempty"`
	HeldMS    int64     `json:"held_ms,omitempty"`
	RecordNo  string    `json:"record_no,omitempty"` // already submitted for this call, or handed over with it
}

// Course is what has happened in a call: so many lines as the state before
// begins with, and those that follow.
type Course struct {
	Before   int        `json:"before,omitempty"`
	Timeline []Timeline `json:"timeline,omitempty"`
}

// Leg is one party of the call.
type Leg struct {
	ID    string    `json:"id"`
	Role  string    `json:"role"` // caller, agent, target, observer
	Who   string    `json:"who"`
	State string    `json:"state"`
	Since time.Time `json:"since"`
	Muted bool      `json:"muted,omitempty"`
	Held  bool      `json:"held,omitempty"`
}

// Timeline is one line of the call's timeline, in Chinese.
type Timeline struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
}

// Voicemail is a message waiting for an agent.
type Voicemail struct {
	ID      string    `json:"id"`
	Masked  string    `json:"masked"`
	At      time.Time `json:"at"`
	Seconds int       `json:"seconds"`
	State   string    `json:"state"` // new, heard, record, called_back, closed
	Due     time.Time `json:"due,omitzero"`
	Playing bool      `json:"playing,omitempty"`
}

// Todo is an unfinished record of this agent.
type Todo struct {
	Number  string    `json:"number"`
	Masked  string    `json:"masked"`
	Matter  string    `json:"matter"`
	State   string    `json:"state"`
	Due     time.Time `json:"due,omitzero"`
	Overdue bool      `json:"overdue,omitempty"`
}

// Today sums the agent's day.
type Today struct {
	Answered int              `json:"answered"`
	Closed   int              `json:"closed"`
	Open     int              `json:"open"`
	TalkS    int              `json:"talk_mean_s"`
	WrapS    int              `json:"wrap_mean_s"`
	Rated    int              `json:"rated"`
	Content  int              `json:"content"`
	InStateS map[string]int64 `json:"in_state_s,omitempty"`
}

// QueueState is lossy: at most one a second, the newest counts.
type QueueState struct {
	Waiting   int   `json:"waiting"`
	LongestMS int64 `json:"longest_ms"`
}

// Alert is one Chinese line for the person at the desk; must-deliver.
type Alert struct {
	Level string `json:"level"` // info, warn, error
	Text  string `json:"text"`
	Call  string `json:"call,omitempty"`
}

// SetPresence asks for ready, break or training. Answered by Ack and DeskState.
type SetPresence struct {
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}

// Type implements Body.
func (DeskState) Type() string   { return "desk.state" }
func (QueueState) Type() string  { return "queue.state" }
func (Alert) Type() string       { return "alert" }
func (SetPresence) Type() string { return "presence.set" }
