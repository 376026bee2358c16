package call

import (
	"cmp"
	"slices"
	"time"

	"zuoxi/hub/store"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// How many lines of the timeline a desk has at most, the log has all of them, and
// how many go at once when there are more: a desk is told of those that are new,
// unless the first ones went.
const (
	timelineShown = 100
	timelineLets  = 25
)

// note writes a line of the timeline: the name of what happened and why.
func (c *Call) note(kind, label, why string) {
	text := label
	if why != "" {
		text += "：" + why
	}
	more := map[string]any{"phase": string(c.state.Phase)}
	if c.flow.result.known() {
		more["outcome"] = c.flow.result.key
	}
	c.remark(kind, text, more)
}

// remark writes a line of the timeline. It must hold no personal data.
func (c *Call) remark(kind, text string, more map[string]any) {
	c.jot(kind, text, more)
	c.flow.dirty = true
}

// jotWait is how long a line that nobody waits for may be missing on a desk.
const jotWait = 2 * time.Second

// jot is remark for a line that nobody waits for: it is shown with what happens
// next, so that it takes no time on a narrow line while people speak.
func (c *Call) jot(kind, text string, more map[string]any) {
	at := c.ex.Now()
	c.scribe.Event(at, kind, text, more)
	c.facts.timeline = append(c.facts.timeline, wire.Timeline{At: at, Kind: kind, Text: text})
	if len(c.facts.timeline) > timelineShown {
		c.facts.timeline = c.facts.timeline[timelineLets:]
	}
	if c.flow.jotted.IsZero() {
		c.flow.jotted = at
	}
}

// showJotted shows what was jotted down when nothing else has happened since.
func (c *Call) showJotted() {
	if at := c.flow.jotted; !at.IsZero() && c.ex.Now().Sub(at) >= jotWait {
		c.flow.dirty = true
	}
}

// show sends the call as it is to every desk that is on it.
func (c *Call) show() {
	c.flow.dirty, c.flow.jotted = false, time.Time{}
	if c.desk != nil {
		c.desk.seat.Show(c, c.viewFor(c.desk, false))
	}
	for _, p := range c.others() {
		if p.seat != nil && p.inside {
			p.seat.Show(c, c.viewFor(p, false))
		}
	}
	c.showEars()
}

// askable are the machine's events that an agent may cause.
var askable = map[fsm.Kind]bool{
	fsm.EventHold: true, fsm.EventResume: true, fsm.EventMute: true, fsm.EventUnmute: true, fsm.EventPauseRec: true,
	fsm.EventContinueRec: true, fsm.EventRelease: true, fsm.EventDismiss: true, fsm.EventConsult: true, fsm.EventTransfer: true,
	fsm.EventCancel: true, fsm.EventSwap: true, fsm.EventMerge: true, fsm.EventHandOver: true, fsm.EventDropMember: true,
}

// viewFor is the call as one desk shows it. gone: the desk's part is over.
func (c *Call) viewFor(p *party, gone bool) *wire.Call {
	v := &wire.Call{
		ID: c.id, Phase: string(c.state.Phase), Since: c.clock.since, Bridged: c.facts.times.Bridge, Caller: c.callerView(),
		Legs: c.legViews(p), Recording: c.recordingView(), HeldMS: c.facts.held.Milliseconds(),
	}
	v.Timeline = append(v.Timeline, c.facts.timeline...)
	v.Watched = c.watched()
	switch {
	case gone:
		v.Phase, v.Ended, v.EndedBy = string(fsm.StateClosed), c.ex.Now(), cmp.Or(endedBy[c.facts.by], p.left())
	case p == c.desk:
		for _, k := range fsm.Allowed(c.state) {
			if askable[k] || k == fsm.EventThirdAccepted && c.asking() {
				v.Allowed = append(v.Allowed, string(k))
			}
		}
	default:
		v.Allowed = []string{string(fsm.EventRelease), string(fsm.EventMute), string(fsm.EventUnmute)}
	}
	return v
}

// left is how a desk's part ended in a call that goes on.
func (p *party) left() string {
	switch {
	case !p.lostAt.IsZero():
		return "断线"
	case p.role == "target":
		return "已退出"
	}
	return "已转出"
}

var endedBy = map[string]string{"caller": "来电人", "agent": "坐席", "trunk": "线路", "hub": "中心", "lead": "班长", "third": "第三方"}

// callerView is what may be shown before an identity check.
func (c *Call) callerView() wire.Caller {
	waited := time.Duration(0)
	if q := c.facts.times.Queue; !q.IsZero() {
		end := c.facts.times.Answer
		if end.IsZero() {
			end = c.ex.Now()
		}
		waited = max(0, end.Sub(q))
	}
	return wire.Caller{
		Masked: c.caller.sealed.Masked, Place: c.caller.place, Region: c.caller.region, RegionBy: regionWords[c.caller.regionBy],
		Subject: c.caller.subject, Keys: c.caller.keys, WaitedMS: waited.Milliseconds(), Calls24h: c.caller.calls24h,
		Earlier: c.caller.earlier, Tags: slices.Concat(c.caller.tags, c.caller.marks), Identity: c.caller.identity,
	}
}

var regionWords = map[string]string{"menu": "本人选择", "number": "号码归属", "agent": "坐席选择"}

// legViews are the parties of the call as one desk shows them.
func (c *Call) legViews(desk *party) []wire.Leg {
	var out []wire.Leg
	if c.caller.leg != nil {
		parked, since := c.parked(fsm.LegCaller) || c.caller.held, c.facts.times.Arrive
		if c.parked(fsm.LegCaller) {
			since = c.clock.since // how long the music has been playing, not the call
		}
		out = append(out, wire.Leg{
			ID: callerLeg, Role: callerLeg, Who: c.caller.sealed.Masked, State: c.legState(fsm.LegCaller), Since: since, Held: parked,
			Muted: c.caller.muted,
		})
	}
	if c.desk != nil {
		out = append(out, wire.Leg{
			ID: c.desk.id, Role: "agent", Who: c.desk.who, State: c.legState(fsm.LegAgent), Since: c.desk.since, Muted: c.state.Muted,
		})
	}
	if c.third != nil {
		out = append(out, wire.Leg{
			ID: c.third.id, Role: "target", Who: c.third.name(desk), State: c.legState(fsm.LegThird), Since: c.third.since,
			Muted: c.third.muted, Held: c.parked(fsm.LegThird),
		})
	}
	for _, p := range c.merged {
		state := "三方中"
		switch {
		case !p.lostAt.IsZero():
			state = "断线"
		case p.held:
			state = "保持中"
		}
		out = append(out, wire.Leg{ID: p.id, Role: "target", Who: p.name(desk), State: state, Since: p.since, Muted: p.muted, Held: p.held})
	}
	return out
}

// parked tells whether the leg hears music now.
func (c *Call) parked(l fsm.Leg) bool {
	for _, p := range fsm.Sound(c.state) {
		if p.To == l && p.From == fsm.LegMusic {
			return true
		}
	}
	return false
}

// legState says in a word what the leg does.
func (c *Call) legState(l fsm.Leg) string {
	switch {
	case l == fsm.LegAgent && c.state.Phase == fsm.StateSeatLost, l == fsm.LegThird && !c.third.lostAt.IsZero():
		return "断线"
	case l == fsm.LegThird && (c.state.Phase == fsm.StateConsultDial || c.state.Phase == fsm.StateTransferring):
		return "呼叫中"
	case l == fsm.LegCaller && c.state.Phase == fsm.StateDialling:
		return "呼叫中"
	case c.parked(l) || l == fsm.LegCaller && c.caller.held:
		return "保持中"
	}
	return "通话中"
}

func (c *Call) recordingView() string {
	switch {
	case c.facts.recording == "":
		return "off"
	case c.state.Paused:
		return "paused"
	}
	return "on"
}

func (c *Call) deskNo() string {
	if c.desk == nil {
		return ""
	}
	return c.desk.seat.No()
}

// tellAgent tells what happened to the third party or the caller.
func (c *Call) tellAgent(e fsm.Event) {
	p := c.desk
	if p == nil {
		p = c.flow.last
	}
	if p == nil || p.seat == nil {
		return
	}
	level, text := c.agentLine(e.Kind)
	if text != "" {
		p.seat.Alert(level, text, c.id)
	}
}

// tellLead lets the leads of the district know of a call that needs eyes, and
// a seat that stayed away what became of its caller.
func (c *Call) tellLead(e fsm.Event) {
	lost := c.flow.lostSeat
	if lost == "" {
		who := c.deskNo()
		if who == "" && c.flow.last != nil {
			who = c.flow.last.seat.No() + " 转出"
		}
		text := who + " 的通话已 " + c.ex.Now().Sub(c.facts.times.Bridge).Round(time.Minute).String() + " · 时间过长 · 请关注"
		c.ex.Floor.TellLeads("warn", text, c.district())
		return
	}
	became, own := "来电人与其余各方继续通话", "来电人与其余各方继续通话，所填内容都在 · 请整理受理单"
	switch c.state.Phase {
	case fsm.StateQueued:
		became, own = "来电人已回到队首", "来电人已回到队首，所填内容都在 · 示闲后优先派回给您"
	case fsm.StateClosing:
		became, own = "外呼没有接通", "外呼没有接通 · 需要时请再拨"
	}
	c.ex.Floor.TellLeads("warn", lost+" 断线超过限时 · "+became+" · 请关注", c.district())
	if s, ok := c.ex.Floor.Seat(lost); ok {
		s.Alert("warn", "您断线超过 "+seconds(c.ex.Limits.Of(fsm.StateSeatLost))+" · "+own, c.id)
	}
}

// remind comforts a caller who waits, and tells the agent who waits and for how long.
func (c *Call) remind() {
	who, next := "其余各方", "请回到通话"
	switch {
	case c.parked(fsm.LegCaller):
		who, next = "来电人", "请回到来电人"
		c.play(callerLeg, c.ex.Prompts.Say("hold_long", nil), nil)
	case c.parked(fsm.LegThird):
		who, next = c.third.name(c.desk), "请按 F5 切回，或先并入、转出、放掉"
	}
	c.tellDesk("warn", said(who, "已等候 ")+seconds(c.ex.Now().Sub(c.clock.since))+" · 一次等候不宜超过 60 秒 · "+next)
}

// openLog is the call's log at its beginning.
func (c *Call) openLog(direction string) store.Call {
	return store.Call{
		ID: c.id, Direction: direction, District: c.district(), Trunk: c.ex.TrunkName, Caller: c.caller.sealed,
		Withheld: c.caller.withheld, Outcome: c.outcome(), Times: c.facts.times.Steady(),
	}
}
