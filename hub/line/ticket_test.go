package line

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/internal/voiceline"
)

// TestTicketOpensTheDoorOnceAndSoon: who was promised a line gets in, once; a
// stranger, a second one with the same ticket and one who comes late do not.
func TestTicketOpensTheDoorOnceAndSoon(t *testing.T) {
	var clock atomic.Int64
	d := NewDoor(func() time.Time { return time.Unix(clock.Load(), 0) })
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	taken := make(chan voiceline.Frames, 4)
	knock := func(h http.Header) int {
		t.Helper()
		ws, resp, err := (&websocket.Dialer{Subprotocols: []string{Subprotocol}}).Dial("ws"+strings.TrimPrefix(srv.URL, "http"), h)
		if err == nil {
			t.Cleanup(func() { _ = ws.Close() })
		}
		return resp.StatusCode
	}
	take := func(f voiceline.Frames) { taken <- f }
	good := WithTicket(d.Ticket(take))
	for _, h := range []http.Header{nil, WithTicket(""), WithTicket("00"), {"Authorization": {strings.TrimPrefix(good.Get("Authorization"), bearer)}}} {
		if got := knock(h); got != http.StatusForbidden {
			t.Errorf("%v got %d", h, got)
		}
	}
	if got := knock(good); got != http.StatusSwitchingProtocols {
		t.Fatalf("with a ticket %d", got)
	}
	_ = within(t, "the connection", taken).Close()
	if got := knock(good); got != http.StatusForbidden {
		t.Errorf("a second time %d", got)
	}
	late := WithTicket(d.Ticket(take))
	clock.Add(11)
	if got := knock(late); got != http.StatusForbidden {
		t.Errorf("late %d", got)
	}
	browser := WithTicket(d.Ticket(take))
	browser.Set("Origin", "https://example.net")
	if got := knock(browser); got != http.StatusForbidden {
		t.Errorf("a browser %d", got)
	}
	d.Ticket(take)
	clock.Add(11)
	d.Ticket(take)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.open) != 1 {
		t.Errorf("%d tickets are kept", len(d.open))
	}
}
