package wire

import "time"

func init() {
	register(
		func() Body { return &Observe{} },
		func() Body { return &TakeOver{} },
		func() Body { return &SeatForce{} },
		func() Body { return &CallMove{} },
		func() Body { return &Broadcast{} },
		func() Body { return &AlarmAck{} },
	)
}

// Ways of Observe; the first three are those of rules/call.
const (
	ObserveMonitor = "monitor" // hears all, is heard by nobody
	ObserveWhisper = "whisper" // is heard by the agent only
	ObserveBarge   = "barge"   // is heard by all
	ObserveTalk    = "talk"    // with an agent who has no call
	ObserveExam    = "exam"    // the sitting of a trainee; only in Watch, begun by ExamSteer
	ObserveOff     = "off"
)

// Observe listens to the call of a seat, changes how, or stops. It is for
// whoever has the right: a shift lead, a mentor, a trainee at the mentor's seat.
// Answered by Ack; what is true then stands in DeskState.Watch.
type Observe struct {
	Seat   string `json:"seat"` // 工号 of the seat listened to; empty with off
	Way    string `json:"way"`
	Reason string `json:"reason,omitempty"`
}

// TakeOver makes the call of a seat one's own: that seat goes to its wrap-up.
type TakeOver struct {
	Seat   string `json:"seat"`
	Call   string `json:"call,omitempty"` // that one only, by its id or the end of it
	Reason string `json:"reason"`
}

// SeatForce sets the state of another seat: ready, not_ready or signed_out. On
// a call it holds once the wrap-up is over.
type SeatForce struct {
	Seat   string `json:"seat"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// Do names of CallMove.
const (
	MovePull = "pull" // from Seat back to the head of the line
	MovePush = "push" // the waiting Call to Seat
	MoveEnd  = "end"  // the call of Seat ends, the caller hears why
)

// CallMove moves a call from a seat, to a seat, or off the line.
type CallMove struct {
	Do     string `json:"do"`
	Seat   string `json:"seat"`
	Call   string `json:"call,omitempty"` // the one to push; else that one only, by its id or the end of it
	Reason string `json:"reason"`
}

// Broadcast shows a line at every seat that the sender is responsible for.
type Broadcast struct {
	Text string `json:"text"`
}

// AlarmAck says who looks after an alarm.
type AlarmAck struct {
	ID string `json:"id"`
}

// Watch is the call that a desk listens to.
type Watch struct {
	Seat  string    `json:"seat"`
	Who   string    `json:"who"`
	Call  string    `json:"call"`
	Way   string    `json:"way"`
	Since time.Time `json:"since"`
	Phase string    `json:"phase"` // a rules/call phase
	// Shown tells whether the agent sees that somebody listens.
	Shown   bool   `json:"shown"`
	Subject string `json:"subject,omitempty"`
	Region  string `json:"region,omitempty"`
	Masked  string `json:"masked,omitempty"`
}

// Type implements Body.
func (Observe) Type() string   { return "call.observe" }
func (TakeOver) Type() string  { return "call.take_over" }
func (SeatForce) Type() string { return "seat.force" }
func (CallMove) Type() string  { return "call.move" }
func (Broadcast) Type() string { return "broadcast" }
func (AlarmAck) Type() string  { return "alarm.ack" }
