package call

import (
	fsm "zuoxi/rules/call"
)

// effects are what the machine may ask for.
var effects map[fsm.Effect]func(*Call, fsm.Event)

// The table is filled here because its entries lead back to it.
func init() {
	effects = map[fsm.Effect]func(*Call, fsm.Event){
		fsm.EffectPlayDisclaimer: func(c *Call, _ fsm.Event) { c.guide() },
		fsm.EffectRunMenu:        func(*Call, fsm.Event) {}, // the guide that played the disclaimer goes on with it
		fsm.EffectJoinQueue:      func(c *Call, _ fsm.Event) { c.joinQueue(false) },
		fsm.EffectQueueHead:      func(c *Call, _ fsm.Event) { c.joinQueue(true) },
		fsm.EffectLeaveQueue:     func(c *Call, _ fsm.Event) { c.leaveQueue() },
		fsm.EffectWiden:          func(c *Call, _ fsm.Event) { c.widen() },
		fsm.EffectSendOffer:      func(c *Call, _ fsm.Event) { c.sendOffer() },
		fsm.EffectWithdraw:       func(c *Call, e fsm.Event) { c.withdraw(e.Kind) },
		fsm.EffectOfferNext:      func(c *Call, _ fsm.Event) { c.offerNext() },
		fsm.EffectRing:           func(c *Call, _ fsm.Event) { c.flow.offer.seat.Ring(c.flow.offer.id) },
		fsm.EffectStopRing:       func(*Call, fsm.Event) {}, // the seat's own step ended the ringing
		fsm.EffectAnnounce:       func(c *Call, _ fsm.Event) { c.announce() },
		fsm.EffectMarkBridge:     func(c *Call, _ fsm.Event) { c.bridge() },
		fsm.EffectRecord:         func(c *Call, _ fsm.Event) { c.record() },
		fsm.EffectRecordGap:      func(c *Call, _ fsm.Event) { c.pauseTape() },
		fsm.EffectRecordOn:       func(c *Call, _ fsm.Event) { c.room.ResumeRecording() },
		fsm.EffectDialThird:      func(c *Call, _ fsm.Event) { c.dialThird() },
		fsm.EffectAskThird:       func(c *Call, _ fsm.Event) { c.askThird() },
		fsm.EffectDropThird:      func(c *Call, e fsm.Event) { c.dropThird(e.Kind) },
		fsm.EffectDropMember:     func(c *Call, _ fsm.Event) { c.dropMember() },
		fsm.EffectDialCaller:     func(c *Call, _ fsm.Event) { c.dialCaller() },
		fsm.EffectChangeSeat:     func(c *Call, _ fsm.Event) { c.changeSeat() },
		fsm.EffectReleaseSeat:    func(c *Call, _ fsm.Event) { c.releaseSeat() },
		fsm.EffectTellAgent:      func(c *Call, e fsm.Event) { c.tellAgent(e) },
		fsm.EffectTellLead:       func(c *Call, e fsm.Event) { c.tellLead(e) },
		fsm.EffectPromptLost:     func(c *Call, _ fsm.Event) { c.promptLost() },
		fsm.EffectReattach:       func(c *Call, _ fsm.Event) { c.reattach() },
		fsm.EffectRemind:         func(c *Call, _ fsm.Event) { c.remind() },
		fsm.EffectStartVoicemail: func(c *Call, _ fsm.Event) { c.startVoicemail() },
		fsm.EffectStartCallback:  func(c *Call, _ fsm.Event) { c.startCallback() },
		fsm.EffectStartRating:    func(c *Call, _ fsm.Event) { c.startRating() },
		fsm.EffectGoodbye:        func(c *Call, _ fsm.Event) { c.goodbye() },
		fsm.EffectClose:          func(c *Call, _ fsm.Event) { c.close() },
		fsm.EffectRestart:        func(c *Call, _ fsm.Event) { c.arm() },
	}
}
