package call

// Targets that depend on the call.
const (
	stay     Phase = "(stay)"     // the state stays, its deadline runs on
	toCaller Phase = "(caller)"   // back to the caller: talking, or the conference that was before
	fewer    Phase = "(fewer)"    // one party less in the conference; the state stays while it has somebody to talk to
	promote  Phase = "(promote)"  // the third party that stays answers for the call: a seat is announced, an outsider is bridged
	resume   Phase = "(resume)"   // where the lost seat was
	inner    Phase = "(inner)"    // the state behind the lost seat goes on without it
	expire   Phase = "(expire)"   // the lost seat stayed away
	farewell Phase = "(farewell)" // rating for who called us, the end for whom we called
)

// rule is one cell of the table.
type rule struct {
	to    Phase
	cause Cause
	do    []Effect
}

func to(p Phase, do ...Effect) rule { return rule{to: p, do: do} }

// end closes the call. do comes before the effects that every end has.
func end(c Cause, do ...Effect) rule {
	return rule{to: StateClosing, cause: c, do: append(do, EffectClose)}
}

type cells map[Kind]rule

func join(tables ...cells) cells {
	all := cells{}
	for _, t := range tables {
		for k, r := range t {
			all[k] = r
		}
	}
	return all
}

// always can happen while the caller is on the line; first is done before the end.
func always(first ...Effect) cells {
	return cells{
		EventCallerHangup: end(CauseCaller, first...),
		EventTrunkFault:   end(CauseTrunk, first...),
		EventShutdown:     end(CauseShutdown, append(first[:len(first):len(first)], EffectGoodbye)...),
	}
}

// seated is what every state with a seat has in common.
var seated = join(always(EffectTellAgent, EffectReleaseSeat), cells{
	EventSeatLost: to(StateSeatLost, EffectPromptLost), EventForceEnd: end(CauseForced, EffectReleaseSeat, EffectGoodbye),
})

// bound is that with a caller on the line, whom another seat can take over.
var bound = join(seated, cells{EventTakeOver: to(StateAnnouncing, EffectReleaseSeat, EffectChangeSeat, EffectAnnounce)})

// members is what the merged parties of a conference can do, whatever the agent does meanwhile.
var members = cells{
	EventMemberGone: to(fewer, EffectDropMember, EffectTellAgent), EventDropMember: to(fewer, EffectDropMember),
}

// flags are the switches of an agent who is heard by somebody.
var flags = cells{
	EventMute: to(stay), EventUnmute: to(stay),
	EventPauseRec: to(stay, EffectRecordGap), EventContinueRec: to(stay, EffectRecordOn),
}

// requeue returns a call that a seat did not take; it keeps the place of its time of entry.
func requeue(do ...Effect) rule {
	return to(StateQueued, append(do, EffectJoinQueue, EffectOfferNext)...)
}

// offered is what a call on offer has in common.
var offered = join(always(EffectWithdraw, EffectLeaveQueue), cells{
	EventOfferGone: requeue(EffectWithdraw), EventSeatLost: requeue(), EventDeadline: requeue(EffectWithdraw),
})

// asked is what a third party does before it has accepted. A party that is asked and left behind by a step is always
// hung up: Step adds EffectDropThird.
var asked = cells{
	EventThirdAnswered: to(stay, EffectAskThird, EffectRestart), EventThirdFailed: to(toCaller, EffectTellAgent),
	EventThirdHangup: to(toCaller, EffectTellAgent), EventCancel: to(toCaller), EventDeadline: to(toCaller, EffectTellAgent),
}

// consulted is what the agent can do with a third party on the line.
var consulted = cells{
	EventThirdHangup: to(toCaller, EffectTellAgent), EventCancel: to(toCaller), EventMerge: to(StateThreeParty),
	EventHandOver: to(promote, EffectReleaseSeat), EventDeadline: to(stay, EffectRemind, EffectRestart),
}

