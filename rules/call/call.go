// Package call is the one call machine: from the first ring on the trunk to the closed call log.
//
// It owns which states a call has, what may happen in each, what has to be done then, who hears whom, how long a
// state may last and who has to end it. The hub steps the machine; the seat asks the same tables what its keys may do.
// It promises a pure Step: an impossible step is a *StepError that names from, event and to, and changes nothing.
//
// A call has three kinds of legs in this machine: the caller (also the citizen whom we called), the seat that answers
// for the call, and the third party that is being asked. Third parties merged into a conference are counted. A lead
// who listens in is no state: see Observe.
package call

import (
	"fmt"
	"time"
)

// Phase is the state of a call. The values are names on the wire and in the call log.
type Phase string

// The states, in the order in which a call lives.
const (
	StateArriving     Phase = "arriving"         // rings on the trunk
	StateDisclaimer   Phase = "disclaimer"       // hears what cannot be skipped
	StateMenu         Phase = "menu"             // in self-service
	StateQueued       Phase = "queued"           // waits for a seat
	StateOffered      Phase = "offered"          // a seat was chosen and does not show the call yet
	StateRinging      Phase = "ringing"          // the seat shows the call and rings
	StateAnnouncing   Phase = "announcing"       // the agent's number is played
	StateTalking      Phase = "talking"          // caller and agent
	StateHeld         Phase = "held"             // the caller hears music
	StateDialling     Phase = "dialling"         // the agent calls a citizen
	StateConsultDial  Phase = "consult_dialling" // a third party is being called, the caller hears music
	StateConsulting   Phase = "consulting"       // agent and third party talk, the caller hears music
	StateSwapped      Phase = "swapped"          // agent and caller talk, the third party hears music
	StateThreeParty   Phase = "three_party"      // everybody hears everybody
	StateTransferring Phase = "transferring"     // handed over unseen, not accepted yet
	StateOutside      Phase = "outside"          // caller and third party without an agent
	StateSeatLost     Phase = "seat_lost"        // the seat vanished, the caller is kept
	StateVoicemail    Phase = "voicemail"        // leaves a message
	StateCallback     Phase = "callback"         // leaves a number to be called back
	StateRating       Phase = "rating"           // is asked for a grade
	StateClosing      Phase = "closing"          // legs and recording are being closed
	StateClosed       Phase = "closed"           // the log is written
)

// Phases lists all states.
var Phases = []Phase{
	StateArriving, StateDisclaimer, StateMenu, StateQueued, StateOffered, StateRinging, StateAnnouncing, StateTalking,
	StateHeld, StateDialling, StateConsultDial, StateConsulting, StateSwapped, StateThreeParty, StateTransferring,
	StateOutside, StateSeatLost, StateVoicemail, StateCallback, StateRating, StateClosing, StateClosed,
}

// Party is the kind of a third party.
type Party string

// Kinds of third parties.
const (
	PartyNone    Party = ""
	PartySeat    Party = "seat"    // another seat of this hub
	PartyOutside Party = "outside" // anybody on the telephone network
)

// Cause is why a call ended. The first cause stays.
type Cause string

// Causes of the end.
const (
	CauseNone       Cause = ""
	CauseCaller     Cause = "caller_hangup"
	CauseAgent      Cause = "agent_release" // handed to the rating prompt by the agent's guarded key
	CauseThird      Cause = "third_hangup"  // the outside party ended a call that the agent had left
	CauseTrunk      Cause = "trunk_fault"   // our line or gateway, nobody's fault
	CauseDismissed  Cause = "dismissed"     // abusive call ended after the two-step wording
	CauseForced     Cause = "forced"        // by the shift lead
	CauseMenu       Cause = "menu_end"      // self-service finished or ran out of tries
	CauseVoicemail  Cause = "voicemail_end" // a message was left
	CauseCallback   Cause = "callback_end"  // a call-back was booked
	CauseDialFailed Cause = "dial_failed"   // an outgoing call was not answered
	CauseTime       Cause = "time_limit"    // a state was not ended by its owner in time
	CauseShutdown   Cause = "hub_stopped"   // orderly stop
)

// Causes lists them, the one of a call that still runs not.
func Causes() []Cause {
	return []Cause{
		CauseCaller, CauseAgent, CauseThird, CauseTrunk, CauseDismissed, CauseForced, CauseMenu, CauseVoicemail, CauseCallback, CauseDialFailed, CauseTime, CauseShutdown,
	}
}

// MaxMerged is how many third parties may be in a conference with caller and agent: the mixer takes eight legs.
const MaxMerged = 6

// State is where one call is. The zero value is a call that rings on the trunk.
type State struct {
	Phase Phase `json:"phase"`
	// Resume is where the seat returns to; set in StateSeatLost only.
	Resume Phase `json:"resume,omitempty"`
	// Third is the party that is being asked or called; set while consulting, swapped or transferring.
	Third Party `json:"third,omitempty"`
	// Seats and Outside count the third parties merged into the conference.
	Seats   uint8 `json:"seats,omitempty"`
	Outside uint8 `json:"outside,omitempty"`
	// Outbound marks a call that an agent made.
	Outbound bool `json:"outbound,omitempty"`
	// Muted: the agent is not heard. Paused: the recording leaves a marked gap.
	Muted  bool `json:"muted,omitempty"`
	Paused bool `json:"paused,omitempty"`
	// Cause is why the call ends; set from StateRating on.
	Cause Cause `json:"cause,omitempty"`
}

