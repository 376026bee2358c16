package call

import (
	"slices"
	"testing"
)

// play steps a story and returns the last state and everything that had to be done.
func play(t *testing.T, s State, events ...Event) (State, []Effect) {
	t.Helper()
	var all []Effect
	for _, e := range events {
		next, do, err := Step(s, e)
		if err != nil {
			t.Fatal(err)
		}
		s, all = next, append(all, do...)
	}
	return s, all
}

func events(kinds ...Kind) []Event {
	out := make([]Event, len(kinds))
	for i, k := range kinds {
		out[i] = Event{Kind: k, Party: PartySeat}
	}
	return out
}

var (
	toTalk    = []Kind{EventAccepted, EventDisclaimerDone, EventToQueue, EventOffer, EventOfferDrawn, EventAnswer, EventAnnounced}
	toConsult = append(toTalk[:len(toTalk):len(toTalk)], EventConsult, EventThirdAnswered, EventThirdAccepted)
)

func after(before []Kind, more ...Kind) []Event {
	return events(append(before[:len(before):len(before)], more...)...)
}

func TestStories(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events []Event
		want   State
	}{
		{"the main job", after(toTalk, EventCallerHangup, EventClosed), State{Phase: StateClosed, Cause: CauseCaller}},
		{"agent releases to the rating", after(toTalk, EventRelease, EventRated), State{Phase: StateClosing, Cause: CauseAgent}},
		{"caller hangs up in the rating", after(toTalk, EventRelease, EventCallerHangup), State{Phase: StateClosing, Cause: CauseAgent}},
		{"silent seat", after(toTalk[:5], EventDeadline), State{Phase: StateQueued}},
		{"seat never draws the offer", after(toTalk[:4], EventDeadline), State{Phase: StateQueued}},
		{"seat lost while ringing", after(toTalk[:5], EventSeatLost), State{Phase: StateQueued}},
		{"nobody on duty", after(toTalk[:3], EventDeadline, EventMessageLeft), State{Phase: StateClosing, Cause: CauseVoicemail}},
		{"third party busy", after(toTalk, EventConsult, EventThirdFailed), State{Phase: StateTalking}},
		{"asked and handed over", after(toConsult, EventHandOver), State{Phase: StateAnnouncing}},
		{"merged", after(toConsult, EventMerge), State{Phase: StateThreeParty, Seats: 1}},
		{"merged after a swap", after(toConsult, EventSwap, EventMerge), State{Phase: StateThreeParty, Seats: 1}},
		{"colleague leaves the conference", after(toConsult, EventMerge, EventMemberGone), State{Phase: StateTalking}},
		{"agent leaves the conference", after(toConsult, EventMerge, EventHandOver, EventAnnounced), State{Phase: StateTalking}},
		{"blind transfer accepted", after(toTalk, EventTransfer, EventThirdAccepted), State{Phase: StateAnnouncing}},
		{"blind transfer comes back", after(toTalk, EventTransfer, EventDeadline), State{Phase: StateTalking}},
		{"second consultation in a conference", after(toConsult, EventMerge, EventConsult, EventCancel), State{Phase: StateThreeParty, Seats: 1}},
		{"seat lost and back on hold", after(toTalk, EventHold, EventSeatLost, EventSeatBack), State{Phase: StateHeld}},
		{"seat stays away", after(toTalk, EventSeatLost, EventDeadline), State{Phase: StateQueued}},
		{"seat lost while asking", after(toConsult, EventSeatLost, EventThirdHangup, EventSeatBack), State{Phase: StateTalking}},
		{"seat lost while ringing a third party", after(toTalk, EventConsult, EventSeatLost, EventThirdAccepted, EventSeatBack), State{Phase: StateConsulting, Third: PartySeat}},
		{"transfer accepted without the seat", after(toTalk, EventTransfer, EventSeatLost, EventThirdAccepted), State{Phase: StateAnnouncing}},
		{"conference without the seat", after(toConsult, EventMerge, EventSeatLost, EventDeadline), State{Phase: StateAnnouncing}},
		{"held conference without the seat", after(toConsult, EventMerge, EventHold, EventSeatLost, EventDeadline), State{Phase: StateAnnouncing}},
		{"conference without the seat that asks one more", after(toConsult, EventMerge, EventConsult, EventSeatLost, EventDeadline), State{Phase: StateAnnouncing}},
		{"lead takes over from a lost seat", after(toTalk, EventSeatLost, EventTakeOver, EventAnnounced), State{Phase: StateTalking}},
		{"call-back booked while waiting", after(toTalk[:3], EventToCallback, EventCallbackAsked), State{Phase: StateClosing, Cause: CauseCallback}},
		{"call-back not wanted after all", after(toTalk[:3], EventToCallback, EventToQueue), State{Phase: StateQueued}},
		{"muted through a hold", after(toTalk, EventMute, EventHold, EventResume), State{Phase: StateTalking, Muted: true}},
		{"gap ends with the phase", after(toTalk, EventPauseRec, EventConsult), State{Phase: StateConsultDial, Third: PartySeat}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := play(t, State{}, tt.events...); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestOutsiders(t *testing.T) {
	t.Parallel()
	outside := []Event{{EventConsult, PartyOutside}, {EventThirdAccepted, ""}}
	start := append(after(toTalk), outside...)
	handed, do := play(t, State{}, append(start, Event{Kind: EventHandOver})...)
	if handed != (State{Phase: StateOutside, Outside: 1}) || do[len(do)-1] != EffectReleaseSeat {
		t.Errorf("handed over: %+v %v", handed, do)
	}
	ended, _ := play(t, handed, Event{EventMemberGone, PartyOutside})
	if ended.Phase != StateClosing || ended.Cause != CauseThird {
		t.Errorf("outsider gone: %+v", ended)
	}
	full := State{Phase: StateThreeParty, Outside: MaxMerged}
	if _, _, err := Step(full, Event{EventConsult, PartyOutside}); err == nil {
		t.Error("a ninth leg was let in")
	}
}

func TestOutgoing(t *testing.T) {
	t.Parallel()
	s, do := play(t, Dialled(), events(EventCalleeAnswered, EventRelease)...)
	if s.Phase != StateClosing || slices.Contains(do, EffectStartRating) {
		t.Errorf("a citizen we called was asked for a grade: %+v %v", s, do)
	}
	if s, _ := play(t, Dialled(), events(EventDeadline)...); s.Cause != CauseDialFailed {
		t.Errorf("nobody answered: %+v", s)
	}
	if s, _ := play(t, Dialled(), events(EventSeatLost, EventDeadline)...); s.Cause != CauseDialFailed {
		t.Errorf("seat lost while dialling: %+v", s)
	}
}

func TestEffectsInOrder(t *testing.T) {
	t.Parallel()
	_, do := play(t, State{}, after(toTalk)...)
	want := []Effect{
		EffectPlayDisclaimer, EffectRunMenu, EffectJoinQueue, EffectSendOffer, EffectRing, EffectStopRing, EffectLeaveQueue,
		EffectRecord, EffectAnnounce, EffectMarkBridge,
	}
	if !slices.Equal(do, want) {
		t.Errorf("to the bridge: %v, want %v", do, want)
	}
	_, do = play(t, State{}, after(toTalk, EventPauseRec, EventSeatLost, EventDeadline)...)
	want = append(want, EffectRecordGap, EffectRecordOn, EffectPromptLost, EffectReleaseSeat, EffectTellLead, EffectQueueHead)
	if !slices.Equal(do, want) {
		t.Errorf("to the head of the queue: %v, want %v", do, want)
	}
}

// TestStepDoesNotShare: a caller that changes the effects it got must not change the table.
func TestStepDoesNotShare(t *testing.T) {
	t.Parallel()
	_, do, err := Step(State{Phase: StateRinging}, Event{Kind: EventAnswer})
	if err != nil {
		t.Fatal(err)
	}
	do[0] = "spoiled"
	if _, again, _ := Step(State{Phase: StateRinging}, Event{Kind: EventAnswer}); again[0] != EffectStopRing {
		t.Errorf("the table was changed: %v", again)
	}
}

func TestSound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		s    State
		want []Path
	}{
		{"talking", State{Phase: StateTalking}, []Path{{LegCaller, LegAgent}, {LegAgent, LegCaller}}},
		{"muted", State{Phase: StateTalking, Muted: true}, []Path{{LegAgent, LegCaller}}},
		{"held", State{Phase: StateHeld}, []Path{{LegCaller, LegMusic}}},
		{"waiting", State{Phase: StateRinging}, []Path{{LegCaller, LegMusic}}},
		{"announcing", State{Phase: StateAnnouncing}, []Path{{LegCaller, LegPrompt}, {LegAgent, LegPrompt}}},
		{"consulting", State{Phase: StateConsulting, Third: PartyOutside}, []Path{{LegCaller, LegMusic}, {LegAgent, LegThird}, {LegThird, LegAgent}}},
		{"swapped", State{Phase: StateSwapped, Third: PartySeat}, []Path{{LegCaller, LegAgent}, {LegAgent, LegCaller}, {LegThird, LegMusic}}},
		{"seat lost", State{Phase: StateSeatLost, Resume: StateTalking}, []Path{{LegCaller, LegMusic}}},
		{"conference without the seat", State{Phase: StateSeatLost, Resume: StateThreeParty, Outside: 1}, []Path{{LegCaller, LegMembers}, {LegMembers, LegCaller}, {LegMembers, LegMembers}}},
		{"closed", State{Phase: StateClosed, Cause: CauseCaller}, []Path{}},
	}
	for _, tt := range tests {
		if got := Sound(tt.s); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestNobodyOverhears: what is said between agent and third party never reaches the caller before the merge, and a lost
// or absent agent neither hears nor is heard.
func TestNobodyOverhears(t *testing.T) {
	t.Parallel()
	for _, s := range states() {
		for _, p := range Sound(s) {
			if p.To == LegCaller && p.From == LegThird || p.To == LegThird && p.From == LegCaller {
				t.Errorf("caller and a party that is only asked are connected in %+v", s)
			}
			agent := p.To == LegAgent || p.From == LegAgent
			if agent && (!s.Phase.SeatBound() || s.Phase == StateSeatLost) {
				t.Errorf("an absent agent is connected in %+v: %v", s, p)
			}
			if s.Phase == StateHeld && p.From == LegAgent {
				t.Errorf("a caller on hold hears the agent in %+v", s)
			}
		}
	}
}

func TestObserve(t *testing.T) {
	t.Parallel()
	talking := State{Phase: StateTalking}
	if got := Observe(talking, EarMonitor); !slices.Equal(got, []Path{{LegLead, LegCaller}, {LegLead, LegAgent}}) {
		t.Errorf("monitor: %v", got)
	}
	for _, p := range Observe(talking, EarWhisper) {
		if p.From == LegLead && p.To != LegAgent {
			t.Errorf("a whisper reaches %s", p.To)
		}
	}
	if got := Observe(talking, EarBarge); !slices.Contains(got, Path{LegCaller, LegLead}) {
		t.Errorf("barge: %v", got)
	}
	if got := Observe(State{Phase: StateQueued}, EarMonitor); got != nil {
		t.Errorf("listening in without an agent: %v", got)
	}
}
