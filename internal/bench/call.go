package main

import (
	"encoding/json"
	"fmt"
	"time"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/story"
)

// tuned is how the citizen's telephone is set for calls through the hub.
var tuned = story.CitizenConfig{Jitter: "1-3", Buffer: "20-60"}

const (
	callChirps  = 10
	takeSeconds = 60
	thinking    = 700 // ms that the agent looks at the pop before answering
)

// hubCall is what one call through the hub showed. Times are milliseconds.
type hubCall struct {
	inviteToPop, routeToPop    float64
	answerCitizen, answerSeat  float64 // F3 to the announcement's first sample
	bridge                     float64 // the hub connected both, to the agent's voice at the citizen's ear
	seam                       float64 // silence there between the announcement and that voice
	toSeat, toCitizen          sample  // mouth to ear
	seatCPU, hubCPU, bytes     float64
	seatRSS, seatAnon, hubAnon float64
	xruns                      int
	heard                      time.Time // the agent's voice at the citizen's ear
}

// call makes one call from dialling to the end of the wrap-up; during runs
// while both talk, after the chirps.
func (s *stage) call(during func() error) (c hubCall, err error) {
	take, err := rig.Roll(takeSeconds, s.mouth, s.head)
	if err != nil {
		return c, err
	}
	defer take.Stop()
	xruns := s.mouth.Xruns()
	quietly(take, 0, s.mouth)
	take.Say(s.head, 0, steady(markerHz, takeSeconds))
	phone, err := s.dial(tuned)
	if phone != nil {
		defer phone.Stop()
	}
	if err != nil {
		return c, err
	}
	popped, err := s.seat.Await("F3 接听", patience)
	if err != nil {
		return c, err
	}
	c.inviteToPop = milli(popped.Sub(s.lastInvite()))
	take.Until(take.Now() + thinking*ms)
	pressed := take.Now()
	if err := s.seat.Press("<f3>"); err != nil {
		return c, err
	}
	if _, err := s.seat.Await("● 通话", patience); err != nil {
		return c, err
	}
	take.Until(pressed + 3000*ms)
	s.answer(&c, take, pressed)
	if err := s.talk(&c, take); err != nil {
		return c, err
	}
	if during != nil {
		if err := during(); err != nil {
			return c, err
		}
	}
	c.xruns = s.mouth.Xruns() - xruns
	if err := phone.Hangup(); err != nil {
		return c, err
	}
	if _, err := s.seat.Await("空闲 +0", patience); err != nil {
		return c, err
	}
	return c, s.routed(&c, popped)
}

// answer reads off what both ears heard after F3. The agent's microphone says
// the marker all the time; it is heard from the bridge on. The marker may well
// follow the announcement without a gap, as packets are numbered through: that
// says nothing of how soon it came, which routed takes from the hub's clock.
func (s *stage) answer(c *hubCall, take *rig.Take, pressed int) {
	ear := take.Heard(s.mouth, pressed, take.Now()-100*ms)
	on, off, ok := edges(ear, announceHz)
	voice, _, heard := edges(append(ear, make([]float32, 100*ms)...), markerHz)
	c.answerCitizen, c.bridge, c.seam, c.answerSeat = nan, nan, nan, nan
	if ok {
		c.answerCitizen = float64(on) / ms
	}
	if ok && heard {
		c.seam = float64(voice-off) / ms
		c.heard = moment(take, pressed+voice)
	}
	if on, _, ok := edges(take.Heard(s.head, pressed, take.Now()-100*ms), announceHz); ok {
		c.answerSeat = float64(on) / ms
	}
}

// talk measures the way from mouth to ear and what the call costs meanwhile.
func (s *stage) talk(c *hubCall, take *rig.Take) error {
	now := take.Now()
	quietly(take, now, s.head)
	said, end := schedule(take, s.mouth, s.head, now+500*ms, callChirps, uint64(s.calls))
	until := chatter(take, end, s.mouth, s.head)
	take.Until(end)
	bytes := s.seat.Bytes()
	before, err := usages(s.seat.Pid(), s.world.HubPid())
	if err != nil {
		return err
	}
	take.Until(until)
	after, err := usages(s.seat.Pid(), s.world.HubPid())
	if err != nil {
		return err
	}
	c.bytes = float64(s.seat.Bytes()-bytes) / after[0].at.Sub(before[0].at).Seconds()
	c.seatCPU, c.hubCPU = percent(before[0], after[0]), percent(before[1], after[1])
	c.seatRSS, c.seatAnon, c.hubAnon = after[0].rss, after[0].anon, after[1].anon
	c.toSeat, c.toCitizen = delays(take, s.head, said.a), delays(take, s.mouth, said.b)
	return nil
}

// moment is when a sample of a take was played.
func moment(take *rig.Take, at int) time.Time {
	return time.Now().Add(time.Duration(at-take.Now()) * time.Second / rig.Rate)
}

// routed takes from the hub's own timeline when the seat was chosen, and when
// both were connected.
func (s *stage) routed(c *hubCall, popped time.Time) error {
	c.routeToPop = nan
	offered, err := s.happened("offer")
	if err != nil {
		return err
	}
	if !offered.IsZero() {
		c.routeToPop = milli(popped.Sub(offered))
	}
	bridged, err := s.happened("announced")
	if err == nil && !bridged.IsZero() && !c.heard.IsZero() {
		c.bridge = milli(c.heard.Sub(bridged))
	}
	return err
}

func (s *stage) ask(into any, args ...string) error {
	out, err := s.world.Run(nil, args...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		return fmt.Errorf("answer of %v: %w", args, err)
	}
	return nil
}

func milli(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