// Dialled is the first state of an outgoing call.
func Dialled() State { return State{Phase: StateDialling, Outbound: true} }

// Merged counts the third parties in the conference.
func (s State) Merged() int { return int(s.Seats) + int(s.Outside) }

func (s State) phase() Phase {
	if s.Phase == "" {
		return StateArriving
	}
	return s.Phase
}

// SeatBound tells whether one seat answers for the call in this state, present or lost.
func (p Phase) SeatBound() bool {
	switch p {
	case StateAnnouncing, StateTalking, StateHeld, StateDialling, StateConsultDial, StateConsulting, StateSwapped,
		StateThreeParty, StateTransferring, StateSeatLost:
		return true
	}
	return false
}

// OnOffer tells whether the call is being offered to a seat.
func (p Phase) OnOffer() bool { return p == StateOffered || p == StateRinging }

// Owner is who has to end a state.
type Owner string

// Owners.
const (
	OwnerTrunk Owner = "trunk" // the SIP side of the caller
	OwnerMenu  Owner = "menu"
	OwnerQueue Owner = "queue"
	OwnerSeat  Owner = "seat"
	OwnerThird Owner = "third" // the called party
	OwnerHub   Owner = "hub"
	OwnerNone  Owner = "" // a closed call has nobody
)

var owners = map[Phase]Owner{
	StateArriving: OwnerTrunk, StateDisclaimer: OwnerMenu, StateMenu: OwnerMenu, StateQueued: OwnerQueue,
	StateOffered: OwnerSeat, StateRinging: OwnerSeat, StateAnnouncing: OwnerHub, StateTalking: OwnerSeat, StateHeld: OwnerSeat,
	StateDialling: OwnerThird, StateConsultDial: OwnerThird, StateConsulting: OwnerSeat, StateSwapped: OwnerSeat,
	StateThreeParty: OwnerSeat, StateTransferring: OwnerThird, StateOutside: OwnerThird, StateSeatLost: OwnerHub,
	StateVoicemail: OwnerMenu, StateCallback: OwnerMenu, StateRating: OwnerMenu, StateClosing: OwnerHub,
}

// Owner returns who has to end the state.
func (p Phase) Owner() Owner { return owners[p] }

// Limits says how long each state may last until EventDeadline is due. Values are settings; a zero or negative one
// is replaced by its default.
type Limits struct {
	Arrive, Disclaimer, Menu, Wait, Offer, Ring, Announce, Talk, Hold, Dial, Consult, Message, Callback, Lost, Rating, Close time.Duration
}

// DefaultLimits are the project's assumptions; the ring limit is domain.md section 4, as is the minute after which somebody
// is reminded that a party waits (Hold, Consult); the hold of a lost seat is ours.
func DefaultLimits() Limits {
	return Limits{
		Arrive: 10 * time.Second, Disclaimer: time.Minute, Menu: 10 * time.Minute, Wait: 30 * time.Minute,
		Offer: 2 * time.Second, Ring: 15 * time.Second, Announce: 10 * time.Second, Talk: 2 * time.Hour, Hold: time.Minute,
		Dial: 45 * time.Second, Consult: time.Minute, Message: 4 * time.Minute, Callback: 2 * time.Minute,
		Lost: 45 * time.Second, Rating: 90 * time.Second, Close: 10 * time.Second,
	}
}

// Of returns the limit of a state: how long after entering it, or after EffectRestart, the owner of the call sends
// EventDeadline; of StateClosing, how long after the goodbye. A closed call has none (0).
func (l Limits) Of(p Phase) time.Duration {
	if d := l.of(p); d > 0 || p == StateClosed {
		return d
	}
	return DefaultLimits().of(p)
}

func (l Limits) of(p Phase) time.Duration {
	return map[Phase]time.Duration{
		StateArriving: l.Arrive, StateDisclaimer: l.Disclaimer, StateMenu: l.Menu, StateQueued: l.Wait, StateOffered: l.Offer,
		StateRinging: l.Ring, StateAnnouncing: l.Announce, StateTalking: l.Talk, StateHeld: l.Hold, StateDialling: l.Dial,
		StateConsultDial: l.Dial, StateConsulting: l.Consult, StateSwapped: l.Consult, StateThreeParty: l.Talk,
		StateTransferring: l.Dial, StateOutside: l.Talk, StateSeatLost: l.Lost, StateVoicemail: l.Message,
		StateCallback: l.Callback, StateRating: l.Rating, StateClosing: l.Close,
	}[p]
}

// StepError tells that an event is impossible in a state.
type StepError struct {
	From  Phase
	Event Kind
	To    Phase  // where the event would lead, empty when nowhere
	Why   string // more than "not in the table", empty otherwise
}

func (e *StepError) Error() string {
	msg := fmt.Sprintf("call: event %s is impossible in state %s", e.Event, e.From)
	if e.To != "" {
		msg += fmt.Sprintf(" (would lead to %s)", e.To)
	}
	if e.Why != "" {
		msg += ": " + e.Why
	}
	return msg
}
