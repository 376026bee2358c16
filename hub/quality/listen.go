package quality

import (
	"context"
	"time"

	"zuoxi/hub/store"
	"zuoxi/media/g711"
	rules "zuoxi/rules/quality"
)

// hear lets the machine listen, once for each sheet.
func (o *Office) hear(ctx context.Context, s store.Sheet, b body) (*heard, error) {
	caller, rest, err := o.Sounds.Channels(ctx, s.Recording)
	if err != nil {
		return nil, err
	}
	if s.Purpose == rules.PurposeMystery {
		return visited(caller, rest, b.Mystery), nil
	}
	c, err := o.DB.Calls.Get(ctx, s.CallID)
	if err != nil {
		return nil, err
	}
	rec, err := o.DB.Recordings.Get(ctx, s.Recording)
	if err != nil {
		return nil, err
	}
	events, err := o.DB.Timeline.List(ctx, s.CallID)
	if err != nil {
		return nil, err
	}
	bridge := c.Times.Bridge.Sub(rec.Start)
	return listen(caller, rest, bridge, talk(c, events)), nil
}

// visited is what was heard at another centre: its log is not ours, the wait ended where a person spoke, and who called noted
// who hung up.
func visited(caller, rest []byte, m *rules.Mystery) *heard {
	if m == nil {
		m = &rules.Mystery{}
	}
	return listen(caller, rest, m.Bridge(), rules.Talk{Release: m.Release()})
}

// listen measures a recording from the bridge on.
func listen(caller, rest []byte, bridge time.Duration, t rules.Talk) *heard {
	pcm := [2][]int16{make([]int16, len(caller)), make([]int16, len(rest))}
	g711.DecodeALaw(pcm[0], caller)
	g711.DecodeALaw(pcm[1], rest)
	from := min(max(int(bridge*Rate/time.Second), 0), len(pcm[0]))
	if t.End <= 0 || t.End > stamp(len(pcm[0])-from) {
		t.End = stamp(len(pcm[0]) - from)
	}
	t.Caller, t.Agent = Hear(pcm[0], pcm[1], from)
	f := rules.Measure(t)
	f.Level, f.Clipped = loudness(pcm[1][from:], t.Agent)
	h := &heard{Facts: f, Marks: t.Marks()}
	for i := range h.Marks { // places of the recording, not of the talk
		h.Marks[i].From += max(bridge, 0)
		h.Marks[i].To += max(bridge, 0)
	}
	return h
}

// talk is what the log knows of the conversation: waits and end.
func talk(c store.Call, events []store.Event) rules.Talk {
	t := rules.Talk{End: c.Times.Release.Sub(c.Times.Bridge), Release: releases[c.Outcome.ReleaseBy]}
	var since time.Time
	for _, e := range events {
		switch e.Kind {
		case "hold", "mute":
			if since.IsZero() {
				since = e.At
			}
		case "resume", "unmute", "release", "caller_hangup", "trunk_fault", "closed":
			if !since.IsZero() {
				t.Waits = append(t.Waits, rules.Span{From: since.Sub(c.Times.Bridge), To: e.At.Sub(c.Times.Bridge)})
				since = time.Time{}
			}
		case "hand_over", "blind_transfer":
			t.Release = rules.ReleaseTransfer
		case "seat_lost":
			t.Release = rules.ReleaseSeatLost
		}
	}
	return t
}

var releases = map[string]rules.Release{"caller": rules.ReleaseCaller, "agent": rules.ReleaseAgent, "trunk": rules.ReleaseTrunk, "hub": rules.ReleaseTrunk}
