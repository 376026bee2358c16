package hub

import (
	"zuoxi/hub/conf"
	"zuoxi/wire"
)

// hall is the sound of a sitting: the seat of the trainee puts both voices of a simulated call on its own line, and whoever
// examines hears that line. It belongs to the trainee's seat. Nothing of it is recorded here: the recording is the seat's.
type hall struct {
	of   *seat
	room *conf.Room
	mine *conf.Port
	ears map[*seat]*conf.Port
}

const hallLeg = "trainee"

// admit lets an examiner hear the sitting at this seat.
func (s *seat) admit(who *seat) {
	h := s.bound.hall
	if h == nil {
		h = &hall{of: s, room: conf.NewRoom(conf.Config{Log: s.hub.log, Now: s.hub.now}), ears: map[*seat]*conf.Port{}}
		h.mine = h.room.Join(hallLeg, conf.Unrecorded, s.voice)
		if !s.voice.claim(h.mine) { // a live call has the line
			h.room.Close()
			return
		}
		s.bound.hall = h
	}
	port := h.ears[who]
	if port == nil {
		leg := "ear:" + who.no
		port = h.room.Join(leg, conf.Unrecorded, who.voice)
		h.room.Hear(leg, hallLeg, true)
		h.ears[who] = port
	}
	if !who.box.Post(func() { who.enterHall(h, port) }) {
		s.dismiss(h, who)
	}
}

// enterHall puts this seat's ear into a sitting; an own call comes first.
func (s *seat) enterHall(h *hall, port *conf.Port) {
	if s.bound.listen.hall == h {
		return
	}
	if s.engaged() {
		h.of.box.Post(func() { h.of.dismiss(h, s) })
		return
	}
	s.stopHearing()
	s.stopListening()
	s.voice.claim(port)
	s.bound.listen.hall, s.bound.listen.port = h, port
	s.bound.listen.view = &wire.Watch{Seat: h.of.no, Who: h.of.Title(), Way: wire.ObserveExam, Since: s.hub.now(), Shown: true}
	s.changed()
}

// leaveHall takes this seat's ear out of a sitting.
func (s *seat) leaveHall() {
	h := s.bound.listen.hall
	if h == nil {
		return
	}
	s.voice.Unplug(s.bound.listen.port)
	s.bound.listen.hall, s.bound.listen.port, s.bound.listen.view = nil, nil, nil
	s.changed()
	h.of.box.Post(func() { h.of.dismiss(h, s) })
}

// dismiss ends an examiner's hearing; the last one shuts the hall.
func (s *seat) dismiss(h *hall, who *seat) {
	if h.ears[who] == nil {
		return
	}
	delete(h.ears, who)
	h.room.Leave("ear:" + who.no)
	if len(h.ears) == 0 {
		s.shutHall(h)
	}
}

// shutHall ends the sound of the sitting at this seat for everybody who hears it.
func (s *seat) shutHall(h *hall) {
	if h == nil || s.bound.hall != h {
		return
	}
	s.bound.hall = nil
	s.voice.Unplug(h.mine)
	h.room.Close()
	for who := range h.ears {
		who.box.Post(func() {
			if who.bound.listen.hall == h {
				who.leaveHall()
			}
		})
	}
}
