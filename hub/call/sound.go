package call

import (
	"slices"
	"strconv"
	"time"

	"zuoxi/hub/conf"
	fsm "zuoxi/rules/call"
)

const (
	callerLeg = "caller"
	music     = "music"
	ringing   = "ringing"
)

// setSound sets the mixer to what the machine says, whatever it was before.
// What is being played to a leg stays until it is over.
func (c *Call) setSound() {
	hear, withMusic := c.soundPaths()
	c.earPaths(hear)
	all := c.room.Legs()
	for _, l := range all {
		for _, s := range all {
			c.room.Hear(l, s, hear[[2]string{l, s}])
		}
	}
	for _, l := range all {
		c.setLoop(l, music, c.ex.Prompts.Music, withMusic[l])
	}
	if c.desk != nil && c.desk.inside {
		c.setLoop(c.desk.id, ringing, c.ex.Prompts.Ringing, c.rings())
	}
}

// soundPaths is who hears whom, first the ear, and who hears music.
func (c *Call) soundPaths() (hear map[[2]string]bool, withMusic map[string]bool) {
	hear, withMusic = map[[2]string]bool{}, map[string]bool{}
	for _, p := range fsm.Sound(c.state) {
		for _, to := range c.legs(p.To) {
			switch p.From {
			case fsm.LegPrompt: // plays when there is one
			case fsm.LegMusic:
				withMusic[to.id] = true
			default:
				for _, from := range c.legs(p.From) {
					hear[[2]string{to.id, from.id}] = !from.muted && !from.held && !to.held
				}
			}
		}
	}
	withMusic[callerLeg] = withMusic[callerLeg] || c.caller.held || deserted(hear)
	for _, p := range c.merged {
		if p.held {
			withMusic[p.id] = true
		}
	}
	return hear, withMusic
}

// deserted tells whether the caller was left with company that is all held.
func deserted(hear map[[2]string]bool) (company bool) {
	for who, on := range hear {
		if who[0] != callerLeg && who[1] != callerLeg {
			continue
		}
		if on {
			return false
		}
		company = true
	}
	return company
}

// rings tells whether a telephone rings of which nothing is heard. Before the
// network says that it does there is silence, as on any telephone.
func (c *Call) rings() bool {
	switch c.state.Phase {
	case fsm.StateDialling:
		return c.caller.rings && c.caller.leg == nil
	case fsm.StateConsultDial, fsm.StateTransferring:
		return c.third != nil && c.third.rings && !c.third.inside
	}
	return false
}

// setLoop starts or ends the music of a leg, or the ringing at it; a prompt is not interrupted.
func (c *Call) setLoop(leg, name string, sound func() []byte, on bool) {
	playing := c.flow.playing[leg]
	switch {
	case on && playing == "":
		c.flow.playing[leg] = name
		c.room.Play(leg, conf.Clip{ALaw: sound(), Loop: true}, nil)
	case !on && playing == name:
		delete(c.flow.playing, leg)
		c.room.Stop(leg)
	}
}

// play plays sound to a leg; then is called in the call's goroutine when it
// has ended, and finished tells whether it was heard out.
func (c *Call) play(leg string, alaw []byte, then func(finished bool)) {
	if len(alaw) == 0 { // a centre without this prompt: what plays goes on, and can still be ended
		c.box.Post(func() {
			if then != nil {
				then(true)
			}
		})
		return
	}
	c.flow.plays++
	id := "clip" + strconv.FormatUint(c.flow.plays, 10)
	c.flow.playing[leg] = id
	c.room.Play(leg, conf.Clip{ALaw: alaw}, func(finished bool) {
		c.box.Post(func() {
			if c.flow.playing[leg] == id {
				delete(c.flow.playing, leg)
				c.setSound()
			}
			if then != nil {
				then(finished)
			}
		})
	})
}

// lasts is how long a sound takes.
func lasts(alaw []byte) time.Duration { return time.Duration(len(alaw)) * time.Second / 8000 }

// hush ends what is played to a leg.
func (c *Call) hush(leg string) {
	delete(c.flow.playing, leg)
	c.room.Stop(leg)
}

// end is a leg in the mixer with what a conference does to it.
type end struct {
	id string
	switches
}

// legs are the mixer's legs for one of the machine's.
func (c *Call) legs(l fsm.Leg) []end {
	var out []end
	add := func(p *party) {
		if p != nil {
			out = append(out, end{p.id, p.switches})
		}
	}
	switch l {
	case fsm.LegCaller:
		if c.caller.leg != nil {
			out = append(out, end{callerLeg, c.caller.switches})
		}
	case fsm.LegAgent:
		add(c.desk)
	case fsm.LegThird:
		add(c.third)
	case fsm.LegMembers:
		for _, p := range c.merged {
			add(p)
		}
	}
	return slices.Clip(out)
}
