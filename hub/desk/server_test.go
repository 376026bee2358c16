package desk

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

const patience = 10 * time.Second // how long a test waits for what must come

// house is a Greeter and a Seat in one: it says what happened on channels.
type house struct {
	conns chan *Conn
	took  chan wire.Message
	left  chan *Conn
}

func newHouse() *house {
	return &house{conns: make(chan *Conn, 8), took: make(chan wire.Message, 1024), left: make(chan *Conn, 8)}
}

func (h *house) Greet(_ context.Context, first wire.Message, c *Conn) (Seat, error) {
	in, ok := first.Body.(*wire.SignIn)
	if !ok || in.Password != "synthetic" {
		return nil, &Refusal{Code: wire.CodeCredentials, Text: "工号或密码不对，未能登录；请重新输入"}
	}
	if in.AgentNo == "9999" {
		return nil, errors.New("store is away")
	}
	h.conns <- c
	return h, nil
}

func (h *house) Take(_ context.Context, _ *Conn, m wire.Message) { h.took <- m }
func (h *house) Left(c *Conn)                                    { h.left <- c }

func open(t *testing.T) (*house, *Server, string) {
	t.Helper()
	h := newHouse()
	s := NewServer(t.Context(), h, slog.New(slog.DiscardHandler))
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close(wire.CodeStopping, "中心停止")
		web.Close()
	})
	return h, s, "ws" + strings.TrimPrefix(web.URL, "http")
}

