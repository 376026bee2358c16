package quality

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"zuoxi/hub/store"
	fsm "zuoxi/rules/call"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// course is the part of a call that its last agent answered for. It is told by the machine of calls, stepped again by the call's
// log: what the caller heard follows from the state, not from which key led into it.
type course struct {
	from, to time.Time // from the bridge to the agent's end; zero: the log does not have it
	waits    stretches
	gaps     stretches
	release  rules.Release
	held     bool // the caller in a conference, by the agent
}

// stretches are spans of time, the last of them perhaps open.
type stretches struct {
	since time.Time
	list  [][2]time.Time
}

// turn notes from when on something is so, or is not.
func (s *stretches) turn(on bool, at time.Time) {
	switch {
	case on == !s.since.IsZero():
	case on:
		s.since = at
	default:
		s.list, s.since = append(s.list, [2]time.Time{s.since, latest(s.since, at)}), time.Time{}
	}
}

// spans counts the stretches from a moment on.
func (s *stretches) spans(from time.Time) []rules.Span {
	var out []rules.Span
	for _, x := range s.list {
		if x[1].After(from) {
			out = append(out, rules.Span{From: max(0, x[0].Sub(from)), To: x[1].Sub(from)})
		}
	}
	return out
}

// lostAfter is how long nothing is heard of a seat before the log says that it is lost: the hub's own limit unless it is told
// another.
const lostAfter = 3 * time.Second

// endings is how a talk ended, by what ended it. Of others, such as a lead who ends a call, nobody is first.
var endings = map[fsm.Kind]rules.Release{
	fsm.EventCallerHangup: rules.ReleaseCaller, fsm.EventRelease: rules.ReleaseAgent, fsm.EventDismiss: rules.ReleaseDismissed,
	fsm.EventTrunkFault: rules.ReleaseTrunk, fsm.EventShutdown: rules.ReleaseTrunk, fsm.EventHandOver: rules.ReleaseTransfer,
	fsm.EventThirdAccepted: rules.ReleaseTransfer, fsm.EventToQueue: rules.ReleaseTransfer,
}

// releases is how a talk ended by the outcome of a call whose log breaks off.
var releases = map[string]rules.Release{"caller": rules.ReleaseCaller, "agent": rules.ReleaseAgent, "trunk": rules.ReleaseTrunk, store.ReleaseByHub: rules.ReleaseTrunk}

// follow goes through the log of a call.
func follow(c store.Call, events []store.Event) course {
	var own course
	states, last := []fsm.State{{}}, c.Times.Release
	if c.Direction == store.Outbound {
		states[0] = fsm.Dialled()
	}
	for _, e := range events {
		var data struct{ Phase, Leg string }
		if json.Unmarshal(e.Data, &data) != nil {
			continue
		}
		switch {
		case data.Phase != "":
			next := stepped(states, fsm.Kind(e.Kind), fsm.Phase(data.Phase))
			own.step(states[0], next[0], e)
			states = next
		case data.Leg == "caller" && (e.Kind == wire.DoLegHold || e.Kind == wire.DoLegResume):
			own.held = e.Kind == wire.DoLegHold
			own.waits.turn(own.held || alone(states[0]), e.At)
		}
		last = latest(last, e.At)
	}
	if own.to.IsZero() && !own.from.IsZero() {
		own.end(last, releases[c.Outcome.ReleaseBy])
	}
	return own
}

// stepped are the states to which an event of the log may have led. The log says into which phase it led but not of which kind
// the third party was: of what is possible the phases leave little. Where nothing leads there, as when a note is missing, the log
// is right.
func stepped(from []fsm.State, kind fsm.Kind, led fsm.Phase) (to []fsm.State) {
	for _, s := range from {
		for _, p := range []fsm.Party{fsm.PartySeat, fsm.PartyOutside} {
			if next, _, err := fsm.Step(s, fsm.Event{Kind: kind, Party: p}); err == nil && next.Phase == led && !slices.Contains(to, next) {
				to = append(to, next)
			}
		}
	}
	if len(to) == 0 {
		last := from[0]
		last.Phase = led
		to = append(to, last)
	}
	return to
}

