package call

import (
	"strconv"
	"time"

	fsm "zuoxi/rules/call"
)

// BackWithin is how fresh a packet must be for the seat to be there again.
const BackWithin = 500 * time.Millisecond

// look compares what is heard with what should be: a seat always sends, so
// silence means that it is gone, and sound means that it is back. Signalling
// plays no part: the voice goes on without it. What was jotted down is shown now
// and then.
func (c *Call) look() {
	c.showJotted()
	if c.desk != nil && c.desk.inside {
		c.lookAtDesk()
	}
	for _, p := range c.others() {
		if p.seat != nil && p.inside {
			c.lookAtGuest(p)
		}
	}
}

func (c *Call) lookAtDesk() {
	silence := c.desk.seat.Voice().Silence(c.desk.since)
	switch {
	case c.state.Phase == fsm.StateSeatLost:
		if heard := c.ex.Now().Add(-silence); c.desk.isBack(silence, heard) && heard.After(c.clock.since) {
			c.try(fsm.EventSeatBack, "断开 "+seconds(c.ex.Now().Sub(c.desk.lostAt)))
		}
	case silence > c.ex.SeatSilence && fsm.Possible(c.state, fsm.EventSeatLost):
		c.desk.lostAt = c.ex.Now().Add(-silence)
		c.try(fsm.EventSeatLost, c.desk.seat.No()+" 没有声音 "+seconds(silence))
	}
}

// isBack tells whether a lost seat is heard again.
func (p *party) isBack(silence time.Duration, heard time.Time) bool {
	return silence < BackWithin && heard.After(p.lostAt)
}

// lookAtGuest keeps the place of a colleague whose seat vanished for as long as
// that of the seat that answers for the call.
func (c *Call) lookAtGuest(p *party) {
	silence := p.seat.Voice().Silence(p.since)
	heard := c.ex.Now().Add(-silence)
	switch hold := c.ex.Limits.Of(fsm.StateSeatLost); {
	case p.lostAt.IsZero():
		if silence > c.ex.SeatSilence {
			p.lostAt = heard
			p.seat.Lose(c)
			c.remark("guest_lost", said(p.who, "断线"), nil)
			c.tellDesk("warn", said(p.who, "断线")+" · 来电人还在线，"+seconds(hold)+"内回来自动接上 · 请先与来电人继续，不等可按 F8 取消或在 F6 里放掉")
		}
	case p.isBack(silence, heard):
		c.guestBack(p)
	case c.ex.Now().Sub(p.lostAt) > hold:
		c.guestStaysAway(p)
	}
}

// guestBack gives a colleague the part in the call back as it was.
func (c *Call) guestBack(p *party) {
	away := seconds(c.ex.Now().Sub(p.lostAt))
	c.missed(p)
	p.lostAt = time.Time{}
	c.attachVoice(p)
	p.seat.Back(c)
	c.remark("guest_back", said(p.who, "恢复：断开 ")+away, nil)
	c.tellDesk("info", said(p.who, "已恢复")+" · 断开 "+away+"，期间的话没有听到 · 请接着说")
	p.seat.Alert("info", "已恢复通话 · 断开 "+away+"，其余各方没有中断 · 请接着说", c.id)
}

// guestStaysAway lets the others go on without a colleague who is not back.
func (c *Call) guestStaysAway(p *party) {
	p.seat.Alert("warn", "您断线超过 "+seconds(c.ex.Limits.Of(fsm.StateSeatLost))+" · 其余各方继续通话，所填内容都在 · 请整理受理单", c.id)
	c.partyGone(p, outSeatGone)
}

// dropLost lets go of the colleagues who are lost together with the seat: none of them could go on with the call.
func (c *Call) dropLost() {
	for _, p := range c.others() {
		if !p.lostAt.IsZero() {
			c.guestStaysAway(p)
		}
	}
}

// tellDesk alerts the seat that answers for the call.
func (c *Call) tellDesk(level, text string) {
	if c.desk != nil {
		c.desk.seat.Alert(level, text, c.id)
	}
}

func seconds(d time.Duration) string {
	return strconv.Itoa(int(d.Round(time.Second).Seconds())) + " 秒"
}

// promptLost tells the caller that the line is kept.
func (c *Call) promptLost() {
	c.flow.lostSeat = c.desk.seat.No()
	c.desk.seat.Lose(c)
	if c.state.Resume != fsm.StateConsulting && c.state.Resume != fsm.StateConsultDial {
		c.hush(callerLeg)
		c.play(callerLeg, c.ex.Prompts.Say("seat_lost", nil), nil)
	}
}

// missed marks in the recording for how long a lost seat was not heard.
func (c *Call) missed(p *party) {
	if !p.lostAt.IsZero() {
		c.room.MarkGap(p.lostAt, c.ex.Now(), p.seat.No(), "坐席断线")
	}
}

// reattach gives the seat its call back as it was.
func (c *Call) reattach() {
	away := c.ex.Now().Sub(c.desk.lostAt)
	c.missed(c.desk)
	c.desk.lostAt, c.flow.lostSeat = time.Time{}, ""
	if p := c.flow.playing[callerLeg]; p != "" && p != music {
		c.hush(callerLeg)
	}
	c.attachVoice(c.desk)
	c.desk.seat.Back(c)
	c.desk.seat.Alert("info", "已恢复通话 · 断开 "+seconds(away)+"，来电人听到了等候提示 · 请先致歉再继续", c.id)
}
