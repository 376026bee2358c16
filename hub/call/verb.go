package call

import (
	"errors"
	"slices"
	"strings"

	"zuoxi/hub/trunk"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/identity"
	"zuoxi/wire"
)

var (
	impossible = wire.Refusal(wire.CodeImpossible, "现在不能这样做，未执行；请看通话栏里可用的按键")
	recovering = wire.Refusal(wire.CodeImpossible, "话路正在恢复，这一步未执行；来电人还在线，恢复后请再按一次")
)

// besides are the verbs of a seat whose voice is not back yet.
var besides = map[string]bool{wire.DoEmergency: true, wire.DoArticle: true, wire.DoSpeechBegan: true}

// plain are the verbs that are nothing but an event of the machine.
var plain = map[string]fsm.Kind{
	wire.DoHold: fsm.EventHold, wire.DoResume: fsm.EventResume, wire.DoPauseRec: fsm.EventPauseRec, wire.DoResumeRec: fsm.EventContinueRec,
	wire.DoSwap: fsm.EventSwap, wire.DoMerge: fsm.EventMerge, wire.DoCancel: fsm.EventCancel,
	wire.DoMuted: fsm.EventMute, wire.DoUnmuted: fsm.EventUnmute,
}

// Verb carries out what a seat on the call wants, and answers.
func (c *Call) Verb(s Seat, v wire.CallVerb, reply func(*wire.Ack)) {
	ok := c.box.Post(func() {
		switch {
		case c.desk != nil && c.desk.seat == s:
			reply(c.deskVerb(s, v))
		default:
			reply(c.guestVerb(s, v))
		}
	})
	if !ok {
		reply(wire.Refusal(wire.CodeStale, "这通电话已结束，未执行；请看当前状态"))
	}
}

// Note writes a line of the timeline for somebody outside; it must hold no
// personal data.
func (c *Call) Note(kind, text string) {
	c.box.Post(func() { c.remark(kind, text, nil) })
}

// NoteShown is Note for what the desks show at once.
func (c *Call) NoteShown(kind, text string) {
	c.box.Post(func() { c.remark(kind, text, nil); c.show() })
}

// Identified notes what a check of the caller's identity said.
func (c *Call) Identified(p identity.Phase, text string) {
	c.box.Post(func() {
		c.caller.identity = string(p)
		c.remark("identity", "身份核验："+text, nil)
		c.show()
	})
}

// deskVerb is a verb of the seat that answers for the call.
func (c *Call) deskVerb(s Seat, v wire.CallVerb) *wire.Ack {
	if c.state.Phase == fsm.StateSeatLost && !besides[v.Do] {
		return recovering
	}
	if v.Record == nil {
		return c.deskStep(s, v)
	}
	before := c.flow.paper
	c.flow.paper = paper{text: v.Record, by: s, given: true}
	ack := c.deskStep(s, v)
	if ack.Code != wire.CodeOK { // the words are the newest, but nothing was handed over by them
		c.flow.paper.given = before.given && before.by == s
	}
	return ack
}

// deskStep is what a verb of that seat does.
func (c *Call) deskStep(s Seat, v wire.CallVerb) *wire.Ack {
	if v.Do == wire.DoHandOver {
		return c.handOver(v.Reason)
	}
	if kind, ok := plain[v.Do]; ok {
		c.flow.why = v.Reason
		if !c.try(kind, v.Reason) {
			return impossible
		}
		return wire.Done()
	}
	switch v.Do {
	case wire.DoRelease:
		return c.release()
	case wire.DoConsult:
		return c.consult(s, v.Target, v.Reason, false)
	case wire.DoBlind:
		return c.consult(s, v.Target, v.Reason, true)
	case wire.DoAccept:
		return c.acceptMenu()
	case wire.DoKeys:
		return c.sendKeys(v.Keys)
	case wire.DoEmergency:
		return c.emergency(s)
	case wire.DoWarn, wire.DoDismiss:
		return c.dismiss(s, v.Do)
	case wire.DoLegMute, wire.DoLegUnmute, wire.DoLegHold, wire.DoLegResume, wire.DoLegDrop:
		return c.legVerb(v.Do, v.Leg)
	}
	return c.sideVerb(s, v)
}

// sideVerb notes what happens beside the conversation.
func (c *Call) sideVerb(s Seat, v wire.CallVerb) *wire.Ack {
	switch v.Do {
	case wire.DoArticle:
		c.Article(s.No(), v.Target)
	case wire.DoSpeechBegan:
		c.jot("speech_began", "坐席开始说话", nil)
	default:
		return wire.Refusal(wire.CodeInvalid, "没有这一步，未执行；请确认坐席程序与中心的版本")
	}
	return wire.Done()
}

