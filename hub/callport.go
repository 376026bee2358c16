package hub

import (
	"context"

	"zuoxi/hub/call"
	"zuoxi/hub/queue"
	"zuoxi/hub/voicemail"
	"zuoxi/rules/alarm"
)

// newExchange makes the calls' room with what they need of this hub.
func newExchange(h *Hub) *call.Exchange {
	cfg := call.Config{
		District: h.cfg.District, TrunkName: h.cfg.TrunkName, Limits: h.cfg.Limits, SeatSilence: h.cfg.SeatSilence, RingFirst: h.cfg.RingFirst,
		Shown: h.cfg.Supervision.Shown, Zone: h.cfg.Outgoing.Zone, Now: h.now,
	}
	return call.NewExchange(h.life, h.disk, cfg, call.Ports{
		Store: h.db, Keys: h.keys, Trunk: h.trunk, Guide: h.guide, Prompts: h.prompts, Tapes: h.tapes, Queue: queuePort{h.queue}, Floor: floorPort{h},
		Mail: mailPort{h}, Meter: h.meter, Board: callBoard{h.board}, Audit: h.audited, Book: h.bookings.add, Met: h.bookings.met, Forget: h.forget,
	}, h.log, &h.refused)
}

// forget drops what the business system said about a call that is over.
func (h *Hub) forget(id string) {
	if h.business != nil {
		h.business.Forget(id)
	}
}

// queuePort is the line as calls use it.
type queuePort struct{ *queue.Queue }

// Place implements call.Queue.
func (p queuePort) Place(ctx context.Context, id string) call.Place {
	place, _ := p.Queue.Place(ctx, id)
	return call.Place(place)
}

// floorPort is who works here, as calls ask for them.
type floorPort struct{ h *Hub }

// Seat implements call.Floor.
func (p floorPort) Seat(no string) (call.Seat, bool) {
	s, ok := p.h.seats.Get(no)
	return s, ok
}

// TellLeads implements call.Floor.
func (p floorPort) TellLeads(level, text, district string) int {
	return p.h.tellLeads(level, text, district)
}

// Emergency implements call.Floor.
func (p floorPort) Emergency(s call.Seat, text string) int {
	a := s.Account()
	told := p.h.tellLeads("error", text+" · 请立即加入通话", a.District)
	p.h.calling(a, alarm.CodeEmergency, text)
	return told
}

// mailPort is the messages as calls keep and answer them.
type mailPort struct{ h *Hub }

// Keep implements call.Mail.
func (p mailPort) Keep(ctx context.Context, m call.Left) error {
	_, err := p.h.mail.Keep(ctx, voicemail.Message(m))
	if err == nil {
		p.h.mailChanged()
	}
	return err
}

// Called implements call.Mail.
func (p mailPort) Called(ctx context.Context, id, agent string) error {
	_, err := p.h.mail.Move(ctx, id, voicemail.StateCalled, agent, "")
	p.h.mailChanged()
	return err
}

// Answered implements call.Mail.
func (p mailPort) Answered(id, agent string) { p.h.answers.put(id, agent) }
