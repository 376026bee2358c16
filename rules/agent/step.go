package agent

// Kind names an event. The values are names on the wire.
type Kind string

// What can happen to an agent.
const (
	EventSignIn       Kind = "sign_in"
	EventSignOut      Kind = "sign_out"
	EventGoReady      Kind = "go_ready"
	EventGoNotReady   Kind = "go_not_ready"
	EventGoBreak      Kind = "go_break"
	EventGoTraining   Kind = "go_training"
	EventOffer        Kind = "offer"         // a call rings at the seat
	EventOfferGone    Kind = "offer_gone"    // the caller left or the offer was withdrawn
	EventAnswer       Kind = "answer"        // the agent took the call
	EventReject       Kind = "reject"        // the agent refused
	EventRingTimeout  Kind = "ring_timeout"  // the agent did not answer
	EventDial         Kind = "dial"          // an outgoing call begins
	EventHeld         Kind = "held"          // the caller hears music
	EventResumed      Kind = "resumed"       // the caller is back
	EventCallEnd      Kind = "call_end"      // the seat has no call any more
	EventWrapDone     Kind = "wrap_done"     // the record is submitted
	EventWrapExpired  Kind = "wrap_expired"  // the time for it is over
	EventWrapExtend   Kind = "wrap_extend"   // the agent asked for more time
	EventMediaFailed  Kind = "media_failed"  // the sound path is down while the link is up
	EventLinkLost     Kind = "link_lost"     // the seat vanished
	EventLinkBack     Kind = "link_back"     // the seat is there again
	EventLostExpired  Kind = "lost_expired"  // the seat stayed away
	EventForceReady   Kind = "force_ready"   // by the shift lead
	EventForceBusy    Kind = "force_busy"    // by the shift lead
	EventForceSignOut Kind = "force_signout" // by the shift lead
)

// Kinds lists all events.
var Kinds = []Kind{
	EventSignIn, EventSignOut, EventGoReady, EventGoNotReady, EventGoBreak, EventGoTraining, EventOffer, EventOfferGone, EventAnswer, EventReject, EventRingTimeout, EventDial, EventHeld,
	EventResumed, EventCallEnd, EventWrapDone, EventWrapExpired, EventWrapExtend, EventMediaFailed, EventLinkLost, EventLinkBack, EventLostExpired, EventForceReady,
	EventForceBusy, EventForceSignOut,
}

// Event is one thing that happened. Reason is used by EventGoBreak and EventGoNotReady.
type Event struct {
	Kind   Kind
	Reason Reason
}

// Effect is what the owner of the agent has to do after a step.
type Effect string

// The effects of presence. The call itself is the business of rules/call.
const (
	EffectStartWrapTimer Effect = "start_wrap_timer"
	EffectStopWrapTimer  Effect = "stop_wrap_timer"
	EffectStartLostTimer Effect = "start_lost_timer"
	EffectStopLostTimer  Effect = "stop_lost_timer"
	EffectReturnOffer    Effect = "return_offer" // the ringing call goes on to the next seat
	EffectTellLead       Effect = "tell_lead"    // the lead's board shows the reason
	EffectAvailable      Effect = "available"    // the distribution should look again
)

// Targets that are not a phase but a place in the state.
const (
	toNext   Phase = "(next)"   // what was asked for meanwhile, else ready
	toBefore Phase = "(before)" // where the seat was before it was lost
	later    Phase = "(later)"  // stays, and remembers the wish for after the call
	meantime Phase = "(away)"   // stays lost, and will come back to something else
)

// rule is one cell of the table.
type rule struct {
	to      Phase
	wish    Phase // for later and meantime: the phase that is remembered
	reason  Reason
	effects []Effect
}

func to(p Phase, effects ...Effect) rule { return rule{to: p, effects: effects} }
func busy(r Reason, effects ...Effect) rule {
	return rule{to: StateNotReady, reason: r, effects: effects}
}
func wish(p Phase, r Reason) rule     { return rule{to: later, wish: p, reason: r} }
func comeBack(p Phase, r Reason) rule { return rule{to: meantime, wish: p, reason: r} }

