package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
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
	writing sync.Mutex // one writes at a time
	// other gets what is no answer; nil drops it.
	other func(wire.Message)
}

// clientWait is for an answer, and for a connection, where the time that it takes
// is not what is measured.
const clientWait = 30 * time.Second

// clockEvery is every how many signs of life a seat asks for the hub's clock, as
// in session/link.
const clockEvery = 15

// A seat's patience, as in session/link: with TCP, with a connection that does
// not come to stand, with the answer to its greeting, and with a silent hub that
// it asks for a sign of life.
const (
	knockWait = 2 * time.Second
	dialWait  = 5 * time.Second
	greetWait = 5 * time.Second
	pingEvery = 2 * time.Second
	writeWait = 5 * time.Second
	quiet     = 4500 * time.Millisecond
)

// dial knocks at the TLS door as patiently as a seat, from an address of this machine.
func dial(from net.IP, url string, conf *tls.Config) (*client, error) {
	return dialWithin(&net.Dialer{Timeout: knockWait, LocalAddr: &net.TCPAddr{IP: from}}, dialWait, url, conf, nil)
}

// reach knocks at the plain door, or with conf at the TLS door, and has time.
func reach(url string, conf *tls.Config, header http.Header) (*client, error) {
	return dialWithin(&net.Dialer{Timeout: clientWait}, clientWait, url, conf, header)
}

func dialWithin(knock *net.Dialer, limit time.Duration, url string, conf *tls.Config, header http.Header) (*client, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	d := websocket.Dialer{
		HandshakeTimeout: limit, Subprotocols: []string{wire.Subprotocol}, TLSClientConfig: conf, WriteBufferPool: &pool, ReadBufferSize: 2048,
		EnableCompression: true, NetDialContext: knock.DialContext,
	}
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

// hold* is how a connection that was held ended.
const (
	holdBroke = iota
	holdMoved
)

// hold keeps the connection until it breaks, the hub is silent for too long or
// somebody else takes the number. offered is called when a call is offered; what
// else is said it looks at no closer.
func (c *client) hold(offered func()) int {
	gone := make(chan struct{})
	defer close(gone)
	go c.beat(gone)
	heard := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(quiet)) }
	c.ws.SetPongHandler(heard)
	for {
		_ = heard("")
		_, data, err := c.ws.ReadMessage()
		switch {
		case err != nil:
			return holdBroke
		case bytes.Contains(data, []byte(`"offer":{`)):
			offered()
		case bytes.Contains(data, []byte(`"type":"bye"`)) && bytes.Contains(data, []byte(wire.CodeMoved)):
			return holdMoved
		}
	}
}

// beat asks for a sign of life, as every seat does.
func (c *client) beat(gone <-chan struct{}) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-gone:
			return
		case now := <-tick.C:
			err := error(nil)
			if n%clockEvery == 0 {
				_, err = c.sendAs("", &wire.Ping{At: now})
			} else {
				err = c.ws.WriteControl(websocket.PingMessage, []byte("8 bytes."), now.Add(writeWait))
			}
			if err != nil {
				return
			}
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
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(clientWait))
	c.ws.EnableWriteCompression(wire.Packs(data))
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
	return c.askWithin(clientWait, b)
}

func (c *client) askWithin(limit time.Duration, b wire.Body) (wire.Message, error) {
	id, err := c.send(b)
	if err != nil {
		return wire.Message{}, err
	}
	return c.answerWithin(limit, id)
}

func (c *client) answer(id string) (wire.Message, error) { return c.answerWithin(clientWait, id) }

func (c *client) answerWithin(limit time.Duration, id string) (wire.Message, error) {
	until := time.Now().Add(limit)
	for {
		m, err := c.read(time.Until(until))
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

// greet signs in or resumes, as patiently as a seat.
func (c *client) greet(b wire.Body) error { return c.greetWithin(greetWait, b) }

// enter is greet by somebody who has time.
func (c *client) enter(b wire.Body) error { return c.greetWithin(clientWait, b) }

func (c *client) greetWithin(limit time.Duration, b wire.Body) error {
	m, err := c.askWithin(limit, b)
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
	c, err := reach(p.SeatURL(), nil, nil)
	if err != nil {
		return nil, err
	}
	if err := c.enter(&wire.SignIn{AgentNo: no, Password: password(no)}); err != nil {
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
