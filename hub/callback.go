package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/call"
	"zuoxi/hub/queue"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/internal/obs"
	"zuoxi/rules/acd"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

const (
	backPrefix   = "callback:"      // of a booking's name in the line and in the settings
	backAttempts = 3                // to a citizen who does not answer
	backAgain    = 20 * time.Minute // between two attempts
)

// booking is a caller who is to be called back, at the place in line of their
// first entry. It waits like a call and is offered like one.
type booking struct {
	ID       string     `json:"id"`
	Call     string     `json:"call"`
	Number   seal.Value `json:"number"`
	Region   string     `json:"region,omitempty"`
	Subject  string     `json:"subject,omitempty"`
	Entered  time.Time  `json:"entered"`
	Attempts int        `json:"attempts,omitempty"`
	Done     string     `json:"done,omitempty"` // how it ended

	book    *bookings
	refused map[string]bool
	offer   *asked
}

// asked is the seat that a booking is on offer at.
type asked struct {
	id   string
	seat *seat
}

// bookings is the actor that owns all of them.
type bookings struct {
	hub   *Hub
	box   actor.Box
	open  map[string]*booking
	notes *owed // of them, for a hub that dies
}

func newBookings(h *Hub) *bookings {
	return &bookings{hub: h, box: actor.NewBox(h.log, &h.refused), open: map[string]*booking{}, notes: newOwed(h.db.Settings, "booked call-backs", h.log)}
}

func (b *bookings) run(ctx context.Context) {
	defer b.box.End()
	b.load(ctx)
	for {
		select {
		case <-ctx.Done():
			for !b.box.Idle() { // what callers have been told is kept
				obs.Safely(b.hub.log, "booked call-backs", <-b.box.Next())
			}
			return
		case f := <-b.box.Next():
			obs.Safely(b.hub.log, "booked call-backs", f)
		}
	}
}

// tell hands over what must not be lost: late rather than never.
func (b *bookings) tell(f func()) {
	if !b.box.Post(f) {
		b.hub.work.Go(func() { b.box.Put(b.hub.life, f) })
	}
}

// load takes up what was booked before the hub was started.
func (b *bookings) load(ctx context.Context) {
	all, err := b.hub.db.Settings.List(ctx)
	if err != nil {
		b.hub.log.Error("loading booked call-backs", "err", err)
		return
	}
	for _, s := range all {
		if !strings.HasPrefix(s.Key, backPrefix) {
			continue
		}
		k := &booking{}
		if json.Unmarshal([]byte(s.Value), k) != nil || k.Done != "" {
			continue
		}
		b.notes.stands(s)
		k.book, k.refused = b, map[string]bool{}
		if now := b.hub.now(); now.Before(k.Entered) { // the machine's clock was set back: who waits already goes before who comes
			k.Entered = now
		}
		b.open[k.ID] = k
		k.wait()
	}
}

// add books a call-back; a person who has one already keeps the earlier place.
func (b *bookings) add(c call.Back) {
	k := &booking{ID: store.NewID(b.hub.now()), Call: c.Call, Number: c.Number, Region: c.Region, Subject: c.Subject, Entered: c.Entered}
	b.tell(func() {
		for _, old := range b.open {
			if bytes.Equal(old.Number.Hash, k.Number.Hash) {
				return
			}
		}
		k.book, k.refused = b, map[string]bool{}
		b.open[k.ID] = k
		k.keep()
		k.wait()
	})
}

// met ends the booking of somebody who talks with an agent now, however that came about: nobody is called back about what
// was said already.
func (b *bookings) met(hash []byte, c *call.Call) {
	b.tell(func() {
		for _, k := range b.open {
			if !bytes.Equal(k.Number.Hash, hash) {
				continue
			}
			if k.offer != nil {
				k.offer.seat.Withdraw(k.offer.id, call.GoneAway)
				k.offer = nil
			}
			k.end("got through in " + c.ID())
			c.Note("callback_over", "排队时登记的回电不再拨：已经接通")
		}
	})
}

// keep has the booking written down. A hub that dies takes it up again.
func (k *booking) keep() {
	h := k.book.hub
	raw, err := json.Marshal(k)
	if err != nil {
		return
	}
	s := store.Setting{Key: backPrefix + k.ID, District: h.cfg.District, Value: string(raw), Updated: h.now()}
	if k.Done != "" {
		k.book.notes.last(s)
		return
	}
	k.book.notes.put(s)
}

// wait puts the booking into the line, at its place. Nobody is called at night:
// it waits outside until the morning.
func (k *booking) wait() {
	if k.Done != "" { // meanwhile
		return
	}
	h := k.book.hub
	if night := h.quietLeft(); night > 0 {
		h.work.Go(func() {
			if actor.Pause(h.life, night) { // so do all others
				k.book.box.Put(h.life, k.wait)
			}
		})
		return
	}
	h.queue.Enter(acd.Waiting{
		ID: backPrefix + k.ID, Region: k.Region, Subject: k.Subject, Entered: k.Entered, Refused: slices.Sorted(maps.Keys(k.refused)),
	})
}

