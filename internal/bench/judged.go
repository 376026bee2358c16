package main

import (
	"time"

	"zuoxi/internal/bench/rig"
)

// judgedCall is a call on a narrow line in which both sides hear the same said
// and are judged by it.
type judgedCall struct {
	rate   float64       // bits a second, each way, shared by voice and link
	room   time.Duration // for voice in front of it; 0: all of it
	long   float64       // seconds that the take lasts
	before func() error  // done before what is judged is said
	// during is done while it is said, until that sample of the take.
	during func(take *rig.Take, end int) error
}

// judgedCall makes one from dialling to the end of the wrap-up, and adds what
// the seat and the citizen heard.
func (s *stage) judgedCall(c judgedCall, said []float32, into *[2]heard) error {
	take, err := rig.Roll(c.long, s.mouth, s.head)
	if err != nil {
		return err
	}
	defer take.Stop()
	for _, h := range []*rig.Headset{s.mouth, s.head} {
		for at := 0; at < take.Len; at += len(hiss()) {
			take.Say(h, at, hiss()[:min(len(hiss()), take.Len-at)])
		}
	}
	s.between.Narrow(c.rate, c.room)
	phone, err := s.dial(tuned)
	if phone != nil {
		defer phone.Stop()
	}
	if err != nil {
		return err
	}
	if err := follow(s.seat, step{"F3 接听", "<f3>"}, step{"● 通话", ""}); err != nil {
		return err
	}
	if c.before != nil {
		if err := c.before(); err != nil {
			return err
		}
	}
	if err := s.spoken(c, take, said, into); err != nil {
		return err
	}
	if err := phone.Hangup(); err != nil {
		return err
	}
	_, err = s.seat.Await("空闲 +0", patience)
	return err
}

// spoken lets both sides talk a while, so that the coding is found, and then
// say what is judged.
func (s *stage) spoken(c judgedCall, take *rig.Take, said []float32, into *[2]heard) error {
	at := chatter(take, take.Now(), s.mouth, s.head)
	take.Say(s.mouth, at, said)
	take.Say(s.head, at, said)
	take.Until(at)
	end := at + len(said) + rig.Rate
	if c.during != nil {
		if err := c.during(take, end); err != nil {
			return err
		}
	}
	take.Until(end)
	for i, ear := range []*rig.Headset{s.head, s.mouth} {
		r, err := judged(take, ear, at, said)
		if err != nil {
			return err
		}
		into[i].add(r)
	}
	return nil
}
