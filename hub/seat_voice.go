package hub

import (
	"context"

	"zuoxi/hub/line"
	"zuoxi/wire"
)

// media answers the seat's voice offer: with a new line, or with a new path for
// the line that the offer is of.
func (s *seat) media(id string, b *wire.MediaOffer) {
	if b.Restart {
		s.renewPath(id, b.SDP)
		return
	}
	number := s.session.Number()
	s.job(id, func(ctx context.Context) func() {
		next, answer, err := s.hub.lines.Accept(ctx, b.SDP)
		return func() {
			switch {
			case err != nil:
				s.noVoice(id, err)
			case number != s.session.Number(): // the seat has moved meanwhile
				s.jobs.Go(next.Close)
			default:
				s.await(next)
				s.session.Answer(id, &wire.MediaAnswer{SDP: answer})
			}
		}
	})
}

func (s *seat) noVoice(id string, err error) {
	s.hub.log.Warn("seat's voice line", "agent", s.no, "err", err)
	s.session.Answer(id, refusal(wire.CodeInternal, "话路没有接通，暂不能接听；正在自动重试"))
}

// renewPath gives a line a new path. The keys of a connection do not change, so
// a path for one that is no longer here would carry what nobody can read: it is
// refused as stale, and the seat makes a new connection.
func (s *seat) renewPath(id, offer string) {
	l := s.voice.current()
	if l == nil || !l.Owns(offer) {
		s.session.Answer(id, refusal(wire.CodeStale, "原来的话路已不在；正在自动重新接通"))
		return
	}
	s.job(id, func(ctx context.Context) func() {
		answer, err := l.Restart(ctx, offer)
		return func() {
			if err != nil {
				s.noVoice(id, err)
				return
			}
			s.session.Answer(id, &wire.MediaAnswer{SDP: answer})
		}
	})
}

// await takes a new line into use when it stands, not before: the seat does the
// same, and goes on with the one before when the new one comes to nothing.
func (s *seat) await(l Line) {
	s.giveUp()
	s.coming = l
	l.Watch(func(now line.State) { s.box.Post(func() { s.lineChanged(l, now) }) })
	if s.voice.current() == nil || l.Ready() {
		s.use(l)
	}
}

// lineChanged is a line that came or went. One that is lost makes the seat
// unable to take a call, and only that: a call on it has its own watch.
func (s *seat) lineChanged(l Line, now line.State) {
	switch {
	case l != s.coming:
		s.changed()
	case now == line.Warm:
		s.use(l)
	case now == line.Lost || now == line.Closed:
		s.giveUp()
	}
}

func (s *seat) use(l Line) {
	s.coming = nil
	old := s.voice.swap(l)
	if old != nil {
		s.jobs.Go(old.Close)
	}
	s.changed()
	s.set("voice", lookEvery, s.lookAtVoice)
}

// giveUp lets a line go that has not come to stand.
func (s *seat) giveUp() {
	if l := s.coming; l != nil {
		s.coming = nil
		s.jobs.Go(l.Close)
	}
}

// dropLine ends the seat's voice.
func (s *seat) dropLine() {
	s.giveUp()
	if old := s.voice.swap(nil); old != nil {
		s.jobs.Go(old.Close)
	}
}
