package agent

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// matrix restates the table in another form: one line per event, one column per phase of Phases, "-" for impossible,
// "=" for staying with a wish remembered, "n" for what was wished meanwhile, "b" for where the seat was before.
const matrix = `
              signed_out ready      not_ready  break      training   ringing    talking hold    wrap_up    lost
sign_in       not_ready  -          -          -          -          -          -       -       -          -
sign_out      -          signed_out signed_out signed_out signed_out -          =       =       signed_out signed_out
go_ready      -          ready      ready      ready      ready      -          =       =       ready      -
go_not_ready  -          not_ready  not_ready  not_ready  not_ready  =          =       =       =          -
go_break      -          break      break      break      break      =          =       =       =          -
go_training   -          training   training   training   training   =          =       =       =          -
offer         -          ringing    -          -          -          -          -       -       -          -
offer_gone    -          -          -          -          -          n          -       -       -          -
answer        -          -          -          -          -          talking    -       -       -          -
reject        -          -          -          -          -          not_ready  -       -       -          -
ring_timeout  -          -          -          -          -          not_ready  -       -       -          -
dial          -          talking    talking    talking    -          -          -       -       talking    -
held          -          -          -          -          -          -          hold    -       -          -
resumed       -          -          -          -          -          -          -       talking -          -
call_end      -          -          -          -          -          -          wrap_up wrap_up -          =
wrap_done     -          -          -          -          -          -          -       -       n          -
wrap_expired  -          -          -          -          -          -          -       -       n          -
wrap_extend   -          -          -          -          -          -          -       -       wrap_up    -
media_failed  -          not_ready  not_ready  not_ready  not_ready  not_ready  =       =       =          -
link_lost     -          lost       lost       lost       lost       lost       lost    lost    lost       -
link_back     -          -          -          -          -          -          -       -       -          b
lost_expired  -          -          -          -          -          -          -       -       -          signed_out
force_ready   -          ready      ready      ready      ready      -          =       =       ready      -
force_busy    -          not_ready  not_ready  not_ready  not_ready  not_ready  =       =       =          =
force_signout -          signed_out signed_out signed_out signed_out signed_out =       =       signed_out signed_out
`

func TestMatrix(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	head := strings.Fields(lines[0])
	seen := map[Kind]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		kind := Kind(cells[0])
		seen[kind] = true
		for i, want := range cells[1:] {
			from := State{Phase: Phase(head[i]), Next: StateTraining, Before: StateTalking}
			got, effects, err := Step(from, Event{Kind: kind, Reason: BreakMeal})
			if want == "-" {
				var step *StepError
				if !errors.As(err, &step) || step.From != from.Phase || step.Event != kind {
					t.Errorf("%s in %s: error %v", kind, from.Phase, err)
				}
				if got != from || effects != nil {
					t.Errorf("%s in %s changed the state to %+v, effects %v", kind, from.Phase, got, effects)
				}
				continue
			}
			wantPhase := map[string]Phase{"=": from.Phase, "n": StateTraining, "b": StateTalking}[want]
			if wantPhase == "" {
				wantPhase = Phase(want)
			}
			if err != nil || got.Phase != wantPhase {
				t.Errorf("%s in %s: %s, %v; want %s", kind, from.Phase, got.Phase, err, wantPhase)
			}
		}
	}
	for _, k := range Kinds {
		if !seen[k] {
			t.Errorf("event %s is not in the matrix", k)
		}
	}
	if len(head) != len(Phases) {
		t.Errorf("%d phases in the matrix, %d exist", len(head), len(Phases))
	}
}

func run(t *testing.T, s State, kinds ...Kind) (State, []Effect) {
	t.Helper()
	var last []Effect
	for _, k := range kinds {
		next, effects, err := Step(s, Event{Kind: k, Reason: BreakMeal})
		if err != nil {
			t.Fatalf("%s in %+v: %v", k, s, err)
		}
		s, last = next, effects
	}
	return s, last
}

