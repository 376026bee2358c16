package link

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

// hub answers one connection after the other by a script of the test.
func hub(t *testing.T, script func(n int, ws *websocket.Conn)) (url string) {
	t.Helper()
	var n atomic.Int32
	up := websocket.Upgrader{Subprotocols: []string{wire.Subprotocol}, EnableCompression: true}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = ws.Close() }()
		script(int(n.Add(1)), ws)
	}))
	t.Cleanup(srv.Close)
	return "ws" + strings.TrimPrefix(srv.URL, "http")
}

func say(ws *websocket.Conn, b wire.Body) {
	data, err := wire.Encode(wire.Message{Body: b})
	if err != nil {
		panic(err)
	}
	_ = ws.WriteMessage(websocket.TextMessage, data)
}

// listen reads messages until the connection ends.
func listen(ws *websocket.Conn, each func(wire.Message)) {
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return
		}
		if m, err := wire.Decode(data); err == nil {
			each(m)
		}
	}
}

func start(t *testing.T, url string, greet func() wire.Body) (*Link, func(what string, ok func(Event) bool) Event) {
	t.Helper()
	return startWith(t, Config{URL: url, Greet: greet})
}

func startWith(t *testing.T, cfg Config) (*Link, func(what string, ok func(Event) bool) Event) {
	t.Helper()
	l := New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return l, func(what string, ok func(Event) bool) Event {
		t.Helper()
		limit := time.After(10 * time.Second)
		for {
			select {
			case e, open := <-l.Events():
				if !open {
					t.Fatalf("the link ended before %s", what)
				}
				if ok(e) {
					return e
				}
			case <-limit:
				t.Fatalf("waited 10 s for %s", what)
			}
		}
	}
}

func state(s State) func(Event) bool {
	return func(e Event) bool { c, ok := e.(StateChanged); return ok && c.State == s }
}

func signIn() wire.Body { return &wire.SignIn{AgentNo: "3027", Password: "synthetic"} }

func TestGreetingWelcomeMessagesAndReturn(t *testing.T) {
	got := make(chan wire.Message, 16)
	url := hub(t, func(n int, ws *websocket.Conn) {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return
		}
		m, _ := wire.Decode(data)
		got <- m
		say(ws, &wire.Welcome{Session: uint64(n), Name: "李某\x1b[31m"})
		if n == 1 {
			return // the cable is pulled
		}
		listen(ws, func(m wire.Message) {
			if p, ok := m.Body.(*wire.Ping); ok {
				say(ws, &wire.Pong{At: p.At, Own: p.At.Add(time.Hour)})
				return
			}
			got <- m
		})
	})
	l, await := start(t, url, signIn)
	await("online", state(Online))
	await("the loss", func(e Event) bool { c, ok := e.(StateChanged); return ok && c.State == Offline && c.Err != nil })
	w := await("the second welcome", func(e Event) bool { _, ok := e.(Received); return ok }).(Received)
	if name := w.Message.Body.(*wire.Welcome).Name; name != "李某" {
		t.Errorf("name not cleaned: %q", name)
	}
	m := await("a round trip", func(e Event) bool { _, ok := e.(Measured); return ok }).(Measured)
	if off := m.Clock.Off(); off < 59*time.Minute || m.RTT < 0 {
		t.Errorf("round trip %v, the hub's clock %v ahead", m.RTT, off)
	}
	if ago := time.Since(m.Clock.Local(m.Clock.Hub.Add(-time.Minute))); ago < time.Minute || ago > 2*time.Minute {
		t.Errorf("a minute before by the hub's clock is %v ago", ago)
	}
	if err := l.Send(wire.Message{ID: "c1", Body: &wire.CallHelp{}}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if (<-got).ID == "c1" {
			return
		}
	}
	t.Fatal("the command did not arrive")
}

func TestSilentHubIsNoticedAndLeft(t *testing.T) {
	url := hub(t, func(n int, ws *websocket.Conn) {
		if n > 1 {
			return
		}
		say(ws, &wire.Welcome{Session: 1})
		ws.SetPingHandler(func(string) error { return nil })
		listen(ws, func(wire.Message) {}) // never answers
	})
	l, await := start(t, url, signIn)
	await("online", state(Online))
	await("late answers noticed", state(Degraded))
	await("the connection given up", state(Offline))
	if err := l.Send(wire.Message{Body: &wire.CallHelp{}}); err == nil {
		t.Fatal("a message went out without a connection")
	}
}

func TestRefusalCarriesTheHubsReason(t *testing.T) {
	url := hub(t, func(_ int, ws *websocket.Conn) {
		_, _, _ = ws.ReadMessage()
		say(ws, &wire.Bye{Code: wire.CodeCredentials, Text: "工号或口令不对"})
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4401, ""), time.Now().Add(time.Second))
	})
	l, await := start(t, url, signIn)
	e := await("the refusal", func(e Event) bool { c, ok := e.(StateChanged); return ok && c.Close != nil }).(StateChanged)
	if e.Close.Code != wire.CodeCredentials || e.Close.Text != "工号或口令不对" {
		t.Errorf("reason lost: %+v", e.Close)
	}
	if n := len(l.Events()); n != 0 {
		t.Errorf("%d events while the link should rest", n)
	}
	l.Redial()
	await("a second try when asked", state(Greeting))
}