// guestVerb is a verb of a seat that was asked or merged: it can leave, and
// note what it reads.
func (c *Call) guestVerb(s Seat, v wire.CallVerb) *wire.Ack {
	p := c.guest(s)
	if p == nil {
		return wire.Refusal(wire.CodeStale, "这通电话已不在本席，未执行；请看当前通话")
	}
	switch v.Do {
	case wire.DoRelease, wire.DoCancel:
		c.partyGone(p, outLeft)
	case wire.DoMuted, wire.DoUnmuted:
		p.muted = v.Do == wire.DoMuted
		c.setSound()
		c.flow.dirty = true
	case wire.DoEmergency:
		return c.emergency(s)
	default:
		return c.sideVerb(s, v)
	}
	return wire.Done()
}

func (c *Call) guest(s Seat) *party {
	for _, p := range c.others() {
		if p.seat == s {
			return p
		}
	}
	return nil
}

// dismiss ends the call of an abusive caller in two steps: the caller was asked
// to stop, and did not.
func (c *Call) dismiss(s Seat, do string) *wire.Ack {
	switch {
	case !fsm.Possible(c.state, fsm.EventDismiss):
		return impossible
	case do == wire.DoWarn:
		c.flow.warned = true
		c.remark("warned", "坐席已提醒来电人文明用语", nil)
	case !c.flow.warned:
		return wire.Refusal(wire.CodeImpossible, "还没有提醒过来电人，没有终止；请先说第一步的提醒")
	default:
		c.markAbusive(s)
		c.try(fsm.EventDismiss, "提醒后仍不听劝")
	}
	return wire.Done()
}

// release hands a caller who is still there to the rating; in a three-party
// talk the agent leaves and the others stay.
func (c *Call) release() *wire.Ack {
	kind := fsm.EventRelease
	switch c.state.Phase {
	case fsm.StateDialling:
		kind = fsm.EventCancel
	case fsm.StateThreeParty:
		return c.handOver("")
	case fsm.StateHeld:
		return wire.Refusal(wire.CodeImpossible, "来电人还在保持中，没有挂断；请先恢复通话，道别后再释放")
	case fsm.StateConsultDial, fsm.StateConsulting, fsm.StateSwapped, fsm.StateTransferring:
		return wire.Refusal(wire.CodeImpossible, "转接还没有结束，没有挂断；请先取消转接或转出")
	}
	if !c.try(kind, "") {
		return impossible
	}
	return wire.Done()
}

// handOver leaves the call to those who stay, if one of them is there.
func (c *Call) handOver(why string) *wire.Ack {
	if !fsm.Possible(c.state, fsm.EventHandOver) {
		return impossible
	}
	if !slices.ContainsFunc(c.others(), func(p *party) bool { return p.lostAt.IsZero() }) {
		return wire.Refusal(wire.CodeUnreachable, "接手的一方断线，没有转出；请等对方恢复，或放掉他再继续")
	}
	c.try(fsm.EventHandOver, why)
	return wire.Done()
}

// keysRefused are the ways in which a line does not take a key.
var keysRefused = []struct {
	err error
	ack *wire.Ack
}{
	{trunk.ErrNoKeys, wire.Refusal(wire.CodeRefused, "对方的设备不收按键，没有发出；请用语音告知")},
	{trunk.ErrKeysFull, wire.Refusal(wire.CodeBusy, "按键太快，后面的没有发出；请稍等再按")},
}

// sendKeys plays keys to the menu that the agent talks to.
func (c *Call) sendKeys(keys string) *wire.Ack {
	if keys == "" || strings.Trim(keys, "0123456789*#") != "" {
		return wire.Refusal(wire.CodeInvalid, "按键只能是数字、* 和 #，没有发出；请重新输入")
	}
	leg := c.menuLeg()
	if leg == nil {
		return wire.Refusal(wire.CodeImpossible, "现在没有外线在与您通话，按键没有发出；请等对方接通，或先切换到对方")
	}
	c.acceptMenu()
	for _, k := range []byte(keys) {
		if err := leg.SendKey(k); err != nil {
			return keyRefused(err)
		}
	}
	c.remark("keys", "发送按键", nil) // which ones may be a secret
	return wire.Done()
}

func keyRefused(err error) *wire.Ack {
	for _, r := range keysRefused {
		if errors.Is(err, r.err) {
			return r.ack
		}
	}
	return wire.Refusal(wire.CodeUnreachable, "按键没有发出，对方线路已断；请看通话状态")
}

