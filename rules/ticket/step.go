package ticket

import (
	"slices"

	"zuoxi/rules/deadline"
)

// Status is the state of a record.
type Status string

// The states of all kinds. Being overdue is no state: it is a deadline that has passed, in whatever state.
const (
	StateOpen          Status = "open"
	StateAnswered      Status = "answered"
	StateWithDept      Status = "with_dept"
	StateDeptAnswered  Status = "dept_answered"
	StateCalledBack    Status = "called_back"
	StateReopened      Status = "reopened"
	StateVerified      Status = "verified"
	StateRefused       Status = "refused"
	StateRegistered    Status = "registered"
	StateExplained     Status = "explained"
	StateForwarded     Status = "forwarded"
	StateReceived      Status = "received"
	StateAccepted      Status = "accepted"
	StateSupplement    Status = "supplement_needed"
	StateNotAccepted   Status = "not_accepted"
	StateInvestigating Status = "investigating"
	StateResult        Status = "result"
	StateToldCaller    Status = "told_caller"
	StateWithdrawn     Status = "withdrawn"
	StateArbitration   Status = "to_arbitration"
	StateCourt         Status = "to_court"
	StateOther         Status = "other_authority"
	StateScreened      Status = "screened"
	StateReplied       Status = "replied"
	StateNoted         Status = "noted"
	StateAssigned      Status = "assigned"
	StateInProgress    Status = "in_progress"
	StateDone          Status = "done"
	StateChecked       Status = "checked"
	StateNew           Status = "new"
	StateHeard         Status = "heard"
	StateRecordMade    Status = "record_made"
	StateRequested     Status = "requested"
	StateFailed        Status = "failed"
	StateClosed        Status = "closed"
	StateVoided        Status = "voided"
)

// Event is a step of a record.
type Event string

// The events.
const (
	EventAnswer      Event = "answer"      // the caller got the answer
	EventForward     Event = "forward"     // to a department or body
	EventDeptAnswer  Event = "dept_answer" // the department answered the hotline
	EventSendBack    Event = "send_back"   // not theirs, or not enough: back to the hotline
	EventCallBack    Event = "call_back"   // the hotline told the caller
	EventClose       Event = "close"
	EventReopen      Event = "reopen"
	EventVerify      Event = "verify"     // three elements matched, or the query password
	EventRefuse      Event = "refuse"     // they did not
	EventExplain     Event = "explain"    // rights and ways were explained
	EventReceive     Event = "receive"    // the body confirms that it has it
	EventAccept      Event = "accept"     // by the body
	EventNotAccept   Event = "not_accept" // by the body, with its reason
	EventAskMore     Event = "ask_more"   // the body needs more papers or facts
	EventSupplement  Event = "supplement" // they were handed in
	EventInvestigate Event = "investigate"
	EventExtend      Event = "extend" // the body uses its longer time limit
	EventResult      Event = "result"
	EventTell        Event = "tell_caller"
	EventWithdraw    Event = "withdraw" // by the complainant
	EventArbitrate   Event = "to_arbitration"
	EventCourt       Event = "to_court"
	EventOther       Event = "other_authority"
	EventScreen      Event = "screen"
	EventReply       Event = "reply"
	EventNote        Event = "note"
	EventAssign      Event = "assign"
	EventStart       Event = "start"
	EventFinish      Event = "finish"
	EventCheck       Event = "check"
	EventHear        Event = "hear"
	EventMakeRecord  Event = "make_record"
	EventFail        Event = "fail"
	EventSupervise   Event = "supervise" // whoever has it in hand is urged, and it stands in the record
	EventVoid        Event = "void"      // a wrong record, with a reason
)

// Events lists all events.
var Events = []Event{
	EventAnswer, EventForward, EventDeptAnswer, EventSendBack, EventCallBack, EventClose, EventReopen, EventVerify, EventRefuse,
	EventExplain, EventReceive, EventAccept, EventNotAccept, EventAskMore, EventSupplement, EventInvestigate, EventExtend,
	EventResult, EventTell, EventWithdraw, EventArbitrate, EventCourt, EventOther, EventScreen, EventReply, EventNote,
	EventAssign, EventStart, EventFinish, EventCheck, EventHear, EventMakeRecord, EventFail, EventSupervise, EventVoid,
}

