package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

// client is a seat without screen and phone: it speaks the protocol.
type client struct {
	ws      *websocket.Conn
	n       int
	welcome *wire.Welcome
	over    bool // the hub has hung up
	// other gets what is no answer; nil drops it.
	other func(wire.Message)
}

const clientWait = 10 * time.Second

// dialWait is a seat's patience with a connection that does not come to stand.
const dialWait = 5 * time.Second

// dial knocks at the plain door, or with conf at the TLS door.
func dial(url string, conf *tls.Config, header http.Header) (*client, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialWait)
	defer cancel()
	d := websocket.Dialer{HandshakeTimeout: dialWait, Subprotocols: []string{wire.Subprotocol}, TLSClientConfig: conf, WriteBufferPool: &pool, ReadBufferSize: 2048}
	ws, resp, err := d.DialContext(ctx, url+"/v1/seat", header)
	if err != nil {
		if resp != nil {
			return nil, fmt.Errorf("answer %d: %w", resp.StatusCode, err)
		}
		return nil, err
	}
	return &client{ws: ws}, nil
}

// pool lends the buffers of connections that hardly ever write at once.
var pool sync.Pool

// quiet is for how long the hub may say nothing: it pings every few seconds.
const quiet = 15 * time.Second

// hold* is how a connection that was held ended.
const (
	holdBroke = iota
	holdMoved
)

// hold keeps the connection until it breaks or somebody else takes the number, and
// looks no closer at what else is said.
func (c *client) hold() int {
	listen := func() { _ = c.ws.SetReadDeadline(time.Now().Add(quiet)) }
	pong := c.ws.PingHandler()
	c.ws.SetPingHandler(func(data string) error {
		listen()
		return pong(data)
	})
	for {
		listen()
		_, data, err := c.ws.ReadMessage()
		switch {
		case err != nil:
			return holdBroke
		case bytes.Contains(data, []byte(`"type":"bye"`)) && bytes.Contains(data, []byte(wire.CodeMoved)):
			return holdMoved
		}
	}
}

func (c *client) close() { _ = c.ws.Close() }

// send gives a message a number of its own.
func (c *client) send(b wire.Body) (id string, err error) {
	c.n++
	return c.sendAs("t"+strconv.Itoa(c.n), b)
}

func (c *client) sendAs(id string, b wire.Body) (string, error) {
	m := wire.Message{ID: id, Body: b}
	if c.welcome != nil {
		m.Session = c.welcome.Session
	}
	data, err := wire.Encode(m)
	if err != nil {
		return "", err
	}
	_ = c.ws.SetWriteDeadline(time.Now().Add(clientWait))
	return id, c.ws.WriteMessage(websocket.TextMessage, data)
}

func (c *client) read(limit time.Duration) (wire.Message, error) {
	_ = c.ws.SetReadDeadline(time.Now().Add(limit))
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return wire.Message{}, err
		}
		m, err := wire.Decode(data)
		if errors.Is(err, wire.ErrUnknown) {
			continue
		}
		return m, err
	}
}

// refused is the hub's no.
type refused struct {
	code wire.Code
	text string
}

func (r *refused) Error() string { return string(r.code) + " " + r.text }

// ask sends and waits for the answer; the hub's last word is an error.
func (c *client) ask(b wire.Body) (wire.Message, error) {
	id, err := c.send(b)
	if err != nil {
		return wire.Message{}, err
	}
	return c.answer(id)
}

func (c *client) answer(id string) (wire.Message, error) {
	for {
		m, err := c.read(clientWait)
		if err != nil {
			return m, err
		}
		if bye, ok := m.Body.(*wire.Bye); ok {
			return m, &refused{bye.Code, bye.Text}
		}
		if m.Re == id {
			return m, nil
		}
		if c.other != nil {
			c.other(m)
		}
	}
}

// greet signs in or resumes.
func (c *client) greet(b wire.Body) error {
	m, err := c.ask(b)
	if err != nil {
		return err
	}
	switch a := m.Body.(type) {
	case *wire.Welcome:
		c.welcome = a
		return nil
	case *wire.Ack:
		return &refused{a.Code, a.Text}
	}
	return fmt.Errorf("answered with %s", m.Body.Type())
}

// signIn dials the plain door and signs in with the agent's own password.
func (p *place) signIn(no string) (*client, error) {
	c, err := dial(p.SeatURL(), nil, nil)
	if err != nil {
		return nil, err
	}
	if err := c.greet(&wire.SignIn{AgentNo: no, Password: password(no)}); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// codeOf is the hub's code in err.
func codeOf(err error) wire.Code {
	var no *refused
	if errors.As(err, &no) {
		return no.code
	}
	return ""
}
