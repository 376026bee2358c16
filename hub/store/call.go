package store

import (
	"context"
	"encoding/json"
	"time"

	"zuoxi/hub/store/seal"
)

// Call is the log of one call; exactly one exists for each, and once closed
// it does not change.
type Call struct {
	ID        string
	Direction string // in, out
	District  string
	Trunk     string
	Agent     string
	Caller    seal.Value
	Withheld  bool
	Origin    Origin
	Subject   string
	// Disclaimer is evidence in a later dispute.
	Disclaimer Disclaimer
	Outcome    Outcome
	Times      CallTimes
	Quality    Quality
	Version    int64
}

// Directions of a call.
const (
	Inbound  = "in"
	Outbound = "out"
)

// Origin says where a call comes from and how its region was chosen.
type Origin struct {
	Prefix    string // area prefix of the number
	City      string // what the prefix says
	Region    string
	RegionHow string // menu, number, agent, default
}

// Disclaimer is which wording was played, and when it had been heard out.
type Disclaimer struct {
	Version string
	End     time.Time
}

// Disposition is the one class of a call in every report.
type Disposition string

// The dispositions; each closed call has exactly one.
const (
	DispositionHuman     Disposition = "human"     // bridged to an agent for LeastTalk or longer
	DispositionAuto      Disposition = "auto"      // else a self-service step or message completed
	DispositionAbandoned Disposition = "abandoned" // else, with the place
)

// LeastTalk is how long a call must be bridged to count as answered by a person.
const LeastTalk = time.Second

// Outcome is how a call ended. While the call runs it holds what would be
// true if it ended now: CloseOrphans keeps it after a crash.
type Outcome struct {
	Disposition  Disposition
	Place        string // of an abandoned call: menu, queue, ringing, fault
	ReleaseBy    string // caller, agent, hub, trunk
	ReleaseCause string
	Rating       Rating
}

// Rating is the caller's grade. No answer is not satisfied.
type Rating string

// Ratings of a call.
const (
	RatingNotAsked Rating = ""
	RatingNoAnswer Rating = "no_answer"
	RatingGood     Rating = "good"
	RatingFair     Rating = "fair"
	RatingUnhappy  Rating = "unhappy"
)

// What CloseOrphans writes where the hub had not got so far.
const (
	PlaceFault   = "fault"
	ReleaseByHub = "hub"
)

// CallTimes are the steps of a call; a step that was not reached is zero.
type CallTimes struct {
	Arrive  time.Time
	Queue   time.Time
	Offer   time.Time
	Answer  time.Time
	Bridge  time.Time
	Release time.Time
	WrapEnd time.Time
	// Closed ends the log; after it nothing is added.
	Closed time.Time
}

// Steady is t as the machine's clock would have told it if nobody had set it
// since the call arrived: the durations between the times are right. The times
// must still be as the clock gave them, not read from anywhere.
func (t CallTimes) Steady() CallTimes {
	for _, at := range []*time.Time{&t.Queue, &t.Offer, &t.Answer, &t.Bridge, &t.Release, &t.WrapEnd, &t.Closed} {
		if !at.IsZero() {
			*at = t.Arrive.Add(at.Sub(t.Arrive))
		}
	}
	return t
}

// Wrap is how long was written after a conversation; 0 where nothing was.
func (t CallTimes) Wrap() time.Duration {
	if t.Release.IsZero() || t.WrapEnd.IsZero() {
		return 0
	}
	return max(t.WrapEnd.Sub(t.Release), 0)
}

