// Package desk is the hub's end of one connected seat: the WebSocket with its
// two goroutines, sign-in and resume, session numbers, commands that are
// carried out once however often they are sent, and the cleaning of every text
// that a seat sends. It knows no call and no queue: the hub hands in a Greeter
// and gets a Conn and cleaned messages. It promises that a slow or dead reader
// never holds the hub up, that must-deliver messages keep their order, and that
// of lossy ones the newest arrives.
package desk

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"

	"zuoxi/internal/obs"
	"zuoxi/wire"
)

// Refusal is a sign-in or resume that was turned down; Text is for the person.
type Refusal struct {
	Code wire.Code
	Text string
}

// Error implements error.
func (r *Refusal) Error() string { return "refused: " + string(r.Code) }

// Greeter decides who may sit down. Greet is called with the first message of
// a connection (SignIn, Resume or a command) in that connection's own goroutine and may
// take its time; a *Refusal is told to the seat, ErrGone ends the connection
// without a word.
type Greeter interface {
	Greet(ctx context.Context, first wire.Message, c *Conn) (Seat, error)
}

// Seat is the owner of a signed-in desk. Take is called in the order in which
// messages came; Left once, after the last one.
type Seat interface {
	Take(ctx context.Context, c *Conn, m wire.Message)
	Left(c *Conn)
}

// Server accepts seats. Its zero value is not usable; see NewServer.
type Server struct {
	greet    Greeter
	upgrader websocket.Upgrader

	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	shut   bool
	conns  map[*Conn]struct{}
	wait   sync.WaitGroup
}

// NewServer makes a server whose connections live until ctx or Close ends them.
func NewServer(ctx context.Context, greet Greeter, log *slog.Logger) *Server {
	inner, cancel := context.WithCancel(ctx)
	return &Server{
		greet: greet, log: log, ctx: inner, cancel: cancel, conns: map[*Conn]struct{}{},
		upgrader: websocket.Upgrader{
			Subprotocols:      []string{wire.Subprotocol},
			EnableCompression: true,
			ReadBufferSize:    1 << 10,      // of its own: the server's would keep the server's connection
			WriteBufferPool:   &sync.Pool{}, // ten thousand seats hardly ever write at once
			HandshakeTimeout:  helloWait,
			// No browser talks to the hub: whatever names an Origin is not a seat.
			CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "" },
		},
	}
}

// ServeHTTP upgrades one seat's connection and runs it to its end.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !speaksOurs(r) {
		http.Error(w, "this hub speaks "+wire.Subprotocol+" only", http.StatusUpgradeRequired)
		return
	}
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ws.SetReadLimit(wire.MaxMessage)
	c := newConn(s.ctx, ws, host)
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		c.device = r.TLS.VerifiedChains[0][0].Subject.CommonName
	}
	if !s.add(c) {
		_ = ws.Close()
		return
	}
	// In a goroutine of its own: that of the server would keep, for as long as
	// the seat works, its buffers and a stack that has grown in the handshake.
	go func() {
		defer s.remove(c)
		defer obs.Guard(s.log, "desk", nil)
		s.run(c)
	}()
}

func speaksOurs(r *http.Request) bool {
	for _, p := range websocket.Subprotocols(r) {
		if p == wire.Subprotocol {
			return true
		}
	}
	return false
}

func (s *Server) add(c *Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return false
	}
	s.conns[c] = struct{}{}
	s.wait.Add(1)
	return true
}

func (s *Server) remove(c *Conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	s.wait.Done()
}

// run is the life of one connection.
func (s *Server) run(c *Conn) {
	defer close(c.done)
	writer := obs.Crew{Log: s.log}
	writer.Go(c.write)
	defer writer.Wait()
	defer c.broke()
	// Until it has said who it is, a connection lives no longer for its signs of life.
	c.ws.SetPingHandler(func(string) error { return nil })
	c.ws.SetPongHandler(func(string) error { return nil })

	// A reader that waits for bytes does not see the context: closing the
	// socket in the writer is what wakes it.
	first, err := c.next(helloWait)
	if err != nil {
		c.refuse(first, err)
		return
	}
	seat, err := s.greet.Greet(c.ctx, first, c)
	if errors.Is(err, ErrGone) {
		return
	}
	if err != nil {
		var no *Refusal
		if !errors.As(err, &no) {
			no = &Refusal{Code: wire.CodeInternal, Text: "中心内部出错，未能登录；请稍后再试，仍不行请联系管理员"}
		}
		_ = c.Send(wire.Message{Re: first.ID, Body: &wire.Ack{Code: no.Code, Text: no.Text}})
		c.Close(no.Code, no.Text)
		return
	}
	defer seat.Left(c)
	c.ws.SetPongHandler(func(string) error { return c.alive() })
	c.ws.SetPingHandler(c.answer)
	c.read(func(ctx context.Context, m wire.Message) { seat.Take(ctx, c, m) })
}

// DropDevice ends the connections of one registered PC.
func (s *Server) DropDevice(id string, code wire.Code, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.device == id {
			c.Close(code, text)
		}
	}
}

// Close tells every seat to go and waits until they have gone.
func (s *Server) Close(code wire.Code, text string) {
	s.mu.Lock()
	s.shut = true
	for c := range s.conns {
		c.Close(code, text)
	}
	s.mu.Unlock()
	s.wait.Wait()
	s.cancel()
}