func join(tables ...map[Kind]rule) map[Kind]rule {
	all := map[Kind]rule{}
	for _, t := range tables {
		for k, r := range t {
			all[k] = r
		}
	}
	return all
}

// free holds what every state without a call has in common: the agent or the lead chooses freely.
var free = map[Kind]rule{
	EventSignOut: to(StateSignedOut), EventForceSignOut: to(StateSignedOut, EffectTellLead), EventGoReady: to(StateReady, EffectAvailable), EventGoNotReady: busy(ReasonBusy),
	EventGoBreak: to(StateBreak), EventGoTraining: to(StateTraining), EventDial: to(StateTalking), EventLinkLost: to(StateLost, EffectStartLostTimer),
	EventForceReady: to(StateReady, EffectAvailable), EventForceBusy: busy(ReasonForced), EventMediaFailed: busy(ReasonMedia, EffectTellLead),
}

// bound holds what every state with a call has in common: wishes wait until the call and its wrap-up are over.
var bound = map[Kind]rule{
	EventSignOut: wish(StateSignedOut, ""), EventForceSignOut: wish(StateSignedOut, ""), EventGoReady: wish(StateReady, ""), EventGoNotReady: wish(StateNotReady, ReasonBusy),
	EventGoBreak: wish(StateBreak, ""), EventGoTraining: wish(StateTraining, ""), EventForceReady: wish(StateReady, ""), EventForceBusy: wish(StateNotReady, ReasonForced),
	EventCallEnd: to(StateWrapUp, EffectStartWrapTimer), EventLinkLost: to(StateLost, EffectStartLostTimer), EventMediaFailed: wish(StateNotReady, ReasonMedia),
}

// table is the whole machine. What is not in it is impossible.
var table = map[Phase]map[Kind]rule{
	StateSignedOut: {EventSignIn: busy(ReasonSignedIn), EventForceSignOut: to(StateSignedOut)}, // the latter of a seat that is missed
	StateReady:     join(free, map[Kind]rule{EventOffer: to(StateRinging)}),
	StateNotReady:  free,
	StateBreak:     free,
	StateTraining:  join(free, map[Kind]rule{EventDial: {}}),
	StateRinging: {
		EventAnswer: to(StateTalking), EventReject: busy(ReasonRefused, EffectReturnOffer, EffectTellLead), EventRingTimeout: busy(ReasonNoAnswer, EffectReturnOffer, EffectTellLead),
		EventOfferGone: to(toNext, EffectAvailable), EventGoBreak: wish(StateBreak, ""), EventGoNotReady: wish(StateNotReady, ReasonBusy), EventGoTraining: wish(StateTraining, ""),
		EventForceBusy: busy(ReasonForced, EffectReturnOffer), EventForceSignOut: to(StateSignedOut, EffectReturnOffer, EffectTellLead),
		EventMediaFailed: busy(ReasonMedia, EffectReturnOffer, EffectTellLead), EventLinkLost: to(StateLost, EffectReturnOffer, EffectStartLostTimer),
	},
	StateTalking: join(bound, map[Kind]rule{EventHeld: to(StateHold)}),
	StateHold:    join(bound, map[Kind]rule{EventResumed: to(StateTalking)}),
	StateWrapUp: {
		EventWrapDone: to(toNext, EffectStopWrapTimer, EffectAvailable), EventWrapExpired: to(toNext, EffectAvailable), EventWrapExtend: to(StateWrapUp, EffectStartWrapTimer),
		EventGoReady: to(StateReady, EffectStopWrapTimer, EffectAvailable), EventForceReady: to(StateReady, EffectStopWrapTimer, EffectAvailable),
		EventGoBreak: wish(StateBreak, ""), EventGoNotReady: wish(StateNotReady, ReasonBusy), EventGoTraining: wish(StateTraining, ""), EventForceBusy: wish(StateNotReady, ReasonForced),
		EventSignOut: to(StateSignedOut, EffectStopWrapTimer), EventForceSignOut: to(StateSignedOut, EffectStopWrapTimer, EffectTellLead),
		EventDial: to(StateTalking, EffectStopWrapTimer), EventLinkLost: to(StateLost, EffectStopWrapTimer, EffectStartLostTimer), EventMediaFailed: wish(StateNotReady, ReasonMedia),
	},
	StateLost: {
		EventLinkBack: to(toBefore, EffectStopLostTimer), EventCallEnd: comeBack(StateWrapUp, ""), EventLostExpired: {to: StateSignedOut, reason: ReasonLost, effects: []Effect{EffectTellLead}},
		EventForceSignOut: to(StateSignedOut, EffectStopLostTimer, EffectTellLead), EventForceBusy: comeBack(StateNotReady, ReasonForced), EventSignOut: to(StateSignedOut, EffectStopLostTimer),
	},
}

