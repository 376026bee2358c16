package sample

import (
	"testing"

	"zuoxi/kb"
	"zuoxi/session"
)

// The samples are what a hub may send: whoever is on a call has an id and a
// masked number, and nothing in them looks like a real person's.
func TestSamplesAreWhole(t *testing.T) {
	for name, v := range map[string]session.View{"idle": Idle(), "ringing": Ringing(), "talking": Talking(), "consulting": Consulting(), "wrapping up": WrappingUp()} {
		if !v.SignIn.SignedIn || v.Seat.AgentNo == "" || v.Presence.State == "" {
			t.Errorf("%s: %+v", name, v.Seat)
		}
		if v.Call != nil && (v.Call.ID == "" || v.Call.Caller.Masked != "139****0042") {
			t.Errorf("%s: %+v", name, v.Call)
		}
	}
	for _, a := range shelf {
		if got, ok := (Shelf{}).Article(a.ID, a.Version, kb.Day{}); !ok || got.Title != a.Title {
			t.Errorf("%s is not on the shelf", a.ID)
		}
	}
}
