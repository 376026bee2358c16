package session

import (
	"testing"
	"time"

	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/wire"
)

// TestWhoMayStayAway: a herd leaves the door to the seats that callers wait for.
func TestWhoMayStayAway(t *testing.T) {
	const away = 20 * time.Second
	for _, c := range []struct {
		name string
		set  func(*Session)
		want time.Duration
	}{
		{"on a break", func(*Session) {}, away},
		{"ready", func(s *Session) { s.view.Presence.State = agent.StateReady }, 0},
		{"ready before the hub died", func(s *Session) { s.id.media.again = time.Now() }, 0},
		{"on a call", func(s *Session) { s.desk.Call = &wire.Call{} }, 0},
		{"a call is offered", func(s *Session) { s.desk.Offer = &wire.Offer{} }, 0},
		{"listening in", func(s *Session) { s.desk.Watch = &wire.Watch{} }, 0},
		{"the board is open", func(s *Session) { s.view.Seat.Role = string(access.RoleLead) }, 0},
		{"not told", func(s *Session) { s.id.away = 0 }, 0},
	} {
		s := New(Config{})
		s.id.away = away
		c.set(s)
		s.publish()
		if got := time.Duration(s.away.Load()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