// assigned is called by the queue.
func (b *bookings) assigned(o queue.Offer) {
	b.tell(func() {
		k := b.open[strings.TrimPrefix(o.Call, backPrefix)]
		s, ok := b.hub.seats.Get(o.Seat)
		if k == nil || !ok || b.hub.stopping() { // no number is dialled any more: the next hub takes it up
			b.hub.queue.Leave(o.Call)
			return
		}
		if b.hub.quiet() { // it has become night in the line
			b.hub.queue.Leave(o.Call)
			k.wait()
			return
		}
		k.offer = &asked{id: store.NewID(b.hub.now()), seat: s}
		limits := b.hub.cfg.Limits
		s.offerCall(wire.Offer{
			ID: k.offer.id, CallID: k.Call, Epoch: o.Epoch, Kind: "callback", Note: "来电人要求回电",
			Caller: k.citizen(), Expires: b.hub.now().Add(limits.Of(fsm.StateRinging)),
		}, k)
		k.later(limits.Of(fsm.StateOffered), func() { s.Ring(k.offer.id) })
		k.later(limits.Of(fsm.StateRinging), func() {
			s.Withdraw(k.offer.id, call.GoneTimeout)
			k.again(s.no)
		})
	})
}

// knowLimit bounds the look-up of who is to be called: all bookings wait for it, and the offer with them.
const knowLimit = time.Second

// citizen is who is to be called, as a caller would be shown.
func (k *booking) citizen() wire.Caller {
	h := k.book.hub
	ctx, cancel := context.WithTimeout(h.life, knowLimit)
	defer cancel()
	who := wire.Caller{Masked: k.Number.Masked, Region: k.Region, Subject: k.Subject, WaitedMS: h.now().Sub(k.Entered).Milliseconds()}
	if err := h.calls.Known(ctx, k.Number.Hash, &who); err != nil {
		h.log.Warn("looking up who is to be called back", "call", k.Call, "err", err)
	}
	return who
}

// later does f unless the offer has gone meanwhile.
func (k *booking) later(d time.Duration, f func()) {
	h, id := k.book.hub, k.offer.id
	h.work.Go(func() {
		if actor.Pause(h.life, d) {
			k.book.box.Put(h.life, func() {
				if k.offer != nil && k.offer.id == id {
					f()
				}
			})
		}
	})
}

// again puts the booking back into the line, at its place.
func (k *booking) again(refused string) {
	if k.offer == nil {
		return
	}
	k.offer = nil
	k.refused[refused] = true
	k.wait()
}

// OfferShown implements offerer.
func (k *booking) OfferShown(id string) {
	k.book.box.Post(func() {
		if k.offer != nil && k.offer.id == id {
			k.offer.seat.Ring(id)
		}
	})
}

// OfferBack implements offerer.
func (k *booking) OfferBack(id, no string, _ agent.Kind, _ string) {
	k.book.tell(func() {
		if k.offer != nil && k.offer.id == id {
			k.again(no)
		}
	})
}

// Take implements offerer: the agent is there, now the citizen is called.
func (k *booking) Take(s call.Seat, id string, reply func(*wire.Ack)) {
	ok := k.book.box.Post(func() {
		h := k.book.hub
		if k.offer == nil || k.offer.id != id {
			reply(refusal(wire.CodeStale, staleOffer))
			return
		}
		number, err := h.keys.Open(seal.KindPhone, k.Number)
		if err != nil {
			h.log.Error("opening a call-back's number", "call", k.Call, "err", err)
			s.Withdraw(id, call.GoneAway)
			k.end("unreadable")
			reply(refusal(wire.CodeInternal, "回电号码读不出来，没有拨出；请联系管理员"))
			return
		}
		k.offer = nil
		h.queue.Leave(backPrefix + k.ID)
		ack := h.calls.Dial(s, call.Order{
			Number: number, Sealed: k.Number, Region: k.Region, Subject: k.Subject, Reason: "排队回电", How: agent.EventAnswer, Reached: k.reached,
		})
		if ack.Code != wire.CodeOK { // the hub is on its way out: the next one takes the booking up again
			s.Withdraw(id, call.GoneAway)
		}
		reply(ack)
	})
	switch {
	case ok:
	case k.book.hub.stopping():
		reply(refusal(wire.CodeStopping, "中心正在停止，没有拨出；请稍后再试"))
	default:
		reply(refusal(wire.CodeBusy, "中心忙不过来，没有拨出；请再按一次"))
	}
}

// reached tells how the call went. A citizen who does not answer is tried
// again, not too soon and not for ever.
func (k *booking) reached(err error) {
	k.book.tell(func() {
		k.Attempts++
		switch {
		case k.Done != "": // they got through while their telephone was busy
		case err == nil:
			k.end("called")
		case errors.Is(err, context.Canceled):
			k.keep()
			k.wait()
		case k.Attempts >= backAttempts:
			k.end("not reached")
		default:
			k.keep()
			h := k.book.hub
			h.work.Go(func() {
				if actor.Pause(h.life, backAgain) {
					k.book.box.Put(h.life, k.wait)
				}
			})
		}
	})
}

func (k *booking) end(how string) {
	k.Done = how
	k.keep()
	delete(k.book.open, k.ID)
	k.book.hub.queue.Leave(backPrefix + k.ID)
}
