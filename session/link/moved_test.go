package link

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

// otherNet is a network that a test changes.
type otherNet struct {
	news chan struct{}
	here atomic.Pointer[netip.Addr] // nil: no way out
}

func newOtherNet() *otherNet {
	n := &otherNet{news: make(chan struct{})}
	n.move("127.0.0.1")
	return n
}

func (n *otherNet) move(to string) {
	if to == "" {
		n.here.Store(nil)
		return
	}
	at := netip.MustParseAddr(to)
	n.here.Store(&at)
}

// Watch implements Network.
func (n *otherNet) Watch(ctx context.Context, changed func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.news:
			changed()
		}
	}
}

// Source implements Network.
func (n *otherNet) Source(netip.Addr) (netip.Addr, bool) {
	if at := n.here.Load(); at != nil {
		return *at, true
	}
	return netip.Addr{}, false
}

// TestAnotherAddressIsDialledFrom: a connection ends when this machine uses
// another address, and the next one is dialled at once; news of anything else
// changes nothing.
func TestAnotherAddressIsDialledFrom(t *testing.T) {
	t.Parallel()
	url := hub(t, func(_ int, ws *websocket.Conn) {
		listen(ws, func(m wire.Message) {
			switch m.Body.(type) {
			case *wire.SignIn:
				say(ws, &wire.Welcome{})
			case *wire.Ping:
				say(ws, &wire.Pong{})
			}
		})
	})
	n := newOtherNet()
	_, until := startWith(t, Config{URL: url, Greet: func() wire.Body { return &wire.SignIn{} }, Network: n})
	online := func(e Event) bool { s, ok := e.(StateChanged); return ok && s.State == Online }
	until("online", online)
	n.news <- struct{}{} // a container started: the way is the same
	n.move("")
	n.news <- struct{}{} // the cable is out
	n.move("127.0.0.1")
	n.news <- struct{}{} // and in again
	n.news <- struct{}{} // taken, so the one before has been judged
	n.move("127.0.0.2")
	n.news <- struct{}{}
	e := until("the end", func(e Event) bool { s, ok := e.(StateChanged); return ok && s.State != Online })
	if s := e.(StateChanged); !errors.Is(s.Err, ErrMoved) {
		t.Fatalf("the connection ended as %v, %v", s.State, s.Err)
	}
	until("online again", online)
}
