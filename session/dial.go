package session

import (
	"strings"

	"zuoxi/wire"
)

// dial calls somebody. Of a record that only this seat has yet, the hub knows
// the call that it is about.
func (s *Session) dial(v Dial) {
	if number, ok := strings.CutPrefix(v.Target, "record:"); ok {
		if id := s.callOf(number); id != "" {
			v.Target = "call:" + id
		}
	}
	s.tell(&wire.Dial{Target: v.Target, Record: v.Record, Reason: v.Reason})
}

// callOf is the call behind a record that is not at the hub.
func (s *Session) callOf(number string) string {
	if r := s.view.Record; r != nil && r.Number == number && r.Base == 0 {
		return s.form.callID
	}
	for _, d := range s.form.drafts {
		if d.Number == number && d.Base == 0 {
			return d.CallID
		}
	}
	return ""
}