// way are the phases from which an agent comes to the caller.
var way = map[fsm.Phase]bool{fsm.StateAnnouncing: true, fsm.StateDialling: true}

// step takes a step of the machine in.
func (c *course) step(from, to fsm.State, e store.Event) {
	was, is := behind(from), behind(to)
	switch {
	case is == fsm.StateAnnouncing && was != fsm.StateAnnouncing:
		*c = course{} // another seat answers for the call, or the same one anew
	case way[was] && (is == fsm.StateTalking || is == fsm.StateThreeParty):
		c.from = e.At
	}
	c.held = c.held && is == fsm.StateThreeParty
	if c.from.IsZero() || !c.to.IsZero() {
		return
	}
	if !to.Phase.SeatBound() {
		c.end(e.At, ending(from, fsm.Kind(e.Kind)))
		return
	}
	lost, at := to.Phase == fsm.StateSeatLost, e.At
	if lost && from.Phase != to.Phase {
		at = latest(c.from, at.Add(-lostAfter))
	}
	c.waits.turn(!lost && (c.held || alone(to)), at)
	c.gaps.turn(lost || to.Paused, at)
}

// ending is how a talk ended in a state. Whoever hangs up while the seat is lost has nobody there.
func ending(s fsm.State, by fsm.Kind) rules.Release {
	if s.Phase == fsm.StateSeatLost {
		return rules.ReleaseSeatLost
	}
	return endings[by]
}

func (c *course) end(at time.Time, how rules.Release) {
	c.to, c.release = at, how
	c.waits.turn(false, at)
	c.gaps.turn(false, at)
}

// behind is the phase, of a lost seat the one that it will return to.
func behind(s fsm.State) fsm.Phase {
	if s.Phase == fsm.StateSeatLost {
		return s.Resume
	}
	return s.Phase
}

// alone tells whether the caller hears nobody: music, or an agent who is muted.
func alone(s fsm.State) bool {
	return !slices.ContainsFunc(fsm.Sound(s), func(p fsm.Path) bool { return p.To == fsm.LegCaller && p.From != fsm.LegMusic })
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// talk is what the log knows of the conversation.
func (c *course) talk() rules.Talk {
	return rules.Talk{Waits: c.waits.spans(c.from), Gaps: c.gaps.spans(c.from), End: c.to.Sub(c.from), Release: c.release}
}

// silent are the parts in a call of people who only listened: the caller did not hear them, the recording does not hold them.
var silent = map[string]bool{string(fsm.EarMonitor): true, string(fsm.EarWhisper): true}

// brush is how long two seats may be in the room together without a word: the one comes as the other goes.
const brush = time.Second

// doubt is why the machine can be sure of nothing that it hears of an agent, for people: a recording has one channel for all who
// speak to the caller. Empty: it may be.
func (c *course) doubt(agent string, legs []store.Leg) string {
	if c.from.IsZero() {
		return "通话记录里没有这位坐席接通的时刻，请听"
	}
	own, why := false, ""
	for _, l := range legs {
		switch {
		case l.Agent == "" || silent[l.Role]:
		case l.Agent != agent:
			if c.together(l) > brush {
				why = "还有别的坐席在通话里说话，请分清是谁"
			}
		case !l.To.IsZero() && l.To.Before(c.from):
			why = cmp.Or(why, "这位坐席接过两次，只听了后一次，请听全")
		default:
			own = true
		}
	}
	if !own {
		why = cmp.Or(why, "通话记录里没有这位坐席的话路，请听")
	}
	return why
}

// together is how long somebody else could be heard by the caller.
func (c *course) together(l store.Leg) time.Duration {
	to := l.To
	if to.IsZero() || to.After(c.to) {
		to = c.to
	}
	from := latest(l.From, c.from)
	d := to.Sub(from)
	for _, w := range c.waits.list {
		end := w[1]
		if end.After(to) {
			end = to
		}
		d -= max(0, end.Sub(latest(w[0], from)))
	}
	return d
}
