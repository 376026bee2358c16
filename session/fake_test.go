package session

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

// fakeHub speaks the hub's side of the protocol by hand, one connection at a time.
type fakeHub struct {
	t   *testing.T
	url string
	in  chan wire.Message

	mu sync.Mutex
	ws *websocket.Conn
}

func newFakeHub(t *testing.T) *fakeHub {
	t.Helper()
	h := &fakeHub{t: t, in: make(chan wire.Message, 256)}
	up := websocket.Upgrader{Subprotocols: []string{wire.Subprotocol}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		h.mu.Lock()
		h.ws = ws
		h.mu.Unlock()
		for {
			_, data, err := ws.ReadMessage()
			if err != nil {
				return
			}
			m, err := wire.Decode(data)
			if p, ok := m.Body.(*wire.Ping); ok {
				h.say(wire.Message{Body: &wire.Pong{At: p.At, Own: time.Now()}})
			} else if err == nil {
				h.in <- m
			}
		}
	}))
	t.Cleanup(srv.Close)
	h.url = "ws" + strings.TrimPrefix(srv.URL, "http")
	return h
}

func (h *fakeHub) say(m wire.Message) {
	data, err := wire.Encode(m)
	if err != nil {
		h.t.Error(err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_ = h.ws.WriteMessage(websocket.TextMessage, data)
}

// cut pulls the cable.
func (h *fakeHub) cut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	_ = h.ws.UnderlyingConn().Close()
}

// hangUp ends the connection in order: what was said before arrives.
func (h *fakeHub) hangUp() {
	h.mu.Lock()
	defer h.mu.Unlock()
	_ = h.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
}

// expect waits for a message of the type, passing over others.
func expect[B wire.Body](h *fakeHub) (wire.Message, B) {
	h.t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case m := <-h.in:
			if b, ok := m.Body.(B); ok {
				return m, b
			}
		case <-limit:
			var want B
			h.t.Fatalf("waited 10 s for %T", want)
		}
	}
}

func (h *fakeHub) ok(m wire.Message) {
	h.say(wire.Message{Re: m.ID, Body: &wire.Ack{Code: wire.CodeOK}})
}

// fakePhone notes what it was told.
type fakePhone struct {
	mu  sync.Mutex
	log []string
}

func (p *fakePhone) note(s string, on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, s+map[bool]string{true: "+", false: "-"}[on])
}

func (p *fakePhone) Offer(_ context.Context, restart bool) (string, error) {
	p.note("offer", restart)
	return "v=0", nil
}
func (p *fakePhone) Socket(_ context.Context, ticket string) error {
	p.note("socket "+ticket, true)
	return nil
}
func (p *fakePhone) Answer(string) error { p.note("answer", true); return nil }
func (p *fakePhone) Talk(on bool)        { p.note("talk", on) }
func (p *fakePhone) Mute(on bool)        { p.note("mute", on) }
func (p *fakePhone) Ring(on bool)        { p.note("ring", on) }
func (p *fakePhone) Wake()               { p.note("wake", true) }

// switches is what it was told about the microphone and the ringer.
func (p *fakePhone) switches() string {
	var s []string
	for _, w := range strings.Fields(p.told()) {
		if name := w[:len(w)-1]; name == "talk" || name == "mute" || name == "ring" {
			s = append(s, w)
		}
	}
	return strings.Join(s, " ")
}

func (p *fakePhone) told() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, " ")
}

// fakeVault is a keyring with nothing in it but one key for drafts.
type fakeVault struct{ kept map[string]string }

// vaults is held by every fakeVault: the first question comes from a goroutine of its own.
var vaults sync.Mutex

func (fakeVault) Answers(context.Context) bool { return true }

func (v fakeVault) Password(agent string) (string, bool) {
	vaults.Lock()
	defer vaults.Unlock()
	p, ok := v.kept[agent]
	return p, ok
}

func (v fakeVault) Keep(agent, password string) error {
	vaults.Lock()
	defer vaults.Unlock()
	v.kept[agent] = password
	return nil
}

func (v fakeVault) Forget(agent string) error {
	vaults.Lock()
	defer vaults.Unlock()
	delete(v.kept, agent)
	return nil
}

func (fakeVault) DraftKey(string, string, string) ([]byte, error) {
	return bytes.Repeat([]byte{3}, 32), nil
}

// lateVault is a keyring that takes its time.
type lateVault struct {
	fakeVault
	open chan struct{}
}

func (v lateVault) Answers(ctx context.Context) bool {
	select {
	case <-v.open:
		return true
	case <-ctx.Done():
		return false
	}
}

// stuckVault is a keyring that hangs in what it has a gate for, until the gate is closed.
type stuckVault struct {
	fakeVault
	keep, forget, key chan struct{}
	broken            bool // it forgets nothing
}

func (v stuckVault) Keep(agent, password string) error {
	through(v.keep)
	return v.fakeVault.Keep(agent, password)
}

func (v stuckVault) Forget(agent string) error {
	through(v.forget)
	if v.broken {
		return errors.New("the keyring is broken")
	}
	return v.fakeVault.Forget(agent)
}

func (v stuckVault) DraftKey(agent, password, folder string) ([]byte, error) {
	through(v.key)
	return v.fakeVault.DraftKey(agent, password, folder)
}

func through(gate chan struct{}) {
	if gate != nil {
		<-gate
	}
}

// seat is a running session under test.
type seat struct {
	t     *testing.T
	s     *Session
	phone *fakePhone
	stop  func()
	lost  int // after stop
}

func startSeat(t *testing.T, url, folder string, vault Vault) *seat {
	t.Helper()
	return startSeatWith(t, url, folder, vault, nil)
}

func startSeatWith(t *testing.T, url, folder string, vault Vault, sound Sound) *seat {
	t.Helper()
	x := &seat{t: t, phone: &fakePhone{}}
	x.s = New(Config{Way: Way{URL: url}, AgentNo: "3027", Folder: folder, Phone: x.phone, Sound: sound, Vault: vault, Auto: true})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); x.lost = x.s.Run(ctx) }()
	x.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(x.stop)
	return x
}

// see waits for a view that fits.
func (x *seat) see(what string, fits func(View) bool) View {
	x.t.Helper()
	limit := time.After(10 * time.Second)
	var last View
	for {
		select {
		case v, open := <-x.s.Views():
			if !open {
				x.t.Fatalf("session ended before %s", what)
			}
			if last = v; fits(v) {
				return v
			}
		case <-limit:
			x.t.Fatalf("waited 10 s for %s; notice %q, sign-in %+v", what, last.Notice.Text, last.SignIn)
		}
	}
}
