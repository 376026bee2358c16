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
	legs, err := o.DB.Legs.List(ctx, s.CallID)
	if err != nil {
		return nil, err
	}
	own := follow(c, events)
	why := own.doubt(s.Agent, legs)
	if own.from.IsZero() { // the whole call is better than nothing for who scores
		own.from = c.Times.Bridge
		own.end(c.Times.Release, releases[c.Outcome.ReleaseBy])
	}
	h := listen(caller, rest, own.from.Sub(rec.Start), own.talk())
	h.Doubt = why
	return h, nil
}

// afar is why the machine is sure of nothing that it heard at another centre.
const afar = "别处的电话没有通话记录，请听"

// visited is what was heard at another centre: its log is not ours, the wait ended where a person seems to have begun to speak,
// and who called noted who hung up.
func visited(caller, rest []byte, m *rules.Mystery) *heard {
	if m == nil {
		m = &rules.Mystery{}
	}
	h := listen(caller, rest, m.Bridge(), rules.Talk{Release: m.Release()})
	h.Doubt = afar
	return h
}

// listen measures a recording from the bridge to the end of the talk.
func listen(caller, rest []byte, bridge time.Duration, t rules.Talk) *heard {
	pcm := [2][]int16{make([]int16, len(caller)), make([]int16, len(rest))}
	g711.DecodeALaw(pcm[0], caller)
	g711.DecodeALaw(pcm[1], rest)
	from := min(max(int(bridge*Rate/time.Second), 0), len(pcm[0]))
	if t.End <= 0 || t.End > stamp(len(pcm[0])-from) {
		t.End = stamp(len(pcm[0]) - from)
	}
	to := from + int(t.End*Rate/time.Second) // who speaks after the agent's end is somebody else
	t.End = stamp(to - from)
	t.Caller, t.Agent = Hear(pcm[0][:to], pcm[1][:min(to, len(pcm[1]))], from)
	f := rules.Measure(t)
	f.Level, f.Clipped = loudness(pcm[1][min(from, len(pcm[1])):], t.Agent)
	h := &heard{Facts: f, Marks: t.Marks()}
	for i := range h.Marks { // places of the recording, not of the talk
		h.Marks[i].From += max(bridge, 0)
		h.Marks[i].To += max(bridge, 0)
	}
	return h
}

// propose is what the facts say, which is never sure where there is a doubt.
func (h *heard) propose(r *rules.Rubric) []rules.Proposal {
	list := r.Propose(h.Facts)
	for i := range list {
		if p := &list[i]; h.Doubt != "" && p.Sure {
			p.Sure, p.Why = false, p.Why+"；"+h.Doubt
		}
	}
	return list
}