func dial(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, EnableCompression: true, HandshakeTimeout: patience}
	ws, resp, err := d.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := resp.Header.Get("Sec-WebSocket-Extensions"); !strings.Contains(got, "permessage-deflate") {
		t.Errorf("no compression was agreed: %q", got)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

func say(t *testing.T, ws *websocket.Conn, m wire.Message) {
	t.Helper()
	data, err := wire.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.WriteMessage(websocket.TextMessage, data); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, ws *websocket.Conn) wire.Message {
	t.Helper()
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	_, data, err := ws.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	m, err := wire.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func take[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func signIn(t *testing.T, h *house, url string) (*websocket.Conn, *Conn) {
	t.Helper()
	ws := dial(t, url)
	say(t, ws, wire.Message{ID: "1", Body: &wire.SignIn{AgentNo: "3027", Password: "synthetic"}})
	return ws, take(t, h.conns)
}

func TestMessagesBothWays(t *testing.T) {
	h, _, url := open(t)
	ws, c := signIn(t, h, url)
	say(t, ws, wire.Message{ID: "2", Session: 1, Body: &wire.FindTarget{Query: "nj\x1b[31m sb\u202e"}})
	m := take(t, h.took)
	if q := m.Body.(*wire.FindTarget).Query; q != "nj sb" {
		t.Errorf("text was not cleaned: %q", q)
	}
	for i := range 20 {
		if err := c.Send(wire.Message{Seq: uint64(i + 1), Body: &wire.Alert{Text: "提示"}}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		if m := hear(t, ws); m.Seq != uint64(i+1) {
			t.Fatalf("message %d came as %d", i+1, m.Seq)
		}
	}
	say(t, ws, wire.Message{ID: "3", Body: &wire.Ping{At: time.Unix(1, 0)}})
	if m := hear(t, ws); m.Re != "3" || !m.Body.(*wire.Pong).At.Equal(time.Unix(1, 0)) {
		t.Errorf("ping was answered by %+v", m)
	}
}

func TestLossyKeepsNewest(t *testing.T) {
	ws := newConn(t.Context(), nil, "")
	for n := range 100 {
		ws.Latest(wire.Message{Body: &wire.QueueState{Waiting: n}})
	}
	if len(ws.merged) != 1 || !bytes.Contains(ws.merged["queue.state"], []byte(`"waiting":99`)) {
		t.Errorf("kept %d: %s", len(ws.merged), ws.merged["queue.state"])
	}
}

func TestSlowReaderIsDropped(t *testing.T) {
	ws := newConn(t.Context(), nil, "") // nobody writes: the queue only fills
	var err error
	for range queueSize + 1 {
		err = ws.Send(wire.Message{Body: &wire.Alert{Text: "提示"}})
	}
	if !errors.Is(err, ErrGone) || ws.Reason().Code != wire.CodeSlow {
		t.Errorf("err %v, reason %+v", err, ws.Reason())
	}
}

// TestFilesWaitForRoom: what is delivered as fast as the other end reads holds no more
// than a seat's queue may, in messages and in bytes.
func TestFilesWaitForRoom(t *testing.T) {
	ws := newConn(t.Context(), nil, "") // nobody writes until somebody takes from the queue
	piece := wire.Message{Body: &wire.Alert{Text: strings.Repeat("一", queueBytes/40)}}
	ctx, stop := context.WithCancel(t.Context())
	given := make(chan error)
	go func() {
		var err error
		for n := 0; err == nil; n++ {
			if err = ws.Deliver(ctx, piece); n >= queueSize {
				t.Error("the queue has no end")
				break
			}
		}
		given <- err
	}()
	for ws.held.Load() < queueBytes/2 {
		runtime.Gosched()
	}
	for range 2 { // two pieces written make room for two
		ws.taken(<-ws.must)
	}
	stop()
	if err := <-given; !errors.Is(err, context.Canceled) || ws.held.Load() > queueBytes {
		t.Errorf("%v with %d bytes waiting", err, ws.held.Load())
	}
}

func TestRefusals(t *testing.T) {
	_, _, url := open(t)
	for name, tc := range map[string]struct {
		first wire.Message
		want  wire.Code
	}{
		"wrong password": {wire.Message{ID: "1", Body: &wire.SignIn{AgentNo: "3027", Password: "no"}}, wire.CodeCredentials},
		"store away":     {wire.Message{ID: "1", Body: &wire.SignIn{AgentNo: "9999", Password: "synthetic"}}, wire.CodeInternal},
		"no sign-in":     {wire.Message{ID: "1", Body: &wire.Answer{Offer: "x"}}, wire.CodeCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			ws := dial(t, url)
			say(t, ws, tc.first)
			if a := hear(t, ws); a.Re != "1" || a.Body.(*wire.Ack).Code != tc.want || a.Body.(*wire.Ack).Text == "" {
				t.Errorf("answered %+v", a.Body)
			}
			if b := hear(t, ws).Body.(*wire.Bye); b.Code != tc.want {
				t.Errorf("bye %+v", b)
			}
			_ = ws.SetReadDeadline(time.Now().Add(patience))
			if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Errorf("ended by %v", err)
			}
		})
	}
}

func TestBadBytes(t *testing.T) {
	h, _, url := open(t)
	t.Run("unknown type is refused by id and the line stays", func(t *testing.T) {
		ws, _ := signIn(t, h, url)
		if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"no.such","id":"7"}`)); err != nil {
			t.Fatal(err)
		}
		if m := hear(t, ws); m.Re != "7" || m.Body.(*wire.Ack).Code != wire.CodeUnknownType {
			t.Errorf("answered %+v", m)
		}
		say(t, ws, wire.Message{ID: "8", Body: &wire.SignOut{}})
		if m := take(t, h.took); m.ID != "8" {
			t.Errorf("took %+v", m)
		}
	})
	for name, data := range map[string]string{
		"not json": "hello", "key twice": `{"type":"ack","type":"bye"}`, "not utf8": "{\"type\":\"\xff\"}",
	} {
		t.Run(name, func(t *testing.T) {
			ws, c := signIn(t, h, url)
			if err := ws.WriteMessage(websocket.TextMessage, []byte(data)); err != nil {
				t.Fatal(err)
			}
			if b := hear(t, ws).Body.(*wire.Bye); b.Code != wire.CodeBadMessage {
				t.Errorf("bye %+v", b)
			}
			take(t, c.Done())
		})
	}
	t.Run("too large", func(t *testing.T) {
		ws, c := signIn(t, h, url)
		_ = ws.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte(" "), wire.MaxMessage+1))
		take(t, c.Done())
	})
	t.Run("too large unpacked", func(t *testing.T) {
		ws, c := signIn(t, h, url)
		ws.EnableWriteCompression(true)
		_ = ws.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte(" "), 40*wire.MaxMessage)) // a few KiB on the line
		if b := hear(t, ws).Body.(*wire.Bye); b.Code != wire.CodeBadMessage {
			t.Errorf("bye %+v", b)
		}
		take(t, c.Done())
	})
}

func TestOtherProtocolsAreRefused(t *testing.T) {
	_, _, url := open(t)
	for name, tc := range map[string]struct {
		subs   []string
		header http.Header
		status int
	}{
		"another subprotocol": {[]string{"chat"}, nil, http.StatusUpgradeRequired},
		"a browser":           {[]string{wire.Subprotocol}, http.Header{"Origin": {"https://example.com"}}, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			d := websocket.Dialer{Subprotocols: tc.subs}
			ws, resp, err := d.Dial(url, tc.header)
			if err == nil {
				_ = ws.Close()
				t.Fatal("was let in")
			}
			_ = resp.Body.Close()
			if resp.StatusCode != tc.status {
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
}

func TestBrokenLineIsNotAGoodbye(t *testing.T) {
	h, _, url := open(t)
	ws, c := signIn(t, h, url)
	_ = ws.UnderlyingConn().Close()
	if got := take(t, h.left); got != c {
		t.Error("another one left")
	}
	take(t, c.Done())
	if c.Reason().Code != "" {
		t.Errorf("reason %+v", c.Reason())
	}
}

func TestCloseSendsWhatWasQueued(t *testing.T) {
	h, _, url := open(t)
	ws, c := signIn(t, h, url)
	for range 5 {
		_ = c.Send(wire.Message{Body: &wire.Alert{Text: "提示"}})
	}
	c.Close(wire.CodeMoved, "已在别处登录")
	c.Close(wire.CodeInternal, "second word")
	for range 5 {
		if _, ok := hear(t, ws).Body.(*wire.Alert); !ok {
			t.Fatal("an alert was lost")
		}
	}
	if b := hear(t, ws).Body.(*wire.Bye); b.Code != wire.CodeMoved {
		t.Errorf("bye %+v", b)
	}
	take(t, h.left)
}
