package call

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the documents that are generated from the table")

// variants returns one call per combination of fields that a phase can have.
func variants(p Phase) []State {
	var all []State
	thirds := []Party{PartyNone}
	if p == StateConsultDial || p == StateConsulting || p == StateSwapped || p == StateTransferring {
		thirds = []Party{PartySeat, PartyOutside}
	}
	members := [][2]uint8{{0, 0}}
	switch p {
	case StateThreeParty:
		members = [][2]uint8{{1, 0}, {0, 1}, {2, 1}}
	case StateOutside:
		members = [][2]uint8{{0, 1}, {0, 2}}
	case StateHeld, StateConsultDial, StateConsulting, StateSwapped, StateAnnouncing:
		members = [][2]uint8{{0, 0}, {1, 0}, {0, 2}}
	}
	cause := CauseNone
	if p == StateRating || p == StateClosing || p == StateClosed {
		cause = CauseAgent
	}
	for _, third := range thirds {
		for _, m := range members {
			for _, outbound := range []bool{p == StateDialling, true} {
				all = append(all, State{Phase: p, Third: third, Seats: m[0], Outside: m[1], Cause: cause, Outbound: outbound})
			}
		}
	}
	return all
}

// withSeat lists the phases in which a seat can be lost.
func withSeat() []Phase {
	var all []Phase
	for _, p := range Phases {
		if p.SeatBound() && p != StateSeatLost {
			all = append(all, p)
		}
	}
	return all
}

// states returns the variants of all phases; a lost seat may have been in any phase that has a seat.
func states() []State {
	var all []State
	for _, p := range Phases {
		if p != StateSeatLost {
			all = append(all, variants(p)...)
			continue
		}
		for _, behind := range withSeat() {
			for _, s := range variants(behind) {
				s.Phase, s.Resume = StateSeatLost, behind
				all = append(all, s)
			}
		}
	}
	return all
}

// check tells what is wrong with a state, empty when nothing is.
func check(s State) string {
	p := s.Phase
	if p == StateSeatLost {
		p = s.Resume
	}
	asking := p == StateConsultDial || p == StateConsulting || p == StateSwapped || p == StateTransferring
	ending := p == StateRating || p == StateClosing || p == StateClosed
	switch {
	case !slices.Contains(Phases, s.Phase):
		return "unknown phase"
	case (s.Resume != "") != (s.Phase == StateSeatLost):
		return "resume belongs to a lost seat and only to it"
	case s.Resume != "" && !slices.Contains(withSeat(), s.Resume):
		return "nothing to return to"
	case asking != (s.Third != PartyNone):
		return "a third party is asked in this state and only in it"
	case p == StateThreeParty && s.Merged() == 0:
		return "a conference of two"
	case p == StateTalking && s.Merged() > 0:
		return "members are not heard"
	case p == StateOutside && (s.Outside == 0 || s.Seats > 0):
		return "a call without an agent needs an outsider and no seat"
	case s.Merged() > MaxMerged:
		return "too many legs"
	case s.Merged() > 0 && !p.SeatBound() && p != StateOutside:
		return "members outlive the call"
	case ending != (s.Cause != CauseNone):
		return "the cause belongs to the end and only to it"
	case s.Muted && !s.Phase.SeatBound():
		return "nobody is muted"
	}
	return ""
}

// TestEveryPair steps every event in every variant of every state, and keeps the result readable beside the table.
func TestEveryPair(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, s := range states() {
		if why := check(s); why != "" {
			t.Fatalf("variant %+v: %s", s, why)
		}
		for _, k := range Kinds {
			for _, party := range []Party{PartySeat, PartyOutside} {
				pair(t, &b, s, Event{k, party})
			}
		}
	}
	golden(t, filepath.Join("testdata", "pairs.txt"), b.String())
}

func pair(t *testing.T, b *strings.Builder, s State, e Event) {
	t.Helper()
	next, do, err := Step(s, e)
	var step *StepError
	switch {
	case errors.As(err, &step):
		if step.From != s.Phase || step.Event != e.Kind {
			t.Errorf("%s in %+v: error names %s in %s", e.Kind, s, step.Event, step.From)
		}
		if next != s || do != nil {
			t.Errorf("%s in %+v: impossible, but changed to %+v %v", e.Kind, s, next, do)
		}
		return
	case err != nil:
		t.Errorf("%s in %+v: untyped error %v", e.Kind, s, err)
	}
	if why := check(next); why != "" {
		t.Errorf("%s in %+v leads to %+v: %s", e.Kind, s, next, why)
	}
	taker := e.Kind != EventTakeOver && e.Kind != EventDeadline // else somebody other than the party that is asked
	kept := next.Seats > s.Seats || next.Outside > s.Outside || s.Third == PartySeat && taker && slices.Contains(do, EffectChangeSeat)
	if s.Third != PartyNone && next.Third == PartyNone && kept == slices.Contains(do, EffectDropThird) {
		t.Errorf("%s in %+v forgets the third party: %v", e.Kind, s, do)
	}
	if s.Phase.SeatBound() && !next.Phase.SeatBound() && !slices.Contains(do, EffectReleaseSeat) {
		t.Errorf("%s in %+v forgets the seat: %v", e.Kind, s, do)
	}
	if next.Phase == StateClosing && s.Phase != StateClosing && do[len(do)-1] != EffectClose {
		t.Errorf("%s in %+v does not close: %v", e.Kind, s, do)
	}
	if e.Party == PartySeat || partyMatters(e.Kind) {
		fmt.Fprintf(b, "%s + %s → %s %v\n", brief(s), event(e), brief(next), do)
	}
}

