package line

import (
	"io"
	"testing"
	"time"

	"zuoxi/internal/voiceline"
)

// recorded is a connection on which messages come that were written down: a byte
// of length before each.
type recorded struct{ left []byte }

func (r *recorded) ReadMessage() (int, []byte, error) {
	if len(r.left) == 0 {
		return 0, nil, io.EOF
	}
	n := min(int(r.left[0]), len(r.left)-1)
	m := r.left[1 : 1+n]
	r.left = r.left[1+n:]
	return voiceline.Binary, m, nil
}
func (*recorded) WriteMessage(int, []byte) error   { return nil }
func (*recorded) SetReadDeadline(time.Time) error  { return nil }
func (*recorded) SetWriteDeadline(time.Time) error { return nil }
func (*recorded) Close() error                     { return nil }

// FuzzSocket: whatever a seat sends over a WebSocket for voice, the line is read to its end.
func FuzzSocket(f *testing.F) {
	h, err := NewHub(Config{Listen: []string{"127.0.0.1:0"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = h.Close() })
	f.Add(append([]byte{14, 0x80, 8, 0, 1, 0, 0, 0, 160, 0, 0, 0, 7, 0xD5, 0xD5}, 8, 0x81, 201, 0, 1, 0, 0, 0, 7))
	f.Add([]byte{28, 0x80, 200, 0, 6, 0, 0, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3})
	f.Add([]byte{2, 0xFF, 0xFF, 1, 0, 3, 0x9F, 8, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		l := h.AcceptSocket(&recorded{data})
		limit := time.After(5 * time.Second)
		tick := time.NewTicker(100 * time.Microsecond)
		defer tick.Stop()
		for l.State() != Closed {
			select {
			case <-tick.C:
			case <-limit:
				t.Fatal("still read after 5 s")
			}
		}
		l.Close()
	})
}