// table is the whole machine. What is not in it is impossible.
var table = map[Phase]cells{
	StateArriving: join(always(), cells{
		EventAccepted: to(StateDisclaimer, EffectPlayDisclaimer), EventDeadline: end(CauseTime),
	}),
	StateDisclaimer: join(always(), cells{
		EventDisclaimerDone: to(StateMenu, EffectRunMenu), EventDeadline: end(CauseTime, EffectGoodbye),
	}),
	StateMenu: join(always(), cells{
		EventToQueue: to(StateQueued, EffectJoinQueue), EventToVoicemail: to(StateVoicemail, EffectStartVoicemail),
		EventToCallback: to(StateCallback, EffectStartCallback), EventMenuDone: end(CauseMenu, EffectGoodbye),
		EventDeadline: end(CauseTime, EffectGoodbye),
	}),
	StateQueued: join(always(EffectLeaveQueue), cells{
		EventOffer: to(StateOffered, EffectSendOffer), EventOverflow: to(stay, EffectWiden),
		EventToVoicemail: to(StateVoicemail, EffectLeaveQueue, EffectStartVoicemail), EventToCallback: to(StateCallback, EffectStartCallback),
		EventDeadline: to(StateVoicemail, EffectLeaveQueue, EffectStartVoicemail),
	}),
	StateOffered: join(offered, cells{EventOfferDrawn: to(StateRinging, EffectRing), EventReject: requeue()}),
	StateRinging: join(offered, cells{
		EventAnswer: to(StateAnnouncing, EffectStopRing, EffectLeaveQueue, EffectRecord, EffectAnnounce), EventReject: requeue(EffectStopRing),
	}),
	StateAnnouncing: join(bound, members, cells{EventAnnounced: to(toCaller, EffectMarkBridge), EventDeadline: to(toCaller, EffectMarkBridge)}),
	StateTalking: join(bound, flags, cells{
		EventHold: to(StateHeld), EventRelease: to(farewell, EffectReleaseSeat), EventDismiss: end(CauseDismissed, EffectReleaseSeat, EffectGoodbye),
		EventConsult: to(StateConsultDial, EffectDialThird), EventTransfer: to(StateTransferring, EffectDialThird),
		EventToQueue: to(StateQueued, EffectReleaseSeat, EffectJoinQueue), EventDeadline: to(stay, EffectTellLead, EffectRestart),
	}),
	StateHeld: join(bound, members, cells{
		EventResume: to(toCaller), EventConsult: to(StateConsultDial, EffectDialThird), EventTransfer: to(StateTransferring, EffectDialThird),
		EventDismiss: end(CauseDismissed, EffectReleaseSeat, EffectGoodbye),
		EventToQueue: to(StateQueued, EffectReleaseSeat, EffectJoinQueue), EventDeadline: to(stay, EffectRemind, EffectRestart),
	}),
	StateDialling: join(seated, cells{
		EventCalleeAnswered: to(StateTalking, EffectRecord, EffectMarkBridge), EventDialFailed: end(CauseDialFailed, EffectTellAgent, EffectReleaseSeat),
		EventCancel: end(CauseAgent, EffectReleaseSeat), EventDeadline: end(CauseDialFailed, EffectTellAgent, EffectReleaseSeat),
	}),
	StateConsultDial:  join(bound, members, flags, asked, cells{EventThirdAccepted: to(StateConsulting)}),
	StateTransferring: join(bound, asked, cells{EventThirdAccepted: to(promote, EffectReleaseSeat)}),
	StateConsulting:   join(bound, members, flags, consulted, cells{EventSwap: to(StateSwapped)}),
	StateSwapped:      join(bound, members, flags, consulted, cells{EventSwap: to(StateConsulting)}),
	StateThreeParty: join(bound, members, flags, cells{
		EventConsult: to(StateConsultDial, EffectDialThird), EventHandOver: to(promote, EffectReleaseSeat), EventHold: to(StateHeld),
		EventDeadline: to(stay, EffectTellLead, EffectRestart),
	}),
	StateOutside: join(always(), cells{
		EventMemberGone: to(fewer, EffectDropMember), EventMemberDead: to(fewer, EffectDropMember), EventTakeOver: to(StateAnnouncing, EffectChangeSeat, EffectAnnounce),
		EventForceEnd: end(CauseForced, EffectGoodbye), EventDeadline: to(stay, EffectTellLead, EffectRestart),
	}),
	StateSeatLost: join(always(EffectReleaseSeat), members, cells{
		EventSeatBack: to(resume, EffectReattach), EventDeadline: to(expire, EffectReleaseSeat, EffectTellLead),
		EventTakeOver: to(StateAnnouncing, EffectReleaseSeat, EffectChangeSeat, EffectAnnounce), EventForceEnd: end(CauseForced, EffectReleaseSeat, EffectGoodbye),
		EventAnnounced: to(stay), EventCalleeAnswered: to(inner), EventDialFailed: to(inner), EventThirdAnswered: to(inner),
		EventThirdAccepted: to(inner), EventThirdFailed: to(inner), EventThirdHangup: to(inner),
	}),
	StateVoicemail: join(always(), cells{EventMessageLeft: end(CauseVoicemail, EffectGoodbye), EventDeadline: end(CauseVoicemail, EffectGoodbye)}),
	StateCallback: join(always(EffectLeaveQueue), cells{
		EventCallbackAsked: end(CauseCallback, EffectLeaveQueue, EffectGoodbye), EventToQueue: to(StateQueued, EffectJoinQueue),
		EventDeadline: to(StateQueued, EffectJoinQueue),
	}),
	StateRating:  join(always(), cells{EventRated: end(CauseAgent, EffectGoodbye), EventDeadline: end(CauseAgent, EffectGoodbye)}),
	StateClosing: {EventClosed: to(StateClosed), EventDeadline: to(StateClosed)},
	StateClosed:  {},
}
