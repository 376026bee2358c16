package main

import (
	"errors"
	"os"
	"path/filepath"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/story"
)

const leadNo = "1001"

// heardAlong is what listening in is like, for who listens and for the call.
// Times are milliseconds.
type heardAlong struct {
	key    sample // from the key to the agent's voice at the lead's ear
	gap    sample // longest silence at the citizen's ear while the lead comes, whispers, comes back and goes
	caller sample // mouth of the agent to the citizen's ear
	lead   sample // mouth of the agent to the lead's ear
}

// benchListen measures a lead who listens to a call on a headset.
func benchListen(o options) error {
	s, err := setStage(filepath.Join(o.dir, "hub"), o, false)
	if err != nil {
		return err
	}
	defer s.close()
	head, err := rig.Open("benchLead")
	if err != nil {
		return err
	}
	defer head.Close()
	if err := s.world.Agent(leadNo, "周某", "lead"); err != nil {
		return err
	}
	lead, err := s.world.Seat("lead", columns, rows, "ZUOXI_SEAT_SOUND_INPUT=benchLead", "ZUOXI_SEAT_SOUND_OUTPUT=benchLead")
	if err != nil {
		return err
	}
	err = follow(lead, step{"口令", "{" + leadNo + "} <tab> {synthetic-" + leadNo + "} <f9>"}, step{"良好", ""},
		step{agentNo + " +李某.*空闲", "<f7> {" + agentNo + "} <tab>"}, step{"▸" + agentNo, ""})
	h := &heardAlong{}
	for n := range o.calls {
		if err != nil {
			break
		}
		progress("第 %d 通，共 %d 通", n+1, o.calls)
		err = errors.Join(
			s.along(head, steady(markerHz, lostTake), func(take *rig.Take) error { return h.join(s, take, lead, head) }),
			s.along(head, nil, func(take *rig.Take) error { return h.delay(s, take, lead, head, uint64(n)) }))
	}
	h.table().print(os.Stdout)
	return err
}

// along brings about a talk with a lead's headset on the tape, in which the
// agent says something from the very beginning.
func (s *stage) along(lead *rig.Headset, says []float32, f func(take *rig.Take) error) error {
	take, err := rig.Roll(lostTake, s.mouth, s.head, lead)
	if err != nil {
		return err
	}
	defer take.Stop()
	quietly(take, 0, s.mouth, lead)
	take.Say(s.head, 0, says)
	return s.through(take, f)
}

// join listens to a talk in which the agent speaks without end.
func (h *heardAlong) join(s *stage, take *rig.Take, lead *story.Term, head *rig.Headset) error {
	if err := follow(lead, step{agentNo + " +李某.*通话", ""}); err != nil {
		return err
	}
	from := take.Now()
	take.Until(from + 1000*ms)
	pressed := take.Now()
	if err := follow(lead, step{"", "<f4>"}, step{"监听 " + agentNo, ""}); err != nil {
		return err
	}
	take.Until(pressed + 1500*ms)
	if on, _, ok := edges(append(take.Heard(head, pressed, take.Now()-100*ms), make([]float32, 100*ms)...), markerHz); ok {
		h.key = append(h.key, float64(on)/ms)
	} else {
		h.key = append(h.key, nan)
	}
	for _, way := range []step{{"", "<f5>"}, {`\(•\)耳语`, "<f4>"}, {`\(•\)监听`, "<f8>"}} {
		if err := follow(lead, way); err != nil {
			return err
		}
		take.Until(take.Now() + 1000*ms)
	}
	h.gap = append(h.gap, silence(take, s.mouth, from))
	return nil
}

// delay listens to a talk in which the agent chirps.
func (h *heardAlong) delay(s *stage, take *rig.Take, lead *story.Term, head *rig.Headset, seed uint64) error {
	if err := follow(lead, step{agentNo + " +李某.*通话", "<f4>"}, step{"监听 " + agentNo, ""}); err != nil {
		return err
	}
	said, end := schedule(take, s.head, s.mouth, take.Now()+2000*ms, 15, seed)
	take.Until(end + 500*ms)
	h.caller = append(h.caller, delays(take, s.mouth, said.a).median())
	h.lead = append(h.lead, delays(take, head, said.a).median())
	return follow(lead, step{"", "<f8>"})
}

func (h *heardAlong) table() table {
	return table{title: "监听 · " + machine(), rows: []row{
		limit("监听键到听见坐席", h.key.median(), 150, "ms", h.key.spread("ms")),
		limit("坐席的嘴到班长的耳", h.lead.median(), 100, "ms", h.lead.spread("ms")),
		plain("坐席的嘴到来电人的耳", figure(h.caller.median(), "ms")+h.caller.spread("ms")),
		limit("监听、耳语、退出：来电人最长听不见", h.gap.at(1), 0, "ms", h.gap.spread("ms")),
	}}
}
