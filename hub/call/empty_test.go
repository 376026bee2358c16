package call

import (
	"testing"
	"time"

	"zuoxi/wire"
)

// mute has no prompts, and music.
type mute struct{ words }

func (mute) Say(string, map[string]string) []byte { return nil }

// TestEmptyPromptStopsNoVoice: a centre that has not recorded the comforting words for a long wait says nothing, and the
// caller hears the agent as soon as the call is resumed, in whatever order the two come.
func TestEmptyPromptStopsNoVoice(t *testing.T) {
	inHouse(t, func(h *house) {
		h.Prompts = mute{}
		s := h.sit("8001")
		c, p := h.talking(s, "13900000042")
		verb := func(do string) { c.Verb(s, wire.CallVerb{Do: do}, func(*wire.Ack) {}) }
		verb(wire.DoHold)
		h.pass(time.Second)
		if !c.room.Playing(callerLeg) {
			t.Fatal("no music")
		}
		c.box.Post(func() {
			verb(wire.DoResume) // is next
			c.deadline()        // reminds
		})
		h.pass(time.Second)
		if in, ok := c.Inside(h.t.Context()); !ok || in.Phase != "talking" || c.room.Playing(callerLeg) {
			t.Errorf("inside %+v, the caller hears music: %v", in, c.room.Playing(callerLeg))
		}
		p.hangup()
		h.pass(10 * time.Second)
	})
}
