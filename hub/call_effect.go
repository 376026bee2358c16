package hub

import (
	"cmp"

	fsm "zuoxi/rules/call"
)

// effects are what the machine may ask for.
var effects map[fsm.Effect]func(*call, fsm.Event)

// The table is filled here because its entries lead back to it.
func init() {
	effects = map[fsm.Effect]func(*call, fsm.Event){
		fsm.EffectPlayDisclaimer: func(c *call, _ fsm.Event) { c.guide() },
		fsm.EffectRunMenu:        func(*call, fsm.Event) {}, // the guide that played the disclaimer goes on with it
		fsm.EffectJoinQueue:      func(c *call, _ fsm.Event) { c.joinQueue(false) },
		fsm.EffectQueueHead:      func(c *call, _ fsm.Event) { c.joinQueue(true) },
		fsm.EffectLeaveQueue:     func(c *call, _ fsm.Event) { c.leaveQueue() },
		fsm.EffectWiden:          func(c *call, _ fsm.Event) { c.widen() },
		fsm.EffectSendOffer:      func(c *call, _ fsm.Event) { c.sendOffer() },
		fsm.EffectWithdraw:       func(c *call, e fsm.Event) { c.withdraw(e.Kind) },
		fsm.EffectOfferNext:      func(c *call, _ fsm.Event) { c.offerNext() },
		fsm.EffectRing:           func(c *call, _ fsm.Event) { c.flow.offer.seat.ring(c.flow.offer.id) },
		fsm.EffectStopRing:       func(*call, fsm.Event) {}, // the seat's own step ended the ringing
		fsm.EffectAnnounce:       func(c *call, _ fsm.Event) { c.announce() },
		fsm.EffectMarkBridge:     func(c *call, _ fsm.Event) { c.bridge() },
		fsm.EffectRecord:         func(c *call, _ fsm.Event) { c.record() },
		fsm.EffectRecordGap:      func(c *call, _ fsm.Event) { c.room.PauseRecording(c.deskNo(), cmp.Or(c.flow.why, "机密信息")) },
		fsm.EffectRecordOn:       func(c *call, _ fsm.Event) { c.room.ResumeRecording() },
		fsm.EffectDialThird:      func(c *call, _ fsm.Event) { c.dialThird() },
		fsm.EffectAskThird:       func(c *call, _ fsm.Event) { c.askThird() },
		fsm.EffectDropThird:      func(c *call, e fsm.Event) { c.dropThird(e.Kind) },
		fsm.EffectDropMember:     func(c *call, _ fsm.Event) { c.dropMember() },
		fsm.EffectDropMembers:    func(c *call, _ fsm.Event) { c.dropMembers() },
		fsm.EffectDialCaller:     func(c *call, _ fsm.Event) { c.dialCaller() },
		fsm.EffectChangeSeat:     func(c *call, _ fsm.Event) { c.changeSeat() },
		fsm.EffectReleaseSeat:    func(c *call, _ fsm.Event) { c.releaseSeat() },
		fsm.EffectTellAgent:      func(c *call, e fsm.Event) { c.tellAgent(e) },
		fsm.EffectTellLead:       func(c *call, e fsm.Event) { c.tellLead(e) },
		fsm.EffectPromptLost:     func(c *call, _ fsm.Event) { c.promptLost() },
		fsm.EffectReattach:       func(c *call, _ fsm.Event) { c.reattach() },
		fsm.EffectRemind:         func(c *call, _ fsm.Event) { c.remind() },
		fsm.EffectStartVoicemail: func(c *call, _ fsm.Event) { c.startVoicemail() },
		fsm.EffectStartCallback:  func(c *call, _ fsm.Event) { c.startCallback() },
		fsm.EffectStartRating:    func(c *call, _ fsm.Event) { c.startRating() },
		fsm.EffectGoodbye:        func(c *call, _ fsm.Event) { c.goodbye() },
		fsm.EffectClose:          func(c *call, _ fsm.Event) { c.close() },
		fsm.EffectRestart:        func(c *call, _ fsm.Event) { c.arm() },
	}
}
