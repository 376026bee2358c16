package call

import (
	"strconv"
	"time"

	fsm "zuoxi/rules/call"
)

// watch is what is known of the silence of a seat on the call.
type watch struct {
	lostAt time.Time // when the seat was last heard
}

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
	for _, p := range append([]*party{c.third}, c.merged...) {
		if p != nil && p.seat != nil && p.inside && p.seat.Voice().Silence(p.since) > 2*c.ex.SeatSilence {
			c.partyGone(p, outSeatGone)
		}
	}
}

func (c *Call) lookAtDesk() {
	silence := c.desk.seat.Voice().Silence(c.desk.since)
	switch {
	case c.state.Phase == fsm.StateSeatLost:
		heard := c.ex.Now().Add(-silence)
		if silence < BackWithin && heard.After(c.flow.watch.lostAt) && heard.After(c.clock.since) {
			c.try(fsm.EventSeatBack, "断开 "+seconds(c.ex.Now().Sub(c.flow.watch.lostAt)))
		}
	case silence > c.ex.SeatSilence && fsm.Possible(c.state, fsm.EventSeatLost):
		c.flow.watch.lostAt = c.ex.Now().Add(-silence)
		c.try(fsm.EventSeatLost, c.desk.seat.No()+" 没有声音 "+seconds(silence))
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

// missed marks in the recording for how long a seat was not heard.
func (c *Call) missed(p *party, since time.Time) {
	c.room.MarkGap(since, c.ex.Now(), p.seat.No(), "坐席断线")
}

// reattach gives the seat its call back as it was.
func (c *Call) reattach() {
	away := c.ex.Now().Sub(c.flow.watch.lostAt)
	c.flow.lostSeat = ""
	if p := c.flow.playing[callerLeg]; p != "" && p != music {
		c.hush(callerLeg)
	}
	c.attachVoice(c.desk)
	c.desk.seat.Back(c)
	c.desk.seat.Alert("info", "已恢复通话 · 断开 "+seconds(away)+"，来电人听到了等候提示 · 请先致歉再继续", c.id)
}