// Step returns the state after the event and what has to be done, or a *StepError and the state unchanged.
func Step(s State, e Event) (State, []Effect, error) {
	from := s.phase()
	r, ok := table[from][e.Kind]
	if !ok || r.to == "" {
		return s, nil, &StepError{From: from, Event: e.Kind}
	}
	if e.Kind == EventGoBreak && !e.Reason.IsBreak() {
		return s, nil, &StepError{From: from, Event: e.Kind, To: StateBreak, Why: "a break needs one of the known reasons"}
	}
	if from == StateLost && e.Kind == EventCallEnd && !s.Before.OnCall() {
		return s, nil, &StepError{From: from, Event: e.Kind, Why: "the seat had no call when it was lost"}
	}
	if from == StateSignedOut && e.Kind == EventForceSignOut && s.Reason != ReasonLost {
		return s, nil, &StepError{From: from, Event: e.Kind, Why: "the duty is over already"}
	}
	if e.Kind == EventGoBreak {
		r.reason = e.Reason
	}
	s.Phase = from
	return s.move(r), effects(s, r), nil
}

func (s State) move(r rule) State {
	switch r.to {
	case later:
		s.Next, s.NextReason = r.wish, r.reason
	case meantime:
		s.Before, s.BeforeReason = r.wish, r.reason
	case toNext:
		next, reason := s.next()
		return State{Phase: next, Reason: reason}
	case toBefore:
		return State{Phase: s.Before, Reason: s.BeforeReason, Next: s.Next, NextReason: s.NextReason}
	case StateLost:
		return s.lose()
	case StateTalking, StateHold, StateWrapUp, StateRinging:
		return State{Phase: r.to, Next: s.Next, NextReason: s.NextReason}
	default:
		return State{Phase: r.to, Reason: r.reason}
	}
	return s
}

// lose remembers where the seat was. A ringing call has gone to another seat; the agent is not blamed for the line.
func (s State) lose() State {
	before, reason := s.Phase, s.Reason
	if before == StateRinging {
		before, reason = s.next()
	}
	return State{Phase: StateLost, Before: before, BeforeReason: reason, Next: s.Next, NextReason: s.NextReason}
}

func (s State) next() (Phase, Reason) {
	if s.Next == "" {
		return StateReady, ""
	}
	return s.Next, s.NextReason
}

// effects drops EffectAvailable where the seat did not become ready, and starts the wrap-up clock of a seat that comes back
// to it.
func effects(s State, r rule) []Effect {
	after := s.move(r)
	var out []Effect
	for _, e := range r.effects {
		if e != EffectAvailable || after.Phase == StateReady {
			out = append(out, e)
		}
	}
	if r.to == toBefore && after.Phase == StateWrapUp {
		out = append(out, EffectStartWrapTimer)
	}
	if r.to == toBefore && after.Phase == StateReady {
		out = append(out, EffectAvailable)
	}
	return out
}

// Possible tells whether an event of this kind can happen in s.
func Possible(s State, k Kind) bool {
	_, _, err := Step(s, Event{Kind: k, Reason: BreakRest})
	return err == nil
}