func TestStories(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		kinds []Kind
		want  State
	}{
		{"sign in", []Kind{EventSignIn}, State{Phase: StateNotReady, Reason: ReasonSignedIn}},
		{"one call", []Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventHeld, EventResumed, EventCallEnd, EventWrapDone}, State{Phase: StateReady}},
		{"break wished in the call", []Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventGoBreak, EventCallEnd, EventWrapDone}, State{Phase: StateBreak, Reason: BreakMeal}},
		{"ready key ends wrap-up", []Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventGoBreak, EventCallEnd, EventGoReady}, State{Phase: StateReady}},
		{"refused", []Kind{EventSignIn, EventGoReady, EventOffer, EventReject}, State{Phase: StateNotReady, Reason: ReasonRefused}},
		{"rang out", []Kind{EventSignIn, EventGoReady, EventOffer, EventRingTimeout}, State{Phase: StateNotReady, Reason: ReasonNoAnswer}},
		{"caller left while ringing", []Kind{EventSignIn, EventGoReady, EventOffer, EventOfferGone}, State{Phase: StateReady}},
		{"lost on hold and back", []Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventHeld, EventLinkLost, EventLinkBack}, State{Phase: StateHold}},
		{"lost in a call that ends", []Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventLinkLost, EventCallEnd, EventLinkBack}, State{Phase: StateWrapUp}},
		{"lost while ringing", []Kind{EventSignIn, EventGoReady, EventOffer, EventLinkLost, EventLinkBack}, State{Phase: StateReady}},
		{"lost on a break", []Kind{EventSignIn, EventGoBreak, EventLinkLost, EventLinkBack}, State{Phase: StateBreak, Reason: BreakMeal}},
		{"stayed away", []Kind{EventSignIn, EventGoReady, EventLinkLost, EventLostExpired}, State{Phase: StateSignedOut, Reason: ReasonLost}},
		{"stayed away and was signed out by a person", []Kind{EventSignIn, EventGoReady, EventLinkLost, EventLostExpired, EventForceSignOut}, State{Phase: StateSignedOut}},
		{"stayed away and came back", []Kind{EventSignIn, EventGoReady, EventLinkLost, EventLostExpired, EventSignIn}, State{Phase: StateNotReady, Reason: ReasonSignedIn}},
		{"sign out after the call", []Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventSignOut, EventCallEnd, EventWrapDone}, State{Phase: StateSignedOut}},
		{"dialled from wrap-up", []Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventCallEnd, EventDial, EventCallEnd}, State{Phase: StateWrapUp}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := run(t, State{}, tt.kinds...); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestEffects(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kinds []Kind
		want  []Effect
	}{
		{[]Kind{EventSignIn, EventGoReady}, []Effect{EffectAvailable}},
		{[]Kind{EventSignIn, EventGoReady, EventOffer, EventReject}, []Effect{EffectReturnOffer, EffectTellLead}},
		{[]Kind{EventSignIn, EventGoReady, EventOffer, EventLinkLost}, []Effect{EffectReturnOffer, EffectStartLostTimer}},
		{[]Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventGoBreak, EventCallEnd, EventWrapDone}, []Effect{EffectStopWrapTimer}},
		{[]Kind{EventSignIn, EventGoReady, EventOffer, EventAnswer, EventLinkLost, EventCallEnd, EventLinkBack}, []Effect{EffectStopLostTimer, EffectStartWrapTimer}},
		{[]Kind{EventSignIn, EventGoReady, EventLinkLost, EventLinkBack}, []Effect{EffectStopLostTimer, EffectAvailable}},
	}
	for _, tt := range tests {
		if _, got := run(t, State{}, tt.kinds...); !slices.Equal(got, tt.want) {
			t.Errorf("%v: effects %v, want %v", tt.kinds, got, tt.want)
		}
	}
}

func TestBreakNeedsReason(t *testing.T) {
	t.Parallel()
	_, _, err := Step(State{Phase: StateReady}, Event{Kind: EventGoBreak, Reason: "nap"})
	var step *StepError
	if !errors.As(err, &step) || step.To != StateBreak || step.Why == "" {
		t.Errorf("error %v", err)
	}
}

func TestCallEndForLostSeatWithoutCall(t *testing.T) {
	t.Parallel()
	s := State{Phase: StateLost, Before: StateReady}
	if _, _, err := Step(s, Event{Kind: EventCallEnd}); err == nil {
		t.Error("a seat without a call ended one")
	}
	if Possible(s, EventCallEnd) {
		t.Error("it is told as possible")
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	for _, p := range Phases {
		if p.Label() == string(p) {
			t.Errorf("phase %s has no label", p)
		}
	}
	for _, r := range append([]Reason{ReasonBusy, ReasonRefused, ReasonNoAnswer, ReasonForced, ReasonSignedIn, ReasonMedia, ReasonLost}, BreakReasons...) {
		if r.Label() == string(r) {
			t.Errorf("reason %s has no label", r)
		}
	}
	if got := (State{Phase: StateBreak, Reason: BreakMeal}).Label(); got != "小休（用餐）" {
		t.Errorf("label %q", got)
	}
	if got := (State{Phase: StateNotReady, Reason: ReasonBusy}).Label(); got != "示忙" {
		t.Errorf("label %q", got)
	}
}

// TestNeverStuck drives the machine at random: it stays in known phases, and from wherever it is there is a way out.
func TestNeverStuck(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s State
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			allowed := slices.DeleteFunc(slices.Clone(Kinds), func(k Kind) bool { return !Possible(s, k) })
			if len(allowed) == 0 {
				t.Fatalf("stuck in %+v", s)
			}
			k := rapid.SampledFrom(allowed).Draw(t, "event")
			next, _, err := Step(s, Event{Kind: k, Reason: BreakRest})
			if err != nil {
				t.Fatalf("%s is possible in %+v and was refused: %v", k, s, err)
			}
			if !slices.Contains(Phases, next.Phase) {
				t.Fatalf("unknown phase %q after %s in %+v", next.Phase, k, s)
			}
			if next.Phase == StateBreak && !next.Reason.IsBreak() {
				t.Fatalf("break without a reason after %s in %+v", k, s)
			}
			s = next
		}
	})
}
