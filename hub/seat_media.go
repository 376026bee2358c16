package hub

import "zuoxi/wire"

// mediaSocket gives the seat a ticket for the last resort.
func (s *seat) mediaSocket(id string) {
	number := s.session.Number()
	ticket := s.hub.lines.Ticket(func(l Line) {
		if !s.box.Put(s.hub.life, func() {
			if number != s.session.Number() { // the seat has moved meanwhile
				s.jobs.Go(l.Close)
				return
			}
			s.hub.log.Info("seat's voice over a WebSocket", "agent", s.no)
			s.await(l)
		}) {
			l.Close()
		}
	})
	s.session.Answer(id, &wire.MediaTicket{Ticket: ticket})
}
