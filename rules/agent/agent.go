// Package agent is the presence of one agent: which state the seat is in, what may happen in it, and what follows.
//
// It owns the presence table used by the hub (which decides) and by the seat (which shows what is possible). It
// promises a pure Step: an impossible step is a *StepError that names from, event and to, and changes nothing.
package agent

import "fmt"

// Phase is the agent state as the board shows it. The values are names on the wire.
type Phase string

// The states of domain.md section 3, "agent states".
const (
	StateSignedOut Phase = "signed_out"
	StateReady     Phase = "ready"
	StateNotReady  Phase = "not_ready"
	StateBreak     Phase = "break"
	StateTraining  Phase = "training"
	StateRinging   Phase = "ringing"
	StateTalking   Phase = "talking"
	StateHold      Phase = "hold"
	StateWrapUp    Phase = "wrap_up"
	StateLost      Phase = "lost"
)

// Phases lists all states in the order of the board.
var Phases = []Phase{StateSignedOut, StateReady, StateNotReady, StateBreak, StateTraining, StateRinging, StateTalking, StateHold, StateWrapUp, StateLost}

var phaseLabels = map[Phase]string{
	StateSignedOut: "签出", StateReady: "空闲", StateNotReady: "示忙", StateBreak: "小休", StateTraining: "培训", StateRinging: "振铃",
	StateTalking: "通话", StateHold: "保持", StateWrapUp: "话后", StateLost: "断线",
}

// Label is the Chinese name on the screen; a state of a newer version shows as it is spelled.
func (p Phase) Label() string { return label(phaseLabels, p) }

// OnCall tells whether a caller is bound to the seat in this state.
func (p Phase) OnCall() bool { return p == StateTalking || p == StateHold }

// Reason says why an agent is on a break or not ready.
type Reason string

// Reasons for a break, chosen by the agent.
const (
	BreakRest    Reason = "rest"
	BreakMeal    Reason = "meal"
	BreakMeeting Reason = "meeting"
	BreakCoach   Reason = "coaching"
	BreakOffice  Reason = "office"
	BreakOther   Reason = "other"
)

// ReasonLost says that nobody ended the duty of who is signed out: the seat was lost and stayed away. It counts as lost until it
// comes back or a person signs it out; a district that is cut off would otherwise look as if all had gone home.
const ReasonLost Reason = "lost"

// Reasons for not ready.
const (
	ReasonBusy     Reason = "busy"      // the agent's own wish
	ReasonRefused  Reason = "refused"   // an offer was refused
	ReasonNoAnswer Reason = "no_answer" // an offer rang out
	ReasonForced   Reason = "forced"    // set by the shift lead
	ReasonSignedIn Reason = "signed_in" // just signed in, not yet ready
	ReasonMedia    Reason = "media"     // the sound path failed
)

// BreakReasons lists the breaks in the order of the menu.
var BreakReasons = []Reason{BreakRest, BreakMeal, BreakMeeting, BreakCoach, BreakOffice, BreakOther}

var reasonLabels = map[Reason]string{
	BreakRest: "休息", BreakMeal: "用餐", BreakMeeting: "开会", BreakCoach: "辅导", BreakOffice: "窗口业务", BreakOther: "其他",
	ReasonBusy: "示忙", ReasonRefused: "拒接", ReasonNoAnswer: "未接", ReasonForced: "班长置忙", ReasonSignedIn: "刚签入",
	ReasonMedia: "话路异常", ReasonLost: "断线未归",
}

// Label is the Chinese name on the screen.
func (r Reason) Label() string { return label(reasonLabels, r) }

// IsBreak tells whether r is one of BreakReasons.
func (r Reason) IsBreak() bool {
	for _, b := range BreakReasons {
		if r == b {
			return true
		}
	}
	return false
}

func label[K ~string](labels map[K]string, k K) string {
	if l := labels[k]; l != "" {
		return l
	}
	return string(k)
}

// State is where one agent is. The zero value is signed out.
type State struct {
	Phase  Phase  `json:"phase"`
	Reason Reason `json:"reason,omitempty"` // of StateBreak and StateNotReady, and ReasonLost of StateSignedOut
	// Next is what follows the call and its wrap-up when the agent or lead asked for it meanwhile; empty: ready.
	Next       Phase  `json:"next,omitempty"`
	NextReason Reason `json:"next_reason,omitempty"`
	// Before is where a lost seat returns to.
	Before       Phase  `json:"before,omitempty"`
	BeforeReason Reason `json:"before_reason,omitempty"`
}

// Label is the state in words, with the reason: 小休（用餐）.
func (s State) Label() string {
	if s.Reason == "" || string(s.Reason) == string(ReasonBusy) {
		return s.phase().Label()
	}
	return s.phase().Label() + "（" + s.Reason.Label() + "）"
}

func (s State) phase() Phase {
	if s.Phase == "" {
		return StateSignedOut
	}
	return s.Phase
}

// StepError tells that an event is impossible in a state.
type StepError struct {
	From  Phase
	Event Kind
	To    Phase  // where the event would lead, empty when nowhere
	Why   string // more than "not in the table", empty otherwise
}

func (e *StepError) Error() string {
	msg := fmt.Sprintf("agent: event %s is impossible in state %s", e.Event, e.From)
	if e.To != "" {
		msg += fmt.Sprintf(" (would lead to %s)", e.To)
	}
	if e.Why != "" {
		msg += ": " + e.Why
	}
	return msg
}
