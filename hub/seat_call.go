package hub

import (
	"fmt"
	"time"

	"zuoxi/hub/call"
	"zuoxi/hub/store"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// offerer is who offers: a call, or a call-back that waits in line.
type offerer interface {
	OfferShown(offer string)
	OfferBack(offer, seat string, why agent.Kind, said string)
	Take(s call.Seat, offer string, reply func(*wire.Ack))
}

// What a call tells a seat (call.Seat): each may be called from the call's
// goroutine and never waits.

// No is the 工号.
func (s *seat) No() string { return s.no }

// Account is who works here, as it was published.
func (s *seat) Account() store.Agent {
	st := s.status.Load()
	return store.Agent{No: st.No, Name: st.Name, District: st.District, Roles: st.roles, Skills: st.skills}
}

// Mentored tells whether calls come only from the mentor's hand.
func (s *seat) Mentored() bool { return s.status.Load().mentor != "" }

// Voice is the seat's ear and mouth.
func (s *seat) Voice() call.Voice { return s.voice }

// Offer asks the seat to take a call.
func (s *seat) Offer(o wire.Offer, c *call.Call) { s.offerCall(o, c) }

// offerCall asks the seat to take a call. The seat alone knows whether it can:
// what it cannot take goes back at once.
func (s *seat) offerCall(o wire.Offer, from offerer) {
	s.orReturn(from, o.ID, s.box.Post(func() {
		if !s.status.Load().free || !s.voiceReady() || o.Epoch > 0 && o.Epoch < s.bound.epoch || s.step(agent.EventOffer, "") != nil {
			s.publish()
			from.OfferBack(o.ID, s.no, agent.EventOfferGone, "")
			return
		}
		s.bound.epoch = max(s.bound.epoch, o.Epoch)
		s.bound.offer, s.bound.from = &o, from
		s.changed()
	}))
}

func (s *seat) orReturn(from offerer, offer string, ok bool) {
	if !ok {
		from.OfferBack(offer, s.no, agent.EventOfferGone, "")
	}
}

// Ring lets an offer ring that is on the desk.
func (s *seat) Ring(offer string) {
	s.box.Post(func() {
		if s.bound.offer != nil && s.bound.offer.ID == offer {
			s.bound.offer.Ringing = true
			s.bound.offer.Expires = s.hub.now().Add(s.hub.cfg.Limits.Of(fsm.StateRinging))
			s.changed()
		}
	})
}

// Withdraw takes an offer off the desk.
func (s *seat) Withdraw(offer string, how agent.Kind) {
	s.box.Post(func() {
		if s.expects() && s.bound.taken == offer { // the caller was gone before the answer, which then nobody may hear
			s.bound.taken = ""
			defer s.came()
		}
		if s.bound.offer == nil || s.bound.offer.ID != offer {
			return
		}
		s.bound.offer, s.bound.from = nil, nil
		_ = s.step(how, "") // a seat that was lost or forced meanwhile is past ringing
		s.changed()
	})
}

// A call tells a seat how it stands in the same breath in which it takes it in:
// the desk waits for that, for it would be empty for a moment, and forget who
// calls.
const (
	picture     = "picture"
	pictureWait = 200 * time.Millisecond
)

// A seat that has answered, dialled or taken over is in that call a moment later. Until then it is nobody else's, and
// what others want of it waits; but not for ever, for the call may die before.
const (
	coming     = "coming"
	comingWait = 5 * time.Second
	decideWait = 30 * time.Second // of who has offered
)

// expect keeps the seat for a call.
func (s *seat) expect(d time.Duration) {
	if s.bound.waits == nil {
		s.bound.waits = []func(){}
	}
	s.set(coming, d, s.gaveUp)
}

// expects tells whether a call is about to be here.
func (s *seat) expects() bool { return s.bound.waits != nil }

// reserve keeps the seat for the call that it has just asked for.
func (s *seat) reserve() {
	s.expect(comingWait)
	s.publish()
}

// gaveUp ends that because nothing came; what was answered leaves the desk.
func (s *seat) gaveUp() {
	defer s.came()
	if o := s.bound.offer; o != nil && o.ID == s.bound.taken {
		s.returnOffer(agent.EventOfferGone)
		_ = s.step(agent.EventOfferGone, "")
		s.changed()
	}
	s.bound.taken = ""
}

// came ends the waiting: the call is here, or there will be none.
func (s *seat) came() {
	s.set(coming, 0, nil)
	waits := s.bound.waits
	s.bound.waits = nil
	for _, f := range waits {
		s.guard(f)
	}
	s.publish()
}

// afterComing does f now, or once the call that is expected is here: what is wanted of a seat holds from then on.
func (s *seat) afterComing(f func()) {
	if s.expects() {
		s.bound.waits = append(s.bound.waits, f)
		return
	}
	f()
}

// engaged tells whether a call is here, on offer, or about to be here.
func (s *seat) engaged() bool {
	return s.bound.call != nil || s.bound.offer != nil || s.expects()
}

// Attach binds the seat to a call that it answered or dialled.
func (s *seat) Attach(c *call.Call, how agent.Kind) {
	s.box.Post(func() {
		defer s.came()
		s.endWrap()
		s.stopHearing()
		s.stopListening()
		s.shutHall(s.bound.hall)
		s.bound.listen.ears = 0
		s.bound.call, s.bound.view, s.bound.seen = c, nil, s.hub.now()
		if s.bound.from != nil && (how == agent.EventDial || s.bound.offer.ID != s.bound.taken) { // somebody else's, who must not wait for the ringing to end
			s.returnOffer(agent.EventOfferGone)
			_ = s.step(agent.EventOfferGone, "") // a seat that was lost or forced meanwhile is past ringing
		}
		s.bound.offer, s.bound.from = nil, nil
		s.bound.draft, s.bound.unread = nil, false
		s.bound.answered = how == agent.EventAnswer
		if s.step(how, "") != nil {
			s.comeToCall()
		}
		s.set(picture, pictureWait, s.changed)
		s.changed()
	})
}

// comeToCall is presence in a call that was answered or dialled before the link went. The call stands; on it the voice
// decides.
func (s *seat) comeToCall() {
	_ = s.step(agent.EventLinkBack, "")
	if s.step(agent.EventDial, "") != nil { // it has come back to the training that was to follow
		_ = s.step(agent.EventGoNotReady, "")
		_ = s.step(agent.EventDial, "")
		_ = s.step(agent.EventGoTraining, "")
	}
	s.bound.wrapUntil, s.bound.extended = time.Time{}, false // of what it came back to
}

// Show replaces the picture of the call on the desk.
func (s *seat) Show(c *call.Call, v *wire.Call) {
	s.box.Post(func() {
		if s.bound.call != c && s.bound.wrapOf != c {
			return
		}
		s.set(picture, 0, nil)
		s.bound.view = v
		s.contactsSeen(v.ID, v.Caller)
		if s.bound.call == c {
			s.follow(v)
		}
		s.changed()
	})
}

// contactsSeen writes down, once for each call, that this seat has been shown
// what its caller wanted before. No call waits for that.
func (s *seat) contactsSeen(call string, who wire.Caller) {
	if len(who.Earlier) == 0 || s.bound.noted == call {
		return
	}
	s.bound.noted = call
	account, n := s.account, len(who.Earlier)
	s.jobs.Go(func() {
		if err := s.hub.audited(s.hub.disk, account, "contact.view", "call/"+call, fmt.Sprintf("以往联系 %d 条", n)); err != nil {
			s.hub.log.Error("a look at earlier contacts is not in the audit", "agent", account.No, "err", err)
		}
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

// Release ends the seat's part in a call; wrap-up begins.
func (s *seat) Release(c *call.Call, v *wire.Call, talked time.Duration) {
	s.box.Post(func() {
		if s.bound.call != c {
			return
		}
		s.voice.free()
		s.set(picture, 0, nil)
		s.bound.call, s.bound.wrapOf, s.bound.view = nil, c, v
		s.bound.wrapFrom = s.hub.now()
		if s.bound.answered && talked >= store.LeastTalk { // as the reports count
			s.lists.today.Answered++
			s.lists.talkS += int(talked.Seconds())
		}
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

// Lose and Back tell that the voice of the seat is gone or there again.
func (s *seat) Lose(c *call.Call) {
	s.box.Post(func() {
		if s.bound.call == c {
			_ = s.step(agent.EventLinkLost, "")
		}
	})
}

// Back implements call.Seat.
func (s *seat) Back(c *call.Call) {
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
		s.bound.from.OfferBack(s.bound.offer.ID, s.no, why, said)
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
		s.afterComing(func() { _ = s.step(agent.EventWrapExpired, "") })
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
	s.bound.wrapOf, s.bound.view, s.bound.draft = nil, nil, nil
	s.bound.wrapUntil, s.bound.extended = time.Time{}, false
	c.WrapDone(s.no, s.hub.now())
	s.changed()
}
