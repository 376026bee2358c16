package call

import "slices"

// Step returns the state after the event and what has to be done in this order, or a *StepError and the state
// unchanged. The deadline of the new state starts when its phase differs from the old one, or with EffectRestart.
func Step(s State, e Event) (State, []Effect, error) {
	s.Phase = s.phase()
	r, ok := table[s.Phase][e.Kind]
	if !ok {
		return s, nil, &StepError{From: s.Phase, Event: e.Kind}
	}
	if why := refuse(s, e); why != "" {
		return s, nil, &StepError{From: s.Phase, Event: e.Kind, To: r.to, Why: why}
	}
	return s.follow(r, e)
}

// refuse holds the conditions that the table cannot: an event that the state has, but not this call.
func refuse(s State, e Event) string {
	switch e.Kind {
	case EventConsult, EventTransfer:
		return refuseThird(s, e)
	case EventMemberGone, EventMemberDead, EventDropMember:
		return when(s.members(e.Party) == 0, "no such party is in the conference")
	case EventAnnounced:
		return when(s.Phase == StateSeatLost && s.Resume != StateAnnouncing, "nothing was being announced")
	case EventTakeOver:
		return when(s.Resume == StateDialling, "nobody has answered yet")
	case EventToQueue:
		return when(s.Merged() > 0, "third parties are in the conference")
	case EventMute, EventUnmute:
		return when(s.Muted == (e.Kind == EventMute), "it is so already")
	case EventPauseRec, EventContinueRec:
		return when(s.Paused == (e.Kind == EventPauseRec), "it is so already")
	}
	return ""
}

func refuseThird(s State, e Event) string {
	switch {
	case e.Party == PartyNone:
		return "the kind of the third party is missing"
	case s.Merged() >= MaxMerged:
		return "the conference is full"
	case e.Kind == EventTransfer && s.Merged() > 0:
		return "a conference is handed over, not transferred unseen"
	}
	return ""
}

func when(bad bool, why string) string {
	if bad {
		return why
	}
	return ""
}

func (s State) members(p Party) uint8 {
	switch p {
	case PartySeat:
		return s.Seats
	case PartyOutside:
		return s.Outside
	}
	return 0
}

func (s State) follow(r rule, e Event) (State, []Effect, error) {
	next, do := s, slices.Clone(r.do)
	switch r.to {
	case inner:
		return s.without(e)
	case stay:
		return s.flag(e.Kind), do, nil
	case expire:
		next, do = s.expired(do)
	case resume:
		next, do = s.reattached(do)
	case promote:
		next, do = s.promoted(do)
	case fewer:
		next, do = s.fewer(e, do)
	case farewell:
		next, do = s.released(do)
	default:
		next = s.enter(r.to, e)
		if next.Cause == CauseNone {
			next.Cause = r.cause
		}
		if s.Third != PartyNone && next.Third == PartyNone && e.Kind != EventMerge {
			do = append([]Effect{EffectDropThird}, do...)
		}
	}
	return s.leave(next, do)
}

// enter is the plain way into a phase: only the fields that the new phase has stay.
func (s State) enter(p Phase, e Event) State {
	next := s
	next.Phase, next.Resume = p, ""
	switch p {
	case StateConsultDial, StateTransferring:
		next.Third = e.Party
		return next
	case StateConsulting, StateSwapped:
		return next
	case StateSeatLost:
		next.Resume = s.Phase
		return next
	case StateThreeParty:
		next = next.merge()
	case toCaller:
		next.Phase = s.withCaller()
	}
	next.Third = PartyNone
	if !next.Phase.SeatBound() {
		next.Seats, next.Outside = 0, 0
	}
	return next
}

// withCaller is where the agent finds the caller: alone, or in the conference that was there before.
func (s State) withCaller() Phase {
	if s.Merged() > 0 {
		return StateThreeParty
	}
	return StateTalking
}

// merge counts the third party among the members.
func (s State) merge() State {
	switch s.Third {
	case PartySeat:
		s.Seats++
	case PartyOutside:
		s.Outside++
	}
	s.Third = PartyNone
	return s
}

// leave ends what must not outlive a phase: a gap in the recording, and the mute of an agent who is gone.
func (s State) leave(next State, do []Effect) (State, []Effect, error) {
	if next.Phase != s.Phase && s.Paused {
		next.Paused = false
		do = append([]Effect{EffectRecordOn}, do...)
	}
	if !next.Phase.SeatBound() || next.Phase == StateAnnouncing {
		next.Muted = false
	}
	return next, do, nil
}

