package fault

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"zuoxi/hub/conf"
	"zuoxi/hub/line"
	"zuoxi/media/adapt"
	"zuoxi/softphone"
)

// TestVoiceOverAWebSocket: neither UDP nor TCP reaches the voice port; voice
// goes over a WebSocket, says so, changes its coding there too, and leaves it
// when the real way is open again.
func TestVoiceOverAWebSocket(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	lines := make(chan *line.Line, 1)
	up := websocket.Upgrader{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		ws, err := up.Upgrade(w, q, nil)
		if err != nil {
			t.Error(err)
			return
		}
		lines <- r.hub.AcceptSocket(ws)
	}))
	t.Cleanup(srv.Close)
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.phone.UseSocket(ws); err != nil {
		t.Fatal(err)
	}
	l := <-lines
	port := r.room.Join("seat", conf.Rest, seatSink{r})
	l.OnPacket(port.Receive)
	r.line.Store(l)
	if !l.Ready() {
		t.Fatal("the line is not warm")
	}
	r.phone.SetTalk(true)
	r.both()
	if s := r.phone.Status(); s.Via != "websocket" || s.Path != softphone.Up {
		t.Fatalf("%+v", s)
	}
	r.until("a report", func() bool { s := r.phone.Stats(); return s.Far.Count > 0 && s.Far.RTT > 0 })
	r.phone.SetCoding(adapt.Coding{Opus: true, Packet: 60e6, Bitrate: 12000})
	r.until("Opus from the hub", func() bool { return r.phone.Stats().Heard.Codec == "Opus" })
	r.both()
	r.phone.Adapt()
	r.connect(false, true)
	r.until("UDP again", func() bool { s := r.phone.Status(); return s.Path == softphone.Up && s.Via == "udp" })
	r.both()
}

// TestBrokenWebSocketIsTold: the hub goes away under a voice that has no other way.
func TestBrokenWebSocketIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	up := websocket.Upgrader{}
	lines := make(chan *line.Line, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if ws, err := up.Upgrade(w, q, nil); err == nil {
			lines <- r.hub.AcceptSocket(ws)
		}
	}))
	t.Cleanup(srv.Close)
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.phone.UseSocket(ws); err != nil {
		t.Fatal(err)
	}
	r.await(softphone.PathUp)
	(<-lines).Close()
	r.await(softphone.PathFailed)
}
