package hub

import (
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"zuoxi/wire"
)

// TestEchoBeforeDuty: the agent hears what they say, until a call comes, they
// stop it, or half a minute is over; what the check found is kept.
func TestEchoBeforeDuty(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		echoes := func() bool {
			before := a.headset().heard.Load()
			a.headset().says(&rtp.Packet{Payload: make([]byte, 160)})
			return a.headset().heard.Load() != before
		}
		if echoes() {
			t.Fatal("an echo that nobody asked for")
		}
		a.ok(&wire.MediaEcho{On: true})
		if !echoes() {
			t.Fatal("no echo")
		}
		a.ok(&wire.MediaEcho{})
		if echoes() {
			t.Fatal("the echo goes on")
		}
		a.ok(&wire.MediaEcho{On: true})
		h.pass(echoLimit + time.Second)
		if echoes() {
			t.Fatal("an echo that was forgotten goes on")
		}
		a.say(&wire.MediaCheck{Rows: []wire.CheckRow{{Name: "线路", OK: true, Text: "良好"}, {Name: "回声", Text: "没有听到"}}})
		h.pass(time.Second)
		rows := h.audits("seat.check")
		if len(rows) != 1 || !strings.Contains(rows[0].Reason, "线路通过：良好；回声不通过：没有听到") {
			t.Errorf("the audit log has %+v", rows)
		}
		h.talking(a, "13900000042")
		if got := a.code(&wire.MediaEcho{On: true}); got != wire.CodeImpossible {
			t.Errorf("an echo in a call: %s", got)
		}
	})
}
