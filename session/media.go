package session

import (
	"context"
	"math/rand/v2"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/wire"
)

const (
	// renewAfter is how long a renewed path may take to stand.
	renewAfter = 2 * time.Second
	// After so many renewals in vain, TCP to the voice port among what they
	// try, the last resort is taken: a WebSocket like the one the link uses.
	renewals = 2
	// How often the last resort is tried to be got rid of.
	backAfter  = time.Minute
	offerLimit = 5 * time.Second
	// The voices of a herd's ready seats come back in this part of the time that
	// all take, for few are ready; and so long after a hub's restart a seat that
	// was ready becomes so by itself.
	readyPart  = 4
	readyLimit = 2 * time.Minute
)

// remedy is what is done next about a voice connection.
type remedy int

const (
	leaveIt remedy = iota
	renewIt        // its path, by an ICE restart
	socket         // the last resort
	anew           // another connection
)

// next decides by a row that repeats: the path is renewed twice, then comes the
// last resort, then a connection made anew. Where there is no path to be
// renewed the row begins later. The last resort is left as soon as there is
// something better.
func (m *mediaState) next(now time.Time) remedy {
	wait := renewAfter
	if m.path == PathSpare {
		wait = backAfter
	}
	if m.path == PathNone || m.path == PathUp || m.busy || now.Sub(m.tried) < wait || now.Before(m.rest) {
		return leaveIt
	}
	m.tried = now
	if m.path == PathSpare {
		return anew
	}
	m.tries++
	step := m.tries
	if m.path == PathFailed {
		step += renewals
	}
	switch step % (renewals + 2) {
	case renewals + 1:
		return socket
	case 0:
		return anew
	}
	return renewIt
}

// renewMedia gets a voice connection back that is lost.
func (s *Session) renewMedia() {
	if !s.online() {
		return
	}
	switch s.id.media.next(s.cfg.Now()) {
	case leaveIt:
	case socket:
		s.openSocket()
	case anew:
		s.openMedia(false)
	case renewIt:
		s.openMedia(!s.id.media.gone)
	}
}

// mediaAgain sees to the voice after a sign-in or a resumption.
func (s *Session) mediaAgain(resumed bool) {
	m := &s.id.media
	moved := m.moved
	m.moved = false
	if resumed && m.path.Up() && !moved {
		return
	}
	m.tried = s.cfg.Now()
	switch {
	case !resumed:
		s.openMedia(false)
	case m.path == PathSpare: // it went over the address that is gone
		s.openSocket()
	default:
		s.openMedia(m.path != PathNone && m.path != PathFailed && !m.gone)
	}
}

// comeBack plans how voice returns after a restart of the hub: at once where
// somebody is on the line, soon where a call may come, later where none can.
func (s *Session) comeBack(spread time.Duration) {
	now, m := s.cfg.Now(), &s.id.media
	m.rest = time.Time{}
	switch {
	case s.desk.Call != nil || m.path == PathNone || spread <= 0:
	case s.view.Presence.State == agent.StateReady:
		m.rest = now.Add(rand.N(spread / readyPart))
	default:
		m.rest = now.Add(spread + rand.N(spread))
	}
	if s.view.Presence.State == agent.StateReady {
		m.again = now.Add(readyLimit)
	}
}

// readyAgain makes a seat ready that was so until a hub died which has
// forgotten it.
func (s *Session) readyAgain() {
	m := &s.id.media
	if m.again.IsZero() || !s.online() || s.desk.Presence.State == "" {
		return
	}
	forgot := s.desk.Presence.State == string(agent.StateNotReady) && s.desk.Presence.Reason == string(agent.ReasonSignedIn)
	if !forgot || s.cfg.Now().After(m.again) {
		m.again = time.Time{}
		return
	}
	if m.path.Up() && len(s.waiting) == 0 {
		s.tell(&wire.SetPresence{State: string(agent.StateReady)})
		s.notify(NoticeInfo, "中心重新启动过 · 您原来空闲，已自动示闲 · 要离开请按 Ctrl+T")
	}
}

// openSocket asks the hub for a ticket and carries voice over a WebSocket.
func (s *Session) openSocket() {
	if s.cfg.Phone == nil || s.id.media.busy {
		return
	}
	s.id.media.busy = s.ask(&wire.MediaSocket{}, func(m wire.Message) {
		b, ok := m.Body.(*wire.MediaTicket)
		if !ok {
			s.id.media.busy = false
			s.refusal(m)
			return
		}
		s.spawn(func(ctx context.Context) {
			octx, cancel := context.WithTimeout(ctx, offerLimit)
			defer cancel()
			err := s.cfg.Phone.Socket(octx, b.Ticket)
			s.later(ctx, func() {
				s.id.media.busy = false
				if err != nil {
					s.cfg.Log.Warn("no voice over a WebSocket", "err", err)
				}
			})
		})
	})
}

// openMedia sets the voice connection up, or renews its path.
func (s *Session) openMedia(restart bool) {
	if s.cfg.Phone == nil || s.id.media.busy {
		return
	}
	s.id.media.busy = true
	s.id.media.gone = s.id.media.gone && restart
	s.spawn(func(ctx context.Context) {
		octx, cancel := context.WithTimeout(ctx, offerLimit)
		defer cancel()
		sdp, err := s.cfg.Phone.Offer(octx, restart)
		s.later(ctx, func() {
			if err != nil {
				s.id.media.busy = false
				s.id.media.path = PathLost
				s.cfg.Log.Warn("no voice offer", "err", err)
				return
			}
			if !s.ask(&wire.MediaOffer{SDP: sdp, Restart: restart}, s.mediaAnswered) {
				s.id.media.busy = false
			}
		})
	})
}

func (s *Session) mediaAnswered(m wire.Message) {
	s.id.media.busy = false
	switch b := m.Body.(type) {
	case *wire.MediaAnswer:
		if err := s.cfg.Phone.Answer(b.SDP); err != nil {
			s.id.media.path = PathLost
			s.cfg.Log.Warn("voice answer not taken", "err", err)
		}
	case *wire.Ack:
		s.id.media.path = PathLost
		if b.Code == wire.CodeStale { // the hub's end is gone: a new connection, at once
			s.id.media.gone, s.id.media.tried = true, time.Time{}
			s.renewMedia()
			return
		}
		s.refusal(m)
	}
}
