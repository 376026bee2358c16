package line

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/internal/voiceline"
)

// Subprotocol of voice over a WebSocket; its messages are those of voiceline.Frames.
const Subprotocol = "zuoxi.voice.v1"

const (
	ticketLasts = 10 * time.Second
	bearer      = "Bearer "
	greeting    = 5 * time.Second
)

// Door is where WebSockets for voice come in. A seat that is signed in is given
// a ticket on its link, which opens the door once and soon.
type Door struct {
	now      func() time.Time
	upgrader websocket.Upgrader

	mu   sync.Mutex
	open map[string]ticket
}

type ticket struct {
	until time.Time
	take  func(voiceline.Frames)
}

// NewDoor makes a door that lets in nobody yet.
func NewDoor(now func() time.Time) *Door {
	return &Door{now: now, open: map[string]ticket{}, upgrader: websocket.Upgrader{
		Subprotocols: []string{Subprotocol}, HandshakeTimeout: greeting,
		// No browser talks to the hub.
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "" },
	}}
}

// Ticket makes one; take is handed the connection of who brings it, and closes it.
func (d *Door) Ticket(take func(voiceline.Frames)) string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	name := hex.EncodeToString(b)
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, t := range d.open {
		if d.now().After(t.until) {
			delete(d.open, k)
		}
	}
	d.open[name] = ticket{d.now().Add(ticketLasts), take}
	return name
}

// WithTicket is the header that a ticket is shown in.
func WithTicket(name string) http.Header { return http.Header{"Authorization": {bearer + name}} }

// ServeHTTP lets in who has a ticket.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.Header.Get("Authorization"), bearer)
	d.mu.Lock()
	t, known := d.open[name]
	if ok {
		delete(d.open, name)
	}
	d.mu.Unlock()
	if !ok || !known || d.now().After(t.until) {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	ws, err := d.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	ws.SetReadLimit(voiceline.MostMessage)
	t.take(ws)
}
