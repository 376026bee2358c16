package voiceline

import (
	"net"
	"time"
)

// Frames is what a WebSocket gives; gorilla's Conn does. Each binary message
// is one RTP or RTCP packet, told apart as on one port (RFC 5761).
type Frames interface {
	ReadMessage() (kind int, data []byte, err error)
	WriteMessage(kind int, data []byte) error
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
	Close() error
}

const (
	// Binary is RFC 6455's opcode.
	Binary = 2
	// MostMessage is the longest message either end takes.
	MostMessage = 1500
	// SocketSilent is for how long a standing WebSocket may be silent: a seat
	// reports every second, even at rest, and the hub answers each report.
	SocketSilent = 10 * time.Second
	// socketRoom is how many bytes wait in the system.
	socketRoom = 8 << 10
)

// IsRTCP tells reports from voice.
func IsRTCP(b []byte) bool { return len(b) > 1 && b[1] >= 192 && b[1] <= 223 }

// Hasten readies the connection below a WebSocket for voice: marked, and with
// little room for what would only come late.
func Hasten(ws Frames) {
	w, ok := ws.(interface{ NetConn() net.Conn })
	if !ok {
		return
	}
	c := w.NetConn()
	if t, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
		c = t.NetConn()
	}
	if t, ok := c.(*net.TCPConn); ok {
		Expedite(t)
		_ = t.SetWriteBuffer(socketRoom)
	}
}
