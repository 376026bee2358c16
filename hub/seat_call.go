package hub

import (
	"time"

	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// How an offer left the desk.
const (
	goneAway    = agent.EventOfferGone
	goneTimeout = agent.EventRingTimeout
)

// offerer is who offers: a call, or a call-back that waits in line.
type offerer interface {
	offerShown(offer string)
	offerBack(offer, seat string, why agent.Kind, said string)
	take(s *seat, offer string, reply func(*wire.Ack))
}

// What a call tells a seat: each may be called from the call's goroutine and
// never waits.

// offerCall asks the seat to take a call. The seat alone knows whether it can:
// what it cannot take goes back at once.
func (s *seat) offerCall(o wire.Offer, from offerer) {
	s.orReturn(from, o.ID, s.box.Post(func() {
		if !s.status.Load().free || !s.voiceReady() || o.Epoch > 0 && o.Epoch < s.bound.epoch || s.step(agent.EventOffer, "") != nil {
			s.publish()
			from.offerBack(o.ID, s.no, agent.EventOfferGone, "")
			return
		}
		s.bound.epoch = max(s.bound.epoch, o.Epoch)
		s.bound.offer, s.bound.from = &o, from
		s.changed()
	}))
}

func (s *seat) orReturn(from offerer, offer string, ok bool) {
	if !ok {
		from.offerBack(offer, s.no, agent.EventOfferGone, "")
	}
}

// ring lets an offer ring that is on the desk.
func (s *seat) ring(offer string) {
	s.box.Post(func() {
		if s.bound.offer != nil && s.bound.offer.ID == offer {
			s.bound.offer.Ringing = true
			s.bound.offer.Expires = s.hub.now().Add(s.hub.cfg.Limits.Of(fsm.StateRinging))
			s.changed()
		}
	})
}

// withdraw takes an offer off the desk.
func (s *seat) withdraw(offer string, how agent.Kind) {
	s.box.Post(func() {
		if s.bound.offer == nil || s.bound.offer.ID != offer {
			return
		}
		s.bound.offer, s.bound.from = nil, nil
		_ = s.step(how, "") // a seat that was lost or forced meanwhile is past ringing
		s.changed()
	})
}

// attach binds the seat to a call that it answered or dialled.
func (s *seat) attach(c *call, how agent.Kind) {
	s.box.Post(func() {
		s.endWrap()
		s.stopListening()
		s.shutHall(s.bound.hall)
		s.bound.offer, s.bound.from = nil, nil
		s.bound.listen.ears = 0
		s.bound.call, s.bound.view, s.bound.draft = c, nil, nil
		if how == agent.EventAnswer {
			s.lists.today.Answered++
		}
		_ = s.step(how, "")
		s.changed()
	})
}

// entrust gives the seat the record that another one began, unless there is none.
func (s *seat) entrust(c *call, draft *wire.Record) {
	s.box.Post(func() {
		if s.bound.call == c && draft != nil {
			s.bound.draft = draft
			s.changed()
		}
	})
}

// show replaces the picture of the call on the desk.
func (s *seat) show(c *call, v *wire.Call) {
	s.box.Post(func() {
		if s.bound.call != c && s.bound.wrapOf != c {
			return
		}
		s.bound.view = v
		if s.bound.call == c {
			s.follow(v)
		}
		s.changed()
	})
}

// follow keeps presence in step with what the caller hears.
func (s *seat) follow(v *wire.Call) {
	held := v.Phase == "held"
	switch {
	case held && s.presence.Phase == agent.StateTalking:
		_ = s.step(agent.EventHeld, "")
	case !held && s.presence.Phase == agent.StateHold:
		_ = s.step(agent.EventResumed, "")
	}
}

// release ends the seat's part in a call; wrap-up begins.
func (s *seat) release(c *call, v *wire.Call, talked time.Duration) {
	s.box.Post(func() {
		if s.bound.call != c {
			return
		}
		s.voice.port.Store(nil)
		s.bound.call, s.bound.wrapOf, s.bound.view = nil, c, v
		s.bound.wrapFrom = s.hub.now()
		s.lists.talkS += int(talked.Seconds())
		if s.step(agent.EventCallEnd, "") != nil {
			s.endWrap() // the seat was signed out meanwhile: nobody will write
		}
		s.byLink()
		s.changed()
	})
}

// byLink is presence without a call: the link decides again. On a call the
// voice did, so a seat whose voice alone was lost is there to write, and one
// whose link went during the call is not.
func (s *seat) byLink() {
	switch connected := s.session.Connected(); {
	case connected && s.presence.Phase == agent.StateLost:
		_ = s.step(agent.EventLinkBack, "")
	case !connected:
		_ = s.step(agent.EventLinkLost, "") // which a lost or signed-out seat cannot be twice
	}
}

// lose and back tell that the voice of the seat is gone or there again.
func (s *seat) lose(c *call) {
	s.box.Post(func() {
		if s.bound.call == c {
			_ = s.step(agent.EventLinkLost, "")
		}
	})
}

func (s *seat) back(c *call) {
	s.box.Post(func() {
		if s.bound.call == c && s.presence.Phase == agent.StateLost {
			_ = s.step(agent.EventLinkBack, "")
		}
	})
}

// returnOffer gives the call on the desk back, with what made the seat unable.
func (s *seat) returnOffer(why agent.Kind) {
	if s.bound.from != nil {
		said := ""
		if why == agent.EventReject {
			said = s.bound.offer.Note
		}
		s.bound.from.offerBack(s.bound.offer.ID, s.no, why, said)
	}
	s.bound.offer, s.bound.from = nil, nil
}

// startWrap begins or extends the wrap-up.
func (s *seat) startWrap(extend bool) {
	limit := s.hub.cfg.Wrap
	if extend {
		limit = s.hub.cfg.WrapExtend
		if left := s.bound.wrapUntil.Sub(s.hub.now()); left > 0 {
			limit += left
		}
		s.bound.extended = true
	}
	s.bound.wrapUntil = s.hub.now().Add(limit)
	s.presence.limit = s.bound.wrapUntil.Sub(s.presence.since)
	s.set("wrap", limit, func() {
		_ = s.step(agent.EventWrapExpired, "")
	})
}

// endWrap tells the call that nobody writes any more.
func (s *seat) endWrap() {
	c := s.bound.wrapOf
	if c == nil {
		return
	}
	s.lists.wraps++
	s.lists.wrapS += int(s.hub.now().Sub(s.bound.wrapFrom).Seconds())
	s.set("wrap", 0, nil)
	s.bound.wrapOf, s.bound.view = nil, nil
	s.bound.wrapUntil, s.bound.extended = time.Time{}, false
	c.wrapDone(s.no, s.hub.now())
	s.changed()
}