func TestNothingListensThere(t *testing.T) {
	_, await := start(t, "ws://127.0.0.1:1", signIn)
	e := await("the failure", func(e Event) bool { c, ok := e.(StateChanged); return ok && c.Err != nil }).(StateChanged)
	if e.State != Offline {
		t.Errorf("state %s", e.State)
	}
}

// TestNobodyMissesThisSeat: while the hub is down it leaves the door to others,
// and comes when its person asks for something.
func TestNobodyMissesThisSeat(t *testing.T) {
	l, await := startWith(t, Config{URL: "ws://127.0.0.1:1", Greet: signIn, Away: func() time.Duration { return math.MaxInt64 }})
	failed := func(e Event) bool { c, ok := e.(StateChanged); return ok && c.Err != nil }
	await("the failure", failed)
	<-time.After(2 * firstPause) // the usual second try is at once
	if n := len(l.Events()); n != 0 {
		t.Errorf("%d events while the seat should stay away", n)
	}
	l.Redial()
	await("a second try when asked", failed)
}

func TestCleanWalksEverything(t *testing.T) {
	bad := "赵\x1b]0;x\x07某\u202e"
	s := &wire.DeskState{
		Offer: &wire.Offer{Note: bad + "\n第二行", Caller: wire.Caller{Keys: []string{bad}, Earlier: []wire.Contact{{Subject: bad}}}},
		Call:  &wire.Call{Course: wire.Course{Timeline: []wire.Timeline{{Text: bad}}}},
		Today: wire.Today{InStateS: map[string]int64{bad: 1}},
	}
	Clean(s)
	texts := []string{s.Offer.Caller.Keys[0], s.Offer.Caller.Earlier[0].Subject, s.Call.Timeline[0].Text}
	for k := range s.Today.InStateS {
		texts = append(texts, k)
	}
	for i, x := range texts {
		if x != "赵某" {
			t.Errorf("text %d is %q", i, x)
		}
	}
	if s.Offer.Note != "赵某\n第二行" {
		t.Errorf("note is %q", s.Offer.Note)
	}
	reply := &wire.AdminReply{Text: bad, Data: json.RawMessage(`{"rows":[{"reason":"赵\u001b[2J某\u202e\n二"}],"n":7}`)}
	if Clean(reply); reply.Text != "赵某" || string(reply.Data) != `{"rows":[{"reason":"赵某\n二"}],"n":7}` {
		t.Errorf("an answer is %q, %s", reply.Text, reply.Data)
	}
	sdp := &wire.MediaAnswer{SDP: "v=0\r\n"}
	Clean(sdp)
	if sdp.SDP != "v=0\r\n" {
		t.Error("SDP was touched")
	}
}

// TestDrop ends a connection that speaks for somebody who is gone, after what was
// said before has gone out, and the next one says what Greet says then. Each
// connection is heard for itself: the hub may read the second before the first.
func TestDrop(t *testing.T) {
	heard := [2]chan string{make(chan string, 8), make(chan string, 8)}
	url := hub(t, func(n int, ws *websocket.Conn) {
		got := heard[n-1]
		defer close(got)
		listen(ws, func(m wire.Message) {
			if m.Body.Type() == "ping" {
				return
			}
			got <- m.Body.Type()
			if m.Body.Type() != "sign.out" {
				say(ws, &wire.Welcome{Session: uint64(n)})
			}
		})
	})
	var second atomic.Bool
	l, await := start(t, url, func() wire.Body {
		if second.Load() {
			return &wire.SignIn{AgentNo: "3028"}
		}
		return &wire.Resume{Token: "t1"}
	})
	await("online", state(Online))
	if err := l.Send(wire.Message{ID: "c1", Body: &wire.SignOut{}}); err != nil {
		t.Fatal(err)
	}
	second.Store(true)
	l.Drop()
	e := await("the end", state(Offline)).(StateChanged)
	if e.Err != nil || e.Close != nil {
		t.Errorf("ended with %+v", e)
	}
	await("the next", state(Online))
	for _, want := range []string{"sign.resume", "sign.out", ""} { // "": it is over
		if is := <-heard[0]; is != want {
			t.Errorf("the first connection said %q, want %q", is, want)
		}
	}
	if is := <-heard[1]; is != "sign.in" {
		t.Errorf("the second connection said %q, want sign.in", is)
	}
}

// TestAfterTheGoodbye: whom the hub has signed out does not come back alone.
func TestAfterTheGoodbye(t *testing.T) {
	url := hub(t, func(_ int, ws *websocket.Conn) {
		_, _, _ = ws.ReadMessage()
		say(ws, &wire.Bye{Code: wire.CodeOK, Text: "已签出"})
	})
	l, await := start(t, url, signIn)
	await("the goodbye", func(e Event) bool { c, ok := e.(StateChanged); return ok && c.Close != nil })
	if n := len(l.Events()); n != 0 {
		t.Errorf("%d events while the link should rest", n)
	}
	l.Redial()
	await("another try when asked", state(Greeting))
}