func (s State) flag(k Kind) State {
	switch k {
	case EventMute, EventUnmute:
		s.Muted = k == EventMute
	case EventPauseRec, EventContinueRec:
		s.Paused = k == EventPauseRec
	}
	return s
}

// promoted gives the call to a third party that stays, a seat before an outsider. A seat is announced like any other.
func (s State) promoted(do []Effect) (State, []Effect) {
	next := s.merge()
	next.Resume = ""
	if next.Seats == 0 {
		next.Phase = StateOutside
		return next, do
	}
	next.Seats--
	next.Phase = StateAnnouncing
	return next, append(do, EffectChangeSeat, EffectAnnounce)
}

// fewer takes one member out of the conference. A caller whose last company hung up has been served; one whose
// company's line died is to be with somebody again.
func (s State) fewer(e Event, do []Effect) (State, []Effect) {
	next := s
	if e.Party == PartySeat {
		next.Seats--
	} else {
		next.Outside--
	}
	switch {
	case next.Merged() > 0:
	case s.Phase == StateThreeParty:
		next.Phase = StateTalking
	case s.Phase == StateSeatLost && s.Resume == StateThreeParty:
		next.Resume = StateTalking
	case e.Kind == EventMemberDead:
		next.Phase = StateQueued
		do = append(do, EffectTellAgent, EffectQueueHead)
	case s.Phase == StateOutside:
		next.Phase, next.Cause = StateClosing, CauseThird
		do = append(do, EffectGoodbye, EffectClose)
	}
	return next, do
}

// released is the guarded key. Whom we called is not asked for a grade.
func (s State) released(do []Effect) (State, []Effect) {
	next := s
	next.Cause = CauseAgent
	if s.Outbound {
		next.Phase = StateClosing
		return next, append(do, EffectClose)
	}
	next.Phase = StateRating
	return next, append(do, EffectStartRating)
}

// without lets the state behind a lost seat go on: what still needs the seat waits for it, anything else happens.
func (s State) without(e Event) (State, []Effect, error) {
	behind := s
	behind.Phase, behind.Resume = s.Resume, ""
	next, do, err := Step(behind, e)
	if err != nil {
		return s, nil, &StepError{From: s.Phase, Event: e.Kind, To: s.Resume, Why: "the state behind the lost seat does not have it"}
	}
	if slices.Contains(do, EffectReleaseSeat) {
		return next, do, nil
	}
	do = slices.DeleteFunc(do, func(d Effect) bool { return d == EffectRestart }) // the seat is not waited for any longer
	next.Resume, next.Phase = next.Phase, StateSeatLost
	return next, do, nil
}

// expired gives up the lost seat, and whom it was asking. A conference goes on without it, whatever the seat was doing
// beside it; a caller without company goes to the head of the queue.
func (s State) expired(do []Effect) (State, []Effect) {
	next := s
	next.Resume, next.Third = "", PartyNone
	if s.Third != PartyNone {
		do = append(do, EffectDropThird)
	}
	switch {
	case s.Resume == StateDialling:
		next.Phase, next.Cause = StateClosing, CauseDialFailed
		return next, append(do, EffectClose)
	case s.Merged() > 0:
		return next.promoted(do)
	}
	next.Phase = StateQueued
	return next, append(do, EffectQueueHead)
}

// reattached gives the call back to the seat. An announcement that it missed is played again.
func (s State) reattached(do []Effect) (State, []Effect) {
	next := s
	next.Phase, next.Resume = s.Resume, ""
	if next.Phase == StateAnnouncing {
		do = append(do, EffectAnnounce)
	}
	return next, do
}

// Allowed lists the events that are possible in s, in the order of Kinds.
func Allowed(s State) []Kind {
	var out []Kind
	for _, k := range Kinds {
		if Possible(s, k) {
			out = append(out, k)
		}
	}
	return out
}

// Possible tells whether an event of this kind can happen in s, whoever the party is.
func Possible(s State, k Kind) bool {
	for _, p := range []Party{PartySeat, PartyOutside} {
		if _, _, err := Step(s, Event{Kind: k, Party: p}); err == nil {
			return true
		}
	}
	return false
}