func partyMatters(k Kind) bool {
	return k == EventConsult || k == EventTransfer || k == EventMemberGone || k == EventMemberDead || k == EventDropMember
}

func event(e Event) string {
	if partyMatters(e.Kind) {
		return fmt.Sprintf("%s(%s)", e.Kind, e.Party)
	}
	return string(e.Kind)
}

func brief(s State) string {
	out := string(s.Phase)
	if s.Resume != "" {
		out += "/" + string(s.Resume)
	}
	if s.Third != "" {
		out += "?" + string(s.Third)
	}
	if s.Merged() > 0 {
		out += fmt.Sprintf("+%d+%d", s.Seats, s.Outside)
	}
	if s.Outbound {
		out += "↑"
	}
	for _, f := range []struct {
		on   bool
		mark string
	}{{s.Muted, "m"}, {s.Paused, "p"}, {s.Cause != "", "!" + string(s.Cause)}} {
		if f.on {
			out += f.mark
		}
	}
	return out
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is stale: run go test ./rules/call -update and read the difference", path)
	}
}

func TestNothingSticks(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	for _, s := range states() {
		if s.Phase == StateClosed {
			if limits.Of(s.Phase) != 0 || len(Allowed(s)) != 0 || s.Phase.Owner() != OwnerNone {
				t.Errorf("a closed call still moves")
			}
			continue
		}
		if limits.Of(s.Phase) <= 0 || s.Phase.Owner() == OwnerNone {
			t.Errorf("%s has limit %v and owner %q", s.Phase, limits.Of(s.Phase), s.Phase.Owner())
		}
		next, do, err := Step(s, Event{Kind: EventDeadline})
		if err != nil {
			t.Errorf("deadline in %+v: %v", s, err)
		}
		if next.Phase == s.Phase && !slices.Contains(do, EffectRestart) {
			t.Errorf("deadline in %+v changes nothing and starts no new one", s)
		}
		if s.Phase != StateClosing && !Possible(s, EventCallerHangup) {
			t.Errorf("the caller cannot hang up in %+v", s)
		}
	}
	if (Limits{Ring: time.Second}).Of(StateRinging) != time.Second || (Limits{}).Of(StateRinging) != 15*time.Second {
		t.Error("limits are not settings with defaults")
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	for _, p := range Phases {
		if p.Label() == string(p) {
			t.Errorf("state %s has no label", p)
		}
	}
	for _, k := range Kinds {
		if k.Label() == string(k) {
			t.Errorf("event %s has no label", k)
		}
	}
	for c := range causeLabels {
		if c != CauseNone && c.Label() == "" {
			t.Errorf("cause %s has no label", c)
		}
	}
	if len(Causes()) != len(causeLabels)-1 || slices.Contains(Causes(), CauseNone) {
		t.Errorf("causes %v", Causes())
	}
}

// TestRandomWalk: whatever happens, the call stays legal, everything Allowed is possible, and a hang-up ends it.
func TestRandomWalk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := State{}
		if rapid.Bool().Draw(t, "outgoing") {
			s = Dialled()
		}
		for range rapid.IntRange(0, 80).Draw(t, "steps") {
			kinds := Allowed(s)
			if len(kinds) == 0 {
				break
			}
			e := Event{rapid.SampledFrom(kinds).Draw(t, "event"), rapid.SampledFrom([]Party{PartySeat, PartyOutside}).Draw(t, "party")}
			next, _, err := Step(s, e)
			if err != nil {
				continue
			}
			if why := check(next); why != "" {
				t.Fatalf("%s in %+v leads to %+v: %s", e.Kind, s, next, why)
			}
			s = next
		}
		for s.phase() != StateClosed {
			next, _, err := Step(s, Event{Kind: EventCallerHangup})
			if err != nil {
				next, _, err = Step(s, Event{Kind: EventClosed})
			}
			if err != nil {
				t.Fatalf("%+v cannot be ended: %v", s, err)
			}
			s = next
		}
	})
}