// Facts are what a step needs to know beside the state.
type Facts struct {
	Urgent    bool // may skip screening
	Anonymous bool // nobody to tell the result to
	Reason    bool // a reason was given
}

// Action is what an effect does to a deadline.
type Action string

// The actions. Starting a deadline that runs and stopping one that does not change nothing: a question that comes
// back from a department keeps its clock.
const (
	Start  Action = "start"
	Stop   Action = "stop"
	Extend Action = "extend"
	Pause  Action = "pause"
	Resume Action = "resume"
)

// Effect is what follows from a step.
type Effect struct {
	Do       Action
	Deadline deadline.Code
}

// rule is one cell: where to, with which effects, and on which condition.
type rule struct {
	to     Status
	do     []Effect
	reason bool // a reason is required
	urgent bool // only for urgent records
	anon   bool // only for anonymous ones
}

func to(s Status, do ...Effect) rule         { return rule{to: s, do: do} }
func withReason(s Status, do ...Effect) rule { return rule{to: s, do: do, reason: true} }
func start(c deadline.Code) Effect           { return Effect{Start, c} }
func stop(c deadline.Code) Effect            { return Effect{Stop, c} }

// Step returns the state after the event and what follows, or a *StepError and the state unchanged. Every kind can be
// voided with a reason from any state but voided, and supervised with one while somebody outside the hotline has it.
func Step(k Kind, from Status, e Event, f Facts) (Status, []Effect, error) {
	r, ok := find(k, from, e)
	switch {
	case !ok:
		return from, nil, &StepError{Kind: k, From: from, Event: e}
	case r.reason && !f.Reason:
		return from, nil, &StepError{k, from, e, r.to, "a reason is required"}
	case r.urgent && !f.Urgent:
		return from, nil, &StepError{k, from, e, r.to, "only an urgent record skips screening"}
	case r.anon && !f.Anonymous:
		return from, nil, &StepError{k, from, e, r.to, "the caller has a name and must be told"}
	case e == EventTell && f.Anonymous:
		return from, nil, &StepError{k, from, e, r.to, "there is nobody to tell"}
	}
	return r.to, slices.Clone(r.do), nil
}

func find(k Kind, from Status, e Event) (rule, bool) {
	states, ok := table[k]
	if !ok {
		return rule{}, false
	}
	_, known := states[from]
	switch {
	case known && e == EventVoid:
		return withReason(StateVoided), from != StateVoided
	case known && e == EventSupervise:
		return withReason(from), from.Theirs()
	}
	r, ok := states[from][e]
	return r, ok
}

// First is the state in which a record of the kind begins.
func First(k Kind) Status { return firsts[k] }

// States lists the states of a kind in the order of its life, voided last.
func States(k Kind) []Status { return orders[k] }

// Anytime are the steps that are no part of a kind's own course.
var Anytime = []Event{EventSupervise, EventVoid}

// Final tells whether nothing but voiding or reopening can happen in the state.
func Final(k Kind, s Status) bool {
	for _, e := range Events {
		if _, ok := find(k, s, e); ok && e != EventVoid && e != EventReopen {
			return false
		}
	}
	return true
}

// Allowed lists the events that are possible for the record.
func Allowed(k Kind, s Status, f Facts) []Event {
	var out []Event
	f.Reason = true // it can be given
	for _, e := range Events {
		if _, _, err := Step(k, s, e, f); err == nil {
			out = append(out, e)
		}
	}
	return out
}

// WantsReason tells whether the event needs a reason in some state of the kind.
func WantsReason(k Kind, e Event) bool {
	for _, cells := range table[k] {
		if cells[e].reason {
			return true
		}
	}
	return false
}