// menuLeg is the line that may have a menu, among those that the agent hears: the outside party who came last, or the
// citizen whom we called or who is alone with the agent. Nobody who waits with music is sent keys.
func (c *Call) menuLeg() Leg {
	hears := func(l fsm.Leg) bool { return slices.Contains(fsm.Sound(c.state), fsm.Path{To: fsm.LegAgent, From: l}) }
	if hears(fsm.LegThird) {
		return c.third.leg
	}
	for _, p := range slices.Backward(c.merged) {
		if p.leg != nil && !p.held && hears(fsm.LegMembers) {
			return p.leg
		}
	}
	if hears(fsm.LegCaller) && (c.state.Outbound || len(c.merged) == 0) {
		return c.caller.leg
	}
	return nil
}

// emergency alarms the leads; the line is kept.
func (c *Call) emergency(s Seat) *wire.Ack {
	c.caller.priority = 9
	if !slices.Contains(c.caller.tags, "紧急") {
		c.caller.tags = append(c.caller.tags, "紧急")
	}
	told := c.ex.Floor.Emergency(s, s.Title()+"报告紧急情况：来电人可能有人身危险")
	c.remark("emergency", "坐席报告紧急情况", map[string]any{"leads": told})
	c.flow.dirty = true
	if told == 0 {
		return wire.Refusal(wire.CodeUnreachable, "现在没有班长在线，告警没有送到；请保持通话，并用另一部电话拨打110或120")
	}
	return wire.Done()
}

// legVerb mutes, holds or drops one party of a conference.
func (c *Call) legVerb(do, leg string) *wire.Ack {
	i := slices.IndexFunc(c.merged, func(p *party) bool { return p.id == leg })
	if i < 0 {
		if leg == callerLeg && c.state.Phase == fsm.StateThreeParty && do != wire.DoLegDrop {
			return c.callerVerb(do)
		}
		if c.third != nil && c.third.id == leg {
			return c.thirdVerb(do)
		}
		return wire.Refusal(wire.CodeNotFound, "通话里没有这一方，未执行；请看通话栏")
	}
	p := c.merged[i]
	switch do {
	case wire.DoLegMute, wire.DoLegUnmute:
		p.muted = do == wire.DoLegMute
	case wire.DoLegHold, wire.DoLegResume:
		p.held = do == wire.DoLegHold
	case wire.DoLegDrop:
		c.flow.leaving = p
		err := c.happen(fsm.Event{Kind: fsm.EventDropMember, Party: p.kind}, p.who)
		c.flow.leaving = nil
		if err != nil {
			return impossible
		}
		return wire.Done()
	}
	c.remark(do, p.who, nil)
	c.setSound()
	c.flow.dirty = true
	return wire.Done()
}

// callerVerb mutes the caller in a conference, or lets the caller wait while the others talk.
func (c *Call) callerVerb(do string) *wire.Ack {
	switch do {
	case wire.DoLegMute, wire.DoLegUnmute:
		c.caller.muted = do == wire.DoLegMute
	default:
		c.caller.held = do == wire.DoLegHold
	}
	c.remark(do, "来电人", map[string]any{"leg": callerLeg})
	c.setSound()
	return wire.Done()
}

// thirdVerb mutes the party that is being asked, lets it wait while the agent is with the caller, or drops it.
func (c *Call) thirdVerb(do string) *wire.Ack {
	ok := true
	switch do {
	case wire.DoLegMute, wire.DoLegUnmute:
		c.third.muted = do == wire.DoLegMute
		c.remark(do, c.third.who, nil)
		c.setSound()
	case wire.DoLegDrop:
		ok = c.try(fsm.EventCancel, "")
	default:
		waits := c.state.Phase == fsm.StateSwapped
		ok = waits == (do == wire.DoLegResume) && c.try(fsm.EventSwap, "")
	}
	if !ok {
		return impossible
	}
	return wire.Done()
}

// Article notes what the agent had on the screen.
func (c *Call) Article(no, article string) {
	c.box.Post(func() { c.jot("article", "打开条目 "+article, map[string]any{"agent": no, "article": article}) })
}

// Heard keeps what a seat says of its line, and how the seat was heard.
func (c *Call) Heard(no string, down, up wire.MediaReport) {
	c.box.Post(func() {
		if c.desk == nil || c.desk.seat.No() != no || c.facts.times.Bridge.IsZero() {
			return
		}
		c.facts.quality(down, up, c.ex.Now().Sub(c.facts.times.Bridge))
	})
}