// Quality are the figures of what a seat hears on its line: over the whole call, where MOS
// is the lowest and delays are the longest, and for every five seconds of it.
type Quality struct {
	Packets   int64       `json:"packets,omitempty"`
	Lost      int64       `json:"lost,omitempty"`
	JitterMS  float64     `json:"jitter_ms,omitempty"`
	RTTMS     float64     `json:"rtt_ms,omitempty"`
	DepthMS   float64     `json:"depth_ms,omitempty"`
	Concealed int64       `json:"concealed_ms,omitempty"`
	MOS       float64     `json:"mos,omitempty"`
	Codecs    []string    `json:"codecs,omitempty"` // in the order in which they were first heard
	Points    []LinePoint `json:"points,omitempty"` // the oldest first, at most MostPoints

	// Up is the same of the other way: what the hub hears of the seat, and the
	// caller with it. Concealed is there what was made up or missing.
	Up *Quality `json:"up,omitempty"`
}

// MostPoints is what a call keeps of its line: an hour. A longer one keeps its
// last hour.
const MostPoints = 720

// LinePoint is what the E-model made of five seconds of a line (ITU-T G.107),
// and from what. Whole numbers, as there are many.
type LinePoint struct {
	Second    int `json:"s"` // of the talk
	MOS10     int `json:"mos10"`
	RTTMS     int `json:"rtt,omitempty"`
	JitterMS  int `json:"jit,omitempty"`
	DepthMS   int `json:"depth,omitempty"`
	Loss      int `json:"loss,omitempty"`  // per mille
	Concealed int `json:"concl,omitempty"` // per mille
	Codec     int `json:"codec,omitempty"` // index into Codecs
}

// CallFilter narrows a list of calls by time of arrival and content.
type CallFilter struct {
	Page
	Span
	Districts   []string
	Agent       string
	Region      string
	Subject     string
	Disposition Disposition
	Direction   string
	// CallerHash and CallerTail are keyed hashes, of the whole or last four.
	CallerHash []byte
	CallerTail []byte
	Open       bool
}

// Calls keeps the call logs.
type Calls interface {
	Open(ctx context.Context, c Call) error
	// Save keeps c if its Version is the stored one, and returns it with the
	// next. With Times.Closed set the log ends and needs a disposition; a log
	// that has ended gives ErrClosed.
	Save(ctx context.Context, c Call) (Call, error)
	Get(ctx context.Context, id string) (Call, error)
	List(ctx context.Context, f CallFilter) ([]Call, string, error)
	// CloseOrphans ends the calls that a crash left open, at the last moment that
	// is known of them, their recordings' ends included, and returns their
	// ids. A call keeps the outcome it had; one that was bridged is human,
	// any other was abandoned by our fault. It ends at its last known moment.
	CloseOrphans(ctx context.Context, now time.Time, reason string) ([]string, error)
}

// Event is one step in a call's timeline. Data holds no personal data.
type Event struct {
	CallID   string          `json:"call"`
	Seq      int64           `json:"seq"`
	District string          `json:"district"`
	At       time.Time       `json:"at"`
	Kind     string          `json:"kind"`
	Data     json.RawMessage `json:"data,omitempty"`
}

// Timeline is append-only; the call's owner counts Seq from 1.
type Timeline interface {
	// Append adds events to open calls. A sequence number that is taken gives
	// ErrDuplicate, a call that has ended ErrClosed, and nothing is added.
	Append(ctx context.Context, events ...Event) error
	List(ctx context.Context, callID string) ([]Event, error)
}

// Leg is one party's part in a call.
type Leg struct {
	ID       string
	CallID   string
	District string
	Role     string // caller, agent, target, RoleDialled, or how somebody listens in: monitor …
	Party    seal.Value
	Agent    string
	From     time.Time
	To       time.Time
	Outcome  string
}

// RoleDialled is an outside number that was rung into a call, when it was; who
// answers has a leg of their own.
const RoleDialled = "dialled"

// Legs keeps who took part in a call, and when.
type Legs interface {
	Add(ctx context.Context, l Leg) error
	// End closes an open leg; one that has ended gives ErrClosed.
	End(ctx context.Context, id string, at time.Time, outcome string) error
	List(ctx context.Context, callID string) ([]Leg, error)
	// Dialled names the legs of RoleDialled to a number, by its keyed hash, since a moment.
	Dialled(ctx context.Context, hash []byte, since time.Time) ([]string, error)
}
