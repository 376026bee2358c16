package call

// Kind names an event. The values are names on the wire.
type Kind string

// What can happen to a call.
const (
	// The way to a seat.
	EventAccepted       Kind = "accepted"        // the trunk is answered
	EventDisclaimerDone Kind = "disclaimer_done" // played to its end
	EventToQueue        Kind = "to_queue"        // the menu or the agent sends the caller to a queue
	EventToVoicemail    Kind = "to_voicemail"
	EventToCallback     Kind = "to_callback"
	EventMenuDone       Kind = "menu_done" // self-service finished, or its tries are used up
	EventOverflow       Kind = "overflow"  // the queue widens to the province
	EventOffer          Kind = "offer"     // the distribution chose a seat
	EventOfferDrawn     Kind = "offer_drawn"
	EventOfferGone      Kind = "offer_gone" // withdrawn: seat lost, forced busy, or pulled by the lead
	EventAnswer         Kind = "answer"
	EventReject         Kind = "reject"
	EventAnnounced      Kind = "announced" // the agent's number was played

	// The conversation.
	EventHold        Kind = "hold"
	EventResume      Kind = "resume"
	EventMute        Kind = "mute"
	EventUnmute      Kind = "unmute"
	EventPauseRec    Kind = "pause_recording"
	EventContinueRec Kind = "continue_recording"
	EventRelease     Kind = "release" // the guarded key: the caller goes to the rating prompt
	EventDismiss     Kind = "dismiss" // an abusive caller, after the two-step wording

	// Third parties.
	EventConsult       Kind = "consult"        // ask a third party; Event.Party
	EventTransfer      Kind = "blind_transfer" // hand over unseen; Event.Party
	EventThirdAnswered Kind = "third_answered" // the line is up, the party was not asked yet
	EventThirdAccepted Kind = "third_accepted" // the party takes the call (a seat answered, key 1, or the agent heard a menu)
	EventThirdFailed   Kind = "third_failed"   // busy, refused, no answer, unreachable
	EventThirdHangup   Kind = "third_hangup"   // the party that is being asked left
	EventCancel        Kind = "cancel"         // drop the party that is being asked, back to the caller; also stops an outgoing call
	EventSwap          Kind = "swap"
	EventMerge         Kind = "merge"
	EventHandOver      Kind = "hand_over"   // the agent leaves, the third party stays
	EventMemberGone    Kind = "member_gone" // a merged party left the conference; Event.Party
	EventMemberDead    Kind = "member_dead" // the line of a merged party died with no agent in the call; Event.Party
	EventDropMember    Kind = "drop_member" // the agent sends a merged party away; Event.Party

	// Outgoing calls.
	EventCalleeAnswered Kind = "callee_answered"
	EventDialFailed     Kind = "dial_failed"

	// The seat and the lead.
	EventSeatLost Kind = "seat_lost"
	EventSeatBack Kind = "seat_back"
	EventTakeOver Kind = "take_over"     // the lead's seat takes the call
	EventForceEnd Kind = "force_release" // the lead ends the call

	// The end.
	EventCallerHangup  Kind = "caller_hangup"
	EventTrunkFault    Kind = "trunk_fault"
	EventMessageLeft   Kind = "message_left"
	EventCallbackAsked Kind = "callback_booked"
	EventRated         Kind = "rated"
	EventShutdown      Kind = "shutdown"
	EventClosed        Kind = "closed" // legs are down and the log is written
	EventDeadline      Kind = "deadline"
)

// Kinds lists all events.
var Kinds = []Kind{
	EventAccepted, EventDisclaimerDone, EventToQueue, EventToVoicemail, EventToCallback, EventMenuDone, EventOverflow, EventOffer,
	EventOfferDrawn, EventOfferGone, EventAnswer, EventReject, EventAnnounced, EventHold, EventResume, EventMute, EventUnmute,
	EventPauseRec, EventContinueRec, EventRelease, EventDismiss, EventConsult, EventTransfer, EventThirdAnswered,
	EventThirdAccepted, EventThirdFailed, EventThirdHangup, EventCancel, EventSwap, EventMerge, EventHandOver, EventMemberGone,
	EventMemberDead, EventDropMember,
	EventCalleeAnswered, EventDialFailed, EventSeatLost, EventSeatBack, EventTakeOver, EventForceEnd, EventCallerHangup,
	EventTrunkFault, EventMessageLeft, EventCallbackAsked, EventRated, EventShutdown, EventClosed, EventDeadline,
}

// Event is one thing that happened. Party is the kind of the party meant by EventConsult, EventTransfer,
// EventMemberGone, EventMemberDead and EventDropMember.
type Event struct {
	Kind  Kind
	Party Party
}

// Effect is one thing that the owner of the call has to do after a step, in the order given. What everybody hears is
// no effect: after each step the mixer is set to Sound(state).
type Effect string

// The effects.
const (
	EffectPlayDisclaimer Effect = "play_disclaimer"
	EffectRunMenu        Effect = "run_menu"
	EffectJoinQueue      Effect = "join_queue"  // at the place of the time of entry
	EffectQueueHead      Effect = "queue_head"  // before everybody, same seat preferred
	EffectLeaveQueue     Effect = "leave_queue" // the call waits no more; nothing to do when it did not
	EffectWiden          Effect = "widen"       // seats of the province count from now on
	EffectSendOffer      Effect = "send_offer"
	EffectWithdraw       Effect = "withdraw_offer" // the seat stops ringing and forgets the offer
	EffectOfferNext      Effect = "offer_next"     // that seat is excluded for this call
	EffectRing           Effect = "ring"
	EffectStopRing       Effect = "stop_ring"
	EffectAnnounce       Effect = "announce"    // the agent's number, to caller and agent
	EffectMarkBridge     Effect = "mark_bridge" // t_bridge: both hear each other from now on
	EffectRecord         Effect = "record"      // start, or go on in the same recording
	EffectRecordGap      Effect = "record_gap"  // a marked gap begins, with who and why
	EffectRecordOn       Effect = "record_on"   // the gap ends
	EffectDialThird      Effect = "dial_third"
	EffectAskThird       Effect = "ask_third"   // who calls, and press 1 to accept
	EffectDropThird      Effect = "drop_third"  // hang up the party that is being asked or called
	EffectDropMember     Effect = "drop_member" // hang up the merged party that the event names
	EffectDialCaller     Effect = "dial_caller"
	EffectChangeSeat     Effect = "change_seat"  // the seat that accepted or took over answers for the call now
	EffectReleaseSeat    Effect = "release_seat" // the seat that answered for the call goes to wrap-up
	EffectTellAgent      Effect = "tell_agent"   // what happened to the third party or the caller, with its reason
	EffectTellLead       Effect = "tell_lead"
	EffectPromptLost     Effect = "prompt_lost" // to the caller, 3 s after the seat vanished
	EffectReattach       Effect = "reattach"    // the seat gets the call back as it was
	EffectRemind         Effect = "remind"      // a wait gets long: caller is comforted, agent reminded
	EffectStartVoicemail Effect = "start_voicemail"
	EffectStartCallback  Effect = "start_callback"
	EffectStartRating    Effect = "start_rating"
	EffectGoodbye        Effect = "play_goodbye" // the wording that fits the cause, then hang up
	EffectClose          Effect = "close"        // hang up all legs, end the recording, write the log
	EffectRestart        Effect = "restart_deadline"
)
