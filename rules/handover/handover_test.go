package handover

import (
	"slices"
	"testing"

	"zuoxi/rules/ticket"
)

// TestEveryWordInEveryState: the steps are possible ones, and what was decided
// is never taken back by a word that comes late.
func TestEveryWordInEveryState(t *testing.T) {
	t.Parallel()
	for _, k := range ticket.Kinds {
		for _, at := range ticket.States(k) {
			for _, s := range append(States, "nonsense") {
				now, facts := at, ticket.Facts{Reason: true}
				for _, e := range Steps(k, at, ticket.Facts{}, s) {
					next, _, err := ticket.Step(k, now, e, facts)
					if err != nil {
						t.Fatalf("%s in %s, %s: %v", k, at, s, err)
					}
					now = next
				}
				if now != at && !at.Theirs() && at != ticket.StateSupplement {
					t.Errorf("%s: %q moves it from %s, where the hotline acts, to %s", k, s, at, now)
				}
			}
		}
	}
}

func TestWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k    ticket.Kind
		at   ticket.Status
		s    State
		want []ticket.Event
	}{
		{ticket.KindComplaint, ticket.StateForwarded, StateAccepted, []ticket.Event{ticket.EventReceive, ticket.EventAccept}},
		{ticket.KindComplaint, ticket.StateForwarded, StateResult, []ticket.Event{ticket.EventReceive, ticket.EventAccept, ticket.EventInvestigate, ticket.EventResult}},
		{ticket.KindComplaint, ticket.StateSupplement, StateAccepted, []ticket.Event{ticket.EventSupplement, ticket.EventAccept}},
		{ticket.KindReport, ticket.StateAccepted, StateReceived, nil},
		{ticket.KindConsult, ticket.StateWithDept, StateResult, []ticket.Event{ticket.EventDeptAnswer}},
		{ticket.KindHelp, ticket.StateAssigned, StateReturned, []ticket.Event{ticket.EventSendBack}},
		{ticket.KindConduct, ticket.StateForwarded, StateResult, nil},
	} {
		if got := Steps(c.k, c.at, ticket.Facts{}, c.s); !slices.Equal(got, c.want) {
			t.Errorf("%s in %s, %s: %v, want %v", c.k, c.at, c.s, got, c.want)
		}
	}
	for _, s := range States {
		if s.Label() == string(s) {
			t.Errorf("%s has no name", s)
		}
	}
}
