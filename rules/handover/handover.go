// Package handover is what it means for a record that another body says
// something about the case: which steps of rules/ticket follow from it. The hub
// takes them. It promises that the hotline never decides for the other body, and
// that a word that fits no state of the record leads to no step.
package handover

import "zuoxi/rules/ticket"

// State is where a case stands at the other body.
type State string

// The states of docs/handover.md.
const (
	StateReceived    State = "received"
	StateAccepted    State = "accepted"
	StateNotAccepted State = "not_accepted"
	StateMore        State = "supplement_needed"
	StateWorking     State = "in_progress"
	StateResult      State = "result"
	StateReturned    State = "returned"
)

// States lists them in the order of a case's life.
var States = []State{StateReceived, StateAccepted, StateNotAccepted, StateMore, StateWorking, StateResult, StateReturned}

var labels = map[State]string{
	StateReceived: "已接收", StateAccepted: "已受理", StateNotAccepted: "不予受理", StateMore: "要求补充", StateWorking: "办理中", StateResult: "有结果",
	StateReturned: "退回",
}

// Label is the Chinese name.
func (s State) Label() string {
	if l := labels[s]; l != "" {
		return l
	}
	return string(s)
}

// Final tells that nothing more is to be expected from the other body.
func (s State) Final() bool {
	return s == StateNotAccepted || s == StateResult || s == StateReturned
}

// ways are the steps that lead a record to where the other body says it is; a
// body may skip telling the ones between.
var ways = map[ticket.Kind]map[State][]ticket.Event{
	ticket.KindComplaint: inspection, ticket.KindReport: inspection,
	ticket.KindConsult:    {StateResult: {ticket.EventDeptAnswer}, StateNotAccepted: {ticket.EventSendBack}, StateReturned: {ticket.EventSendBack}},
	ticket.KindSuggestion: {StateResult: {ticket.EventReply}, StateNotAccepted: {ticket.EventNote}, StateReturned: {ticket.EventSendBack}},
	ticket.KindHelp: {
		StateAccepted: {ticket.EventStart}, StateWorking: {ticket.EventStart}, StateResult: {ticket.EventStart, ticket.EventFinish},
		StateNotAccepted: {ticket.EventSendBack}, StateReturned: {ticket.EventSendBack},
	},
}

var inspection = map[State][]ticket.Event{
	StateReceived:    {ticket.EventReceive},
	StateAccepted:    {ticket.EventReceive, ticket.EventSupplement, ticket.EventAccept},
	StateNotAccepted: {ticket.EventReceive, ticket.EventNotAccept},
	StateMore:        {ticket.EventReceive, ticket.EventAskMore},
	StateWorking:     {ticket.EventReceive, ticket.EventSupplement, ticket.EventAccept, ticket.EventInvestigate},
	StateResult:      {ticket.EventReceive, ticket.EventSupplement, ticket.EventAccept, ticket.EventInvestigate, ticket.EventResult},
	StateReturned:    {ticket.EventSendBack},
}

// Steps are the events that a record in a state takes for what was said. Of a
// way the steps that are possible are taken, in order.
func Steps(k ticket.Kind, at ticket.Status, f ticket.Facts, s State) []ticket.Event {
	if !at.Theirs() && at != ticket.StateSupplement {
		return nil // it is the hotline's turn: a late word moves nothing
	}
	f.Reason = true // the other body's own words
	var out []ticket.Event
	for _, e := range ways[k][s] {
		next, _, err := ticket.Step(k, at, e, f)
		if err != nil {
			continue
		}
		out, at = append(out, e), next
	}
	return out
}
