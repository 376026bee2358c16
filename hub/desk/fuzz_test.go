package desk

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zuoxi/wire"
)

// nobodyIn refuses everybody: what is fuzzed is what stands before a sign-in.
type nobodyIn struct{}

func (nobodyIn) Greet(context.Context, wire.Message, *Conn) (Seat, error) {
	return nil, &Refusal{Code: wire.CodeCredentials, Text: "没有"}
}

// FuzzFrames throws raw bytes at the server behind a handshake that went well: whatever comes, it hangs up and serves the next.
func FuzzFrames(f *testing.F) {
	masked := func(op byte, payload string) []byte {
		b := []byte{0x80 | op, 0x80 | byte(min(len(payload), 125)), 1, 2, 3, 4}
		for i := range min(len(payload), 125) {
			b = append(b, payload[i]^b[2+i%4])
		}
		return b
	}
	f.Add(masked(1, `{"type":"sign.in","body":{"agent_no":"3027","password":"x"}}`))
	f.Add(masked(1, strings.Repeat("[", 60)))
	f.Add(masked(2, "binary"))
	f.Add(masked(9, "ping"))
	f.Add(append(masked(0, "a continuation of nothing"), masked(8, "\x03\xe8")...))
	f.Add([]byte{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}) // 2^63 bytes announced
	f.Add([]byte{0xc1, 0x84, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})                         // compressed rubbish
	f.Add([]byte{0xf3, 0x00})                                                             // reserved bits and codes
	s := NewServer(context.Background(), nobodyIn{}, slog.New(slog.DiscardHandler))
	srv := httptest.NewServer(s)
	f.Cleanup(func() {
		s.Close(wire.CodeStopping, "")
		srv.Close()
	})
	addr := srv.Listener.Addr().String()
	f.Fuzz(func(t *testing.T, frames []byte) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		_ = c.SetDeadline(time.Now().Add(3 * helloWait))
		_, err = c.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
			"Sec-WebSocket-Protocol: " + wire.Subprotocol + "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4096)
		n, err := c.Read(buf)
		if err != nil || !bytes.HasPrefix(buf[:n], []byte("HTTP/1.1 101")) {
			t.Fatalf("handshake: %q, %v", buf[:n], err)
		}
		_, _ = c.Write(frames)
		_ = c.(*net.TCPConn).CloseWrite() // that was all
		for {
			if _, err := c.Read(buf); err != nil {
				var late net.Error
				if errors.As(err, &late) && late.Timeout() {
					t.Fatalf("the server did not hang up after %x", frames)
				}
				return
			}
		}
	})
}
