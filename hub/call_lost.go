package hub

import (
	"strconv"
	"time"

	fsm "zuoxi/rules/call"
)

// watch is what is known of the silence of a seat on the call.
type watch struct {
	lostAt time.Time // when the seat was last heard
}

// backWithin is how fresh a packet must be for the seat to be there again.
const backWithin = 500 * time.Millisecond

// look compares what is heard with what should be: a seat always sends, so
// silence means that it is gone, and sound means that it is back. Signalling
// plays no part: the voice goes on without it.
func (c *call) look() {
	if c.desk != nil && c.desk.inside {
		c.lookAtDesk()
	}
	for _, p := range append([]*party{c.third}, c.merged...) {
		if p != nil && p.seat != nil && p.inside && p.seat.voice.silence(p.since) > 2*c.hub.cfg.SeatSilence {
			c.partyGone(p, outSeatGone)
		}
	}
}

func (c *call) lookAtDesk() {
	silence := c.desk.seat.voice.silence(c.desk.since)
	switch {
	case c.state.Phase == fsm.StateSeatLost:
		heard := c.hub.now().Add(-silence)
		if silence < backWithin && heard.After(c.flow.watch.lostAt) && heard.After(c.clock.since) {
			c.try(fsm.EventSeatBack, "断开 "+seconds(c.hub.now().Sub(c.flow.watch.lostAt)))
		}
	case silence > c.hub.cfg.SeatSilence && fsm.Possible(c.state, fsm.EventSeatLost):
		c.flow.watch.lostAt = c.hub.now().Add(-silence)
		c.try(fsm.EventSeatLost, c.desk.seat.no+" 没有声音 "+seconds(silence))
	}
}

func seconds(d time.Duration) string {
	return strconv.Itoa(int(d.Round(time.Second).Seconds())) + " 秒"
}

// promptLost tells the caller that the line is kept.
func (c *call) promptLost() {
	c.flow.lostSeat = c.desk.seat.no
	c.desk.seat.lose(c)
	if c.state.Resume != fsm.StateConsulting && c.state.Resume != fsm.StateConsultDial {
		c.hush(callerLeg)
		c.play(callerLeg, c.hub.prompts.Say("seat_lost", nil), nil)
	}
}

// reattach gives the seat its call back as it was.
func (c *call) reattach() {
	away := c.hub.now().Sub(c.flow.watch.lostAt)
	c.flow.lostSeat = ""
	c.room.MarkGap(c.flow.watch.lostAt, c.hub.now(), c.desk.seat.no, "坐席断线")
	if p := c.flow.playing[callerLeg]; p != "" && p != music {
		c.hush(callerLeg)
	}
	c.attachVoice(c.desk)
	c.desk.seat.back(c)
	c.desk.seat.alert("info", "已恢复通话 · 断开 "+seconds(away)+"，来电人听到了等候提示 · 请先致歉再继续", c.id)
}
