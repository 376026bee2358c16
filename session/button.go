package session

import (
	"slices"

	"zuoxi/rules/call"
)

// over are the phases in which a call is on the screen and nobody talks.
var over = []call.Phase{call.StateRating, call.StateClosing, call.StateClosed}

// button does what a button of the headset asks for, as the key for it would.
// One that makes no sense now does nothing: it may have been touched by chance.
func (s *Session) button(b Button) {
	offer, live := s.view.Offer, s.view.Call
	if live != nil && slices.Contains(over, live.Phase) {
		live = nil
	}
	switch b {
	case ButtonHook, ButtonPickUp, ButtonSingle:
		if offer != nil {
			s.do(Answer{Offer: offer.ID})
			return
		}
	case "", ButtonHangUp, ButtonMute:
	}
	if live == nil {
		return
	}
	switch b {
	case ButtonHook, ButtonHangUp:
		s.do(Release{Call: live.ID})
	case ButtonMute, ButtonSingle:
		s.do(Mute{On: !live.Muted})
	case "", ButtonPickUp:
	}
}
